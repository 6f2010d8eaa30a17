"""Cross-validation: variants that test one part of the samples each, and what all give together."""

from ffbrian.errors import ExperimentError
from ffbrian.train import intervals
from ffbrian.train.baselines import score


def variants(path, source, folds):
    """Variants of a comparison from its key ``folds``.

    Parameters
    ----------
    path : path
        Of the comparison, for errors.
    source : str
        Data of the base.
    folds : int or list of list of int
        Number of folds with the classes spread evenly, or the speakers that each tests.

    Returns
    -------
    list of dict
        ``name`` and ``set``, as in a file.

    Raises
    ------
    ExperimentError
        If `folds` is neither.
    """
    if isinstance(folds, int) and not isinstance(folds, bool) and 2 <= folds <= 1000:
        options = [f"fold={k},folds={folds}" for k in range(folds)]
        names = [f"fold {k + 1} of {folds}" for k in range(folds)]
    elif isinstance(folds, list) and len(folds) > 1 and all(map(_are_speakers, folds)):
        options = [f"speakers={'+'.join(map(str, one))}" for one in folds]
        names = [f"speakers {' and '.join(map(str, one))}" for one in folds]
    else:
        raise ExperimentError(
            f"{path}: folds is {folds!r}, expected a number of folds of at least 2, or a list with the "
            "speakers that each tests, such as [[0, 1], [2, 3]]."
        )
    mark = "," if ":" in source else ":"
    return [
        {"name": name, "set": {"data.source": f"{source}{mark}{option}"}}
        for name, option in zip(names, options)
    ]


def _are_speakers(one):
    return isinstance(one, list) and one and all(type(number) is int and number >= 0 for number in one)


def pooled(rows):
    """What all folds give together.

    Parameters
    ----------
    rows : list of dict
        Of the comparison's table, with ``test_samples`` and ``baselines``.

    Returns
    -------
    dict
        ``test_accuracy``, its interval over all samples, each of which was tested once,
        ``test_samples``, and the same of ``baselines`` by name.
    """
    total = sum(row["test_samples"] for row in rows)

    def mean(value):
        return sum(row["test_samples"] * value(row) for row in rows) / total

    shared = set.intersection(*(set(row["baselines"]) for row in rows))
    known = {
        name: score(mean(lambda row, name=name: row["baselines"][name]["test_accuracy"]), total)
        for name in sorted(shared)
    }
    return (
        {"test_samples": total} | score(mean(lambda row: row["test_accuracy"]), total) | {"baselines": known}
    )


def sentence(found):
    """What `pooled` gives, in words."""
    others = [
        f"{name.replace('_', ' ')} {one['test_accuracy']:.2%} "
        f"({intervals.words(*one['test_accuracy_interval'])})"
        for name, one in found["baselines"].items()
    ]
    own = f"{found['test_accuracy']:.2%} ({intervals.words(*found['test_accuracy_interval'])})"
    return f"All {found['test_samples']} samples, each tested once: {'; '.join([own, *others])}.\n"
