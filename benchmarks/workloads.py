"""What is compared: one workload at a time, all variants on the same spikes."""

import contextlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from ffbrian.benchmarks import product

from ffbrian.errors import BuildError, RunError
from ffbrian.run import toolchain

KERNEL = Path(__file__).with_name("kernel.cpp")
#: Presentations that the slower variants are shown.
SHOWN = {"tuned": 60, "naive": 20}


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes
    ----------
    name, title : str
    sizes : tuple of int
        Neurons of each layer.
    n_steps : int
    n_samples : int
        That the product and the kernel are shown.
    is_training : bool
        Positive and negative presentation; otherwise all labels, nothing learnt.
    rivals : tuple of str
        Besides the kernel: ``"tuned"``, ``"naive"``.
    probability : float
        That an input neuron and a neuron of the first layer are connected; below 1
        there is no kernel to compare with.
    is_recurrent : bool
        Whether the second layer also sends plastic synapses back; then there is no kernel.
    """

    name: str
    title: str
    sizes: tuple = (500,)
    n_steps: int = 20
    n_samples: int = 500
    is_training: bool = True
    rivals: tuple = ("tuned",)
    probability: float = 1.0
    is_recurrent: bool = False

    @property
    def presentations(self):
        """Presentations of a sample, as the kernel and stock Brian show it."""
        return 2 if self.is_training else product.N_CLASSES

    def rows(self, split):
        """The schedule of the kernel and of stock Brian."""
        if self.is_training:
            return product.training_rows(split, self.n_samples)
        return product.evaluation_rows(split, self.n_samples, range(product.N_CLASSES))


def compile_kernel(folder):
    """The hand-written kernel (Path of the program)."""
    if not KERNEL.exists():
        raise BuildError(
            f"The benchmark needs {KERNEL.name}, which is missing beside {Path(__file__).name}; install "
            "ffbrian again."
        )
    command = [
        *toolchain.find_compiler().split(),
        "-O3",
        "-march=native",
        "-ffast-math",
        str(KERNEL),
        "-o",
        str(folder / "kernel"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"The compiler refused {KERNEL}: {done.stderr.strip().splitlines()[0]}.")
    return folder / "kernel"


def answer(*command, folder=None):
    """What a program prints last, as JSON."""
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RunError(
            f"{command[0]} ended with status {done.returncode}: {done.stderr.strip().splitlines()[-1:]}."
        )
    return json.loads(done.stdout.strip().splitlines()[-1])


class Rivals:
    """The kernel and the stock projects of a workload, on spikes recorded from the product.

    Parameters
    ----------
    workload : Workload
    split : Images
    folder : Path
        Empty; receives spikes, weights and projects.
    """

    def __init__(self, workload, split, folder):
        self.workload, self.folder, rows = workload, folder, workload.rows(split)
        self.spikes = product.record_spikes(split, rows, workload.n_steps)
        self.spikes.write(folder / "spikes")
        has_kernel = workload.probability == 1 and not workload.is_recurrent
        self.kernel = compile_kernel(folder) if has_kernel else None
        self.files = {}

    def build(self, state):
        """Compile stock projects that begin with the product's weights."""
        np.concatenate(list(state.values())).astype("<f4").tofile(self.folder / "weights")
        for name in self.workload.rivals:
            command = (
                sys.executable,
                "-m",
                "ffbrian.benchmarks.stock",
                self.folder / "spikes",
                self.folder / "weights",
                self.folder / name,
            )
            self.files[name] = answer(
                *command,
                "--sizes",
                self.sizes,
                "--variant",
                name,
                "--presentations",
                SHOWN[name],
                "--probability",
                self.workload.probability,
                *(["--recurrent"] if self.workload.is_recurrent else []),
            )

    @property
    def sizes(self):
        """The layers' sizes as the command lines take them."""
        return ",".join(map(str, self.workload.sizes))

    def run_kernel(self, n, *output):
        """The kernel's answer for the first `n` presentations."""
        return answer(self.kernel, self.folder / "spikes", self.folder / "weights", self.sizes, n, *output)

    def run_stock(self, name):
        """Milliseconds of a presentation in a stock project."""
        (self.folder / name / "results").mkdir(exist_ok=True)
        return answer("./main", folder=self.folder / name)["milliseconds"] / SHOWN[name]

    def timers(self):
        """By variant, a function that gives milliseconds of a presentation."""
        stock = {name: lambda name=name: self.run_stock(name) for name in self.workload.rivals}
        kernel = (
            {"kernel": lambda: self.run_kernel(len(self.spikes.labels))["milliseconds"]}
            if self.kernel
            else {}
        )
        return kernel | stock

    def kernel_weights(self, n):
        """Weights after `n` presentations by the kernel."""
        self.run_kernel(n, self.folder / "final")
        return np.fromfile(self.folder / "final")

    def stock_weights(self, name):
        """Weights that the last run of a stock project left."""
        return np.concatenate(
            [np.fromfile(self.folder / name / "results" / file, "<f4") for file in self.files[name]]
        ).astype(float)


