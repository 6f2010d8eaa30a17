"""The subset of N-MNIST with 1,000 training and 100 test samples."""

import functools
import io
import lzma
import tarfile
from pathlib import Path

from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.datasets.event_cache import cached_events, listing_key, sensor_units
from ffbrian.datasets.splits import Dataset
from ffbrian.errors import DataError

NAME = "nmnist-1100"
SHAPE = (2, 34, 34)
SIZES = {"train": 1000, "test": 100}
EVENT_BYTES = 5
CLASSES = tuple("0123456789")
PLACES = (
    "n-mnist-1100/nmnist-1100.tar.xz",
    "nmnist-1100.tar.xz",
    "n-mnist-1100/NMNIST",
    "nmnist-1100/NMNIST",
    "NMNIST",
)


def load(folder=None):
    """Load the first 1,000 training and 100 test samples of N-MNIST.

    Looked for in `folder`, or else $FFBRIAN_DATA and the cache, as
    ``nmnist-1100.tar.xz`` or as a tree ``NMNIST/{Train,Test}/<label>/*.bin``.
    Samples keep the order of MNIST (the file numbers).

    Source: G. Orchard et al., Front. Neurosci. 9:437 (2015).

    Raises
    ------
    DataError
        If the files are not there, damaged, or not 1,000 and 100 in number.
    """
    place = cache.find(PLACES, folder)
    require(
        place is not None,
        f"{NAME}: none of {', '.join(PLACES)} is in "
        f"{' or '.join(map(str, cache.roots(folder)))}; put the files there.",
    )
    files = functools.cache(lambda: _files(place))
    key = cache.checksum(place) if place.is_file() else listing_key(place)
    parts = [
        cached_events(f"{NAME} {part}", key, lambda part=part: _samples(files(), part), SHAPE)
        for part in SIZES
    ]
    for part in parts:
        _check_size(part, place)
    return Dataset(NAME, *parts, class_names=CLASSES)


def _check_size(part, place):
    expected = SIZES[part.name.split()[-1]]
    require(
        len(part) == expected,
        f"{part.name}: {place} holds {len(part)} samples but the subset has {expected}; "
        f"use the data set nmnist for the full set.",
    )


def _files(place):
    """All event files: {(part, number, label): bytes}."""
    try:
        pairs = _tar_files(place) if place.is_file() else _tree_files(place)
        return {_identity(Path(path), place): content for path, content in pairs}
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise DataError(f"{place}: truncated or damaged archive ({error}); fetch it again.") from None


def _tar_files(place):
    with tarfile.open(place) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".bin"):
                yield member.name, archive.extractfile(member).read()


def _tree_files(place):
    for path in place.rglob("*.bin"):
        yield path, path.read_bytes()


def _identity(path, place):
    part, label, number = path.parts[-3].lower(), path.parts[-2], path.stem
    require(
        part in SIZES and label in CLASSES and number.isdigit(),
        f"{place}: the file {path} is not at Train/<label>/<number>.bin or "
        f"Test/<label>/<number>.bin; restore the tree.",
    )
    return part, int(number), int(label)


def _samples(files, part):
    from tonic.datasets import NMNIST
    from tonic.io import read_mnist_file

    for own, number, label in sorted(identity for identity in files if identity[0] == part):
        content, name = files[own, number, label], f"{NAME} {part} file {number:05d}.bin"
        require(
            len(content) % EVENT_BYTES == 0,
            f"{name}: has {len(content)} bytes, not a multiple of {EVENT_BYTES}; "
            f"it is truncated, fetch it again.",
        )
        events = read_mnist_file(io.BytesIO(content), NMNIST.dtype, is_stream=True)
        units = sensor_units(events["x"], events["y"], events["p"], SHAPE, name)
        yield events["t"], units, label, None
