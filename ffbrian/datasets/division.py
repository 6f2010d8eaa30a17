"""Dividing samples into training, validation and folds."""

from dataclasses import replace

import numpy as np

from ffbrian.datasets.checks import require


def split_validation(split, fraction_or_count, seed):
    """Take a random part of a training set away for validation.

    Parameters
    ----------
    split : Images, Events or Signals, n samples
    fraction_or_count : float in (0, 1) or int in 1..n-1
    seed : int
        Of the numpy Generator that draws the permutation.

    Returns
    -------
    train, validation : same kind as `split`
        Each in the order of `split`.

    Raises
    ------
    DataError
        If the size does not fit, or a class would be left without a training
        sample.
    """
    count = _count(fraction_or_count, len(split), split.name)
    order = np.random.default_rng(seed).permutation(len(split))
    held_out = np.zeros(len(split), bool)
    held_out[order[:count]] = True
    return _divided(split, held_out, "use a smaller part or another seed")


def split_groups(split, groups, held_out):
    """Hold out all samples of some groups, for example of some speakers.

    Parameters
    ----------
    split : Images, Events or Signals, n samples
    groups : (n,) int
        For instance ``split.speaker``.
    held_out : int or sequence of int
        The groups that go to the second part.

    Returns
    -------
    train, validation : same kind as `split`

    Raises
    ------
    DataError
        If a group does not exist, nothing remains, or a class would be left
        without a training sample.
    """
    require(
        groups is not None and len(groups) == len(split),
        f"{split.name}: the groups should give one number for each of the "
        f"{len(split)} samples; this set may have none.",
    )
    known, held_out = np.unique(groups), np.unique(held_out)
    require(
        np.isin(held_out, known).all() and len(held_out) < len(known),
        f"{split.name}: cannot hold out groups {held_out.tolist()}; choose some, "
        f"not all, of {known.tolist()}.",
    )
    return _divided(split, np.isin(groups, held_out), "hold out other groups")


def folds(labels, k, seed):
    """Divide samples into `k` folds with the classes spread evenly.

    Parameters
    ----------
    labels : (n,) int
    k : int
        At least 2, at most the number of samples of the rarest class.
    seed : int

    Returns
    -------
    list of (train_indices, test_indices)
        `k` pairs, each (m,) int64, ascending; every sample is tested once.

    Raises
    ------
    DataError
        If `k` does not fit.
    """
    labels = np.asarray(labels)
    _, counts = np.unique(labels, return_counts=True)
    require(
        len(labels) and 2 <= k <= counts.min(),
        f"folds: k = {k} but the rarest class has {counts.min() if len(counts) else 0} "
        f"samples; choose k from 2 up to that number.",
    )
    fold = _fold_numbers(labels, k, np.random.default_rng(seed))
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k)]


def _fold_numbers(labels, k, generator):
    fold, start = np.empty(len(labels), np.int64), 0
    for label in np.unique(labels):
        own = generator.permutation(np.flatnonzero(labels == label))
        fold[own] = (start + np.arange(len(own))) % k
        start += len(own)
    return fold


def fold_of(dataset, fold, n_folds, seed=0):
    """A data set divided anew: one of several folds is tested, all other samples train.

    Parameters
    ----------
    dataset : Dataset
        Its training and test part are put together first.
    fold : int
        Number of the fold that is tested, from 0.
    n_folds : int
        Number of folds; the classes are spread evenly over them.
    seed : int

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If there is no such fold, or the samples have no classes.
    """
    whole = _whole(dataset)
    require(0 <= fold < n_folds, f"{dataset.name}: fold {fold} does not exist; choose 0..{n_folds - 1}.")
    train, test = folds(whole.labels, n_folds, seed)[fold]
    return _replaced(dataset, whole.take(train), whole.take(test))


def of_speakers(dataset, speakers):
    """A data set divided anew: all samples of some speakers are tested, those of all others train.

    Parameters
    ----------
    dataset : Dataset
    speakers : sequence of int

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If nothing says who spoke the samples, or a speaker is unknown.
    """
    whole = _whole(dataset)
    return _replaced(dataset, *split_groups(whole, getattr(whole, "speaker", None), speakers))


def _whole(dataset):
    """Training and test part as one split."""
    first, second = dataset.train, dataset.test
    is_labelled = not hasattr(first, "targets")
    require(is_labelled, f"{dataset.name}: only samples with classes can be divided into folds.")
    labels = np.concatenate([first.labels, second.labels])
    if not hasattr(first, "offsets"):
        return replace(first, values=np.concatenate([first.values, second.values]), labels=labels)
    both = first.speaker is not None and second.speaker is not None
    return replace(
        first,
        times_us=np.concatenate([first.times_us, second.times_us]),
        units=np.concatenate([first.units, second.units]),
        offsets=np.concatenate([first.offsets, first.offsets[-1] + second.offsets[1:]]),
        labels=labels,
        speaker=np.concatenate([first.speaker, second.speaker]) if both else None,
    )


def _replaced(dataset, train, test):
    named = [
        replace(part, name=f"{dataset.name} {word}") for part, word in ((train, "train"), (test, "test"))
    ]
    return replace(dataset, train=named[0], test=named[1])


def balanced(split):
    """Repeat samples of rarer classes until all that occur are equally frequent.

    Parameters
    ----------
    split : Images, Events or Signals, n samples

    Returns
    -------
    same kind as `split`
        With its samples in their order, repeated ones side by side; as many of
        each class as `split` has of the most frequent one.
    """
    places = [np.flatnonzero(split.labels == label) for label in np.unique(split.labels)]
    longest = max(map(len, places))
    return split.take(np.sort(np.concatenate([np.resize(found, longest) for found in places])))


def _count(fraction_or_count, n, name):
    is_count = isinstance(fraction_or_count, (int, np.integer))
    count = int(fraction_or_count if is_count else round(fraction_or_count * n))
    is_sound = 1 <= count < n and (is_count or 0 < fraction_or_count < 1)
    require(
        is_sound and not isinstance(fraction_or_count, bool),
        f"{name}: a validation part of {fraction_or_count!r} does not fit {n} samples; "
        f"give a fraction between 0 and 1 or a whole number in 1..{n - 1}.",
    )
    return count


def _divided(split, held_out, advice):
    lost = np.setdiff1d(split.labels, split.labels[~held_out])
    require(
        not len(lost),
        f"{split.name}: class {lost[0] if len(lost) else ''} would have no sample left "
        f"for training; {advice}.",
    )
    return split.take(np.flatnonzero(~held_out)), split.take(np.flatnonzero(held_out))
