"""The idx files of MNIST and Fashion-MNIST, plain or gzipped."""

import gzip
import math
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ffbrian import stopping
from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.errors import DataError

BLOCK_BYTES = 1 << 20
UNSIGNED_BYTE = 8
#: What gzip can pack at most.
LARGEST_RATIO = 1032


def read_labels(path):
    """Return the labels of an idx1 file, (n,) int64.

    Raises
    ------
    DataError
        If the file is missing, not an idx1 file of bytes, or truncated.
    """
    with _opened(path) as file:
        shape = _read_shape(file, 1, path)
        return np.frombuffer(b"".join(_payload(file, shape, path)), np.uint8).astype(np.int64)


def map_images(path):
    """Return the images of an idx3 file, (n, 1, height, width) uint8, memory-mapped.

    A plain file is mapped in place; a gzipped one is decompressed once into
    the cache.

    Raises
    ------
    DataError
        If the file is missing, not an idx3 file of bytes, or truncated.
    """
    with _opened(path) as file:
        n, height, width = shape = _read_shape(file, 3, path)
    require(min(shape) > 0, f"{path}: the data set is empty (shape {shape}); give at least one image.")
    if Path(path).suffix == ".gz":
        values = cache.cached_array(
            Path(path).name.split("-idx")[0], cache.checksum(path), shape, lambda: _unpacked(path)
        )
    else:
        values = _map_in_place(path, shape)
    return values.reshape(n, 1, height, width)


@contextmanager
def _opened(path):
    path = Path(path)
    require(path.is_file(), f"{path}: no such file; check the folder of the data set.")
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            yield file
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path}: truncated or damaged gzip file ({error}); fetch it again.") from None


def _read_shape(file, n_dimensions, path):
    magic = file.read(4)
    expected = bytes([0, 0, UNSIGNED_BYTE, n_dimensions])
    require(
        magic == expected,
        f"{path}: starts with {magic!r} but an idx file of {n_dimensions} dimension(s) "
        f"of bytes starts with {expected!r}; check that it is the right file.",
    )
    raw = file.read(4 * n_dimensions)
    require(
        len(raw) == 4 * n_dimensions,
        f"{path}: truncated idx file, it ends inside its header; fetch it again.",
    )
    shape = tuple(int(size) for size in np.frombuffer(raw, ">u4"))
    packed = Path(path).stat().st_size
    require(
        Path(path).suffix != ".gz" or math.prod(shape) <= LARGEST_RATIO * packed,
        f"{path}: announces {' x '.join(map(str, shape))} bytes of data, which cannot be "
        f"in a gzip file of {packed} bytes; fetch it again.",
    )
    return shape


def _payload(file, shape, path):
    expected, found = math.prod(shape), 0
    while found <= expected and (block := file.read(BLOCK_BYTES)):
        stopping.check()
        found += len(block)
        yield block
    require(found == expected, _wrong_size(path, found, shape))


def _wrong_size(path, found, shape):
    what = "truncated" if found < math.prod(shape) else "oversized"
    return (
        f"{path}: {what} idx file, it holds {found} bytes of data but its header "
        f"announces {' x '.join(map(str, shape))}; fetch it again."
    )


def _unpacked(path):
    with _opened(path) as file:
        shape = _read_shape(file, 3, path)
        yield from _payload(file, shape, path)


def _map_in_place(path, shape):
    header_bytes = 4 * (1 + len(shape))
    found = Path(path).stat().st_size - header_bytes
    require(found == math.prod(shape), _wrong_size(path, found, shape))
    return np.memmap(path, np.uint8, "r", offset=header_bytes, shape=shape)
