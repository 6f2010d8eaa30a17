"""The resumable state of a training, and what it must hold before the training goes on from it."""

import hashlib
import math
from pathlib import Path

import numpy as np

from ffbrian.build.plan import plan_to_dict
from ffbrian.errors import RunError
from ffbrian.files import array_file
from ffbrian.learning.epoch_sums import EpochSums
from ffbrian.models.quantities import is_whole

#: What a training holds besides its state and the sums of the epoch.
KEPT = ("epoch", "next_chunk", "history", "seconds", "warnings", "gains")


def fingerprint(training, epochs=None):
    """A hash of everything that decides the result of a `Training`, or of one that had so many epochs."""
    labels = np.ascontiguousarray(training.train.labels)
    epochs = training.epochs if epochs is None else epochs
    settings = training.trainer.to_dict()
    settings.pop("looks", None)  # how answers are asked for changes no weight
    text = repr((training.plan.key(), settings, epochs, training.seed, len(training.train)))
    digest = hashlib.sha256(text.encode() + labels.tobytes())
    if training.initial is not None:
        for name, values in sorted(training.initial.state.items()):
            digest.update(name.encode() + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def save(path, training):
    """Replace the checkpoint of a `Training`."""
    header = {key: getattr(training, key) for key in (*KEPT, "seed", "epochs")}
    header |= {
        "sums": training.sums.totals,
        "fingerprint": fingerprint(training),
        "plan": plan_to_dict(training.plan),
    }
    array_file.save(Path(path), header, training.state)


def load(path, training):
    """Read a checkpoint from which a training goes on.

    Parameters
    ----------
    path : path
    training : Training
        Tells the number of epochs and chunks, and the state expected.

    Returns
    -------
    header : dict
    arrays : dict of str to array

    Raises
    ------
    RunError
        If it belongs to another training or an entry is outside its range.
    """
    header, arrays = array_file.load(path)
    _check_header(path, header, training)
    _check_arrays(path, arrays, training.fresh_state())
    return header, arrays


def _check_header(path, header, training):
    epochs = header.get("epochs") if isinstance(header, dict) else None
    if not is_whole(epochs, 0, training.epochs) or header.get("fingerprint") != fingerprint(training, epochs):
        raise RunError(
            f"{path} belongs to another training (other data, settings or seed); start a new run in another "
            "folder."
        )
    for key, (is_valid, expected) in _expectations(training).items():
        if key not in header or not is_valid(header[key]):
            raise RunError(
                f"{path} is damaged: {key} is {header.get(key)!r}, expected {expected}; start a new run in "
                "another folder."
            )
    n_done = header["epoch"] - training.first
    if len(header["history"]) != n_done:
        raise RunError(
            f"{path} is damaged: it holds a history of {len(header['history'])} epochs, but "
            f"{n_done} are done; start a new run in another folder."
        )


def _expectations(training):
    """A test and its words for each entry of a header."""
    return {
        "epoch": _count(training.epochs),
        "next_chunk": _count(training.n_chunks()),
        "seconds": (_is_number, "a number of seconds"),
        "history": (
            lambda found: isinstance(found, list) and all(isinstance(entry, dict) for entry in found),
            "a list with an entry for each epoch",
        ),
        "sums": (EpochSums.is_record, "the sums of the epoch so far"),
        "warnings": (_is_table(str), "a table of sentences"),
        "gains": (_is_table(float), "a factor for each layer"),
    }


def _count(most):
    return lambda found: type(found) is int and 0 <= found <= most, f"a whole number from 0 to {most}"


def _is_number(found):
    return isinstance(found, (int, float)) and math.isfinite(found) and found >= 0


def _is_table(kind):
    return lambda found: isinstance(found, dict) and all(isinstance(value, kind) for value in found.values())


def _check_arrays(path, arrays, fresh):
    if set(arrays) != set(fresh):
        raise RunError(
            f"{path} is damaged: it holds {', '.join(sorted(arrays)) or 'no arrays'}, expected "
            f"{', '.join(sorted(fresh))}; start a new run in another folder."
        )
    for name, expected in fresh.items():
        found = arrays[name]
        if found.dtype != expected.dtype or found.shape != expected.shape or not np.isfinite(found).all():
            raise RunError(
                f"{path} is damaged: {name} is {found.dtype} of shape {found.shape}, expected finite "
                f"{expected.dtype} of shape {expected.shape}; start a new run in another folder."
            )
