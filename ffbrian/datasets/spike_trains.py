"""Spike trains with units, such as Neo's or Brian's, to events."""

import numpy as np

from ffbrian.datasets.checks import require
from ffbrian.datasets.splits import Events
from ffbrian.errors import DataError

US_PER_SECOND = 1e6


def from_spike_trains(trains, labels, name="spike trains"):
    """Make events from one spike train per sample and unit.

    Parameters
    ----------
    trains : sequence (n samples) of sequences (n_units) of spike times
        Neo spike trains or arrays of the quantities package (anything with
        ``rescale("us")`` and ``magnitude``), or Brian quantities.  Spikes of a
        train need not be sorted.  Where trains have a ``t_start``, the sample
        starts at the earliest of them; otherwise at 0.
    labels : (n,) int
    name : str
        How error messages call the set.

    Returns
    -------
    Events
        Times rounded to whole microseconds, sorted by time, then unit.

    Raises
    ------
    DataError
        If a train has no unit or not one of time, samples differ in their
        number of units, or a time is negative or not finite.
    """
    trains = [list(sample) for sample in trains]
    widths = {len(sample) for sample in trains}
    require(
        len(widths) == 1,
        f"{name}: samples have {sorted(widths)} spike trains but all should have the "
        f"same number, one per unit; add empty trains.",
    )
    samples = [_merged(sample, f"{name} sample {i}") for i, sample in enumerate(trains)]
    times_us, units = (np.concatenate(arrays) for arrays in zip(*samples))
    offsets = np.cumsum([0] + [len(times) for times, _ in samples])
    return Events(times_us, units.astype(np.int32), offsets, np.asarray(labels), widths.pop(), name)


def _merged(trains, name):
    starts = [_microseconds(t.t_start, name) for t in trains if hasattr(t, "t_start")]
    times_us = [_microseconds(train, f"{name} unit {i}") for i, train in enumerate(trains)]
    units = np.repeat(np.arange(len(trains)), [len(times) for times in times_us])
    merged = np.concatenate([*times_us, []]) - (min(starts)[0] if starts else 0)
    require(np.isfinite(merged).all(), f"{name}: spike times contain NaN or infinity; remove those spikes.")
    merged = np.rint(merged).astype(np.int64)
    order = np.argsort(merged, kind="stable")
    return merged[order], units[order]


def _microseconds(train, name):
    if hasattr(train, "rescale"):
        return _from_quantities(train, name)
    if np.size(train) == 0:
        return np.zeros(0)
    return _from_brian(train, name)


def _from_quantities(train, name):
    try:
        return np.atleast_1d(np.asarray(train.rescale("us").magnitude, dtype=float))
    except ValueError as error:
        raise DataError(
            f"{name}: the spike times are not times ({error}); give them in a unit of time."
        ) from None


def _from_brian(train, name):
    from brian2 import Quantity, second

    try:
        times = Quantity(train)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name}: the spike times cannot be read ({error}); give one array with a unit of time."
        ) from None
    require(
        times.dim is second.dim,
        f"{name}: the spike times have the unit {times.dim} but should have a unit of "
        f"time; write for example times*ms.",
    )
    return np.atleast_1d(np.asarray(times)) * US_PER_SECOND
