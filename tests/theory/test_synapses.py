"""Synapse models: what one arriving spike does to drive, conductance and membrane."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, ms, mV
from ffbrian.equations import neurons, synapses

from .conftest import one_spike, simulate, split_by_sign

DT = 0.1e-3


def _response(neuron, synapse, record, weight=0.3):
    result = simulate(
        neuron,
        synapse,
        duration=60 * ms,
        dt=0.1 * ms,
        arriving={"afferent": one_spike([weight], 600)},
        record=record,
    )
    result.age = result.t[1:] - DT  # the spike arrives at the end of step 0
    return result


def test_delta_moves_the_membrane_at_once():
    result = _response(neurons.lif, synapses.delta, ["v"])
    assert result.v[1, 0] == pytest.approx(-65e-3 + 0.3 * 15e-3)


def test_exponential_drive_and_potential():
    result = _response(neurons.lif, synapses.exponential, ["drive", "v"])
    np.testing.assert_allclose(result.drive[1:, 0], 0.3 * 150e-3 * np.exp(-result.age / 5e-3), rtol=1e-9)
    shape = (np.exp(-result.age / 50e-3) - np.exp(-result.age / 5e-3)) * 5e-3 / (50e-3 - 5e-3)
    np.testing.assert_allclose(result.v[1:, 0], -65e-3 + 0.3 * 150e-3 * shape, atol=1e-12)


def test_two_exponentials_add_a_fast_and_a_slow_drive():
    result = _response(neurons.lif, synapses.two_exponentials, ["drive"])
    expected = 75e-3 * np.exp(-result.age / 5e-3) + 3.75e-3 * np.exp(-result.age / 100e-3)
    np.testing.assert_allclose(result.drive[1:, 0], 0.3 * expected, rtol=1e-9)


def test_alpha_drive_peaks_at_J_after_tau_s():
    result = _response(neurons.lif, synapses.alpha, ["drive", "v"])
    expected = 0.3 * 55e-3 * (result.age / 5e-3) * np.exp(1 - result.age / 5e-3)
    np.testing.assert_allclose(result.drive[1:, 0], expected, atol=1e-12)
    assert result.age[np.argmax(result.drive[1:, 0])] == pytest.approx(5e-3, abs=DT)


def test_alpha_potential_is_the_convolution_with_the_membrane():
    result = _response(neurons.lif, synapses.alpha, ["v"])
    k = 1 / 5e-3 - 1 / 50e-3
    age = result.age
    integral = (np.exp(-age / 50e-3) - (1 + k * age) * np.exp(-age / 5e-3)) / k**2
    expected = -65e-3 + 0.3 * 55e-3 * np.e / (5e-3 * 50e-3) * integral
    np.testing.assert_allclose(result.v[1:, 0], expected, atol=1e-9)


def test_default_synapses_deliver_the_charge_of_a_delta_synapse():
    """The potential's time integral after one spike of weight 1 is 15 mV x 50 ms."""
    for synapse in synapses.delta, synapses.exponential, synapses.alpha, synapses.two_exponentials:
        result = simulate(
            neurons.lif(v_th=1000 * mV),
            synapse,
            duration=800 * ms,
            dt=0.5 * ms,
            arriving={"afferent": one_spike([1.0], 1600)},
            record=["v"],
        )
        assert np.sum(result.v + 65e-3) * 0.5e-3 == pytest.approx(15e-3 * 50e-3, rel=0.01)


def test_exponential_current():
    result = _response(neurons.adex, synapses.exponential_current, ["I_syn"])
    np.testing.assert_allclose(
        result.I_syn[1:, 0], 0.3 * 3e-9 * (1 - DT / 5e-3) ** (np.arange(599)), rtol=1e-9
    )  # adex integrates by Euler


@pytest.mark.parametrize(
    ("weight", "opened", "shut", "jump", "tau"),
    [(0.3, "g_e", "g_i", 24e-9, 5e-3), (-0.3, "g_i", "g_e", 48e-9, 10e-3)],
)
def test_conductances_by_the_sign_of_the_weight(weight, opened, shut, jump, tau):
    result = simulate(
        neurons.conductance_lif,
        duration=30 * ms,
        dt=0.1 * ms,
        arriving=split_by_sign(one_spike([weight], 300)),
        record=["g_e", "g_i", "v"],
    )
    age = result.t[1:] - DT
    np.testing.assert_allclose(getattr(result, opened)[1:, 0], 0.3 * jump * np.exp(-age / tau), rtol=1e-9)
    assert not getattr(result, shut).any()
    assert np.sign(result.v[50, 0] + 65e-3) == np.sign(weight)


def test_conductance_statement_splits_the_weight():
    """on_pre itself, executed by Brian: a positive and a negative synapse onto one neuron."""
    source = SpikeGeneratorGroup(2, [0, 1], [0, 0] * ms, dt=0.1 * ms)
    target = NeuronGroup(1, "afferent_e : 1\nafferent_i : 1", dt=0.1 * ms)
    connection = Synapses(source, target, "w : 1", on_pre=synapses.conductance.on_pre)
    connection.connect()
    connection.w = [0.25, -0.5]
    Network(source, target, connection).run(0.1 * ms)
    assert (target.afferent_e[0], target.afferent_i[0]) == (0.25, 0.5)


def test_inhibition_at_rest_carries_nearly_the_charge_of_excitation():
    small = simulate(
        neurons.conductance_lif,
        duration=150 * ms,
        dt=0.1 * ms,
        n=2,
        arriving=split_by_sign(one_spike([0.01, -0.01], 1500)),
        record=["v"],
    )
    up, down = np.sum(small.v + 65e-3, axis=0)
    assert -down / up == pytest.approx(1, abs=0.15)
