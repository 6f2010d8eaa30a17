"""The shape of the data that a network is built for."""

from dataclasses import dataclass

import numpy as np

from ffbrian.datasets import Images, Signals, Vectors
from ffbrian.errors import DataError
from ffbrian.learning.task import Classification, Regression


@dataclass(frozen=True)
class DataShape:
    """Shape of the data that a network is built for.

    Attributes
    ----------
    kind : str
        ``"values"``, ``"events"``, ``"signals"`` or ``"vectors"``.
    shape : tuple of int
        (channels, height, width) of images and of events from a sensor,
        (n_units,) of other events, (n_channels,) of signals.
    n_classes : int
        0 where samples have real-valued targets.
    rate_hz : float
        Samples a second of signals, 0 of other data.
    n_outputs : int
        Target values of a sample, 0 where samples have classes.
    low, high, offset, scale
        How real-valued inputs and targets are scaled, see `ffbrian.datasets.Vectors`.
        Of images, `offset` and `scale` are the grey values that become intensity 0
        (of each pixel) and 1 (above it); without `offset` those are 0 and 255.
    points : tuple of tuple of float
        Of an operator: where its solutions are asked for, one point for each output.
    """

    kind: str
    shape: tuple
    n_classes: int
    rate_hz: float = 0.0
    n_outputs: int = 0
    low: tuple = ()
    high: tuple = ()
    offset: tuple = ()
    scale: float = 1.0
    points: tuple = ()

    def __post_init__(self):
        for name in ("shape", "low", "high", "offset"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "points", tuple(map(tuple, self.points)))

    @classmethod
    def of(cls, split, n_classes):
        """The shape of a data split."""
        if isinstance(split, Vectors):
            return cls("vectors", (split.n_units,), n_classes, **split.ranges())
        if isinstance(split, Signals):
            return cls("signals", (split.n_units,), n_classes, float(split.rate_hz))
        kind = "values" if isinstance(split, Images) else "events"
        return cls(kind, tuple(int(k) for k in split.shape), n_classes)

    def check_jitter(self, jitter):
        """Raise DataError if the data have no pixels or lines of units that could be displaced."""
        if jitter and self.kind not in ("values", "events"):
            raise DataError(
                f"Trainer: jitter is {jitter}, which displaces images and events, but the data are "
                f"{self.kind}; leave jitter out."
            )

    def contrasted(self, images):
        """Images as the network sees them (`Images`)."""
        return images.contrasted(self.offset, self.scale) if self.offset else images

    def unscaled(self, answers):
        """Answers in the units of the targets."""
        return answers * self.scale + np.array(self.offset) if self.n_outputs else answers

    @property
    def n_answers(self):
        """Number of values in an answer: classes or outputs."""
        return self.n_outputs or self.n_classes

    @property
    def task(self):
        """What is to be learnt (`Classification` or `Regression`)."""
        return Regression() if self.n_outputs else Classification()

    @property
    def n_units(self):
        """Number of units of the data: pixels or channels."""
        return int(np.prod(self.shape))


def n_classes_of(split, n_classes=None):
    """Number of classes: as given, else one more than the highest label.

    Raises
    ------
    DataError
        If a label is beyond the number that was given.
    """
    needed = int(np.max(split.labels)) + 1
    if n_classes is not None and n_classes < needed:
        raise DataError(
            f"n_classes is {n_classes}, but the data hold the label {needed - 1}; give at least {needed}, or "
            "leave n_classes out."
        )
    return n_classes or needed
