"""Checks of raw arrays; every failure is one `DataError` sentence."""

import numpy as np

from ffbrian.errors import DataError


def require(condition, message):
    """Raise `DataError(message)` unless `condition` holds."""
    if not condition:
        raise DataError(message)


def labels(array, n, name):
    """Return `array` as labels, (n,) int64.

    Raises
    ------
    DataError
        If they are not integers, negative, or not `n` in number.
    """
    array = np.asarray(array)
    require(
        array.ndim == 1 and np.issubdtype(array.dtype, np.integer),
        f"{name}: the labels are {array.dtype} of shape {array.shape} but should be "
        f"integers of shape (n,); give one whole number per sample.",
    )
    require(len(array) == n, f"{name}: {n} samples but {len(array)} labels; give one label per sample.")
    require(n > 0, f"{name}: the data set is empty; give at least one sample.")
    require(
        array.min() >= 0,
        f"{name}: label {array.min()} of sample {array.argmin()} is negative; number the classes from 0.",
    )
    return array.astype(np.int64, copy=False)


def images(values, name):
    """Check that `values` is (n, channels, height, width) uint8, contiguous."""
    require(
        isinstance(values, np.ndarray) and values.ndim == 4 and values.dtype == np.uint8,
        f"{name}: the images are {_describe(values)} but should be uint8 of shape "
        f"(n, channels, height, width); convert them first.",
    )
    require(
        values.flags.c_contiguous,
        f"{name}: the images are not C-contiguous; pass np.ascontiguousarray(values).",
    )
    _non_empty_shape(values, name)


def signals(values, rate_hz, name):
    """Check that `values` is (n, channels, time) float32, finite, at a positive rate."""
    require(
        isinstance(values, np.ndarray) and values.ndim == 3 and values.dtype == np.float32,
        f"{name}: the signals are {_describe(values)} but should be float32 of shape "
        f"(n, channels, time); convert them first.",
    )
    _non_empty_shape(values, name)
    require(
        np.isfinite(values).all(), f"{name}: the signals contain NaN or infinity; remove or interpolate them."
    )
    require(
        np.isfinite(rate_hz) and rate_hz > 0,
        f"{name}: the sampling rate is {rate_hz} Hz but should be positive.",
    )


def as_uint8(array, name):
    """Return pixel values as uint8.

    Integers must lie in 0..255.  Floats must lie in 0..255 too and are rounded
    to the nearest integer; floats that never exceed 1 are refused, because
    they were most likely scaled to 0..1 and would come out black.

    Raises
    ------
    DataError
        For NaN, infinity, values outside 0..255, or another kind of number.
    """
    array = np.asarray(array)
    if array.dtype == np.uint8:
        return array
    is_float = np.issubdtype(array.dtype, np.floating)
    require(
        is_float or np.issubdtype(array.dtype, np.integer),
        f"{name}: pixels are {array.dtype} but should be uint8; convert them first.",
    )
    if array.size:
        _pixel_range(array, is_float, name)
    return (np.rint(array) if is_float else array).astype(np.uint8)


def events(times_us, units, offsets, n_units, n, name):
    """Check one CSR set of events (see `ffbrian.datasets.Events`)."""
    for array, what in (times_us, "times_us"), (units, "units"), (offsets, "offsets"):
        require(
            isinstance(array, np.ndarray) and array.ndim == 1 and np.issubdtype(array.dtype, np.integer),
            f"{name}: {what} is {_describe(array)} but should be integers of shape (k,); convert it first.",
        )
    require(
        len(times_us) == len(units),
        f"{name}: {len(times_us)} event times but {len(units)} units; give one unit per event.",
    )
    _offsets(offsets, n, len(times_us), name)
    require(n_units >= 1, f"{name}: n_units is {n_units} but should be at least 1.")
    if len(times_us):
        _units(units, offsets, n_units, name)
        _times(times_us, offsets, name)


def class_coverage(train_labels, test_labels, n_classes, name):
    """Check that every label is below `n_classes` and occurs in the training set."""
    for part, values in ("train", train_labels), ("test", test_labels):
        require(
            values.max() < n_classes,
            f"{name} {part}: label {values.max()} of sample {values.argmax()} is out of "
            f"range, expected 0..{n_classes - 1}; correct the label file.",
        )
    absent = np.setdiff1d(np.unique(test_labels), np.unique(train_labels))
    require(
        not len(absent),
        f"{name} test: class {_first(absent)} is missing from the training set; "
        f"add training samples of it or drop it from the test set.",
    )
    absent = np.setdiff1d(np.arange(n_classes), np.unique(train_labels))
    require(
        not len(absent),
        f"{name} train: no sample has label {_first(absent)} although labels go up to "
        f"{n_classes - 1}; number the classes 0, 1, 2 ... without gaps.",
    )


def _describe(array):
    if isinstance(array, np.ndarray):
        return f"{array.dtype} of shape {array.shape}"
    return f"a {type(array).__name__}"


def _first(array):
    return f"{array[0]} (and {len(array) - 1} more)" if len(array) > 1 else str(*array)


def _non_empty_shape(values, name):
    require(
        values.size > 0, f"{name}: the data set is empty (shape {values.shape}); give at least one sample."
    )


def _pixel_range(array, is_float, name):
    require(
        not is_float or np.isfinite(array).all(),
        f"{name}: the images contain NaN or infinity; replace them by values in 0..255.",
    )
    low, high = array.min(), array.max()
    require(
        low >= 0 and high <= 255,
        f"{name}: pixel values span {low} to {high} but should lie in 0..255; rescale them to uint8.",
    )
    require(
        not is_float or high > 1 or high == 0,
        f"{name}: pixel values are floats of at most {high}, as if scaled to 0..1, "
        f"but should lie in 0..255; multiply by 255 and convert to uint8.",
    )


def _offsets(offsets, n, n_events, name):
    require(
        len(offsets) == n + 1,
        f"{name}: offsets has length {len(offsets)} for {n} samples but should have "
        f"{n + 1}; the events of sample i are offsets[i]:offsets[i+1].",
    )
    falls = np.flatnonzero(np.diff(offsets) < 0)
    require(
        not len(falls),
        f"{name}: offsets fall at sample {falls[0] if len(falls) else ''} but should "
        f"never decrease; rebuild them as a running sum of event counts.",
    )
    require(
        offsets[0] == 0 and offsets[-1] == n_events,
        f"{name}: offsets run from {offsets[0]} to {offsets[-1]} but should run from 0 "
        f"to the number of events, {n_events}; rebuild them.",
    )


def _sample_of(event, offsets):
    return int(np.searchsorted(offsets, event, side="right")) - 1


def _units(units, offsets, n_units, name):
    low, high = units.min(), units.max()
    if low >= 0 and high < n_units:
        return
    event = units.argmin() if low < 0 else units.argmax()
    raise DataError(
        f"{name}: unit {units[event]} in sample {_sample_of(event, offsets)} is out of range, "
        f"expected 0..{n_units - 1}; correct the event or raise n_units."
    )


def _times(times_us, offsets, name):
    if times_us.min() < 0:
        event = times_us.argmin()
        raise DataError(
            f"{name}: event time {times_us[event]} us in sample {_sample_of(event, offsets)} "
            f"is negative; count time from the start of the sample."
        )
    falls = np.setdiff1d(np.flatnonzero(times_us[1:] < times_us[:-1]) + 1, offsets)
    if len(falls):
        event = falls[0]
        raise DataError(
            f"{name}: event times in sample {_sample_of(event, offsets)} are out of order "
            f"({times_us[event]} us follows {times_us[event - 1]} us); "
            f"sort the events of each sample by time."
        )
