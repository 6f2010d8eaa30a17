"""The handwritten digits inside scikit-learn: real data, no download."""

import importlib.util
from pathlib import Path

import numpy as np

from ffbrian.datasets.splits import Dataset, Images
from ffbrian.errors import DataError

#: 64 pixels (0 to 16) and the label of each digit.
TABLE = "datasets/data/digits.csv.gz"

N_TEST = 360
BRIGHTEST = 16


def load():
    """Load 1,437 + 360 digits of 8 x 8, values 0..16 scaled to 0..255.

    The source lists its samples by writer, so the last 360 would be a test on
    a few writers only.  Here the samples are shuffled once by
    ``np.random.RandomState(0)``, whose stream never changes between numpy
    versions, and the last 360 of that order are the test set.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten
    Digits, UCI Machine Learning Repository (1998).

    Raises
    ------
    DataError
        If scikit-learn is not installed, or holds no digits.
    """
    raw = np.loadtxt(table(), delimiter=",")
    order = np.random.RandomState(0).permutation(len(raw))
    values = np.rint(raw[:, :-1].reshape(-1, 8, 8) * (255 / BRIGHTEST)).astype(np.uint8)[order, None]
    labels = raw[order, -1].astype(np.int64)
    train = Images(values[:-N_TEST], labels[:-N_TEST], "digits train")
    return Dataset("digits", train, Images(values[-N_TEST:], labels[-N_TEST:], "digits test"))


def table():
    """The file with the digits, found without the second that importing scikit-learn takes."""
    found = importlib.util.find_spec("sklearn")
    path = Path(found.submodule_search_locations[0]) / TABLE if found else Path()
    if not path.is_file():
        raise DataError(
            f"The digits are not in this installation (scikit-learn's {TABLE}); install it again: pip "
            "install --force-reinstall scikit-learn."
        )
    return path
