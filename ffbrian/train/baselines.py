"""What simple classifiers without spikes make of the same split.

Logistic regression and nearest neighbours of scikit-learn, with its own
settings, on pixels, on spike counts in time bins, or on means and standard
deviations of signals in time bins.  It is imported when it is used: importing
it takes a second.
"""

import hashlib
import warnings

import numpy as np

from ffbrian.datasets import Images, Signals
from ffbrian.train.intervals import wilson

#: Training samples of a baseline, so that it takes seconds.
MOST_SAMPLES = 10_000
#: Time bins, and fewer where there would be more features than this.
MOST_BINS, MOST_FEATURES = 10, 4000
N_NEIGHBOURS = 5
#: What was measured in this process, by a digest of the data: variants of an experiment share it.
_FOUND = {}


def measure(train, test, seed=0):
    """Test accuracies of the baselines.

    Parameters
    ----------
    train, test : Images, Events or Signals
    seed : int
        Chooses the training samples where there are more than 10,000.

    Returns
    -------
    dict of str to dict
        ``test_accuracy`` and its ``test_accuracy_interval``, and the number of
        ``train_samples``, by baseline; empty if `train` holds one class only.
    """
    if len(train) > MOST_SAMPLES:
        train = train.take(np.sort(np.random.default_rng(seed).permutation(len(train))[:MOST_SAMPLES]))
    if len(np.unique(train.labels)) < 2:
        return {}
    seen, shown = features(train, test)
    arrays = (seen, np.asarray(train.labels), shown, np.asarray(test.labels))
    key = hashlib.sha256(b"".join(hashlib.sha256(one.tobytes()).digest() for one in arrays)).hexdigest()
    if key not in _FOUND:
        kinds = _classifiers(min(N_NEIGHBOURS, len(train)))
        _FOUND[key] = {name: _accuracy(kind, *arrays) for name, kind in kinds.items()}
    found = _FOUND[key]
    return {name: score(value, len(test)) | {"train_samples": len(train)} for name, value in found.items()}


def _classifiers(n_neighbours):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    return {
        "logistic_regression": LogisticRegression(max_iter=300),
        "nearest_neighbours": KNeighborsClassifier(n_neighbours),
    }


def score(accuracy, n_samples):
    """An accuracy and its interval, as they stand in ``metrics.json``."""
    return {"test_accuracy": accuracy, "test_accuracy_interval": [*wilson(accuracy, n_samples)]}


def _accuracy(kind, seen, labels, shown, truth):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what 300 steps give is what is reported
        return float(make_pipeline(MaxAbsScaler(), kind).fit(seen, labels).score(shown, truth))


# -- features ---------------------------------------------------------------------------
def features(*splits):
    """What classifiers without spikes see of splits: pixels, spike counts or moments in time bins.

    Parameters
    ----------
    *splits : Images, Events or Signals
        The first decides over the time bins.

    Returns
    -------
    list of (n_samples, n_features) arrays
    """
    first = splits[0]
    if isinstance(first, Images):
        return [split.values.reshape(len(split), -1).astype(np.float32) for split in splits]
    n_bins = int(np.clip(MOST_FEATURES // first.n_units, 1, MOST_BINS))
    if isinstance(first, Signals):
        return [_moments(split.values, n_bins) for split in splits]
    duration_us = int(first.times_us.max(initial=0)) + 1
    return [binned_counts(split, n_bins, duration_us) for split in splits]


def _moments(values, n_bins):
    parts = np.array_split(np.asarray(values, np.float32), min(n_bins, values.shape[2]), axis=2)
    return np.concatenate([moment(part, axis=2) for part in parts for moment in (np.mean, np.std)], axis=1)


def binned_counts(events, n_bins, duration_us):
    """Spikes of every unit in equal time bins.

    Parameters
    ----------
    events : Events
    n_bins : int
    duration_us : int
        Of all bins together; what comes later counts for the last bin.

    Returns
    -------
    (n_samples, n_bins * n_units) float32 array
    """
    counts = np.zeros((len(events), n_bins * events.n_units), np.float32)
    sample = np.repeat(np.arange(len(events)), np.diff(events.offsets))
    bins = np.minimum(events.times_us * n_bins // duration_us, n_bins - 1)
    np.add.at(counts, (sample, bins * events.n_units + events.units), 1)
    return counts
