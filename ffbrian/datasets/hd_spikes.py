"""Spoken digits as cochlear spikes, in the HDF5 layout of SHD."""

import gzip
import io

import numpy as np

from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.datasets.event_cache import cached_events
from ffbrian.datasets.splits import Dataset
from ffbrian.errors import DataError
from ffbrian.files import safe_arrays

NAME = "hd-spikes"
N_CHANNELS = 700
US_PER_SECOND = 1e6
COLUMNS = ("spikes/times", "spikes/units", "labels", "extra/speaker")
#: No file of this set unpacks to more, no spoken digit lasts longer.
LARGEST_BYTES, LONGEST_SECONDS = 1 << 30, 3600
CLASSES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fuenf",
    "sechs",
    "sieben",
    "acht",
    "neun",
)


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
    require(
        path is not None,
        f"{NAME}: {stem}.gz is not in {' or '.join(map(str, cache.roots(folder)))}; "
        f"put it into a folder {NAME}/ there.",
    )
    return cached_events(f"{NAME} {part}", cache.checksum(path), lambda: _samples(path), (N_CHANNELS,))


def _samples(path):
    import h5py

    try:
        content = _content(path)
        with h5py.File(io.BytesIO(content), "r") as file:
            yield from _read(file, len(content), path)
    except (*safe_arrays.DAMAGED, AttributeError) as error:
        raise DataError(f"{path}: truncated or not in the layout of SHD ({error}); fetch it again.") from None


def _content(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    require(
        len(content) <= LARGEST_BYTES,
        f"{path}: unpacks to more than {LARGEST_BYTES} bytes, which this set does not have; fetch it again.",
    )
    return content


def _read(file, n_bytes, path):
    columns = {name: file[name] for name in COLUMNS}
    for name, column in columns.items():
        require(
            len(column.shape) == 1,
            f"{path}: {name} has the shape {column.shape} but should have one entry for each sample; fetch "
            "it again.",
        )
    found = ", ".join(f"{len(column)} {name}" for name, column in columns.items())
    require(
        len(set(map(len, columns.values()))) == 1,
        f"{path}: truncated or not in the layout of SHD (it holds {found}, but each sample has one of each); "
        "fetch it again.",
    )
    require(
        sum(column.nbytes for column in columns.values()) <= n_bytes,
        f"{path}: declares more samples than its {n_bytes} bytes can hold; fetch it again.",
    )
    for number, (times_s, units, label, speaker) in enumerate(
        zip(*(column[:] for column in columns.values()))
    ):
        yield _sample(f"{path}: sample {number}", times_s, units, label, speaker)


def _sample(where, times_s, units, label, speaker):
    require(
        np.ndim(times_s) == np.ndim(units) == 1,
        f"{where} has no list of spike times and units; fetch it again.",
    )
    seconds = np.asarray(times_s, np.float64)
    require(
        np.isfinite(seconds).all()
        and (not len(seconds) or 0 <= seconds.min() and seconds.max() < LONGEST_SECONDS),
        f"{where} has spike times outside 0 to {LONGEST_SECONDS} s; fetch it again.",
    )
    whole = all(np.issubdtype(np.asarray(values).dtype, np.integer) for values in (label, speaker, units))
    require(whole, f"{where} has labels, speakers or units that are no whole numbers; fetch it again.")
    return np.rint(seconds * US_PER_SECOND).astype(np.int64), units, label, speaker
