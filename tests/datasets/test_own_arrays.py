"""Arrays and spike trains of one's own are learnt as they are, or a sentence says what to pass."""

import numpy as np
import pytest
from brian2 import ms, second

import ffbrian as ff
from ffbrian.datasets import Images, Vectors, from_arrays
from ffbrian.errors import DataError, ModelError

RNG = np.random.default_rng(3)
IMAGES, CLASSES = RNG.random((12, 4, 5)), np.arange(12) % 3


def trainer(**settings):
    return ff.Trainer(ff.Network([ff.Layer(10)]), mode="runtime", **settings)


# -- what arrays mean ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "X, shape",
    [(IMAGES, (1, 4, 5)), (IMAGES[:, None], (1, 4, 5)), (IMAGES.reshape(12, 20), (1, 1, 20))],
    ids=["height and width", "with channels", "a line of pixels"],
)
def test_intensities_become_grey_values(X, shape):
    split = from_arrays(X, CLASSES)
    assert isinstance(split, Images) and split.shape == shape
    np.testing.assert_array_equal(split.values.ravel(), np.rint(255 * IMAGES).ravel())


def test_bytes_and_truth_values_are_images():
    grey = (255 * IMAGES).astype(np.uint8)
    np.testing.assert_array_equal(from_arrays(grey, CLASSES).values[:, 0], grey)
    np.testing.assert_array_equal(from_arrays(IMAGES > 0.5, CLASSES).values[:, 0], 255 * (IMAGES > 0.5))


TIMES = [[[0.004, 0.001], [0.010]], [[], [0.002, 0.003, 0.004]]]


def as_neo(times):
    neo = pytest.importorskip("neo", reason="spike trains of Neo need the extra 'neo'")
    return neo.SpikeTrain(times, units="s", t_stop=1.0)


@pytest.mark.parametrize(
    "convert",
    [
        list,
        np.array,
        lambda times: np.array(times) * second,
        lambda times: np.array(times) * 1000 * ms,
        as_neo,
    ],
    ids=["lists of seconds", "arrays of seconds", "Brian seconds", "Brian milliseconds", "Neo"],
)
def test_spike_trains_become_events(convert):
    split = from_arrays([[convert(train) for train in sample] for sample in TIMES], [0, 1])
    assert split.n_units == 2 and split.labels.tolist() == [0, 1]
    assert split[0].value.times_us.tolist() == [1000, 4000, 10_000]
    assert split[0].value.units.tolist() == [0, 0, 1]
    assert split[1].value.units.tolist() == [1, 1, 1]


def test_real_targets_make_functions_to_learn():
    split = from_arrays(RNG.random((6, 2)), RNG.random(6))
    assert isinstance(split, Vectors) and split.n_outputs == 1 and split.shape == (2,)


@pytest.mark.parametrize(
    "X, y, words",
    [
        (IMAGES, None, "has no labels; pass y as well"),
        (IMAGES, CLASSES[:5], "12 samples but 5 labels"),
        (IMAGES, np.array(list("abcabcabcabc")), "np.unique"),
        (IMAGES, CLASSES / 2, "y holds real numbers, and X has shape .* whole numbers from 0"),
        (IMAGES, CLASSES - 1, "label -1 .* number the classes from 0"),
        (7 * IMAGES, CLASSES, r"expected intensities from 0 to 1.*X/X.max\(\).*ForwardForwardClassifier"),
        (300 * np.ones((2, 3, 3), int), [0, 1], "should lie in 0..255"),
        (IMAGES[:, :, :, None], CLASSES, r"X.transpose\(0, 3, 1, 2\)"),
        (np.zeros((2, 1, 1, 2, 2)), [0, 1], "pass images as an array of shape"),
        ("digits", [0], "pass images as an array of shape"),
        ([np.zeros((2, 2)), np.zeros((3, 2))], [0, 1], "is no array .* pass images"),
        ([[[0.1], [0.2]], [[0.1]]], [0, 1], "the same number, one per unit"),
        ([[[-0.1], [0.2]]], [0], "negative"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_calls_say_what_to_pass(X, y, words):
    with pytest.raises(DataError, match=words):
        from_arrays(X, y)


def test_labels_beside_a_split_are_refused():
    with pytest.raises(ModelError, match=r"has labels of its own; leave y out: fit\(split, epochs=20\)"):
        trainer().fit(from_arrays(IMAGES, CLASSES), CLASSES)


# -- fit, predict, score -----------------------------------------------------------------------
def test_arrays_give_the_same_model_and_answers_as_their_split():
    split = from_arrays(IMAGES, CLASSES)
    from_split = trainer().fit(split, 1, progress=None)
    model = trainer().fit(IMAGES, CLASSES, epochs=1, progress=None, validation=(IMAGES[:3], CLASSES[:3]))
    for name, values in model.state.items():
        np.testing.assert_array_equal(values, from_split.state[name])
    answers = model.predict(IMAGES)
    np.testing.assert_array_equal(answers, model.predict(split).labels)
    assert model.score(IMAGES, CLASSES) == np.mean(answers == CLASSES) == model.score(split)
    assert "validation_accuracy" in model.history[0]
    with pytest.raises(DataError, match="has no labels; pass y as well"):
        model.score(IMAGES)


def test_spike_trains_are_learnt_with_an_encoder_that_reads_them():
    samples = [[[0.001 * (k + 1), 0.02], [0.01 + 0.002 * k]] for k in range(6)]
    model = trainer().fit(samples, [0, 1, 0, 1, 0, 1], epochs=1, progress=None)
    assert model.network.encoder == ff.encoders.paced_time_cells
    assert model.predict(samples).shape == (6,) and 0 <= model.score(samples, [0, 1, 0, 1, 0, 1]) <= 1


def test_predictions_of_functions_are_in_the_units_of_the_targets():
    X = RNG.uniform(-2, 2, (30, 2))
    y = 100 + X[:, :1] - X[:, 1:]
    network = ff.Network([ff.Layer(10)], encoder=ff.encoders.field_spikes)
    model = ff.Trainer(network, algorithm="random_features", mode="runtime").fit(
        X, y, epochs=1, progress=None
    )
    values = model.predict(X[:5])  # the range of these five is not that of the training set
    assert values.shape == (5, 1) and np.abs(values - 100).max() < 50
    np.testing.assert_allclose(values, model.predict(X)[:5], rtol=1e-5)
    assert model.score(X, y) < 0.2
