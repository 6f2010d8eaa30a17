"""Splits, their files for the compiled network, and their division."""

import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.datasets import binning
from ffbrian.datasets.splits import Events, Images
from ffbrian.errors import DataError


def test_take_copies_only_if_needed(images):
    assert np.shares_memory(images.take(slice(2, 6)).values, images.values)
    assert np.shares_memory(images.take(np.arange(3, 7)).values, images.values)
    assert not np.shares_memory(images.take([1, 5]).values, images.values)
    assert images.take([5, 1]).labels.tolist() == [2, 1]
    assert len(images.take(images.labels == 0)) == 4


def test_rarer_classes_are_repeated_until_all_are_equally_frequent(images):
    rare = images.take([*np.flatnonzero(images.labels == 0)[:1], *np.flatnonzero(images.labels != 0)])
    even = datasets.balanced(rare)
    assert np.bincount(even.labels).tolist() == [4, 4, 4]
    assert (even.values[even.labels == 0] == rare.values[0]).all() and {v.tobytes() for v in even.values} == {
        v.tobytes() for v in rare.values
    }


def test_take_out_of_range(images):
    with pytest.raises(DataError, match="choose from 0..11"):
        images.take([12])


def test_take_events(events):
    for chosen in [2, 0], [1, 2], [-1], slice(None, None, -1):
        taken, numbers = events.take(chosen), np.arange(3)[chosen]
        assert taken.labels.tolist() == events.labels[numbers].tolist()
        for i, number in enumerate(numbers):
            assert taken[i].value.times_us.tolist() == events[number].value.times_us.tolist()
            assert taken[i].value.units.tolist() == events[number].value.units.tolist()


def test_images_must_be_uint8():
    with pytest.raises(DataError, match="float64 of shape .* should be uint8"):
        Images(np.zeros((2, 1, 3, 3)), np.zeros(2, int))


def test_event_shape_must_fit(events):
    with pytest.raises(DataError, match="does not hold 32 units"):
        Events(events.times_us, events.units, events.offsets, events.labels, 32, shape=(2, 4, 5))


def test_image_file(images, tmp_path):
    datasets.write_images(images, tmp_path / "images.bin")
    raw = (tmp_path / "images.bin").read_bytes()
    assert raw[:8] == b"FFIMG\0\0\1"
    assert np.frombuffer(raw[8:64], "<i8").tolist() == [12, 2, 3, 4, 0, 0, 0]
    assert raw[64:] == images.values.tobytes()
    assert datasets.read_header(tmp_path / "images.bin") == dict(
        kind="images", n=12, channels=2, height=3, width=4
    )


def test_image_file_in_several_blocks(images, tmp_path, monkeypatch):
    monkeypatch.setattr("ffbrian.datasets.files.BLOCK_BYTES", 50)
    datasets.write_images(images, tmp_path / "images.bin")
    assert (tmp_path / "images.bin").read_bytes()[64:] == images.values.tobytes()


def test_failed_write_keeps_the_old_file(images, tmp_path, monkeypatch):
    path = tmp_path / "images.bin"
    datasets.write_images(images, path)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", _disk_full)
    with pytest.raises(DataError, match="cannot be written .No space left.*free some space"):
        datasets.write_images(images.take([0, 3]), path)
    assert path.read_bytes() == before and list(tmp_path.glob(".*")) == []


def _disk_full(*paths):
    raise OSError(28, "No space left on device")


