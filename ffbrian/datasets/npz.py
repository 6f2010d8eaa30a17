"""A user's own data in one `.npz` file: images, events, functions or operators."""

import os
from pathlib import Path

import numpy as np

from ffbrian.datasets import checks
from ffbrian.datasets.checks import require
from ffbrian.datasets.splits import Dataset, Events, Images
from ffbrian.datasets.vectors import Vectors
from ffbrian.errors import DataError
from ffbrian.files import safe_arrays
from ffbrian.files.safe_files import is_file

#: What event files may hold besides: the sensor's shape, and the group of each sample.
MORE_EVENT_KEYS = ("shape", "train_groups", "test_groups")
IMAGE_KEYS = ("x_train", "y_train", "x_test", "y_test")
EVENT_FIELDS = ("times_us", "units", "offsets", "labels")
EVENT_KEYS = tuple(f"{part}_{field}" for part in ("train", "test") for field in EVENT_FIELDS) + ("n_units",)
OPERATOR_KEYS = ("u_train", "y_points", "s_train", "u_test", "s_test")


def load(path):
    """Load images, events, functions or operators from an `.npz` file, without pickles.

    Images: ``x_train`` (n, height, width) or (n, channels, height, width) with
    values 0..255, ``y_train`` (n,) int, ``x_test``, ``y_test``.

    Regression: ``x_train`` (n, d) and ``y_train`` (n, m) float, ``x_test``, ``y_test``.

    Operators: ``u_train`` (n, sensors) float, functions at the same sensors; ``y_points``
    (q, d) float, where the solutions are known; ``s_train`` (n, q) float; ``u_test``, ``s_test``.

    Events: ``train_times_us`` (k,) int, ``train_units`` (k,) int,
    ``train_offsets`` (n+1,) int, ``train_labels`` (n,) int, the same with
    ``test_``, and the scalar ``n_units``.  They may have ``shape``, (channels, height,
    width) of a sensor, and ``train_groups`` (n,) int and ``test_groups``, for
    validation on speakers who are held out.

    Raises
    ------
    DataError
        If the file is missing or damaged, keys are missing or unknown, or the
        arrays break the rules above.
    """
    arrays = _read(Path(os.path.expanduser(path)))
    kind = _kind_of(arrays)
    _check_keys(arrays, kind, path)
    if kind is OPERATOR_KEYS:
        return _operator(arrays, path)
    if kind is IMAGE_KEYS and arrays["y_train"].dtype.kind == "f" and arrays["x_train"].ndim <= 2:
        return _regression(arrays, path)
    split = _events if kind is EVENT_KEYS else _images
    return Dataset(f"npz:{path}", split(arrays, "train", path), split(arrays, "test", path))


def _read(path):
    require(is_file(path), f"{path}: no such file; check the path after npz:.")
    require(not _is_single(path), f"{path}: holds a single array, not a .npz archive; use np.savez.")
    try:
        return safe_arrays.read(path)
    except safe_arrays.DAMAGED as error:
        raise DataError(
            f"{path}: cannot be read as a .npz file of plain arrays ({error}); write it again with np.savez."
        ) from None


def _is_single(path):
    try:
        with open(path, "rb") as file:
            return file.read(6) == b"\x93NUMPY"
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check who may read it.") from None


def _kind_of(arrays):
    """The keys that a file should have, by one that it has."""
    if {"u_train", "y_points", "s_train"} & set(arrays):
        return OPERATOR_KEYS
    return EVENT_KEYS if {"n_units", "train_units"} & set(arrays) else IMAGE_KEYS


def _check_keys(arrays, expected, path):
    more = MORE_EVENT_KEYS if expected is EVENT_KEYS else ()
    unknown = sorted(set(arrays) - {*expected, *more})
    missing = [key for key in expected if key not in arrays]
    require(
        not unknown and not missing,
        f"{path}: unknown keys {unknown}, missing keys {missing}; an image file has "
        f"{', '.join(IMAGE_KEYS)}, an event file {', '.join(EVENT_KEYS)} and an operator file "
        f"{', '.join(OPERATOR_KEYS)}.",
    )


def _regression(arrays, path):
    """Real-valued targets; the test set is scaled as the training set is."""
    train, test = (
        Vectors(arrays[f"x_{part}"], arrays[f"y_{part}"], name=f"{path} {part}") for part in ("train", "test")
    )
    require(
        train.n_units == test.n_units and train.n_outputs == test.n_outputs,
        f"{path}: training samples have {train.n_units} inputs and {train.n_outputs} targets, test samples "
        f"{test.n_units} and {test.n_outputs}; give both the same.",
    )
    return Dataset(f"npz:{path}", train, test.like(train), ("value",))


def _operator(arrays, path):
    """Pairs of functions; the test set is scaled as the training set is."""
    train, test = (
        Vectors.of_operator(
            arrays[f"u_{part}"], arrays["y_points"], arrays[f"s_{part}"], name=f"{path} {part}"
        )
        for part in ("train", "test")
    )
    require(
        train.n_units == test.n_units,
        f"{path}: training functions are known at {train.n_units} sensors, test functions at {test.n_units}; "
        "give both the same.",
    )
    return Dataset(f"npz:{path}", train, test.like(train), ("value",))


def _images(arrays, part, path):
    name = f"{path} {part}"
    values = checks.as_uint8(arrays[f"x_{part}"], name)
    require(
        values.ndim in (3, 4),
        f"{name}: x_{part} has shape {values.shape} but should be (n, height, width) "
        f"or (n, channels, height, width); reshape it.",
    )
    values = values[:, None] if values.ndim == 3 else values
    return Images(np.ascontiguousarray(values), arrays[f"y_{part}"], name)


def _events(arrays, part, path):
    n_units = arrays["n_units"]
    require(
        n_units.ndim == 0 and np.issubdtype(n_units.dtype, np.integer),
        f"{path}: n_units is {n_units.dtype} of shape {n_units.shape} but should be "
        f"one whole number; save the number of input units.",
    )
    fields = {field: arrays[f"{part}_{field}"] for field in EVENT_FIELDS}
    fields["shape"] = _shape(arrays["shape"], path) if "shape" in arrays else None
    return Events(**fields, n_units=int(n_units), name=f"{path} {part}", speaker=arrays.get(f"{part}_groups"))


def _shape(array, path):
    require(
        array.shape == (3,) and np.issubdtype(array.dtype, np.integer),
        f"{path}: shape is {array.dtype} of shape {array.shape} but should be three whole numbers, "
        "(channels, height, width) of the sensor.",
    )
    return tuple(int(one) for one in array)
