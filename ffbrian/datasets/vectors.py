"""Samples of a few real numbers with real-valued targets: functions and operators to learn."""

from dataclasses import dataclass, field, replace

import numpy as np

from ffbrian.datasets.checks import require
from ffbrian.datasets.splits import Sample


@dataclass(frozen=True)
class Vectors:
    """Real-valued inputs and targets.

    Parameters
    ----------
    values : (n, d) float32
    targets : (n, m) float32
    low, high : (d,) float, optional
        The range of each input that is coded; default: that of the values.  A test set
        carries the range of its training set.
    offset : (m,) float, optional
    scale : float, optional
        The network learns ``(targets - offset)/scale``; default: the mean of each
        output and the largest deviation from it.
    name : str
        How error messages call this set.
    points : tuple of m tuples of d float, optional
        Of an operator: where the solution is asked for, one point for each output; see
        `of_operator`.

    Raises
    ------
    DataError
        For NaN, infinity, another shape, or an empty set.
    """

    values: np.ndarray
    targets: np.ndarray
    low: tuple = None
    high: tuple = None
    offset: tuple = None
    scale: float = None
    name: str = "vectors"
    points: tuple = ()
    labels: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        for key in ("values", "targets"):
            object.__setattr__(self, key, _table(getattr(self, key), f"{self.name}: {key}"))
        require(
            len(self.values) == len(self.targets) > 0,
            f"{self.name}: {len(self.values)} samples have {len(self.targets)} targets; give each sample its "
            "own.",
        )
        object.__setattr__(self, "labels", np.zeros(len(self.values), np.int64))
        spread = np.abs(self.targets - self.targets.mean(axis=0)).max()
        defaults = {
            "low": self.values.min(axis=0),
            "high": self.values.max(axis=0),
            "offset": self.targets.mean(axis=0),
            "scale": float(spread) or 1.0,
        }
        for key, value in defaults.items():
            given = getattr(self, key)
            found = value if given is None else given
            object.__setattr__(
                self, key, float(found) if key == "scale" else tuple(float(x) for x in np.ravel(found))
            )

    @classmethod
    def of_operator(cls, u, points, s, name="operator"):
        """Pairs of functions, coded in one range that all sensors share.

        Parameters
        ----------
        u : (n, n_sensors) float
            Input functions, each at the same sensors.
        points : (m, d) float
            Where the output functions are known.
        s : (n, m) float
            The output functions at these points.
        name : str
            How error messages call this set.

        Raises
        ------
        DataError
            If there is not one value for each point, or an array holds no finite numbers.
        """
        u, points, s = (_table(v, f"{name}: {key}") for key, v in zip(("u", "points", "s"), (u, points, s)))
        require(
            s.shape[1] == len(points),
            f"{name}: s has {s.shape[1]} values for each function, but there are {len(points)} points; give "
            "one value for each point.",
        )
        n = u.shape[1]
        places = tuple(tuple(map(float, point)) for point in points)
        return cls(u, s, low=(u.min(),) * n, high=(u.max(),) * n, name=name, points=places)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return Sample(self.values[index], 0)

    @property
    def shape(self):
        """(d,): the number of inputs."""
        return self.values.shape[1:]

    @property
    def n_units(self):
        """Number of inputs."""
        return self.values.shape[1]

    @property
    def n_outputs(self):
        """Number of values in a target."""
        return self.targets.shape[1]

    def ranges(self):
        """How inputs and targets are scaled (dict), the same for all parts of a data set."""
        return {
            "n_outputs": self.n_outputs,
            "low": self.low,
            "high": self.high,
            "offset": self.offset,
            "scale": self.scale,
            "points": self.points,
        }

    def like(self, other):
        """The same samples, scaled as those of another set."""
        return replace(
            self, **{key: getattr(other, key) for key in ("low", "high", "offset", "scale", "points")}
        )

    def take(self, indices):
        """Chosen samples, in the order of `indices`."""
        return replace(self, values=self.values[indices], targets=self.targets[indices])

    def coded(self):
        """Inputs from 0 to 1 in their ranges, (n, d) float32."""
        low, high = np.array(self.low), np.array(self.high)
        return ((self.values - low) / np.where(high > low, high - low, 1)).astype("<f4")

    def scaled_targets(self):
        """Targets as the network learns them, (n, m) float32."""
        return ((self.targets - np.array(self.offset)) / self.scale).astype("<f4")


def _table(found, name):
    """Finite real numbers in rows, float32; a single column may be flat."""
    found = np.asarray(found)
    require(
        found.dtype.kind in "fiu" and found.ndim in (1, 2) and found.size,
        f"{name} is {found.dtype} of shape {found.shape}, expected real numbers of shape (n, k).",
    )
    found = np.ascontiguousarray(found.reshape(len(found), -1), np.float32)
    require(np.isfinite(found).all(), f"{name} holds numbers that are not finite; leave those samples out.")
    return found
