"""Synapses with a state of their own: closed forms, and what stock Brian keeps in each synapse."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, StateMonitor, Synapses, TimedArray, ms, mV
from ffbrian.equations import neurons, synapses

from ffbrian.models.expressions import KNOWN, evaluate

from .conftest import one_spike, simulate

#: Short-term plasticity as Brian 2's documentation writes it, with a state in every synapse.
IN_EVERY_SYNAPSE = """w : 1
dused/dt = -used/tau_facil : 1 (event-driven)
dleft/dt = (1 - left)/tau_rec : 1 (event-driven)"""


def transmitted(model, steps, weight=0.3):
    """What each spike of a train (time steps of 1 ms) adds at the target, by ffbrian's text in the neuron."""
    source = NeuronGroup(
        1,
        model.parsed("pre_equations"),
        threshold="fires(t) > 0",
        reset=model.on_pre_spike,
        method="exact",
        namespace=model.values | {"fires": _train(steps)},
        dt=1 * ms,
    )
    source.left = 1
    return _received(source, model.on_pre, "w : 1", model.values, weight, steps)


def _train(steps):
    table = np.zeros(max(steps) + 2)
    table[steps] = 1
    return TimedArray(table, dt=1 * ms)


def _received(source, on_pre, equations, namespace, weight, steps):
    target = NeuronGroup(1, "afferent : 1", dt=1 * ms)
    connection = Synapses(source, target, equations, on_pre=on_pre, namespace=namespace, dt=1 * ms)
    connection.connect()
    connection.w = weight
    if "left" in connection.variables and "left" in equations:
        connection.left = 1
    monitor = StateMonitor(target, "afferent", record=True, when="end", dt=1 * ms)
    Network(source, target, connection, monitor).run((max(steps) + 2) * ms, namespace={})
    return np.diff(monitor.afferent[0], prepend=0)[list(steps)]


def in_stock_brian(model, steps, weight=0.3):
    """The same spikes through synapses of stock Brian 2."""
    source = SpikeGeneratorGroup(1, [0] * len(steps), list(steps) * ms, dt=1 * ms)
    values = {"tau_facil": 1e-6 * ms} | model.values
    facilitates = "tau_facil" in model.values
    rise = "used += U*(1 - used)" if facilitates else "used = U"
    on_pre = f"{rise}\nafferent_post += w*used*left/U\nleft -= used*left"
    return _received(source, on_pre, IN_EVERY_SYNAPSE, values, weight, steps)


@pytest.mark.parametrize("period", [10, 40])
def test_depression_settles_where_recovery_and_use_balance(period):
    """Tsodyks & Markram 1997, eq. 3: of a steady train each spike finds (1 - e)/(1 - (1 - U)e)."""
    found = transmitted(synapses.depressing, range(0, 50 * period, period))
    e = np.exp(-period / 800)
    assert found[0] == pytest.approx(0.3)
    assert found[-1] == pytest.approx(0.3 * (1 - e) / (1 - 0.5 * e), rel=1e-9)


@pytest.mark.parametrize("period", [10, 60])
def test_facilitation_and_depression_settle(period):
    """Used: U/(1 - (1 - U)e_f); left: (1 - e_r)/(1 - (1 - used)e_r)."""
    found = transmitted(synapses.tsodyks_markram, range(0, 6000, period))
    e_r, e_f, rise = np.exp(-period / 130), np.exp(-period / 530), 0.03
    used = rise / (1 - (1 - rise) * e_f)
    left = (1 - e_r) / (1 - (1 - used) * e_r)
    assert found[0] == pytest.approx(0.3) and found[3] > found[0]
    assert found[-1] == pytest.approx(0.3 * used * left / rise, rel=1e-6)


@pytest.mark.parametrize("name", ["depressing", "tsodyks_markram"])
def test_the_presynaptic_neuron_keeps_what_stock_brian_keeps_in_every_synapse(name):
    steps = np.flatnonzero(np.random.default_rng(3).random(400) < 0.08)
    model = getattr(synapses, name)
    np.testing.assert_allclose(transmitted(model, steps), in_stock_brian(model, steps), rtol=1e-9)


def test_magnesium_blocks_as_jahr_and_stevens_found():
    """Their fit: half blocked at 0 mV by 3.57 mmol, e-fold in 16.1 mV; inward current peaks near -25 mV."""
    v = np.arange(-90.0, 41.0) * 1e-3
    text = synapses.nmda.parsed()["unblocked"].expr
    names = KNOWN | {name: float(value) for name, value in synapses.nmda.values.items()}
    half = evaluate(str(text), names | {"v": 0.0, "Mg": 3.57})
    unblocked = evaluate(str(text), names | {"v": v})
    assert half == pytest.approx(0.5)
    slope = np.diff(np.log(1 / unblocked - 1))
    np.testing.assert_allclose(slope, -0.062, rtol=1e-9)
    inward = unblocked * (0 - v)
    assert -35e-3 < v[np.argmax(inward)] < -15e-3 and inward[0] < 0.15 * inward.max()


def test_the_nmda_conductance_rises_and_falls():
    result = simulate(
        neurons.conductance_lif,
        synapses.nmda,
        duration=100 * ms,
        dt=0.1 * ms,
        arriving={"afferent": one_spike([0.3], 1000)},
        record=["g", "unblocked", "v"],
    )
    age = result.t[1:] - 1e-4
    expected = 0.3 * 12e-9 * 40 / (40 - 3) * (np.exp(-age / 40e-3) - np.exp(-age / 3e-3))
    np.testing.assert_allclose(result.g[1:, 0], expected, rtol=0.02, atol=1e-12)
    assert result.v.max() > -65e-3 and result.unblocked.min() > 0


def test_a_gap_junction_pulls_two_membranes_together():
    """Their difference falls by tau_m/(1 + 2w), their sum by tau_m."""
    model, lif = synapses.gap_junction, neurons.lif
    equations = lif.parsed() + model.parsed()
    pair = NeuronGroup(2, equations, method="exponential_euler", namespace=lif.values, dt=0.01 * ms)
    junctions = Synapses(pair, pair, "w : 1\nacross_post = w*(v_pre - v_post) : volt (summed)", dt=0.01 * ms)
    junctions.connect(condition="i != j")
    junctions.w, pair.v = 0.5, [-65, -55] * mV
    Network(pair, junctions).run(20 * ms, namespace={})
    first, second = np.asarray(pair.v) + 65e-3
    assert second - first == pytest.approx(10e-3 * np.exp(-20 * 2 / 50), rel=1e-3)
    assert second + first == pytest.approx(10e-3 * np.exp(-20 / 50), rel=1e-3)
    assert str(model.parsed("summed_equations")["across"].expr) == "w*(v_pre - v_post)"
