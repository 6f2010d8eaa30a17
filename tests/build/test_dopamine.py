"""Continuous dopamine, integrated between events, against a clock that integrates it all."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, ms, prefs, second, set_device
from ffbrian.equations import modulators, plasticity

import ffbrian as ff
from ffbrian.analyse.audit import audit

ETA, STEP = 0.01, 1e-3
#: Short time constants, so that the reference is through in seconds and every factor matters.
FAST = dict(eta=ETA, tau_c=40 * ms, tau_d=15 * ms, pause=40 * ms, tau_plus=20 * ms)


@pytest.fixture(autouse=True)
def numpy_runtime():
    """Every test here runs in Brian's runtime mode, without a compiler."""
    before = prefs.codegen.target
    set_device("runtime")
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def spikes(seed, n_pairs, n_steps=20):
    """Random spike trains, (n_pairs, n_steps) bool: before and behind the synapse."""
    rng = np.random.default_rng(seed)
    return rng.random((n_pairs, n_steps)) < 0.3, rng.random((n_pairs, n_steps)) < 0.2


def event_driven(rule, pre, post, dopamine, polarity=1.0):
    """Weight change of the rule as it is, one consolidation at the end; spikes every ms."""
    groups = [
        _train(fired, equations, code, rule)
        for fired, equations, code in (
            (pre, rule.pre_equations, rule.on_pre_spike),
            (post, f"{rule.post_equations}\np : 1", rule.on_post_spike),
        )
    ]
    groups[1].p = polarity
    synapses = Synapses(
        *groups,
        f"{rule.equations}\nw : 1\nM : 1",
        on_pre=rule.on_pre or None,
        on_post=rule.on_post,
        namespace=rule.values,
        dt=1 * ms,
    )
    synapses.connect(j="i")
    synapses.M = dopamine
    network = Network(*groups, synapses)
    network.run(pre.shape[1] * ms, namespace={})
    for group in groups:
        group.active = False  # the presentation has ended: consolidation sees the state at its end
    for updater in (updater for group in groups for updater in group.contained_objects):
        updater.active = False
    network.add(synapses.run_regularly(rule.consolidate, dt=1 * ms, when="start"))
    network.run(1 * ms, namespace={})
    return np.array(synapses.w)


def _train(fired, equations, on_spike, rule):
    from brian2 import TimedArray

    namespace = rule.values | {"fires": TimedArray(fired.T.astype(float), dt=1 * ms)}
    return NeuronGroup(
        len(fired),
        equations,
        threshold="fires(t, i) > 0",
        reset=on_spike,
        namespace=namespace,
        method="exact",
        dt=1 * ms,
    )


def clock_driven(rule, pre, post, dopamine, dt=0.01 * ms):
    """The same by three differential equations in every synapse, in small steps, stock Brian throughout.

    A spike of step k falls on the end of that step, as in the network: its
    traces have decayed for k + 1 steps.
    """
    n, n_steps = pre.shape
    values = {
        name: rule.values[name] for name in ("tau_c", "tau_d", "tau_plus", "tau_minus", "A_plus", "A_minus")
    }
    source, target = (SpikeGeneratorGroup(n, *_generated(fired), dt=dt) for fired in (pre, post))
    model = """delig/dt = -elig/tau_c : 1 (clock-driven)
               dd/dt = -d/tau_d : 1 (clock-driven)
               dw/dt = elig*d*(1/tau_c + 1/tau_d) : 1 (clock-driven)
               dx/dt = -x/tau_plus : 1 (clock-driven)
               dy/dt = -y/tau_minus : 1 (clock-driven)"""
    paths = dict(
        on_pre={"mark": "elig -= A_minus*y", "trace": "x += 1"},
        on_post={"mark_post": "elig += A_plus*x", "trace_post": "y += 1"},
    )
    synapses = Synapses(source, target, model, **paths, method="euler", namespace=values, dt=dt)
    for name in ("trace", "trace_post"):
        getattr(synapses, name).order = 1  # spikes of one step do not see each other
    synapses.connect(j="i")
    network = Network(source, target, synapses)
    network.run(n_steps * ms + float(rule.values["delay"]) * second + dt, namespace={})
    synapses.d = dopamine
    network.run(rule.values["pause"], namespace={})
    return ETA * np.array(synapses.w)


def _generated(fired):
    neuron, step = np.nonzero(fired)
    return neuron, (step + 1) * ms


