"""How well one direction of noise tells where the loss falls: node against weight perturbation.

The network of `mexican-hat` in several sizes, after a short training, is shown the same 50
points again and again with fresh noise and a learning rate so small that nothing changes; what
its weights have moved by is the estimate.  The cosine between that and the mean of very many
estimates by node perturbation says how good it is.

``python figures/variance.py`` measures and writes ``figures/variance.json``;
``python figures/variance.py --draw`` draws ``figures/variance.png`` from that file.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from brian2 import ms
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.learning.schedule import Schedule
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state

SIZES, DIRECTIONS, REPEATS, N_REFERENCE, N_POINTS = (25, 50, 100), (1, 4, 16, 64), 8, 600, 50
#: So small that weights stay what they are: an estimate is their change over it.
ETA = 1e-9
STAGGERED = ff.neurons.lif(initial="v = v_rest + (v_th - v_rest)*((unit*0.618034) % 1.0)")
ESTIMATORS = {
    "node": ff.NodePerturbation("antithetic", sigma=0.01),
    "weight": ff.WeightPerturbation(sigma=0.01),
}
COLOURS = {"node": "tab:blue", "weight": "tab:orange"}
HERE = Path(__file__).parent


def network(size, **pieces):
    """The network of `mexican-hat` with another number of neurons."""
    layer = ff.Layer(size, STAGGERED, synapse=ff.synapses.graded, initial_weight=0.3)
    readout = ff.readouts.linear(speed=10.0)
    return ff.Network([layer], encoder=ff.encoders.receptive_fields, readout=readout, **pieces)


def trained(size, data, epochs=3):
    """Weights after a short training by node perturbation."""
    trainer = ff.Trainer(
        network(size, rule=ff.plasticity.node_perturbation(eta=0.01)),
        presentation=32 * ms,
        algorithm=ESTIMATORS["node"],
        float_type="float64",
    )
    return trainer.fit(data.train, epochs, seed=1, progress=None).state


class Estimator:
    """Estimates of one algorithm for a network with given weights.

    Parameters
    ----------
    algorithm : Algorithm
    size : int
    state : dict of str to array
    points : Vectors
    """

    def __init__(self, algorithm, size, state, points):
        trainer = ff.Trainer(network(size), presentation=32 * ms, algorithm=algorithm, float_type="float64")
        self.plan, self.points = trainer.plan(DataShape.of(points, 1)), points
        self.runner = open_plan(self.plan, "standalone")
        fresh = initial_state(self.plan, np.random.default_rng(0))
        self.state = {name: state.get(name, value) for name, value in fresh.items()}

    def __call__(self, n_directions, rng):
        """The change of the layer's weights that `n_directions` draws of noise for every point ask for."""
        algorithm, places = self.plan.algorithm, np.arange(len(self.points))
        shown = [
            algorithm.training(places, 0 * places, self.plan.inputs, 0, rng) for _ in range(n_directions)
        ]
        columns = {name: np.concatenate([one[name] for one in shown]) for name in shown[0].columns}
        scalars = {"session.eta": ETA} | algorithm.scalars(self.plan, 0, 1)
        with data_file(self.points, self.plan) as path:
            after = self.runner.run(Schedule(columns), path, self.state, scalars, keep=list(self.state)).state
        return (after["synapses_1.w"] - self.state["synapses_1.w"]) / ETA


def cosine(a, b):
    """Of the angle between two arrays."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def measure():
    """Cosines by estimator, size and number of directions (list of dict)."""
    data, found = ff.datasets.load("mexican-hat"), []
    points = data.train.take(np.random.default_rng(0).permutation(len(data.train))[:N_POINTS])
    for size in SIZES:
        state = trained(size, data)
        estimators = {
            name: Estimator(algorithm, size, state, points) for name, algorithm in ESTIMATORS.items()
        }
        reference = estimators["node"](N_REFERENCE, np.random.default_rng(1))
        for name, estimate in estimators.items():
            for k in DIRECTIONS:
                rng = np.random.default_rng([2, k])
                values = [cosine(estimate(k, rng), reference) for _ in range(REPEATS)]
                entry = {"estimator": name, "neurons": size, "weights": len(reference), "directions": k}
                found.append(entry | {"cosine": float(np.mean(values)), "sd": float(np.std(values, ddof=1))})
                print(found[-1], flush=True)
    return found


def draw(found):
    """The figure: cosines against directions, and directions for one quality against neurons."""
    figure = Figure(figsize=(8.2, 3.2))
    left, right = figure.subplots(1, 2)
    for name, colour in COLOURS.items():
        per_direction = []
        for number, size in enumerate(SIZES):
            own = [one for one in found if one["estimator"] == name and one["neurons"] == size]
            k = [one["directions"] for one in own]
            left.errorbar(
                k,
                [one["cosine"] for one in own],
                [one["sd"] for one in own],
                color=colour,
                alpha=1 - 0.22 * number,
                marker=".",
                capsize=2,
                label=f"{name}, {size} neurons",
            )
            # cosine**2/(1 - cosine**2) grows like the number of directions
            ratio = [one["cosine"] ** 2 / (1 - one["cosine"] ** 2) / one["directions"] for one in own]
            per_direction.append(1 / np.mean(ratio))
        right.plot(SIZES, per_direction, "o-", color=colour, label=f"{name} perturbation")
    left.set(xscale="log", xlabel="directions for each point", ylabel="cosine with the gradient")
    left.legend(fontsize=6, ncols=2)
    right.set(xscale="log", yscale="log", xlabel="neurons", ylabel="directions for a cosine of 0.71")
    right.xaxis.set_major_locator(FixedLocator(SIZES))
    right.xaxis.set_minor_locator(NullLocator())
    right.xaxis.set_major_formatter("{x:g}")
    right.legend(loc="center right")
    return figure


def main():
    """Measure, or draw what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--draw", action="store_true")
    if parser.parse_args().draw:
        with rc_context(ff.plot.STYLE):
            draw(json.loads((HERE / "variance.json").read_text())).savefig(HERE / "variance.png")
    else:
        (HERE / "variance.json").write_text(json.dumps(measure(), indent=1) + "\n")


if __name__ == "__main__":
    main()
