"""Modulators: goodness of a hand-made spike pattern, and what it releases."""

import numpy as np
import pytest
from brian2 import Equations, Network, NeuronGroup, ms
from ffbrian.equations import modulators


def goodness_of(modulator, counts):
    """Goodness of a layer whose neurons spike as often as `counts` says."""
    equations = Equations(modulator.neuron_equations) + Equations(
        "unit : integer (constant)\nshare : 1\nleft : 1"
    )
    layer = NeuronGroup(
        len(counts),
        equations,
        threshold="left > 0",
        reset=f"left -= 1; {modulator.on_spike}",
        namespace=modulator.values,
        dt=1 * ms,
    )
    layer.unit, layer.left = "i", counts
    layer.run_regularly(modulator.neuron_initial, dt=1000 * ms, when="start")
    layer.run_regularly(f"share = {modulator.contribution}", when="end")
    Network(layer, *layer.contained_objects).run(10 * ms, namespace={})
    return float(np.mean(layer.share))


def release(modulator, phase, goodness):
    """M for arrays of phase and goodness, as Brian computes it."""
    own = NeuronGroup(
        len(goodness),
        Equations(modulator.equations) + Equations("s : 1\ngoodness : 1"),
        namespace=modulator.values,
        dt=1 * ms,
    )
    own.s, own.goodness = phase, goodness
    own.run_regularly(modulator.release)
    Network(own, *own.contained_objects).run(1 * ms, namespace={})
    return np.array(own.M)


COUNTS = [3, 1, 0, 2, 4, 0]


def test_opponent_goodness_is_a_difference_of_mean_squares():
    assert goodness_of(modulators.opponent, COUNTS) == pytest.approx((9 - 1 + 0 - 4 + 16 - 0) / 6)


def test_threshold_goodness_is_the_mean_square():
    assert goodness_of(modulators.threshold, COUNTS) == pytest.approx((9 + 1 + 4 + 16) / 6)


def test_silence_and_symmetric_activity_are_neutral_for_opponents():
    assert goodness_of(modulators.opponent, [0, 0, 0, 0]) == 0
    assert goodness_of(modulators.opponent, [2, 2, 1, 1]) == 0


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


GOODNESS = np.array([-5.0, -0.3, 0.0, 0.3, 5.0])


@pytest.mark.parametrize("phase", [1, -1, 0])
def test_opponent_releases_s_sigma_of_minus_s_alpha_G(phase):
    expected = phase * sigmoid(-phase * 1.7 * GOODNESS)
    np.testing.assert_allclose(release(modulators.opponent(slope=1.7), phase, GOODNESS), expected, rtol=1e-12)


@pytest.mark.parametrize("phase", [1, -1, 0])
def test_threshold_releases_the_same_around_theta(phase):
    expected = phase * sigmoid(-phase * 0.8 * (GOODNESS - 1.3))
    np.testing.assert_allclose(
        release(modulators.threshold(slope=0.8, theta=1.3), phase, GOODNESS), expected, rtol=1e-12
    )


@pytest.mark.parametrize("name", ["opponent", "threshold"])
@pytest.mark.parametrize("phase", [1.0, -1.0])
def test_the_modulator_descends_the_layers_objective(name, phase):
    """M is minus the derivative of -log sigma(s slope (G - theta)) by the goodness, over the slope."""
    model = getattr(modulators, name)
    slope, theta = model.values["slope"], model.values.get("theta", 0.0)

    def loss(goodness):
        return np.logaddexp(0, -phase * slope * (goodness - theta))

    step = 1e-5
    derivative = (loss(GOODNESS + step) - loss(GOODNESS - step)) / (2 * step)
    np.testing.assert_allclose(release(model, phase, GOODNESS), -derivative / slope, atol=1e-8)
