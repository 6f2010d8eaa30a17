"""References beside the package: their gradients against finite differences, and that they learn."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import ffbrian as ff

FOLDER = Path(__import__("ffbrian.experiments").experiments.__path__[0]) / "reference"


def script(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits")


def rates(activation, has_gradient, digits, epochs=2):
    """A small layer that has learnt digits."""
    reference, rng = script("rate_forward_forward"), np.random.default_rng(0)
    layer = reference.Layer(64, 30, 10, activation, has_gradient, rng, 5e-3, 1.0)
    images, labels = reference.pixels(digits.train), np.asarray(digits.train.labels)
    for _ in reference.train(layer, images, labels, epochs, rng, batch=16):
        pass
    return layer, np.mean(layer.answers(reference.pixels(digits.test)) == digits.test.labels)


def test_without_a_gradient_rectified_rates_learn_the_same_and_saturating_ones_do_not(digits):
    with_it, without, bent, straight = (
        rates(activation, has_gradient, digits)
        for activation in ("relu", "tanh")
        for has_gradient in (True, False)
    )
    np.testing.assert_array_equal(with_it[0].w, without[0].w)
    assert with_it[1] == without[1] > 0.5
    assert np.abs(bent[0].w - straight[0].w).max() > 1e-3


def test_the_gradient_of_the_readout_is_exact_and_a_silent_layer_has_none_of_its_own():
    reference, rng = script("surrogate_gradient"), np.random.default_rng(1)
    images, labels = rng.random((6, 9)).astype(np.float32), rng.integers(0, 3, 6)
    weights = [rng.normal(0, 0.5, (9, 5)), rng.normal(0, 0.5, (5, 3))]
    x = reference.spikes(images, rng)

    def loss(out):
        y = reference.respond([weights[0], out], x)[2]
        return np.mean(np.log(np.exp(y).sum(axis=1)) - y[np.arange(6), labels])

    found = reference.gradients(weights, x, labels)[1]
    for place in np.ndindex(5, 3):
        step = np.zeros((5, 3))
        step[place] = 1e-5
        expected = (loss(weights[1] + step) - loss(weights[1] - step)) / 2e-5
        assert found[place] == pytest.approx(expected, abs=1e-6)
    silent = [np.zeros((9, 5)), np.zeros((5, 3))]
    assert not reference.gradients(silent, x, labels)[0].any()


def test_pixels_spike_regularly_at_their_rate():
    reference, rng = script("surrogate_gradient"), np.random.default_rng(2)
    counts = reference.spikes(np.array([[1.0, 0.5, 0.0]], np.float32), rng).sum(axis=0)[0]
    np.testing.assert_allclose(counts, [10, 5, 0], atol=1)


def test_back_propagation_learns_digits(digits):
    reference, rng = script("surrogate_gradient"), np.random.default_rng(3)
    train, labels = reference.pixels(digits.train), np.asarray(digits.train.labels)
    weights = reference.fit(train, labels, 30, 10, 3, [3e-3, 1e-2], rng)
    assert reference.accuracy(weights, reference.pixels(digits.test), digits.test.labels, rng) > 0.85
