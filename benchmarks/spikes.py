"""The input spikes that every variant reads; the format is described in ``kernel.cpp``."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

MAGIC = b"FFSPIKES"


@dataclass(frozen=True)
class Spikes:
    """Input spikes of a schedule.

    Attributes
    ----------
    labels, phases : (n_presentations,) int32
    offsets : (n_presentations*n_steps + 1,) int64
        The step `k` of the presentation `p` owns ``units[offsets[p*n_steps + k]:...]``.
    units : (n_spikes,) int32
    n_inputs, n_labels, n_steps : int
    """

    labels: np.ndarray
    phases: np.ndarray
    offsets: np.ndarray
    units: np.ndarray
    n_inputs: int
    n_labels: int
    n_steps: int

    def first(self, n):
        """The first `n` presentations."""
        offsets = self.offsets[: n * self.n_steps + 1]
        return replace(
            self,
            labels=self.labels[:n],
            phases=self.phases[:n],
            offsets=offsets,
            units=self.units[: offsets[-1]],
        )

    def write(self, path):
        """Write the file."""
        header = (len(self.labels), self.n_inputs, self.n_labels, self.n_steps)
        with open(path, "wb") as file:
            file.write(MAGIC + np.array(header, "<i4").tobytes())
            for array, kind in (
                (self.labels, "<i4"),
                (self.phases, "<i4"),
                (self.offsets, "<i8"),
                (self.units, "<i4"),
            ):
                file.write(array.astype(kind).tobytes())

    @classmethod
    def read(cls, path):
        """Read a file that `write` wrote."""
        raw = Path(path).read_bytes()
        if raw[:8] != MAGIC:
            raise ValueError(f"{path} is not a spike file")
        n, n_inputs, n_labels, n_steps = np.frombuffer(raw, "<i4", 4, 8).tolist()
        start, n_offsets = 24 + 8 * n, n * n_steps + 1
        labels, phases = np.frombuffer(raw, "<i4", 2 * n, 24).reshape(2, n)
        return cls(
            labels,
            phases,
            np.frombuffer(raw, "<i8", n_offsets, start),
            np.frombuffer(raw, "<i4", -1, start + 8 * n_offsets),
            n_inputs,
            n_labels,
            n_steps,
        )

    @classmethod
    def recorded(cls, recording, rows, shape, dt):
        """From the spike recording of the input population.

        Parameters
        ----------
        recording : dict
            ``t`` (seconds) and ``i`` of every spike.
        rows : Schedule
            The schedule that was run.
        shape : tuple of int
            n_inputs, n_labels, n_steps.
        dt : float
            Seconds.
        """
        n_inputs, n_labels, n_steps = shape
        step = np.rint(np.asarray(recording["t"]) / dt).astype(np.int64)
        is_shown = step < len(rows) * n_steps  # the run ends one step after the last presentation
        counts = np.bincount(step[is_shown], minlength=len(rows) * n_steps)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return cls(
            rows["label"],
            rows["phase"],
            offsets,
            np.asarray(recording["i"])[is_shown],
            n_inputs,
            n_labels,
            n_steps,
        )
