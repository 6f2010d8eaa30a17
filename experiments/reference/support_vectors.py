"""A baseline that ffbrian does not use: support vectors on what the network of the spoken digits is given.

Counts of the cells of ``hd-spikes-contrast`` (35 groups of 60 channels) in shares of a word's spikes,
learnt from eight of the ten training speakers and scored on the other two, five times.  The test
speakers are not read.  The last two lines learn copies of every word, too, as other voices might speak
it: all channels displaced and stretched, the course of the word changed.  ``python support_vectors.py``
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import ffbrian as ff

N_CHANNELS, N_GROUPS, WIDTH, EVERY, N_FOLDS = 700, 35, 60, 20, 5
COPIES, STRETCH, SHIFT, COURSE = 6, 0.08, 15, 0.15


def counts(events, n_bins, rng=None):
    """Spikes of every group in every share of its word, (n, N_GROUPS, n_bins); with `rng` another voice."""
    centre = (np.arange(N_GROUPS) + 0.5) * N_CHANNELS / N_GROUPS
    first, last = (np.clip((centre + side * WIDTH / 2).astype(int), 0, N_CHANNELS) for side in (-1, 1))
    found = np.zeros((len(events), N_GROUPS, n_bins), np.float32)
    for number in range(len(events)):
        units = events[number].value.units
        share = np.arange(len(units)) / max(len(units), 1)
        units, share = (units, share) if rng is None else other_voice(units, share, rng)
        share = (share * n_bins).astype(int)
        heard = np.zeros((N_CHANNELS + 1, n_bins))
        np.add.at(heard, (units + 1, share), 1)
        below = np.cumsum(heard, axis=0)
        found[number] = below[last] - below[first]
    return found


def other_voice(units, share, rng):
    """Channels and shares of a word's spikes when somebody else speaks it."""
    units = units * (1 + rng.uniform(-STRETCH, STRETCH)) + rng.uniform(-SHIFT, SHIFT)
    kept = (units >= 0) & (units < N_CHANNELS)
    share = np.clip(share[kept] + rng.uniform(-0.03, 0.03), 0, 0.9999)
    return units[kept].astype(int), share ** np.exp(rng.uniform(-COURSE, COURSE))


def contrast(features):
    """Each group less the mean of its neighbours."""
    return features - gaussian_filter1d(features, 3, axis=1)


def accuracy(features, events, copies=()):
    """Mean accuracy on speakers that were not learnt."""
    seen, *more = (one.reshape(len(one), -1) for one in (features, *copies))
    speakers = np.unique(events.speaker)
    scores = []
    for fold in range(N_FOLDS):
        left_out = np.isin(events.speaker, speakers[fold::N_FOLDS])
        machine = make_pipeline(StandardScaler(), SVC(C=10))
        learnt = np.concatenate([one[~left_out] for one in (seen, *more)])
        machine.fit(learnt, np.tile(events.labels[~left_out], 1 + len(more)))
        scores.append(machine.score(seen[left_out], events.labels[left_out]))
    return np.mean(scores)


if __name__ == "__main__":
    words = ff.datasets.load("hd-spikes").train
    ten, twenty = counts(words, 10), counts(words, 20)
    kinds = {
        "one spike in twenty": np.floor(ten / EVERY + 0.5),
        "counts": ten,
        "roots of counts": np.sqrt(ten),
        "roots, twenty bins": np.sqrt(twenty),
    }
    for name, features in kinds.items():
        print(f"{name:20} {100 * accuracy(features, words):.1f} %")
    rng = np.random.default_rng(0)
    copies = [np.sqrt(counts(words, 20, rng)) for _ in range(COPIES)]
    for name, change in {"and other voices": np.asarray, "and contrast": contrast}.items():
        score = accuracy(change(np.sqrt(twenty)), words, [change(one) for one in copies])
        print(f"{name:20} {100 * score:.1f} %")
