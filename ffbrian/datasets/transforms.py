"""Coarser inputs: pooled pixels and grouped channels of event data."""

from dataclasses import replace

import numpy as np

from ffbrian.datasets.checks import require
from ffbrian.datasets.event_cache import sensor_units


def pool(events, factor):
    """Merge blocks of `factor` x `factor` pixels of a sensor into one unit each.

    Times are kept, so a unit may get several events at once; `Events.binned`
    merges those that fall into one step.

    Parameters
    ----------
    events : Events
        With ``shape`` (channels, height, width).
    factor : int
        Blocks at the lower and right border are smaller if it does not divide
        the sensor.

    Returns
    -------
    Events
        With shape (channels, ceil(height/factor), ceil(width/factor)).

    Raises
    ------
    DataError
        If the events have no sensor shape, or the factor is below 1.
    """
    require(len(events.shape) == 3,
            f"{events.name}: has {events.n_units} units without a sensor shape, so pixels "
            f"cannot be pooled; give shape=(channels, height, width).")
    require(factor >= 1, f"{events.name}: the pooling factor is {factor} but should be at least 1.")
    channels, height, width = events.shape
    shape = (channels, -(-height // factor), -(-width // factor))
    channel, y, x = np.unravel_index(np.arange(events.n_units), events.shape)
    return _renumbered(events, sensor_units(x // factor, y // factor, channel, shape, events.name),
                       shape)


def group_units(events, n_groups):
    """Merge neighbouring units, such as the channels of a cochlea, into groups.

    Parameters
    ----------
    events : Events
    n_groups : int
        Between 1 and ``events.n_units``; unit ``u`` joins group
        ``u*n_groups // n_units``, so the groups differ by one unit at most.

    Returns
    -------
    Events
        With `n_groups` units and shape (n_groups,).

    Raises
    ------
    DataError
        If there are not that many units.
    """
    require(1 <= n_groups <= events.n_units,
            f"{events.name}: cannot form {n_groups} groups of {events.n_units} units; "
            f"choose 1..{events.n_units}.")
    groups = np.arange(events.n_units) * n_groups // events.n_units
    return _renumbered(events, groups, (n_groups,))


def _renumbered(events, new_units, shape):
    units = new_units.astype(np.int32)[events.units]
    return replace(events, units=units, n_units=int(np.prod(shape)), shape=shape)


def over_parts(dataset, transform):
    """Apply `transform` to every part of a data set."""
    parts = {part: transform(getattr(dataset, part)) for part in ("train", "test", "validation")
             if getattr(dataset, part) is not None}
    return replace(dataset, **parts)
