"""The handwritten digits inside scikit-learn: real data, no download."""

import numpy as np

from ffbrian.datasets.splits import Dataset, Images

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
    """
    from sklearn.datasets import load_digits

    raw = load_digits()
    order = np.random.RandomState(0).permutation(len(raw.target))
    values = np.rint(raw.images * (255 / BRIGHTEST)).astype(np.uint8)[order, None]
    labels = raw.target.astype(np.int64)[order]
    train = Images(values[:-N_TEST], labels[:-N_TEST], "digits train")
    return Dataset("digits", train, Images(values[-N_TEST:], labels[-N_TEST:], "digits test"))
