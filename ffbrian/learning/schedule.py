"""Schedules: what is shown when, as named columns with one entry a presentation."""

from dataclasses import dataclass

import numpy as np

#: Columns of every schedule: the sample's place in the data file, the seed of the
#: presentation's random numbers, the displacement of an image, and the sample's class
#: (0 where it has none).  An algorithm adds its own.
COMMON = ("sample", "seed", "dx", "dy", "truth")


@dataclass(frozen=True)
class Schedule:
    """What is shown, one entry a presentation.

    Attributes
    ----------
    columns : dict of str to (n_presentations,) int array
        `COMMON` and those of the algorithm.
    """

    columns: dict

    @classmethod
    def of(cls, sample, seed, truth, shift=None, **more):
        """A schedule from its columns.

        Parameters
        ----------
        sample, truth : (n,) int arrays
        seed : (n,) uint32 array
        shift : (n, 2) int array, optional
            Displacement of the image in pixels, columns and rows; default 0.
        **more : (n,) int arrays
            The columns of an algorithm.
        """
        shift = np.zeros((len(sample), 2), int) if shift is None else shift
        signed = np.asarray(seed, np.uint32).view(np.int32)
        common = {"sample": sample, "seed": signed, "dx": shift[:, 0], "dy": shift[:, 1], "truth": truth}
        return cls({name: np.asarray(column, np.int32) for name, column in (common | more).items()})

    def __len__(self):
        return len(self.columns["sample"])

    def __getitem__(self, name):
        return self.columns[name]

    def part(self, chosen):
        """The presentations that a slice, an index array or a mask chooses, in its order."""
        return Schedule({name: column[chosen] for name, column in self.columns.items()})

    def table(self, names):
        """The named columns side by side, (n_presentations, n_columns) int32."""
        return np.ascontiguousarray(np.stack([self.columns[name] for name in names], axis=1), np.int32)


def seeds_of(seed, samples):
    """Seeds that depend on a run's seed and on the sample's index alone, (n,) uint32."""
    states = [np.random.SeedSequence((seed, int(k))).generate_state(1)[0] for k in samples]
    return np.array(states, np.uint32)
