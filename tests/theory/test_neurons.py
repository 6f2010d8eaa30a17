"""Neuron models against closed forms and independent integrations."""

import numpy as np
import pytest
from brian2 import ms, mV, nA, nS, second
from ffbrian.equations import neurons, synapses
from scipy.integrate import quad
from scipy.optimize import brentq

from ffbrian.network.network import Layer

from .conftest import CONSTANT_CURRENT, CONSTANT_DRIVE, accumulators, one_spike, rates, simulate


def test_lif_membrane_decays_exponentially():
    result = simulate(
        neurons.lif, duration=100 * ms, dt=1 * ms, arriving={"afferent": one_spike([0.4], 100)}, record=["v"]
    )
    expected = -65e-3 + 0.4 * 15e-3 * np.exp(-(result.t[1:] - 1e-3) / 50e-3)
    np.testing.assert_allclose(result.v[1:, 0], expected, rtol=0, atol=1e-12)


def test_mixed_membranes_decay_with_time_constants_spread_evenly_on_a_logarithmic_scale():
    result = simulate(
        neurons.mixed_lif,
        n=200,
        duration=100 * ms,
        dt=1 * ms,
        arriving={"afferent": one_spike([0.4] * 200, 100)},
        record=["v", "tau_m"],
    )
    tau = result.tau_m[-1]
    expected = -65e-3 + 0.4 * 15e-3 * np.exp(-(result.t[1:, None] - 1e-3) / tau)
    np.testing.assert_allclose(result.v[1:], expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(tau[::2], tau[1::2])
    np.testing.assert_allclose(np.sort(np.log10(tau[::2])), -2 + 2 * (np.arange(100) + 0.5) / 100, atol=0.04)


def test_lif_floor_holds():
    result = simulate(
        neurons.lif, duration=5 * ms, dt=1 * ms, arriving={"afferent": one_spike([-3.0], 5)}, record=["v"]
    )
    assert result.v[1, 0] == pytest.approx(-80e-3)


def test_lif_hard_reset_rate_is_the_textbook_formula():
    drive = np.array([10.0, 14.9, 16.0, 20.0, 40.0])
    hard = neurons.lif(reset="v = v_rest")
    result = simulate(hard, CONSTANT_DRIVE, duration=300 * ms, dt=0.05 * ms, n=5, level=drive * mV)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.where(drive > 15, 1 / (50e-3 * np.log(drive / (drive - 15))), 0)
    np.testing.assert_allclose(rates(result), expected, rtol=0.01)


def test_lif_subtractive_reset_keeps_the_charge_beyond_threshold():
    """A kick of 3.5 threshold distances gives three spikes in three steps and leaves half."""
    result = simulate(
        neurons.lif(tau_m=1000 * second),
        duration=10 * ms,
        dt=1 * ms,
        arriving={"afferent": one_spike([3.5], 10)},
        record=["v"],
    )
    np.testing.assert_allclose(result.spikes[0], [1e-3, 2e-3, 3e-3], atol=1e-9)
    assert result.v[-1, 0] == pytest.approx(-65e-3 + 0.5 * 15e-3, abs=1e-6)


def test_adaptive_threshold_rises_by_b_and_decays():
    result = simulate(
        neurons.adaptive_lif,
        duration=50 * ms,
        dt=1 * ms,
        arriving={"afferent": one_spike([1.2], 50)},
        record=["h"],
    )
    assert len(result.spikes[0]) == 1
    after = result.t > result.spikes[0][0]
    expected = 0.5e-3 * np.exp(-(result.t[after] - result.spikes[0][0] - 1e-3) / 100e-3)
    np.testing.assert_allclose(result.h[after, 0], expected, rtol=1e-9)


def test_quadratic_rate_follows_the_square_root_law():
    drive = np.array([3.5, 4.5, 8.0, 15.0, 30.0])
    result = simulate(
        neurons.quadratic, CONSTANT_DRIVE, duration=500 * ms, dt=0.1 * ms, n=5, level=drive * mV
    )
    rheobase, middle, scale = 3.75, -57.5, 15.0
    excess = np.sqrt(np.maximum(scale * (drive - rheobase), 1e-12))
    angle = np.arctan((0 - middle) / excess) - np.arctan((-65 - middle) / excess)
    expected = np.where(drive > rheobase, excess / (20e-3 * scale * angle), 0)
    np.testing.assert_allclose(rates(result), expected, rtol=0.01)


def test_quadratic_rate_near_rheobase_is_proportional_to_the_root():
    """With reset and peak far away, f = sqrt((drive - rheobase)/v_scale)/(pi tau_m)."""
    excess = np.array([1.6, 6.4, 25.6])
    far = neurons.quadratic(v_reset=-1000 * mV, v_floor=-2000 * mV, v_peak=900 * mV)
    result = simulate(far, CONSTANT_DRIVE, duration=420 * ms, dt=0.1 * ms, n=3, level=(3.75 + excess) * mV)
    np.testing.assert_allclose(rates(result), np.sqrt(excess / 15) / (np.pi * 20e-3), rtol=0.02)


def test_adex_without_adaptation_fires_as_the_integral_says():
    """Exponential integrate-and-fire: the interval is the integral of C/F(v)."""
    plain = neurons.adex(g_adapt=0 * nS, b_adapt=0 * nA)
    current = np.array([0.50, 0.60, 0.8, 1.2])  # rheobase g_leak (v_T - v_rest - Delta_T) = 0.546 nA
    result = simulate(plain, CONSTANT_CURRENT, duration=250 * ms, dt=0.05 * ms, n=4, level=current * nA)

    def slowness(v, amps):
        return 281e-12 / (30e-9 * (-70.6e-3 - v + 2e-3 * np.exp((v + 50.4e-3) / 2e-3)) + amps)

    expected = [
        0 if amps < 0.546 else 1 / quad(slowness, -70.6e-3, -40.4e-3, args=(amps * 1e-9,), limit=200)[0]
        for amps in current
    ]
    np.testing.assert_allclose(rates(result), expected, rtol=0.02)


def test_adex_adapts():
    result = simulate(neurons.adex, CONSTANT_CURRENT, duration=400 * ms, dt=0.2 * ms, level=1 * nA)
    intervals = np.diff(result.spikes[0])
    assert intervals[-1] > 1.5 * intervals[0]


def test_izhikevich_rest_is_a_fixed_point_and_rheobase_is_right():
    """The rest loses stability at I = 3.80 mV/ms (Hopf), where 0.08 v + 5 = a."""
    level = np.array([0.0, 3.5, 4.2])
    result = simulate(
        neurons.izhikevich,
        CONSTANT_DRIVE,
        duration=600 * ms,
        dt=0.2 * ms,
        n=3,
        level=10 * level * mV,
        record=["v"],
    )
    np.testing.assert_allclose(result.v[-1, 0], -70e-3, atol=1e-6)
    late = [np.sum(train > 0.3) for train in result.spikes]
    assert late[1] == 0 and late[2] > 0


def _izhikevich_spikes(current, n_ms, dt=0.01):
    """The equations of the paper in its own units (mV, ms), integrated by Euler."""
    v, u, spikes = -70.0, -14.0, []
    for step in range(int(n_ms / dt)):
        v, u = v + dt * (0.04 * v * v + 5 * v + 140 - u + current), u + dt * 0.02 * (0.2 * v - u)
        if v > 30:
            v, u = -65.0, u + 8
            spikes.append(step * dt)
    return np.array(spikes)


def test_izhikevich_equals_the_papers_equations():
    result = simulate(neurons.izhikevich, CONSTANT_DRIVE, duration=200 * ms, dt=0.05 * ms, level=100 * mV)
    expected = _izhikevich_spikes(10.0, 200)
    assert len(result.spikes[0]) == len(expected)
    np.testing.assert_allclose(result.spikes[0] * 1e3, expected, atol=1.0)


def test_conductance_lif_rests_at_the_weighted_mean_of_reversal_potentials():
    """Steady conductances g: v = (sum of g E)/(sum of g), time constant C/(sum of g)."""
    slow = synapses.conductance(tau_e=1e6 * second, tau_i=1e6 * second)
    table = one_spike([1.0], 2000)
    result = simulate(
        neurons.conductance_lif(v_th=100 * mV),
        slow,
        duration=200 * ms,
        dt=0.1 * ms,
        arriving={"afferent_e": 0.5 * table, "afferent_i": table},
        record=["v"],
    )
    g_leak, g_e, g_i = 10.0, 12.0, 48.0
    final = (g_leak * -65 + g_e * 0 + g_i * -80) / (g_leak + g_e + g_i)
    tau = 200e-12 / (70e-9)
    expected = final + (-65 - final) * np.exp(-(result.t[1:] - 1e-4) / tau)
    np.testing.assert_allclose(result.v[1:, 0] * 1e3, expected, atol=0.01)


def test_hodgkin_huxley_rests_where_its_currents_cancel():
    def gate(a, b):
        return a / (a + b)

    def current(v, v_T=-56.2):
        x = v - v_T
        m = gate(0.32 * (13 - x) / np.expm1((13 - x) / 4), 0.28 * (x - 40) / np.expm1((x - 40) / 5))
        h = gate(0.128 * np.exp((17 - x) / 18), 4 / (1 + np.exp((40 - x) / 5)))
        n = gate(0.032 * (15 - x) / np.expm1((15 - x) / 5), 0.5 * np.exp((10 - x) / 40))
        return 10 * (-65 - v) + 20e3 * m**3 * h * (50 - v) + 6e3 * n**4 * (-90 - v)

    rest = brentq(current, -75, -60)
    result = simulate(neurons.hodgkin_huxley, CONSTANT_CURRENT, duration=60 * ms, dt=0.1 * ms, record=["v"])
    assert result.v[-1, 0] * 1e3 == pytest.approx(rest, abs=0.01)
    assert rest == pytest.approx(-65, abs=0.1)


def test_hodgkin_huxley_spikes_have_their_shape_and_survive_steps_of_a_tenth_of_a_ms():
    fine, coarse = (
        simulate(
            neurons.hodgkin_huxley,
            CONSTANT_CURRENT,
            duration=30 * ms,
            dt=dt * ms,
            level=0.5 * nA,
            record=["v"],
        )
        for dt in (0.02, 0.1)
    )
    assert abs(len(fine.spikes[0]) - len(coarse.spikes[0])) <= 1
    for result in fine, coarse:
        assert 20e-3 < result.v.max() < 50e-3 and result.v.min() > -90e-3
    above = np.sum(fine.v > -20e-3) * 0.02 / len(fine.spikes[0])
    assert 0.3 < above < 2.0  # ms at half height


@pytest.mark.parametrize("name", neurons.__all__)
def test_weight_one_brings_every_model_from_rest_to_about_threshold(name):
    """The smallest weight at which a single spike evokes one lies between 0.4 and 1.1."""
    model = getattr(neurons, name)
    weights = np.array([0.4, 1.1])
    result = simulate(
        model,
        duration=60 * ms,
        dt=0.1 * ms,
        n=2,
        arriving=accumulators(Layer(2, model).synapse, one_spike(weights, 600)),
    )
    assert [len(train) > 0 for train in result.spikes] == [False, True]


@pytest.mark.parametrize("name", sorted(set(neurons.__all__) - {"hodgkin_huxley"}))
def test_steps_of_one_ms_stay_finite_under_strong_input(name):
    model = getattr(neurons, name)
    table = np.random.default_rng(3).normal(0, 2, (100, 20))
    result = simulate(
        model,
        duration=100 * ms,
        dt=1 * ms,
        n=20,
        arriving=accumulators(Layer(20, model).synapse, table),
        record=["v"],
    )
    assert np.isfinite(result.v).all()