def alternate(timers, repetitions):
    """Medians of several rounds in which every timer has its turn."""
    rounds = [{name: timer() for name, timer in timers.items()} for _ in range(repetitions)]
    return {name: median(one[name] for one in rounds) for name in timers}


def measure(workload, repetitions):
    """Time all variants of a workload.

    Returns
    -------
    dict
        ``ms`` per sample by variant, ``ratio``: how many times longer than ffbrian
        each variant takes, and how far the variants agree.
    """
    split = product.images(workload.n_samples)
    kind = "training" if workload.is_training else "labels"
    how = (kind, split.shape, workload.probability, workload.is_recurrent)
    wanted = product.plan(workload.sizes, workload.n_steps, *how)
    rows = (
        workload.rows(split)
        if workload.is_training
        else product.evaluation_rows(split, workload.n_samples, [0])
    )
    with (
        tempfile.TemporaryDirectory(prefix="ffbrian-bench-") as folder,
        product.prepared(wanted, split, rows) as ours,
    ):
        rivals = Rivals(workload, split, Path(folder))
        rivals.build(ours.state)
        timers = {"ffbrian": ours.milliseconds} | rivals.timers()
        per_sample = dict.fromkeys(timers, workload.presentations) | {
            "ffbrian": len(rows) // workload.n_samples
        }
        with single(workload, split) as timer:
            times = alternate(timers | timer, repetitions)
        ms = {name: value * per_sample.get(name, 1) for name, value in times.items()}
        found = {
            "workload": workload.name,
            "title": workload.title,
            "sizes": list(workload.sizes),
            "n_steps": workload.n_steps,
            "n_samples": workload.n_samples,
        }
        found |= {
            "probability": workload.probability,
            "ms": ms,
            "ratio": {name: value / ms["ffbrian"] for name, value in ms.items()},
        }
        return found | activity(ours, rivals) | (agreement(ours, rivals) if workload.is_training else {})


@contextlib.contextmanager
def single(workload, split):
    """In an evaluation: also the time of presentations with one label."""
    if workload.is_training:
        yield {}
        return
    rows = product.evaluation_rows(split, workload.n_samples, [0])
    with product.prepared(
        product.plan(workload.sizes, workload.n_steps, "single", split.shape), split, rows
    ) as ours:
        yield {"one label": ours.milliseconds}


def activity(ours, rivals):
    """Spikes of a presentation, and whether the product's are those that the others read."""
    counts, spikes = ours.run(len(ours.rows)).table, rivals.spikes
    per_presentation = np.diff(spikes.offsets[:: spikes.n_steps])[:: len(spikes.labels) // len(ours.rows)]
    if not np.array_equal(counts["input_spikes"], per_presentation):
        raise RunError(
            "The input spikes of the benchmark differ from those of the product; please report this."
        )
    in_step = np.repeat(np.arange(len(spikes.offsets) - 1), np.diff(spikes.offsets))
    senders = np.unique(in_step // spikes.n_steps * spikes.n_inputs + spikes.units)
    in_layers = sum(counts[name].astype(float).sum() for name in counts if name.startswith("spikes_")) / len(
        ours.rows
    )
    return {
        "input_spikes": float(per_presentation.mean()),
        "active_inputs": len(senders) / len(spikes.labels),
        "layer_spikes": rivals.run_kernel(len(spikes.labels))["layer_spikes"] if rivals.kernel else in_layers,
    }


def allowed(found, workload, machine):
    """Milliseconds that the machine's rates allow for a sample of a workload with one layer.

    Four bytes for every weight that a spike adds, eight for every pair that a spike of the
    layer marks, sixteen for every pair that is consolidated, and in every step 24 for every
    neuron (its potential and two sums of input).

    Parameters
    ----------
    found : dict
        From `measure`.
    workload : Workload
    machine : ffbrian.benchmarks.machine.Machine

    Returns
    -------
    float
    """
    (size,), density = workload.sizes, workload.probability
    moved = 4 * found["input_spikes"] * size * density
    if workload.is_training:
        moved += found["active_inputs"] * density * (8 * found["layer_spikes"] + 16 * size)
    in_steps = machine.nanoseconds({"layer": 24 * size * workload.n_steps})
    return workload.presentations * (machine.nanoseconds({"cache": moved}) + in_steps) / 1e6


def agreement(ours, rivals):
    """Correlation of each variant's weight changes with the kernel's (or the product's), after equal
    presentations.
    """
    start = np.concatenate(list(ours.state.values())).astype(float)
    reference = rivals.kernel_weights if rivals.kernel else ours.weights
    shown = {"ffbrian": SHOWN["tuned"]} | {name: SHOWN[name] for name in rivals.workload.rivals}
    final = {
        name: ours.weights(n) if name == "ffbrian" else rivals.stock_weights(name)
        for name, n in shown.items()
    }
    return {
        "agreement": {
            name: float(np.corrcoef(final[name] - start, reference(n) - start)[0, 1])
            for name, n in shown.items()
        }
    }
