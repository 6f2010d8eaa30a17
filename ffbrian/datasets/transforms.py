"""Coarser inputs: pooled pixels and grouped channels of event data."""

from dataclasses import replace

import numpy as np

from ffbrian.datasets import binning
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
    require(
        len(events.shape) == 3,
        f"{events.name}: has {events.n_units} units without a sensor shape, so pixels "
        f"cannot be pooled; give shape=(channels, height, width).",
    )
    require(factor >= 1, f"{events.name}: the pooling factor is {factor} but should be at least 1.")
    channels, height, width = events.shape
    shape = (channels, -(-height // factor), -(-width // factor))
    channel, y, x = np.unravel_index(np.arange(events.n_units), events.shape)
    return _renumbered(events, sensor_units(x // factor, y // factor, channel, shape, events.name), shape)


def group_units(events, n_groups, width=None, every=1):
    """Merge neighbouring units, such as the channels of a cochlea, into groups.

    With `width`, groups overlap and are cells that pool the fibres of an
    auditory nerve: cell ``g`` hears the `width` units round the centre of group
    ``g`` and passes on one in `every` of the events that it hears, as an
    integrate-and-fire neuron without a leak does.

    Parameters
    ----------
    events : Events
    n_groups : int
        Between 1 and ``events.n_units``; unit ``u`` joins group
        ``u*n_groups // n_units``, so the groups differ by one unit at most.
    width : int, optional
        Units that each group hears, up to all of them; by default its own.
    every : int
        Events for which a group passes on one, the first when it has heard more
        than half as many.

    Returns
    -------
    Events
        With `n_groups` units and shape (n_groups,).

    Raises
    ------
    DataError
        If there are not that many units, or `every` is below 1.
    """
    for what, number in ("groups", n_groups), ("units a group", 1 if width is None else width):
        require(
            1 <= number <= events.n_units,
            f"{events.name}: cannot form {number} {what} of {events.n_units} units; "
            f"choose 1..{events.n_units}.",
        )
    require(every >= 1, f"{events.name}: every is {every} but should be at least 1.")
    if width is None and every == 1:
        return _renumbered(events, _own_group(events.n_units, n_groups), (n_groups,))
    heard = _heard(events.n_units, n_groups, width)
    passed = [
        _passed_on(events, first, last, heard, every) for first, last in binning.sample_blocks(events.offsets)
    ]
    times, units, counts = (np.concatenate(parts) for parts in zip(*passed))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return replace(events, times_us=times, units=units, offsets=offsets, n_units=n_groups, shape=(n_groups,))


def _own_group(n_units, n_groups):
    return np.arange(n_units) * n_groups // n_units


def _heard(n_units, n_groups, width):
    """Which group hears which unit, (n_groups, n_units) bool."""
    if width is None:
        return _own_group(n_units, n_groups) == np.arange(n_groups)[:, None]
    centre = (np.arange(n_groups)[:, None] + 0.5) * n_units / n_groups
    first = np.ceil(centre - width / 2 - 0.5)
    return (np.arange(n_units) >= first) & (np.arange(n_units) < first + width)


def _passed_on(events, first, last, heard, every):
    """Times, groups and number of the events that samples `first` to `last` keep."""
    own = slice(events.offsets[first], events.offsets[last])
    sample = np.repeat(np.arange(last - first), np.diff(events.offsets[first : last + 1]))
    kept = []
    for group, is_heard in enumerate(heard):
        place = np.flatnonzero(is_heard[events.units[own]])
        counts = np.bincount(sample[place], minlength=last - first)
        rank = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        place = place[rank % every == every // 2]
        kept.append(place * len(heard) + group)
    place, group = np.divmod(np.sort(np.concatenate(kept)), len(heard))
    counts = np.bincount(sample[place], minlength=last - first)
    return events.times_us[own][place], group.astype(np.int32), counts


def _renumbered(events, new_units, shape):
    units = new_units.astype(np.int32)[events.units]
    return replace(events, units=units, n_units=int(np.prod(shape)), shape=shape)


def over_parts(dataset, transform):
    """Apply `transform` to every part of a data set."""
    parts = {
        part: transform(getattr(dataset, part))
        for part in ("train", "test", "validation")
        if getattr(dataset, part) is not None
    }
    return replace(dataset, **parts)
