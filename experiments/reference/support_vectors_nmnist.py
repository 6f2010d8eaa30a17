"""A baseline that ffbrian does not use: support vectors on what the network of event-camera digits is given.

Events of every unit of ``nmnist-contrast`` (pairs of pixels pooled) in six parts of 50 ms, as logarithms
of counts, smoothed over neighbours.  700 of the publishers' 1,000 training samples are learnt, alone and
with copies that are distorted as the network sees them; the other 300 are scored, three times.  The test
samples are not read.  ``python support_vectors_nmnist.py``
"""

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.svm import SVC

import ffbrian as ff
from ffbrian.datasets import Distortion, pool
from ffbrian.train.experiment import Experiment

N_PARTS, PART_US, BLUR, COPIES = 6, 50_000, 0.7, 6
#: As in the experiment, before pixels are pooled.
DISTORTION = Distortion(rotation=10, zoom=0.1, shear=0.1, elastic=1.2, shift=1.0, lost=0.4)


def features(events):
    """Smoothed logarithms of counts, (n, N_PARTS * units), of unit length."""
    events = pool(events, 2)
    sample = np.repeat(np.arange(len(events)), np.diff(events.offsets))
    part = np.minimum(events.times_us // PART_US, N_PARTS - 1)
    found = np.zeros((len(events), N_PARTS, events.n_units), np.float32)
    np.add.at(found, (sample, part, events.units), 1)
    maps = np.log1p(found).reshape(len(events), -1, *events.shape[1:])
    seen = gaussian_filter(maps, BLUR, axes=(2, 3)).reshape(len(events), -1)
    return seen / np.linalg.norm(seen, axis=1, keepdims=True)


def accuracy(known, n_copies, unseen, rng):
    """Of a machine that learns samples and distorted copies of them."""
    seen = [known, *(DISTORTION.of(known, rng) for _ in range(n_copies))]
    machine = SVC(C=10, gamma=2)
    machine.fit(np.concatenate([features(one) for one in seen]), np.tile(known.labels, len(seen)))
    return machine.score(features(unseen), unseen.labels)


if __name__ == "__main__":
    digits = ff.datasets.load("nmnist-1100")
    divided = Experiment.load("nmnist-contrast", ["data.validation=300"]).data
    for n_copies in (0, COPIES):
        rng = np.random.default_rng(0)
        scores = []
        for seed in (1, 2, 3):
            known, unseen = divided.divide(digits, seed)
            scores.append(accuracy(known, n_copies, unseen, rng))
        each = ", ".join(f"{100 * score:.1f}" for score in scores)
        print(f"{n_copies} distorted copies: {100 * np.mean(scores):.1f} % ({each})")
