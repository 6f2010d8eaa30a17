"""Where data are looked for and where decoded copies are kept."""

import hashlib
import os
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ffbrian.datasets.files import atomic
from ffbrian.errors import DataError


def cache_folder():
    """The user's cache: $XDG_CACHE_HOME/ffbrian/data, else ~/.cache/ffbrian/data."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ffbrian" / "data"


def roots(folder=None):
    """Folders to search: `folder` alone, or else $FFBRIAN_DATA and the cache."""
    if folder is not None:
        return [Path(os.path.expanduser(folder))]
    named = os.environ.get("FFBRIAN_DATA")
    return ([Path(os.path.expanduser(named))] if named else []) + [cache_folder()]


def find(names, folder=None):
    """First existing path among `names` in each of the roots, or None."""
    candidates = (root / name for root in roots(folder) for name in names)
    return next((path for path in candidates if _exists(path)), None)


def _exists(path):
    try:
        return path.exists()
    except (OSError, ValueError):  # no file can have such a name
        return False


def checksum(path):
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cached_array(stem, key, shape, blocks):
    """Map an array from the cache; write it first if it is not there.

    Two processes may do this at once: each writes its own temporary file and
    the last one to finish replaces an equal one.

    Parameters
    ----------
    stem, key : str
        Readable name, and checksum of what the array was made from.
    shape : tuple of int
    blocks : callable
        Returns an iterator over the uint8 bytes, row-major.

    Returns
    -------
    np.memmap, `shape`, uint8, read-only
    """
    path = cache_folder() / f"{stem}-{key[:24]}.npy"
    if not path.exists():
        header = dict(descr="|u1", fortran_order=False, shape=tuple(shape))
        with atomic(path) as file:
            np.lib.format.write_array_header_1_0(file, header)
            for block in blocks():
                file.write(block)
    with refusing_damage(path):
        return np.load(path, mmap_mode="r", allow_pickle=False)


@contextmanager
def refusing_damage(path):
    """Turn failures to read from the cache into a `DataError` that says what to delete."""
    try:
        yield
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: this cached copy is damaged ({error}); delete it and load the data again."
        ) from error