def _by_hand(events, dt_us, n_steps):
    """The definition of `EventBins`, one sample at a time."""
    cells = [
        sorted({(t // dt_us, u) for t, u in zip(*events[i].value) if t // dt_us < n_steps})
        for i in range(len(events))
    ]
    return np.cumsum([0] + [len(c) for c in cells]), [cell for own in cells for cell in own]


def _random_events(n=40, n_units=9):
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 60, n)
    times = [np.sort(rng.integers(0, 5000, count)) for count in counts]
    return Events(
        np.concatenate(times),
        rng.integers(0, n_units, counts.sum()),
        np.concatenate([[0], np.cumsum(counts)]),
        np.arange(n) % 4,
        n_units,
    )


@pytest.mark.parametrize("per_block", [1, 100, 10**6])
def test_bins_against_the_definition(per_block, monkeypatch):
    monkeypatch.setattr(binning, "EVENTS_PER_BLOCK", per_block)
    events = _random_events()
    bins = events.binned(250, 12)
    offsets, cells = _by_hand(events, 250, 12)
    assert bins.offsets.tolist() == offsets.tolist()
    assert list(zip(bins.bins.tolist(), bins.units.tolist())) == cells
    assert (bins.bins.dtype, bins.units.dtype, bins.offsets.dtype) == ("u2", "u2", "i8")


def test_event_file(events, tmp_path):
    bins = events.binned(1000, 5)
    datasets.write_events(bins, 32, 5, tmp_path / "events.bin")
    raw = (tmp_path / "events.bin").read_bytes()
    assert raw[:8] == b"FFEVT\0\0\1"
    assert np.frombuffer(raw[8:64], "<i8").tolist() == [3, 4, 32, 5, 0, 0, 0]
    assert np.frombuffer(raw[64:96], "<i8").tolist() == [0, 3, 3, 4]
    assert np.frombuffer(raw[96:], "<u2").tolist() == [0, 1, 1, 0, 31, 0, 2, 5]


def test_streamed_event_file_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(binning, "EVENTS_PER_BLOCK", 50)
    events = _random_events()
    datasets.write_events(events.binned(62.5, 30), 9, 30, tmp_path / "a")
    datasets.write_binned(events, 62.5, 30, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "dt_us, n_steps, message",
    [(0, 5, "time step is 0 us"), (1000, 70000, "n_steps is 70000"), (1000, 0, "n_steps is 0")],
)
def test_bad_grid(events, dt_us, n_steps, message):
    with pytest.raises(DataError, match=message):
        events.binned(dt_us, n_steps)


@pytest.mark.parametrize(
    "n_units, n_steps, message",
    [(31, 5, "unit 31 does not fit n_units = 31"), (32, 1, "step 1 does not fit n_steps = 1")],
)
def test_bins_that_do_not_fit(events, tmp_path, n_units, n_steps, message):
    with pytest.raises(DataError, match=message):
        datasets.write_events(events.binned(1000, 5), n_units, n_steps, tmp_path / "events.bin")


def test_headers_of_damaged_files(images, tmp_path):
    path = tmp_path / "images.bin"
    with pytest.raises(DataError, match="no such file"):
        datasets.read_header(path)
    datasets.write_images(images, path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="has 351 bytes but its header announces 352"):
        datasets.read_header(path)
    path.write_bytes(b"something else")
    with pytest.raises(DataError, match="not with the mark"):
        datasets.read_header(path)


@pytest.mark.parametrize("size", [0.25, 3])
def test_validation_split(images, size):
    train, validation = datasets.split_validation(images, size, seed=3)
    assert (len(train), len(validation)) == (9, 3)
    together = np.concatenate([train.values, validation.values]).reshape(12, -1)
    assert sorted(map(bytes, together)) == sorted(map(bytes, images.values.reshape(12, -1)))
    again = datasets.split_validation(images, size, seed=3)[1]
    np.testing.assert_array_equal(validation.values, again.values)
    others = [datasets.split_validation(images, size, seed=s)[1].values for s in range(4, 8)]
    assert any((validation.values != other).any() for other in others)


@pytest.mark.parametrize("size", [0, 12, 0.0, 1.0, -0.5, 1.5, True])
def test_bad_validation_size(images, size):
    with pytest.raises(DataError, match="does not fit 12 samples"):
        datasets.split_validation(images, size, 0)


def test_validation_leaves_every_class_in_training(images):
    with pytest.raises(DataError, match="class . would have no sample left"):
        datasets.split_validation(images, 11, 0)


def test_folds_are_stratified():
    labels = np.repeat([0, 1, 2], [20, 11, 30])
    parts = datasets.folds(labels, 5, seed=1)
    tested = np.concatenate([test for _, test in parts])
    assert sorted(tested) == list(range(61))
    for train, test in parts:
        assert np.bincount(labels[test])[[0, 2]].tolist() == [4, 6]
        assert sorted([*train, *test]) == list(range(61))
    assert [len(test) for _, test in parts] == [13, 12, 12, 12, 12]


def test_too_many_folds():
    with pytest.raises(DataError, match="k = 3 but the rarest class has 2"):
        datasets.folds([0, 0, 1, 1, 1], 3, 0)


def test_hold_out_groups(images):
    speaker = np.arange(12) // 4
    train, validation = datasets.split_groups(images, speaker, held_out=1)
    np.testing.assert_array_equal(validation.values, images.values[4:8])
    assert len(train) == 8
    with pytest.raises(DataError, match=r"cannot hold out groups \[7\]"):
        datasets.split_groups(images, speaker, [7])
