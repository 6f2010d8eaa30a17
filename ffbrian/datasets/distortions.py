"""Samples seen from a changing viewpoint: turned, zoomed, sheared and bent anew at every showing."""

from dataclasses import dataclass, fields, replace

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

    What is at ``p`` comes from ``c + A (p - c) + d(p)``, where ``c`` is the centre.
    ``A`` turns, stretches each axis and shears; ``d`` is Gaussian noise smoothed over
    the sensor, on which all channels agree.  Pixels are interpolated linearly, those
    beyond the border have the value there.  Each event moves to the nearest unit; those
    that leave the sensor are lost.

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

    Raises
    ------
    DataError
        For a negative value, or one that is no number.

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

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if not is_real(value, 0):
                raise DataError(
                    f"Distortion: {field.name} is {value!r}, expected a number of at least 0, 0 for none."
                )

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
            If the samples have no neighbourhood of pixels, or a line of units is to be turned.
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
        return moved + self._bent((n, 2, height, width), rng)

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
        places = np.rint(self.sources(len(split), height, width, rng)).astype(int)
        sample = np.repeat(np.arange(len(split)), np.diff(split.offsets))
        channel, pixel = np.divmod(split.units, height * width)
        row, column = places.reshape(len(split), 2, -1)[sample, :, pixel].T
        row = row if height > 1 else 0 * row
        kept = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        units = ((channel * height + row) * width + column)[kept].astype(np.int32)
        counts = np.bincount(sample[kept], minlength=len(split))
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return replace(split, times_us=split.times_us[kept], units=units, offsets=offsets)


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
