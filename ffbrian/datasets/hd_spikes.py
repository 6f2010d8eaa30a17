"""Spoken digits as cochlear spikes, in the HDF5 layout of SHD."""

import gzip
import io
import zlib

import numpy as np

from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.datasets.event_cache import cached_events
from ffbrian.datasets.splits import Dataset
from ffbrian.errors import DataError

NAME = "hd-spikes"
N_CHANNELS = 700
US_PER_SECOND = 1e6
CLASSES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
           "null", "eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun")


def load(folder=None):
    """Load HD spikes: 1,200 + 240 spoken digits, 20 classes, 700 channels.

    The test speakers do not occur in the training set; ``train.speaker`` serves
    validation by speaker (see `split_groups`).  These are not the official SHD
    files: never report results on them as SHD.

    Looked for in `folder`, or else $FFBRIAN_DATA and the cache, as
    ``hd_spikes_train.h5.gz`` and ``hd_spikes_test.h5.gz``, or unpacked.

    Source: B. Cramer et al., IEEE TNNLS 33:2744 (2020).

    Raises
    ------
    DataError
        If the files are not there or damaged.
    """
    parts = [_part(part, folder) for part in ("train", "test")]
    return Dataset(NAME, *parts, class_names=CLASSES)


def _part(part, folder):
    stem = f"hd_spikes_{part}.h5"
    path = cache.find([f"{NAME}/{stem}.gz", f"{NAME}/{stem}", f"{stem}.gz", stem], folder)
    require(path is not None,
            f"{NAME}: {stem}.gz is not in {' or '.join(map(str, cache.roots(folder)))}; "
            f"put it into a folder {NAME}/ there.")
    return cached_events(f"{NAME} {part}", cache.checksum(path), lambda: _samples(path),
                         (N_CHANNELS,))


def _samples(path):
    import h5py

    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        with h5py.File(io.BytesIO(content), "r") as file:
            yield from _read(file)
    except (OSError, EOFError, KeyError, zlib.error) as error:
        raise DataError(f"{path}: truncated or not in the layout of SHD ({error}); "
                        f"fetch it again.") from None


def _read(file):
    names = ("spikes/times", "spikes/units", "labels", "extra/speaker")
    columns = [file[name] for name in names]
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        found = ", ".join(f"{length} {name}" for length, name in zip(lengths, names))
        raise OSError(f"it holds {found}, but each sample has one of each")
    for times_s, units, label, speaker in zip(*(column[:] for column in columns)):
        times_us = np.rint(times_s.astype(np.float64) * US_PER_SECOND).astype(np.int64)
        yield times_us, units, label, speaker
