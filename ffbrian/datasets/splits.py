"""What a data set is: frozen splits of images, events or signals."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ffbrian.datasets import binning, checks
from ffbrian.errors import DataError
from ffbrian.models import html

#: Pixels that are scaled at once.
CONTRAST_BLOCK = 1 << 22


class Sample(NamedTuple):
    """One sample: its `value` (array or `Spikes`) and its `label` (int)."""

    value: object
    label: int


class Spikes(NamedTuple):
    """Events of one sample: `times_us` (k,) int64 in us, `units` (k,) int32."""

    times_us: np.ndarray
    units: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Labelled images that stay uint8, in memory or mapped from disk.

    Parameters
    ----------
    values : (n, channels, height, width) uint8, C-contiguous; may be a memmap
    labels : (n,) int64, from 0
    name : str
        How error messages call this set.

    Raises
    ------
    DataError
        If an array has another type or shape, or the set is empty.
    """

    values: np.ndarray
    labels: np.ndarray
    name: str = "images"

    def __post_init__(self):
        checks.images(self.values, self.name)
        _set_labels(self, len(self.values))

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}: {_words(self)}>"

    def _repr_html_(self):
        return html.split(self)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return Sample(self.values[index], int(self.labels[index]))

    @property
    def shape(self):
        """(channels, height, width) of one image."""
        return self.values.shape[1:]

    @property
    def n_units(self):
        """Number of pixels of one image, over all channels."""
        return int(np.prod(self.shape))

    def take(self, indices):
        """Return the chosen samples; a contiguous range is a view, not a copy.

        Parameters
        ----------
        indices : slice, (m,) int or (n,) bool
        """
        chosen = _positions(indices, len(self), self.name)
        return replace(self, values=self.values[chosen], labels=self.labels[chosen])

    def contrasted(self, offset, scale):
        """The same images with other grey values for dark and bright.

        Parameters
        ----------
        offset : float or (n_units,) float
            Grey value of each pixel that becomes 0, as what lies below does.
        scale : float
            Grey values above `offset` that become 255.
        """
        dark = np.broadcast_to(np.asarray(offset, np.float32), self.n_units).reshape(self.shape)
        blocks = np.array_split(np.arange(len(self)), max(1, self.values.size // CONTRAST_BLOCK))
        values = np.empty(self.values.shape, np.uint8)
        for own in blocks:
            bright = (self.values[own] - dark) * np.float32(255 / scale)
            values[own] = np.rint(bright).clip(0, 255)
        return replace(self, values=values)


@dataclass(frozen=True, eq=False, repr=False)
class Events:
    """Labelled event streams of all samples, one after the other.

    Sample `i` owns the events `offsets[i]:offsets[i+1]`, sorted by time.

    Parameters
    ----------
    times_us : (k,) int64, microseconds from the start of the sample
    units : (k,) int32, 0..n_units-1; of a sensor, (channel*height + y)*width + x
    offsets : (n+1,) int64
    labels : (n,) int64, from 0
    n_units : int
    name : str
        How error messages call this set.
    shape : tuple of int, optional
        (channels, height, width) of the sensor, or (n_units,) without a geometry.
    speaker : (n,) int64, optional
        Who spoke each sample, for validation on unseen speakers.

    Raises
    ------
    DataError
        For times negative or out of order, units outside the range, or offsets
        that do not fit.
    """

    times_us: np.ndarray
    units: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray
    n_units: int
    name: str = "events"
    shape: tuple = None
    speaker: np.ndarray = None

    def __post_init__(self):
        _set_labels(self, np.size(self.labels))
        checks.events(self.times_us, self.units, self.offsets, self.n_units, len(self), self.name)
        for field, dtype in ("times_us", np.int64), ("units", np.int32), ("offsets", np.int64):
            _set(self, field, getattr(self, field).astype(dtype, copy=False))
        _set(self, "n_units", int(self.n_units))
        _set(self, "shape", self._checked_shape())
        if self.speaker is not None:
            _set(self, "speaker", checks.labels(self.speaker, len(self), f"{self.name} speaker"))

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}: {_words(self)}>"

    def _repr_html_(self):
        return html.split(self)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        index = range(len(self))[index]
        own = slice(self.offsets[index], self.offsets[index + 1])
        return Sample(Spikes(self.times_us[own], self.units[own]), int(self.labels[index]))

    @property
    def duration_us(self):
        """Time of the last event of any sample, in us (0 without events)."""
        return int(self.times_us.max()) if len(self.times_us) else 0

    def take(self, indices):
        """Return the chosen samples; a contiguous range is a view, not a copy.

        Parameters
        ----------
        indices : slice, (m,) int or (n,) bool
        """
        chosen = _positions(indices, len(self), self.name)
        speaker = None if self.speaker is None else self.speaker[chosen]
        return replace(self, labels=self.labels[chosen], speaker=speaker, **self._events_of(chosen))

    def binned(self, dt_us, n_steps):
        """Sort the events into time steps, at most one per unit and step.

        Parameters
        ----------
        dt_us : float
            Length of a step in us.
        n_steps : int
            Steps of a presentation; later events are dropped.

        Returns
        -------
        EventBins

        Raises
        ------
        DataError
            If `dt_us` is not positive, or `n_steps` or `n_units` exceed 65536.
        """
        return binning.binned(self, dt_us, n_steps)

    def _checked_shape(self):
        shape = (self.n_units,) if self.shape is None else tuple(int(s) for s in self.shape)
        checks.require(
            np.prod(shape) == self.n_units,
            f"{self.name}: shape {shape} does not hold {self.n_units} units; "
            f"give (channels, height, width) of the sensor.",
        )
        return shape

    def _events_of(self, chosen):
        if isinstance(chosen, slice):
            offsets = self.offsets[chosen.start : chosen.stop + 1]
            own = slice(offsets[0], offsets[-1])
            return dict(times_us=self.times_us[own], units=self.units[own], offsets=offsets - offsets[0])
        offsets = np.concatenate([[0], np.cumsum(np.diff(self.offsets)[chosen])])
        return dict(
            times_us=self._gather(self.times_us, chosen, offsets[-1]),
            units=self._gather(self.units, chosen, offsets[-1]),
            offsets=offsets,
        )

    def _gather(self, array, chosen, n_events):
        gathered, end = np.empty(n_events, array.dtype), 0
        for i in chosen:
            part = array[self.offsets[i] : self.offsets[i + 1]]
            gathered[end : end + len(part)] = part
            end += len(part)
        return gathered


@dataclass(frozen=True, eq=False, repr=False)
class Signals:
    """Labelled sampled signals.

    Parameters
    ----------
    values : (n, channels, time) float32, in the unit of the recording
    labels : (n,) int64, from 0
    rate_hz : float
        Samples per second.
    name : str
        How error messages call this set.

    Raises
    ------
    DataError
        For NaN, infinity, another type or shape, or an empty set.
    """

    values: np.ndarray
    labels: np.ndarray
    rate_hz: float
    name: str = "signals"

    def __post_init__(self):
        checks.signals(self.values, self.rate_hz, self.name)
        _set_labels(self, len(self.values))

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}: {_words(self)}>"

    def _repr_html_(self):
        return html.split(self)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return Sample(self.values[index], int(self.labels[index]))

    @property
    def shape(self):
        """(channels, time) of one signal."""
        return self.values.shape[1:]

    @property
    def n_units(self):
        """Number of channels."""
        return self.values.shape[1]

    @property
    def duration_us(self):
        """Length of one signal, in us."""
        return int(round(self.values.shape[2] / self.rate_hz * 1e6))

    def take(self, indices):
        """Return the chosen samples; a contiguous range is a view, not a copy."""
        chosen = _positions(indices, len(self), self.name)
        return replace(self, values=self.values[chosen], labels=self.labels[chosen])


