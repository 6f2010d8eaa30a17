"""A user's own `.npz` files, and each way to get them wrong."""

import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.errors import DataError

rng = np.random.default_rng(0)
IMAGES = dict(
    x_train=rng.integers(0, 256, (9, 4, 5), np.uint8),
    y_train=np.arange(9) % 3,
    x_test=rng.integers(0, 256, (6, 4, 5), np.uint8),
    y_test=np.arange(6) % 3,
)
EVENTS = dict(n_units=7)
for part in "train", "test":
    EVENTS |= {
        f"{part}_times_us": np.array([0, 10, 10, 3, 4]),
        f"{part}_units": np.array([6, 0, 1, 2, 2], np.int32),
        f"{part}_offsets": np.array([0, 3, 5]),
        f"{part}_labels": np.array([0, 1]),
    }


def load(tmp_path, arrays, **changes):
    arrays = {key: value for key, value in (arrays | changes).items() if value is not None}
    np.savez(tmp_path / "mine.npz", **arrays)
    return datasets.load(f"npz:{tmp_path / 'mine.npz'}")


def test_images(tmp_path):
    data = load(tmp_path, IMAGES)
    np.testing.assert_array_equal(data.test.values[:, 0], IMAGES["x_test"])
    assert data.class_names == ("0", "1", "2") and data.train.n_units == 20


def test_images_with_channels(tmp_path):
    stacked = {key: np.stack([IMAGES[key]] * 2, 1) for key in ("x_train", "x_test")}
    assert load(tmp_path, IMAGES, **stacked).train.shape == (2, 4, 5)


def test_float_images_are_rounded(tmp_path):
    data = load(tmp_path, IMAGES, x_train=IMAGES["x_train"] * 0.5)
    np.testing.assert_array_equal(data.train.values[:, 0], np.rint(IMAGES["x_train"] * 0.5))


def test_events(tmp_path):
    data = load(tmp_path, EVENTS)
    spikes, label = data.train[1]
    assert (spikes.times_us.tolist(), spikes.units.tolist(), label) == ([3, 4], [2, 2], 1)
    assert (data.train.n_units, data.train.duration_us) == (7, 10)


def test_events_of_a_sensor_with_groups(tmp_path):
    groups = {f"{part}_groups": np.arange(len(EVENTS[f"{part}_labels"])) for part in ("train", "test")}
    data = load(tmp_path, EVENTS, shape=np.array([1, 1, 7]), **groups)
    assert data.train.shape == data.test.shape == (1, 1, 7)
    assert data.train.speaker.tolist() == groups["train_groups"].tolist()


@pytest.mark.parametrize(
    "shape, words",
    [([1, 7], "three whole numbers"), ([1, 1, 6], "does not hold 7 units")],
    ids=["two", "six"],
)
def test_shapes_that_no_sensor_has(tmp_path, shape, words):
    with pytest.raises(DataError, match=words):
        load(tmp_path, EVENTS, shape=np.array(shape))


def _changed(key, index, value):
    array = np.array(IMAGES[key] if key in IMAGES else EVENTS[key])
    array = array.astype(float) if isinstance(value, float) else array
    array[index] = value
    return {key: array}


@pytest.mark.parametrize(
    "changes, message",
    [
        (_changed("x_train", (0, 0, 0), np.nan), "train: the images contain NaN or infinity"),
        (_changed("x_test", (0, 0, 0), np.inf), "test: the images contain NaN or infinity"),
        (_changed("x_train", (0, 0, 0), -1.0), "should lie in 0..255"),
        (dict(x_train=IMAGES["x_train"].astype(int) + 200), "should lie in 0..255"),
        (dict(x_train=IMAGES["x_train"] / 255), "multiply by 255"),
        (dict(x_train=IMAGES["x_train"].astype(complex)), "should be uint8"),
        (dict(x_train=IMAGES["x_train"][0]), r"should be \(n, height, width\)"),
        (dict(x_train=np.zeros((0, 4, 5), np.uint8), y_train=np.zeros(0, int)), "is empty"),
        (dict(x_test=IMAGES["x_test"][:, 1:]), "the same kind and shape"),
        (dict(y_train=IMAGES["y_train"][1:]), "9 samples but 8 labels"),
        (dict(y_train=IMAGES["y_train"] / 2), "should be integers"),
        (_changed("y_train", 4, -1), "label -1 of sample 4 is negative"),
        (_changed("y_test", 4, 3), "test: class 3 is missing from the training set"),
        (_changed("y_train", 4, 5), r"no sample has label 3 \(and 1 more\)"),
        (_changed("y_train", 4, 10**12), "label 1000000000000 is out of range"),
        (dict(z=np.zeros(1)), r"unknown keys \['z'\]"),
        (dict(y_test=None), r"missing keys \['y_test'\]"),
        (dict(y_train=np.array([{}] * 9)), "cannot be read as a .npz file of plain arrays"),
    ],
)
def test_bad_images(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load(tmp_path, IMAGES, **changes)


@pytest.mark.parametrize(
    "changes, message",
    [
        (_changed("train_times_us", 1, 11), "sample 0 are out of order .10 us follows 11 us"),
        (_changed("test_times_us", 0, -2), "event time -2 us in sample 0 is negative"),
        (_changed("train_times_us", 1, 2.5), "times_us is float64"),
        (_changed("train_units", 3, 7), r"unit 7 in sample 1 is out of range, expected 0\.\.6"),
        (_changed("test_units", 3, -1), "unit -1 in sample 1 is out of range"),
        (dict(train_units=EVENTS["train_units"][1:]), "5 event times but 4 units"),
        (dict(train_offsets=np.array([0, 5])), "offsets has length 2 for 2 samples but should have 3"),
        (dict(train_offsets=np.array([0, 6, 5])), "offsets fall at sample 1"),
        (dict(train_offsets=np.array([0, 3, 4])), "offsets run from 0 to 4"),
        (dict(n_units=np.array([7])), "n_units is int64 of shape"),
        (dict(n_units=0), "n_units is 0"),
        (
            dict(train_labels=np.array(1)),
            r"the labels are int64 of shape \(\) but should be integers of shape \(n,\)",
        ),
        (dict(train_labels=np.array([0, 0])), "class 1 is missing from the training set"),
        (dict(x_train=np.zeros(1)), r"unknown keys \['x_train'\]"),
    ],
)
def test_bad_events(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        load(tmp_path, EVENTS, **changes)


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match="absent.npz: no such file"):
        datasets.load(f"npz:{tmp_path}/absent.npz")


def test_damaged_file(tmp_path):
    np.savez(tmp_path / "a.npz", **IMAGES)
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:-50])
    with pytest.raises(DataError, match="cannot be read as a .npz file"):
        datasets.load(f"npz:{tmp_path}/a.npz")


def test_npy_instead_of_npz(tmp_path):
    np.save(tmp_path / "a.npy", IMAGES["x_train"])
    with pytest.raises(DataError, match="a single array"):
        datasets.load(f"npz:{tmp_path}/a.npy")
