"""Schedules: what is shown when, and in which phase, one row a presentation."""
import numpy as np

from ffbrian.build.host_functions import SCHEDULE_COLUMNS
from ffbrian.learning.negatives import NO_LABEL

POSITIVE, NEGATIVE, EVALUATION = 1, -1, 0


def table(sample, label, phase, seed, shift, truth):
    """A schedule from its columns.

    Parameters
    ----------
    sample, label, phase, seed, truth : (n,) int arrays
    shift : (n, 2) int array
        Displacement of the image in pixels, columns and rows.

    Returns
    -------
    (n, 7) int32 array
        Columns as in `host.SCHEDULE_COLUMNS`.
    """
    columns = np.stack([sample, label, phase, np.zeros_like(sample), shift[:, 0], shift[:, 1], truth], axis=1).astype(np.int32)
    columns[:, SCHEDULE_COLUMNS.index("seed")] = np.asarray(seed, np.uint32).view(np.int32)
    return columns


def training(samples, truth, n_classes, negatives, jitter, rng, wrong_samples=None, block=1):
    """Each sample with its own label, then with wrong ones; or blocks of both.

    Parameters
    ----------
    samples : (n,) int array
        Indices into the data file, in the order of showing.
    truth : (n,) int array
        Their labels.
    n_classes : int
    negatives : RandomNegatives, HardNegatives or HybridNegatives
    jitter : int
        Largest displacement of an image, pixels; one displacement a sample.
    rng : numpy.random.Generator
    wrong_samples : (n, per_positive) int array, optional
        What negatives show; by default the same sample with another label.
    block : int
        Samples that are shown with their own label before the same samples
        are shown with wrong ones.

    Returns
    -------
    (n * (1 + per_positive), 7) int32 array
    """
    wrong = negatives.labels(truth, n_classes, rng)
    repeats = 1 + wrong.shape[1]
    own = truth if negatives.shows_labels else np.full_like(truth, NO_LABEL)
    label = np.concatenate([own[:, None], wrong], axis=1).ravel()
    shown = np.repeat(samples[:, None], repeats, axis=1)
    if wrong_samples is not None:
        shown[:, 1:] = wrong_samples
    phase = np.tile([POSITIVE] + [NEGATIVE] * wrong.shape[1], len(samples))
    shift = rng.integers(-jitter, jitter + 1, (len(samples), 2))
    seed = rng.integers(0, 2**32, len(label), dtype=np.uint32)
    rows = table(shown.ravel(), label, phase, seed, np.repeat(shift, repeats, axis=0), np.repeat(truth, repeats))
    return rows[np.lexsort((phase < 0, np.arange(len(rows)) // (repeats * block)))]


def pairs(rows):
    """The positive presentations and the first negative one of the same sample.

    Parameters
    ----------
    rows : (n, 7) int32 array
        A schedule of training, or a part of it, in which a sample occurs in
        one positive presentation at most.

    Returns
    -------
    positive, negative : (n_pairs,) int arrays
        Rows; samples that have only one of the two are left out.
    """
    places = [np.flatnonzero(rows[:, 2] == phase) for phase in (POSITIVE, NEGATIVE)]
    _, *found = np.intersect1d(*(np.unique(rows[place, 0]) for place in places), return_indices=True)
    first = [place[np.unique(rows[place, 0], return_index=True)[1]] for place in places]
    return tuple(place[index] for place, index in zip(first, found))


def evaluation(samples, truth, labels, seed):
    """Each sample once for every label of `labels`; nothing is learnt.

    Parameters
    ----------
    samples, truth : (n,) int arrays
    labels : (n_shown,) int array
        ``[0]`` where the candidates show all labels at once.
    seed : int
        The random numbers of a sample depend on this and on its index alone,
        so that results depend neither on the order nor on other samples.

    Returns
    -------
    (n * n_shown, 7) int32 array
    """
    n_shown = len(labels)
    seeds = np.array([np.random.SeedSequence((seed, int(k))).generate_state(1)[0] for k in samples], np.uint32)
    shift = np.zeros((len(samples) * n_shown, 2), int)
    phase = np.full(len(samples) * n_shown, EVALUATION)
    return table(np.repeat(samples, n_shown), np.tile(labels, len(samples)), phase, np.repeat(seeds, n_shown), shift, np.repeat(truth, n_shown))
