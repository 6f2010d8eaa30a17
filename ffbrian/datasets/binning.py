"""Events to time steps, block by block, so that memory stays bounded."""

from typing import NamedTuple

import numpy as np

from ffbrian.datasets import checks

EVENTS_PER_BLOCK = 250_000
LARGEST = 1 << 16


class EventBins(NamedTuple):
    """Events on the time grid of a simulation, compressed by sample.

    Attributes
    ----------
    offsets : (n+1,) int64
        Sample `i` owns the entries `offsets[i]:offsets[i+1]`.
    bins : (k,) uint16
        Time step, ascending within a sample.
    units : (k,) uint16
        Unit, ascending within a step; no (step, unit) pair occurs twice.
    """

    offsets: np.ndarray
    bins: np.ndarray
    units: np.ndarray


def binned(events, dt_us, n_steps):
    """Return all events on the grid as `EventBins`; see `Events.binned`."""
    counts, bins, units = zip(*blocks(events, dt_us, n_steps))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return EventBins(offsets, np.concatenate(bins), np.concatenate(units))


def blocks(events, dt_us, n_steps):
    """Yield `(counts per sample, bins, units)` for consecutive groups of samples."""
    checks.require(dt_us > 0, f"{events.name}: the time step is {dt_us} us but should be positive.")
    for what, number in ("n_steps", n_steps), ("n_units", events.n_units):
        checks.require(
            1 <= number <= LARGEST,
            f"{events.name}: {what} is {number} but should be in 1..{LARGEST}; "
            f"use longer steps, shorter presentations or fewer units.",
        )
    for first, last in sample_blocks(events.offsets):
        yield _block(events, first, last, dt_us, int(n_steps))


def sample_blocks(offsets):
    """Yield the first and one past the last of consecutive samples that fit into memory together."""
    first, n = 0, len(offsets) - 1
    while first < n:
        last = np.searchsorted(offsets, offsets[first] + EVENTS_PER_BLOCK, side="right") - 1
        last = min(max(int(last), first + 1), n)
        yield first, last
        first = last


def _block(events, first, last, dt_us, n_steps):
    own = slice(events.offsets[first], events.offsets[last])
    sample = np.repeat(np.arange(last - first), np.diff(events.offsets[first : last + 1]))
    step = (events.times_us[own] // dt_us).astype(np.int64)
    kept = step < n_steps
    key = (sample[kept] * n_steps + step[kept]) * events.n_units + events.units[own][kept]
    key, unit = np.divmod(_sorted_unique(key), events.n_units)
    sample, step = np.divmod(key, n_steps)
    counts = np.bincount(sample, minlength=last - first)
    return counts, step.astype(np.uint16), unit.astype(np.uint16)


def _sorted_unique(key):
    """As np.unique, which is ten times slower here; sorts `key` in place."""
    key.sort()
    is_first = np.ones(len(key), bool)
    np.not_equal(key[1:], key[:-1], out=is_first[1:])
    return key[is_first]