@pytest.mark.parametrize(
    "change", [{}, {"delay": 20 * ms, "A_minus": 0.5}, {"tau_c": 5 * ms, "pause": 5 * ms}]
)
def test_integral_between_events_equals_a_clock_of_a_hundredth_of_a_millisecond(change):
    rule = plasticity.dopamine_stdp(**(FAST | change))
    pre, post = spikes(1, 12)
    dopamine = np.linspace(-1, 1, 12)
    found, expected = event_driven(rule, pre, post, dopamine), clock_driven(rule, pre, post, dopamine)
    assert np.abs(expected).max() > 1e-4
    np.testing.assert_allclose(found, expected, rtol=0.01, atol=1e-4 * np.abs(expected).max())


def test_change_falls_with_the_delay_of_the_reward_as_eligibility_does():
    pre, post = spikes(2, 8)
    delays = np.array([0, 100, 300, 1000])
    change = np.array(
        [
            event_driven(plasticity.dopamine_stdp(eta=ETA, delay=delay * ms), pre, post, 0.5)
            for delay in delays
        ]
    )
    assert (change[0] > 0).any()
    np.testing.assert_allclose(change, change[0] * np.exp(-delays / 1000)[:, None], rtol=1e-9)


def test_slow_eligibility_and_a_long_pause_give_the_phasic_rule():
    pre, post = spikes(3, 8)
    slow = plasticity.dopamine_stdp(eta=ETA, tau_c=1e4 * second, pause=1e5 * second)
    np.testing.assert_allclose(
        event_driven(slow, pre, post, 0.5),
        event_driven(plasticity.eligibility_stdp(eta=ETA), pre, post, 0.5),
        rtol=1e-4,
    )


def test_defaults_leave_less_than_a_percent_for_the_next_presentation():
    values = {name: float(value) for name, value in plasticity.dopamine_stdp.values.items()}
    assert (
        np.exp(-values["pause"] / values["tau_c"]) < 0.01
        and np.exp(-values["pause"] / values["tau_d"]) < 0.01
    )


def test_polarity_turns_the_sign():
    pre, post = spikes(4, 6)
    rule = plasticity.dopamine_stdp(**FAST)
    np.testing.assert_allclose(
        event_driven(rule, pre, post, 0.5, -1.0), -event_driven(rule, pre, post, 0.5), rtol=1e-12
    )


def test_dopamine_falls_no_lower_than_its_tonic_level_allows():
    model = modulators.dopamine(tonic=0.3)
    group = NeuronGroup(4, "M : 1\ns : 1\ngoodness : 1", namespace=model.values, dt=1 * ms)
    group.s, group.goodness = [1, -1, -1, -1], [-2, 5, -0.9, -9]
    group.run_regularly(model.release)
    Network(group).run(1 * ms, namespace={})
    wanted = group.s / (1 + np.exp(group.s[:] * group.goodness[:]))
    np.testing.assert_allclose(group.M, np.maximum(wanted, -0.3))
    assert group.M[1] == -0.3 and group.M[0] > 0.8


def test_dopamine_is_local_with_one_broadcast_scalar():
    found = audit(ff.Network([ff.Layer(4)], rule=plasticity.dopamine_stdp, modulator=modulators.dopamine))
    assert found.is_local, str(found)
    times = " ".join(found.synapses["synapses_1"]["time_constants"])
    assert "tau_c = 1. s" in times and "tau_d = 200. ms" in times


def test_dale_keeps_every_sign_and_folds_the_first_weights():
    """Two pairs, one excitatory and one inhibitory neuron: what would pass 0 stops there."""
    rule = plasticity.dale_stdp(eta=1.0, tau_plus=1e5 * second)
    source = NeuronGroup(
        4,
        f"{rule.pre_equations}",
        threshold="i >= 0",
        reset=rule.on_pre_spike,
        namespace=rule.values,
        method="exact",
        dt=1 * ms,
    )
    target = NeuronGroup(4, "p : 1", dt=1 * ms)
    synapses = Synapses(source, target, "w : 1\nelig : 1\nM : 1", namespace=rule.values, dt=1 * ms)
    synapses.connect(j="i")
    target.p, synapses.M = 1, 0.5
    synapses.w, synapses.elig = [-0.3, 0.3, 0.1, -0.2], [0.2, 0.2, -1, 1]
    synapses.run_regularly(rule.consolidate, dt=1 * ms)
    Network(source, target, synapses, *synapses.contained_objects).run(1 * ms, namespace={})
    np.testing.assert_allclose(synapses.w, [0.4, -0.2, 0, 0], atol=1e-12)
