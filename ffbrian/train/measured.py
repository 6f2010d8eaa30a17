"""What a run has measured, read back from its ``metrics.json``: the file may be damaged, or a stranger's."""

from pathlib import Path

import numpy as np

from ffbrian.errors import RunError
from ffbrian.files.safe_files import read_record
from ffbrian.learning.task import Classification, Regression

ACCURACIES = ("test_accuracy", "train_accuracy", "validation_accuracy")
ERRORS = ("test_relative_l2", "train_relative_l2", "validation_relative_l2")
EPOCH_NUMBERS = ("epoch",)
#: What an epoch has one number of for every layer; all else are single numbers.
OF_LAYERS = ("spikes_per_neuron", "layer_validation_accuracy")
ADVICE = "train again in another folder"


def read(path):
    """The measurements of one seed, or the means of several.

    Parameters
    ----------
    path : path
        A ``metrics.json``.

    Returns
    -------
    dict

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    record = read_record(path, ADVICE)
    for key in ACCURACIES:
        value = record.get(key)
        _check(path, key, value, value is None or is_fraction(value), "a number from 0 to 1")
    for key in ERRORS:
        value = record.get(key)
        _check(path, key, value, value is None or _is_number(value) and value >= 0, "a number of at least 0")
    epochs = record.get("epochs")
    _check(
        path,
        "epochs",
        epochs,
        isinstance(epochs, list) and all(map(_is_epoch, epochs)),
        f"a list of records with the numbers {', '.join(EPOCH_NUMBERS)}",
    )
    _check(
        path,
        "confusion",
        record.get("confusion"),
        _is_confusion(record.get("confusion")),
        "a square table of counts",
    )
    return record


def read_seed(path, seed):
    """As `read`, of one seed, whose accuracies must all be there."""
    record = read(path)
    _check(path, "seed", record.get("seed"), record.get("seed") == seed, f"{seed}, the seed of this folder")
    primary = task_of(record).primary
    for key in (f"test_{primary}", f"train_{primary}"):
        _check(path, key, record.get(key), record.get(key) is not None, "a number")
    return record


def task_of(record):
    """What a record measures (`Classification` or `Regression`)."""
    return Regression() if record.get("test_relative_l2") is not None else Classification()


def is_fraction(value):
    """Whether a value is a number from 0 to 1."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _is_epoch(entry):
    if not isinstance(entry, dict) or not all(_is_number(entry.get(key)) for key in EPOCH_NUMBERS):
        return False
    for key, value in entry.items():
        values = value if key in OF_LAYERS and isinstance(value, list) else [value]
        may_lack = key == "online_labels" or key.startswith("validation_")
        if not all(_is_number(one) or (one is None and may_lack) for one in values):
            return False
    return all(is_fraction(entry[key]) for key in ACCURACIES if entry.get(key) is not None)


def _is_confusion(table):
    if table is None:
        return True
    if (
        not isinstance(table, list)
        or not table
        or not all(isinstance(row, list) and len(row) == len(table) for row in table)
    ):
        return False
    counts = [count for row in table for count in row]
    return all(
        isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**53 for count in counts
    )


def confusion(record):
    """(n_classes, n_classes) int array, or None where there is none."""
    found = record.get("confusion")
    return None if found is None else np.array(found)


def _check(path, key, value, is_right, wanted):
    if not is_right:
        raise RunError(f"{Path(path)} is damaged: {key!r} is {_short(value)}, expected {wanted}; {ADVICE}.")


def _short(value):
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]} …"
