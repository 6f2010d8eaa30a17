"""The binaries that ffbrian builds, timed as a user runs them.

``python -m ffbrian.benchmarks.product`` builds the network of workload (a), shows it
one presentation and prints how long both took.
"""

import contextlib
import json
import os
import re
import resource
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from ffbrian.benchmarks.spikes import Spikes

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.errors import DataError
from ffbrian.learning.forward_forward import ForwardForward, evaluation
from ffbrian.network.connections import AllToAll, RandomConnection
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.train.initial_state import initial_state

N_CLASSES = 10
ETA = {"session.eta": 3e-4}


def images(n, side=28):
    """`n` MNIST digits, or as many random blobs of about their intensity (`Images`)."""
    with contextlib.suppress(DataError):
        train = ff.datasets.load("mnist").train
        return train.take(slice(0, min(n, len(train))))
    rng = np.random.default_rng(0)
    centres, grid = rng.uniform(8, side - 8, (n, 6, 2)), np.arange(side)
    profiles = np.exp(-((grid - centres[..., None]) ** 2) / 4)
    values = 255 * (profiles[:, :, 0, :, None] * profiles[:, :, 1, None, :]).max(axis=1, keepdims=True)
    return ff.datasets.Images(
        np.ascontiguousarray(values.astype(np.uint8)), rng.integers(0, N_CLASSES, n), "blobs"
    )


def plan(sizes, n_steps, kind="training", shape=(1, 28, 28), probability=1.0, is_recurrent=False):
    """The plan of a workload.

    Parameters
    ----------
    sizes : tuple of int
        Neurons of each layer.
    n_steps : int
    kind : str
        ``"training"`` (random negatives), ``"hard"`` (hard negatives), ``"single"``
        (nothing is learnt) or ``"labels"`` (all labels at once, nothing is learnt).
    shape : tuple of int
        Of an image.
    probability : float
        That an input neuron and a neuron of the first layer are connected.
    is_recurrent : bool
        Whether the second layer also sends plastic synapses back to the first.
    """
    candidates = kind in ("hard", "labels")
    first = ff.Layer(sizes[0], connection=connection(probability))
    network = ff.Network([first, *(ff.Layer(size) for size in sizes[1:])])
    network = back_and_forth(*sizes) if is_recurrent else network
    return Plan(
        network,
        DataShape("values", shape, N_CLASSES),
        n_steps,
        learns=kind in ("training", "hard"),
        has_candidates=candidates,
        has_layers=kind != "labels",
    )


def back_and_forth(first, second):
    """Two populations, plastic synapses each way between them (`Network`)."""
    weights = {
        ("image", "first"): 0.03,
        ("label", "first"): 0.03,
        ("second", "first"): 0.1,
        ("first", "second"): 0.2,
        ("label", "second"): 0.03,
    }
    stdp = ff.plasticity.eligibility_stdp
    return ff.Network(
        populations={
            "image": ff.Inputs(),
            "label": ff.Labels(),
            "first": ff.Population(first),
            "second": ff.Population(second),
        },
        projections=[
            ff.Projection(*ends, rule=stdp, initial_weight=weight) for ends, weight in weights.items()
        ],
        signals={"M": ff.modulators.opponent},
    )


def connection(probability):
    """Of the first layer, the same for all variants."""
    return AllToAll() if probability == 1 else RandomConnection(probability)


def training_rows(split, n, negatives=None):
    """A schedule of `n` samples, each with its own and a wrong label."""
    samples = np.arange(n) % len(split)
    algorithm, inputs = (
        ForwardForward(negatives or ff.RandomNegatives()),
        DataShape("values", split.shape, N_CLASSES),
    )
    return algorithm.training(samples, np.asarray(split.labels)[samples], inputs, 0, np.random.default_rng(0))


def evaluation_rows(split, n, labels):
    """A schedule of `n` samples with each of `labels`, and nothing learnt."""
    samples = np.arange(n) % len(split)
    return evaluation(samples, np.asarray(split.labels)[samples], np.asarray(labels), 0)


def processor_seconds():
    """Processor time of all programs that this process started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass
class Product:
    """One compiled plan with its data.

    Attributes
    ----------
    plan : Plan
    rows : (n_presentations, 7) int32
    path : Path
        The data file.
    state : dict of str to array
        Weights to begin with.
    """

    plan: Plan
    rows: np.ndarray
    path: Path
    state: dict

    def run(self, n, keep=(), progress=None):
        """Show the first `n` presentations (`Outcome`)."""
        scalars = (ETA if self.plan.learns else {}) | (
            {"ballot.sharpness": 1.0} if self.plan.learns and self.plan.has_candidates else {}
        )
        return project(self.plan).run(
            self.rows.part(slice(n)), self.path, self.state, scalars, keep=keep, progress=progress
        )

    def milliseconds(self):
        """Processor time of a presentation, without that of starting the program."""
        seconds = []
        for n in (1, len(self.rows)):
            begin = processor_seconds()
            self.run(n)
            seconds.append(processor_seconds() - begin)
        return 1e3 * (seconds[1] - seconds[0]) / (len(self.rows) - 1)

    def weights(self, n):
        """All weights after `n` presentations, in the order of the kernel's file."""
        names = list(self.state)
        final = self.run(n, keep=names).state
        return np.concatenate([final[name] for name in names]).astype(float)

    def peak_megabytes(self):
        """Largest resident memory of the binary over its whole schedule."""
        peak = [0.0]

        def look(_):
            for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
                with contextlib.suppress(OSError, TypeError):
                    peak[0] = max(
                        peak[0],
                        int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text())[1])
                        / 1024,
                    )

        self.run(len(self.rows), progress=look)
        return peak[0]


@contextlib.contextmanager
def prepared(plan, split, rows):
    """A `Product` with fresh weights and its data in a temporary file."""
    with data_file(split, plan) as path:
        yield Product(plan, rows, path, initial_state(plan, np.random.default_rng(5)))


def record_spikes(split, rows, n_steps):
    """The input spikes that the product's encoder emits for a schedule (`Spikes`)."""
    small = replace(plan((1,), n_steps, "single", split.shape), recorded=(("inputs", ("spikes",), None),))
    with prepared(small, split, rows) as product:
        recording = product.run(len(rows)).recordings["inputs_spikes"]
    return Spikes.recorded(recording, rows, (split.n_units, N_CLASSES, n_steps), small.dt)


def main():
    """Build and start workload (a); prints JSON."""
    started = time.perf_counter()
    split = images(1)
    wanted = plan((500,), 20)
    with prepared(wanted, split, training_rows(split, 1)) as product:
        begin = time.perf_counter()
        project(wanted)
        built = time.perf_counter()
        product.run(2)
    print(
        json.dumps(
            {
                "build_seconds": built - begin,
                "run_seconds": time.perf_counter() - built,
                "inner_seconds": time.perf_counter() - started,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
