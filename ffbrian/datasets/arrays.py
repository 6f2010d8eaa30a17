"""A user's own arrays and spike trains as a split: images, events or real-valued functions."""

import numpy as np

from ffbrian.datasets import checks
from ffbrian.datasets.checks import require
from ffbrian.datasets.spike_trains import from_spike_trains
from ffbrian.datasets.splits import Events, Images, Signals
from ffbrian.datasets.vectors import Vectors

SPLITS = (Images, Events, Signals, Vectors)
#: An axis of at most this length at the end of images is taken for their channels.
MOST_CHANNELS = 4
WANTED = (
    "pass images as an array of shape (n, height, width) or (n, channels, height, width), uint8 or float "
    "from 0 to 1; spike trains as a list of samples, each a list with the spike times of every unit; inputs "
    "of functions as an array of shape (n, d) with real-valued y; or a split such as ff.datasets.Signals"
)


def is_split(X):
    """Whether samples come as a split, with labels or targets of their own."""
    return isinstance(X, SPLITS)


def from_arrays(X, y, name="X"):
    """Make a split of arrays or spike trains.

    Parameters
    ----------
    X : array, or list of samples
        Images (n, height, width) or (n, channels, height, width), uint8 or float from 0
        to 1; (n, n_pixels) for a line of pixels.  Or spike trains, a list of samples that
        are lists with the spike times of every unit: Neo spike trains, Brian
        quantities, or plain numbers in seconds.  Or, with real-valued `y`,
        inputs (n, d).
    y : (n,) int or (n, m) float array
        Classes, from 0, or targets.
    name : str
        How error messages call the set.

    Returns
    -------
    Images, Events or Vectors

    Raises
    ------
    DataError
        With a sentence that says what to pass.
    """
    y = _targets(y, name)
    if _is_list_of_trains(X):
        return from_spike_trains([[_in_seconds(train) for train in sample] for sample in X], y, name)
    X = _array(X, name)
    if y.dtype.kind == "f":
        require(
            X.ndim <= 2,
            f"{name}: y holds real numbers, and X has shape {X.shape}; functions are learnt of inputs of "
            "shape (n, d). For classes give y as whole numbers from 0.",
        )
        return Vectors(X, y, name=name)
    return Images(_pixels(X, name), y, name)


def _targets(y, name):
    require(
        y is not None,
        f"{name}: has no labels; pass y as well, one whole number from 0 per sample, or targets.",
    )
    y = np.asarray(y)
    require(
        y.dtype.kind in "iuf",
        f"{name}: y is {y.dtype}, expected whole numbers from 0 or real numbers; number the classes with "
        "names, y = np.unique(y, return_inverse=True).",
    )
    return y


def _is_list_of_trains(X):
    """Whether X is a list of samples that are themselves lists."""
    return isinstance(X, (list, tuple)) and len(X) > 0 and isinstance(X[0], (list, tuple))


def _in_seconds(train):
    """Plain numbers are seconds, as everywhere in Brian 2."""
    from brian2 import Quantity, second

    is_plain = not isinstance(train, Quantity) and not hasattr(train, "rescale")
    return np.asarray(train, float).ravel() * second if is_plain else train


def _array(X, name):
    try:
        X = np.asarray(X)
    except ValueError as error:  # samples of different shapes
        checks.require(False, f"{name}: is no array ({error}); {WANTED}.")
    require(X.dtype.kind in "biuf" and X.ndim > 0, f"{name}: is {X.dtype} of shape {X.shape}; {WANTED}.")
    return X


def _pixels(X, name):
    """Grey values of images, (n, channels, height, width) uint8, contiguous."""
    require(2 <= X.ndim <= 4, f"{name}: has shape {X.shape}; {WANTED}.")
    require(
        X.ndim < 4 or X.shape[3] > MOST_CHANNELS or X.shape[1] <= X.shape[3],
        f"{name}: has shape {X.shape}, as if the channels came last; pass X.transpose(0, 3, 1, 2).",
    )
    X = X[:, None, None, :] if X.ndim == 2 else X[:, None] if X.ndim == 3 else X
    return np.ascontiguousarray(_grey(X, name))


def _grey(X, name):
    if X.dtype.kind == "f" and X.size:
        low, high = X.min(), X.max()
        require(
            0 <= low and high <= 1,
            f"{name}: real numbers from {low:.3g} to {high:.3g}, expected intensities from 0 to 1, or uint8. "
            "Scale images with X/X.max(); sampled signals go as ff.datasets.Signals(X, y, rate_hz), tables "
            "of features into ff.estimators.ForwardForwardClassifier.",
        )
        return np.rint(255 * X).astype(np.uint8)
    return checks.as_uint8(X.astype(np.uint8) * 255 if X.dtype == bool else X, name)
