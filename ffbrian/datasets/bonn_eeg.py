"""The Bonn EEG recordings: five sets of 100 single-channel segments."""

import zipfile
from pathlib import PurePosixPath

import numpy as np

from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.datasets.division import folds as divide
from ffbrian.datasets.splits import Dataset, Signals
from ffbrian.errors import DataError
from ffbrian.files import safe_arrays

NAME = "bonn-eeg"
SETS = ("Z", "O", "N", "F", "S")
SEIZURE = "S"
RATE_HZ = 173.61
FOLD_SEED = 0
#: Bytes of the text of one set; the real ones have 2.5 million.
LARGEST_TEXT = 64 << 20


def load(folder=None, seizure=False, fold=0, folds=10):
    """Load one fold of the Bonn EEG: 500 segments of 23.6 s at 173.61 Hz.

    The set has no standard test part.  The segments are divided into `folds`
    stratified folds (`ffbrian.datasets.folds` with seed 0) and number `fold` is
    the test set.

    Parameters
    ----------
    folder : Path, optional
        With ``z.zip``, ``o.zip``, ``n.zip``, ``f.zip`` and ``s.zip``, or with a
        folder ``bonn-eeg/`` that has them.
    seizure : bool
        Two classes, set S against the rest, instead of the five sets Z (healthy,
        eyes open), O (healthy, eyes closed), N and F (between seizures), S (seizure).
    fold, folds : int

    Source: R. G. Andrzejak et al., Phys. Rev. E 64:061907 (2001).

    Raises
    ------
    DataError
        If a file is missing or damaged, or the fold does not exist.
    """
    require(0 <= fold < folds, f"{NAME}: fold {fold} does not exist; choose 0..{folds - 1}.")
    groups = [_segments(letter, folder) for letter in SETS]
    lengths = {letter: len(group[0]) for letter, group in zip(SETS, groups)}
    require(
        len(set(lengths.values())) == 1,
        f"{NAME}: the sets have segments of different lengths ({lengths}); fetch them again.",
    )
    values = np.stack([segment for group in groups for segment in group])[:, None]
    labels = np.repeat(np.arange(len(SETS)), [len(group) for group in groups])
    train, test = divide(labels, folds, FOLD_SEED)[fold]
    if seizure:
        labels = (labels == SETS.index(SEIZURE)).astype(np.int64)
    whole = Signals(values, labels, RATE_HZ, NAME)
    return Dataset(
        NAME, whole.take(train), whole.take(test), class_names=("rest", "seizure") if seizure else SETS
    )


def _segments(letter, folder):
    names = [f"{sub}{name}.zip" for sub in (f"{NAME}/", "") for name in (letter.lower(), letter)]
    path = cache.find(names, folder)
    require(
        path is not None,
        f"{NAME}: {letter.lower()}.zip is not in "
        f"{' or '.join(map(str, cache.roots(folder)))}; put the five zip files into a "
        f"folder {NAME}/ there.",
    )
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(_members(archive), key=lambda info: info.filename)
            require(
                sum(info.file_size for info in members) <= LARGEST_TEXT,
                f"{path}: unpacks to more than {LARGEST_TEXT} bytes, which no set of segments has; fetch it "
                "again.",
            )
            segments = [_numbers(archive.read(info)) for info in members]
    except safe_arrays.DAMAGED as error:
        raise DataError(f"{path}: damaged, or not one number a line ({error}); fetch it again.") from None
    lengths = {len(segment) for segment in segments}
    require(
        len(lengths) == 1,
        f"{path}: holds segments of {sorted(lengths)} points but all "
        f"should have the same length; fetch it again.",
    )
    return segments


def _members(archive):
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.suffix.lower() == ".txt" and "__MACOSX" not in path.parts:
            yield info


def _numbers(content):
    with np.errstate(over="ignore"):  # infinity is refused with the signals
        return np.array(content.split(), dtype=np.float32)
