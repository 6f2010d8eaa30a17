"""Pooling, grouping and spike trains with units."""

import numpy as np
import pytest
from brian2 import ms, mV, second

from ffbrian import datasets
from ffbrian.datasets import Events
from ffbrian.errors import DataError


def test_pool(events):
    pooled = datasets.pool(events, 2)
    assert pooled.shape == (2, 2, 2) and pooled.n_units == 8
    # 31 = channel 1, y 3, x 3; 2 = channel 0, y 0, x 2; 5 = y 1, x 1
    assert pooled.units.tolist() == [7, 1, 0, 0, 0]
    assert np.shares_memory(pooled.times_us, events.times_us)


def test_pool_with_a_rest(events):
    assert datasets.pool(events, 3).shape == (2, 2, 2)
    assert datasets.pool(events, 1).units.tolist() == events.units.tolist()


def test_group_units(events):
    grouped = datasets.group_units(events, 8)
    assert grouped.units.tolist() == [7, 0, 0, 1, 1] and grouped.shape == (8,)
    sizes = np.bincount(np.arange(700) * 70 // 700)
    assert sizes.tolist() == [10] * 70


def test_overlapping_groups_pass_on_one_in_every():
    rng = np.random.default_rng(0)
    times, units = np.sort(rng.integers(0, 9999, (3, 500)), axis=1), rng.integers(0, 60, (3, 500))
    raw = Events(times.ravel(), units.ravel(), np.arange(4) * 500, np.array([0, 1, 0]), 60)
    grouped = datasets.group_units(raw, 12, width=10, every=4)
    assert grouped.n_units == 12 and grouped.shape == (12,)
    for number in range(3):
        expected = []
        for group in range(12):  # centres at 2.5, 7.5, ...
            heard = np.flatnonzero(
                (units[number] + 0.5 >= 5 * group - 2.5) & (units[number] + 0.5 < 5 * group + 7.5)
            )
            expected += [(place, group) for place in heard[2::4]]
        found = grouped[number].value
        place, group = np.array(sorted(expected)).T
        np.testing.assert_array_equal(found.times_us, times[number][place])
        np.testing.assert_array_equal(found.units, group)


def test_groups_as_wide_as_apart_are_a_division(events):
    divided, overlapping = datasets.group_units(events, 8), datasets.group_units(events, 8, width=4)
    np.testing.assert_array_equal(overlapping.units, divided.units)
    np.testing.assert_array_equal(overlapping.times_us, divided.times_us)


def test_pooling_needs_groups(tmp_path):
    with pytest.raises(DataError, match="option 'width' and 'every' of a data set also needs 'groups'"):
        datasets.load("hd-spikes:width=60,every=20", tmp_path)


def test_groups_may_hear_nothing(events):
    silent = datasets.group_units(events, 8, every=100)
    assert len(silent.times_us) == 0 and len(silent) == len(events)


def test_bad_transforms(events):
    with pytest.raises(DataError, match="cannot form 33 units a group of 32 units"):
        datasets.group_units(events, 8, width=33)
    with pytest.raises(DataError, match="every is 0 but should be at least 1"):
        datasets.group_units(events, 8, every=0)
    with pytest.raises(DataError, match="without a sensor shape"):
        datasets.pool(datasets.group_units(events, 8), 2)
    with pytest.raises(DataError, match="pooling factor is 0"):
        datasets.pool(events, 0)
    for n_groups in 0, 33:
        with pytest.raises(DataError, match=f"cannot form {n_groups} groups of 32 units"):
            datasets.group_units(events, n_groups)


class NeoTrain:
    """What is needed of a `neo.SpikeTrain`: times in ms."""

    def __init__(self, times_ms, t_start=None):
        self.times_ms = np.asarray(times_ms, float)
        if t_start is not None:
            self.t_start = NeoTrain(t_start)

    def rescale(self, unit):
        if unit != "us":
            raise ValueError(unit)
        return type("Rescaled", (), {"magnitude": self.times_ms * 1000})


EXPECTED = [500, 2000, 2000], [1, 0, 1]


@pytest.mark.parametrize(
    "sample",
    [
        [NeoTrain([2]), NeoTrain([0.5, 2])],
        [NeoTrain([12], t_start=10), NeoTrain([10.5, 12], t_start=10)],
        [np.array([2]) * ms, np.array([2, 0.5]) * ms],
        [[2 * ms], [0.0005 * second, 2 * ms]],
    ],
)
def test_spike_trains(sample):
    events = datasets.from_spike_trains([sample, [[], []]], [0, 1])
    spikes = events[0].value
    assert (spikes.times_us.tolist(), spikes.units.tolist()) == EXPECTED
    assert len(events[1].value.units) == 0 and events.n_units == 2


@pytest.mark.parametrize(
    "trains, message",
    [
        ([[np.array([1.0])]], "sample 0 unit 0: the spike times have the unit 1 but should"),
        ([[np.array([1.0]) * mV]], "sample 0 unit 0: the spike times have the unit"),
        ([[[]], [[], []]], r"samples have \[1, 2\] spike trains"),
        ([[np.array([np.nan]) * ms]], "sample 0: spike times contain NaN"),
        ([[np.array([-1]) * ms]], "event time -1000 us in sample 0 is negative"),
        ([], "samples have"),
        ([[]], "n_units is 0"),
    ],
)
def test_bad_spike_trains(trains, message):
    with pytest.raises(DataError, match=message):
        datasets.from_spike_trains(trains, np.zeros(len(trains), int))


def test_events_reach_the_binary(tmp_path, events):
    datasets.write_binned(datasets.pool(events, 2), 1000, 10, tmp_path / "events.bin")
    assert datasets.read_header(tmp_path / "events.bin") == dict(
        kind="events", n=3, n_events=5, n_units=8, n_steps=10
    )


def test_speaker_must_fit(events):
    with pytest.raises(DataError, match="3 samples but 1 labels"):
        Events(events.times_us, events.units, events.offsets, events.labels, 32, speaker=np.array([1]))
