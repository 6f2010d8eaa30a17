"""What a sample costs with each learning algorithm: the same network, everything that the sample takes."""

from statistics import median

import numpy as np
from brian2 import ms
from ffbrian.benchmarks import product

import ffbrian as ff
from ffbrian import learning
from ffbrian.build.data_shape import DataShape

SIZE, N_STEPS, N_SAMPLES = 500, 20, 300
#: Measured beside the defaults: rules without running moments, which change in all synapses all the time.
PLAIN = {"node_perturbation": "polarity_perturbation"}


class Timed(product.Product):
    """A training of one algorithm, timed as a user runs it."""

    def run(self, n, keep=(), progress=None):
        """Show the first `n` presentations (`Outcome`)."""
        scalars = product.ETA | self.plan.algorithm.scalars(self.plan, 0, 1)
        return product.project(self.plan).run(self.rows.part(slice(n)), self.path, self.state, scalars)


def measure(repetitions=5):
    """Milliseconds of a sample by algorithm, all its presentations and copies together.

    Algorithms whose weights come from outside the network are left out.

    Returns
    -------
    list of dict
        ``algorithm``, ``milliseconds``, ``presentations`` and ``ratio`` to the default algorithm.
    """
    split = product.images(N_SAMPLES)
    kinds = [kind() for kind in map(learning.class_of, learning.HOMES)]
    named = {one.kind: (one, None) for one in kinds if not one.from_outside()}
    named |= {f"{kind}, plain": (named[kind][0], rule) for kind, rule in PLAIN.items()}
    times = {name: milliseconds(*one, split, repetitions) for name, one in named.items()}
    first = times[ff.Trainer(network()).algorithm.kind]
    return [
        {
            "algorithm": name,
            "milliseconds": times[name],
            "presentations": one.presentations_of_sample(),
            "ratio": times[name] / first,
        }
        for name, (one, _) in named.items()
    ]


def network(rule=None):
    """The network of workload (a), whatever else an algorithm adds to it."""
    return ff.Network([ff.Layer(SIZE)], rule=rule and getattr(ff.plasticity, rule))


def milliseconds(algorithm, rule, split, repetitions):
    """Median processor time of a sample."""
    trainer = ff.Trainer(network(rule), presentation=N_STEPS * ms, algorithm=algorithm)
    plan = trainer.plan(DataShape.of(split, product.N_CLASSES))
    places, truth = np.arange(len(split)), np.asarray(split.labels)
    rows = algorithm.training(places, truth, plan.inputs, 0, np.random.default_rng(0))
    with product.prepared(plan, split, rows) as ours:
        timed = Timed(ours.plan, ours.rows, ours.path, ours.state)
        return median(timed.milliseconds() for _ in range(repetitions)) * len(rows) / len(split)


def line(found):
    """One line of the table."""
    return (
        f"(h) {found['algorithm']:26}{found['milliseconds']:10.3f} ms a sample of {found['presentations']} "
        f"presentations, {found['ratio']:.2f} of the first"
    )