Split = Images | Events | Signals


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A training and a test split with the same classes.

    Parameters
    ----------
    name : str
    train, test : Images, Events or Signals
    class_names : tuple of str, optional
        Defaults to "0", "1" ... up to the highest label.
    validation : Images, Events or Signals, optional
        Only where the publishers of the set provide one.

    Raises
    ------
    DataError
        If a label has no name or no training sample, or the splits differ in
        kind or shape.
    """

    name: str
    train: Split
    test: Split
    class_names: tuple = None
    validation: Split = None

    def __post_init__(self):
        if self.class_names is None:
            highest = int(max(self.train.labels.max(), self.test.labels.max()))
            _set(self, "class_names", _counted_names(highest, self.train, self.name))
        _set(self, "class_names", tuple(str(name) for name in self.class_names))
        self._check_alike()
        checks.class_coverage(self.train.labels, self.test.labels, self.n_classes, self.name)

    def __repr__(self):
        parts = {"training": self.train, "validation": self.validation, "test": self.test}
        sizes = ", ".join(f"{len(part)} {name}" for name, part in parts.items() if part is not None)
        kind, shape = type(self.train).__name__.lower(), " × ".join(map(str, self.train.shape))
        return f"<Dataset {self.name!r}: {kind} of {shape}, {self.n_classes} classes; {sizes} samples>"

    def _repr_html_(self):
        return html.dataset(self)

    @property
    def n_classes(self):
        """Number of classes."""
        return len(self.class_names)

    def _check_alike(self):
        found = (type(self.test).__name__, *self.test.shape)
        expected = (type(self.train).__name__, *self.train.shape)
        checks.require(
            found == expected,
            f"{self.name}: the test set holds {found} but the training set "
            f"{expected}; give both the same kind and shape.",
        )


def _words(split):
    """A split in words."""
    shape, n_classes = " × ".join(map(str, split.shape)), len(np.unique(split.labels))
    return f"{len(split)} samples of {shape}, {n_classes} {'class' if n_classes == 1 else 'classes'}"


def _counted_names(highest, train, name):
    checks.require(
        highest <= len(train) * 1000,
        f"{name}: label {highest} is out of range for {len(train)} training "
        f"samples; number the classes 0, 1, 2 ... without gaps.",
    )
    return tuple(str(i) for i in range(highest + 1))


def _set(frozen, field, value):
    object.__setattr__(frozen, field, value)


def _set_labels(split, n):
    _set(split, "labels", checks.labels(split.labels, n, split.name))


def _positions(indices, n, name):
    try:
        chosen = np.arange(n)[indices]
    except IndexError as error:
        raise DataError(f"{name}: the chosen samples do not fit ({error}); choose from 0..{n - 1}.") from None
    chosen = np.atleast_1d(chosen)
    if len(chosen) and (np.diff(chosen) == 1).all():
        return slice(int(chosen[0]), int(chosen[-1]) + 1)
    return chosen
