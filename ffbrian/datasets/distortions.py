"""Samples seen from a changing viewpoint: turned, zoomed, sheared, shifted and bent anew at each showing."""

from dataclasses import asdict, dataclass, fields, replace

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from ffbrian.datasets.splits import Events, Images
from ffbrian.errors import DataError
from ffbrian.models.quantities import is_real

#: Samples that are distorted at once.
BLOCK = 1000


@dataclass(frozen=True)
class Distortion:
    """Random smooth displacement of what a sensor sees, drawn anew for every sample.

    What is at ``p`` comes from ``c + A (p - c) + b + d(p)``, where ``c`` is the centre.
    ``A`` turns, stretches each axis and shears; ``b`` displaces; ``d`` is Gaussian noise
    smoothed over the sensor, on which all channels agree.  Pixels are interpolated
    linearly, those beyond the border have the value there.  Events are moved the same
    way: of the units around its new place an event goes to one at random, the nearer the
    likelier, which on average is linear interpolation.  Those that leave the sensor are
    lost.

    Attributes
    ----------
    rotation : float
        Largest angle, degrees.
    zoom : float
        Largest change of size as a share, of each axis on its own.
    shear : float
        Largest shear as a share: pixels sideways for each pixel along.
    elastic : float
        Standard deviation of the displacement ``d``, pixels.
    smoothness : float
        Standard deviation of the Gaussian by which it is smoothed, pixels.
    shift : float
        Largest displacement along each axis, pixels, which need not be whole.
    lost : float
        Largest share of a sample's events that are lost at random, below 1; each sample
        draws its own share.  Pixels cannot be lost.

    Raises
    ------
    DataError
        For a negative value, one that is no number, or a share of 1 or more.

    Notes
    -----
    Source: P. Y. Simard, D. Steinkraus and J. C. Platt, ICDAR 958 (2003); there
    ``elastic`` is about 1.4 and ``smoothness`` 4.
    """

    rotation: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0
    shift: float = 0.0
    lost: float = 0.0

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if not is_real(value, 0):
                raise DataError(
                    f"Distortion: {field.name} is {value!r}, expected a number of at least 0, 0 for none."
                )
        if self.lost >= 1:
            raise DataError(f"Distortion: lost is {self.lost!r}, a share of events; expected less than 1.")

    def of(self, split, rng):
        """The samples distorted.

        Parameters
        ----------
        split : Images or Events
        rng : numpy.random.Generator

        Returns
        -------
        Images or Events
            As many samples with the same labels.

        Raises
        ------
        DataError
            If the samples have no neighbourhood of pixels, a line of units is to be turned, or pixels
            are to be lost.
        """
        self.check("values" if isinstance(split, Images) else type(split).__name__.lower(), split.shape)
        if isinstance(split, Events):
            return self._events(split, rng)
        return replace(split, values=_in_blocks(self._images, split.values, rng))

    def check(self, kind, shape):
        """Raise DataError unless data of this kind ("values" are images) and shape can be distorted."""
        if kind not in ("values", "events"):
            raise DataError(
                f"Distortion: it moves pixels of images and units of events, but the data are {kind}; leave "
                "distortion out."
            )
        if kind == "values" and self.lost:
            raise DataError(
                f"Distortion: lost is {self.lost!r}, a share of events, but the data are images; "
                "leave it out."
            )
        if (1, *shape)[-2] == 1 and (self.rotation or self.shear):
            raise DataError(
                f"Distortion: the {shape[-1]} units stand in a line, which cannot be turned or sheared; "
                "leave rotation and shear out."
            )

    def sources(self, n, height, width, rng):
        """Where each pixel comes from, (n, 2, height, width) rows and columns."""
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        middle = np.float32([(height - 1) / 2, (width - 1) / 2]).reshape(2, 1, 1)
        from_centre = np.stack([rows, columns]) - middle
        moved = np.einsum("nij,jyx->niyx", self._matrices(n, rng), from_centre) + middle
        return moved + self._bent((n, 2, height, width), rng) + self._displaced(n, rng)

    def _matrices(self, n, rng):
        angle = np.radians(self.rotation) * rng.uniform(-1, 1, n)
        stretched = 1 + self.zoom * rng.uniform(-1, 1, (n, 2))
        slant = self.shear * rng.uniform(-1, 1, n)
        turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], 1).reshape(n, 2, 2)
        shape = np.zeros((n, 2, 2))
        shape[:, [0, 1], [0, 1]], shape[:, 1, 0] = stretched, slant
        return (turn @ shape).astype(np.float32)

    def _bent(self, shape, rng):
        if not self.elastic:
            return np.float32(0)
        noise = rng.standard_normal(shape, np.float32)
        smooth = gaussian_filter(noise, self.smoothness, mode="wrap", axes=(2, 3))
        return smooth * (self.elastic / smooth.std())

    def _displaced(self, n, rng):
        if not self.shift:
            return np.float32(0)
        return rng.uniform(-self.shift, self.shift, (n, 2, 1, 1)).astype(np.float32)

    def _images(self, values, rng):
        n, _, height, width = values.shape
        places = self.sources(n, height, width, rng)
        bent = [
            map_coordinates(channel, place, np.float32, order=1, mode="nearest")
            for image, place in zip(values, places)
            for channel in image
        ]
        return np.rint(bent).astype(np.uint8).reshape(values.shape)

    def _events(self, split, rng):
        _, height, width = (1, 1, *split.shape)[-3:]
        places = self.sources(len(split), height, width, rng)
        sample = np.repeat(np.arange(len(split)), np.diff(split.offsets))
        channel, pixel = np.divmod(split.units, height * width)
        place = places.reshape(len(split), 2, -1)[sample, :, pixel]
        row, column = np.floor(place + rng.random(place.shape)).astype(int).T
        row = row if height > 1 else 0 * row
        kept = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        kept &= self._remains(sample, len(split), rng)
        units = ((channel * height + row) * width + column)[kept].astype(np.int32)
        counts = np.bincount(sample[kept], minlength=len(split))
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return replace(split, times_us=split.times_us[kept], units=units, offsets=offsets)

    def _remains(self, sample, n, rng):
        if not self.lost:
            return True
        share = rng.uniform(0, self.lost, n)
        return rng.random(len(sample)) >= share[sample]

    def to_dict(self):
        """The settings by name; `shift` and `lost`, which old files do not have, where they are used."""
        return {name: value for name, value in asdict(self).items() if value or name not in ("shift", "lost")}


def read(given):
    """A `Distortion`, also from a dict of its settings; None stays None."""
    if given is None or isinstance(given, Distortion):
        return given
    known = [field.name for field in fields(Distortion)]
    if not isinstance(given, dict) or set(given) - set(known):
        raise DataError(
            f"Distortion: {given!r} was given, expected some of {', '.join(known)} with a number each."
        )
    return Distortion(**given)


def _in_blocks(distorted, values, rng):
    """Few samples at a time, as the displacements take eight times the memory of pixels."""
    parts = [distorted(values[first : first + BLOCK], rng) for first in range(0, len(values), BLOCK)]
    return np.concatenate(parts)
