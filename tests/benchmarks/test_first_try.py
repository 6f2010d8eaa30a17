"""Data of the first-try table: wrong scales on purpose, and sets that are joined."""

import numpy as np
from ffbrian.benchmarks.first_try import OF_EVENTS, OF_IMAGES, distortions, joined

from ffbrian.datasets import Events, Images, Signals


def images(side, seed):
    rng = np.random.default_rng(seed)
    return Images(rng.integers(0, 256, (40, 1, side, side), dtype=np.uint8), np.arange(40) % 10)


def test_three_sets_make_27_classes():
    parts = [images(28, 1), images(28, 2), images(8, 3)]
    whole = joined(parts)
    assert np.unique(whole.labels).tolist() == list(range(27)) and len(whole) == 40 + 40 + 28
    large = whole.values[whole.labels == 20][0, 0]
    assert np.array_equal(large[2:-2:3, 2:-2:3], parts[2].values[0, 0]) and not large[:2].any()


def test_distortions_suit_the_kind_of_data():
    events = Events(np.array([10, 20]), np.array([0, 1], np.int32), np.array([0, 2]), np.array([0]), 2)
    assert distortions(events) is OF_EVENTS
    assert OF_EVENTS["10 times longer"].of(events).times_us.tolist() == [100, 200]
    shown = images(28, 1)
    assert distortions(shown) is OF_IMAGES
    assert OF_IMAGES["resting level 0.6"].of(shown).values.min() >= 153
    signals = Signals(np.zeros((2, 1, 50), np.float32), np.arange(2), 100.0)
    assert [wrong.of(signals) for wrong in distortions(signals).values()] == [signals]
