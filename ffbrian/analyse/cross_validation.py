"""Cross-validation: variants that test one part of the samples each, and what all give together.

With alternatives every fold chooses its settings itself, by validation samples
of its training part, before what it tests is counted (nested cross-validation).
"""

import statistics

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


def crossed(folds, alternatives):
    """Every fold with every alternative.

    Parameters
    ----------
    folds : list of dict
        From `variants`.
    alternatives : list of dict
        ``name`` and ``set``; empty where nothing is to be chosen.

    Returns
    -------
    list of dict
        As `folds`; ``fold`` names the fold, ``alternative`` what it would choose.
    """
    if not alternatives:
        return [one | {"fold": one["name"]} for one in folds]
    return [
        {
            "name": f"{one['name']}, {other['name']}",
            "fold": one["name"],
            "alternative": other["name"],
            "set": other.get("set", {}) | one["set"],
        }
        for one in folds
        for other in alternatives
    ]


def chosen(rows):
    """Of every fold the row that was best on its validation samples.

    The first of equals is taken.  Test accuracies are not looked at.

    Parameters
    ----------
    rows : list of dict
        With ``fold`` and, where a fold has several, ``validation_accuracy``.

    Returns
    -------
    list of dict
        One row a fold, in the order of the folds.

    Raises
    ------
    ExperimentError
        If there is something to choose and no validation accuracy to choose by.
    """
    by_fold = {}
    for one in rows:
        by_fold.setdefault(one["fold"], []).append(one)
    return [max(found, key=_worth) if len(found) > 1 else found[0] for found in by_fold.values()]


def _worth(row):
    worth = row.get("validation_accuracy")
    if worth is None:
        raise ExperimentError(
            f"{row['name']} has no validation samples to choose by; give data.validation a part of the "
            "training samples of each fold."
        )
    return worth


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
        ``test_samples``, ``test_balanced_accuracy`` (mean and standard deviation over folds), and
        the accuracy of ``baselines`` by name.
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
        {"test_samples": total}
        | score(mean(lambda row: row["test_accuracy"]), total)
        | _balanced([row.get("test_balanced_accuracy") for row in rows])
        | {"baselines": known}
    )


def _balanced(values):
    if None in values or len(values) < 2:
        return {}
    return {
        "test_balanced_accuracy": statistics.fmean(values),
        "test_balanced_accuracy_sd": statistics.stdev(values),
    }


def sentence(found):
    """What `pooled` gives, in words."""
    others = [
        f"{name.replace('_', ' ')} {one['test_accuracy']:.2%} "
        f"({intervals.words(*one['test_accuracy_interval'])})"
        for name, one in found["baselines"].items()
    ]
    own = f"{found['test_accuracy']:.2%} ({intervals.words(*found['test_accuracy_interval'])})"
    if "test_balanced_accuracy" in found:
        mean, spread = found["test_balanced_accuracy"], found["test_balanced_accuracy_sd"]
        own += f", balanced {mean:.2%} (sd over folds {spread:.2%})"
    return f"All {found['test_samples']} samples, each tested once: {'; '.join([own, *others])}.\n"


def choices(rows):
    """How often each alternative was chosen, in words; empty where there was nothing to choose."""
    named = [row["alternative"] for row in rows if row.get("alternative")]
    counts = [f"{name} {named.count(name)}" for name in dict.fromkeys(named)]
    return f"Chosen by validation within each fold: {', '.join(counts)}.\n" if named else ""
