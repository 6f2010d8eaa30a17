"""What the machine can do in float32 at vector width, measured in the same run as everything else."""

import contextlib
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ffbrian.build.dense import ARITHMETIC
from ffbrian.errors import BuildError, RunError
from ffbrian.run import toolchain

SOURCE = Path(__file__).with_name("machine.cpp")
#: As Brian 2 compiles networks.
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fno-finite-math-only", "-std=c++14")
#: Neurons that ``machine.cpp`` has by hand.
BY_HAND = ("lif", "adex", "hodgkin_huxley")


@dataclass(frozen=True)
class Machine:
    """Rates of one processor.

    Attributes
    ----------
    layer, cache, memory : float
        Bytes read and written in a nanosecond by copies of 16 KiB (the variables of a
        layer), 2 MiB (its weights) and 256 MiB.
    multiply_adds, exponentials : float
        Float32 operations in a nanosecond.
    """

    layer: float
    cache: float
    memory: float
    multiply_adds: float
    exponentials: float

    def nanoseconds(self, work):
        """The least time for some work: its parts may overlap, so the longest of them.

        Parameters
        ----------
        work : dict of str to float
            Bytes or operations by the name of a rate.
        """
        return max(amount / getattr(self, name) for name, amount in work.items())

    def __str__(self):
        return (
            f"this machine: copies {self.layer:.0f} GB/s (16 KiB), {self.cache:.0f} GB/s (2 MiB), "
            f"{self.memory:.0f} GB/s (256 MiB); {self.multiply_adds:.1f} multiply-adds and "
            f"{self.exponentials:.2f} exponentials a nanosecond"
        )


class Program:
    """The compiled ``machine.cpp``.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path):
        self.path = path

    def machine(self):
        """Measure the rates (`Machine`)."""
        return Machine(**self._answer("figures"))

    def nanoseconds(self, neuron, size, n_steps):
        """What one of `BY_HAND` takes for a neuron and a step."""
        return self._answer(neuron, size, n_steps)["nanoseconds"]

    def _answer(self, *words):
        done = subprocess.run([self.path, *map(str, words)], capture_output=True, text=True)
        if done.returncode:
            raise RunError(f"The measurement of the machine ended with status {done.returncode}.")
        return json.loads(done.stdout)


@contextlib.contextmanager
def compiled():
    """A `Program` in a temporary folder.

    Raises
    ------
    BuildError
        If the compiler refuses it.
    """
    with tempfile.TemporaryDirectory(prefix="ffbrian-bench-") as folder:
        path = Path(folder) / "machine"
        command = [*toolchain.find_compiler().split(), *FLAGS, f"-I{ARITHMETIC.parent}", SOURCE, "-o", path]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise BuildError(f"The compiler refused {SOURCE}: {done.stderr.strip().splitlines()[0]}.")
        yield Program(path)
