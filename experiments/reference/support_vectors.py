"""A baseline that ffbrian does not use: support vectors on what the network of the spoken digits is given.

Counts of the cells of ``hd-spikes-contrast`` (35 groups of 60 channels) in shares of a word's spikes,
learnt from eight of the ten training speakers and scored on the other two, five times.  The test
speakers are not read.  ``python support_vectors.py``
"""

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import ffbrian as ff

N_CHANNELS, N_GROUPS, WIDTH, EVERY, N_FOLDS = 700, 35, 60, 20, 5


def counts(events, n_bins):
    """Spikes of every group in every share of its word, (n, N_GROUPS, n_bins)."""
    centre = (np.arange(N_GROUPS) + 0.5) * N_CHANNELS / N_GROUPS
    first, last = (np.clip((centre + side * WIDTH / 2).astype(int), 0, N_CHANNELS) for side in (-1, 1))
    found = np.zeros((len(events), N_GROUPS, n_bins), np.float32)
    for number in range(len(events)):
        units = events[number].value.units
        share = np.arange(len(units)) * n_bins // max(len(units), 1)
        heard = np.zeros((N_CHANNELS + 1, n_bins))
        np.add.at(heard, (units + 1, share), 1)
        below = np.cumsum(heard, axis=0)
        found[number] = below[last] - below[first]
    return found


def accuracy(features, events):
    """Mean accuracy on speakers that were not learnt."""
    seen, speakers = features.reshape(len(features), -1), np.unique(events.speaker)
    scores = []
    for fold in range(N_FOLDS):
        left_out = np.isin(events.speaker, speakers[fold::N_FOLDS])
        machine = make_pipeline(StandardScaler(), SVC(C=10))
        machine.fit(seen[~left_out], events.labels[~left_out])
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
