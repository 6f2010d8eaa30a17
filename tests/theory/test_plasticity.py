"""Plasticity rules: STDP windows, triplets, and what the modulator makes of them."""

import numpy as np
import pytest
from brian2 import Equations, Network, NeuronGroup, Synapses, TimedArray, ms, second, volt
from ffbrian.equations import plasticity

DT = 1e-3


#: Rules that read nothing but traces, polarity and the modulator of Forward-Forward.
TWO_FACTORS_AND_M = [
    name
    for name in plasticity.__all__
    if getattr(plasticity, name).reads_of_others() & {"M"}
    and getattr(plasticity, name).reads_of_others() <= {"w", "M", "s", "goodness", "p_post", "a_post"}
]


def run_rule(rule, pre, post, modulator=0.0, polarity=1.0, w=0.1, n_steps=None):
    """Pairs of neurons that spike at given steps; then one consolidation.

    Parameters
    ----------
    rule : PlasticityRule
    pre, post : list of list of int
        Spike steps of each pair's two neurons.
    modulator, polarity, w : float or array

    Returns
    -------
    elig, w : ndarray
        Eligibility before consolidation (0 where the rule has none), weight after.
    """
    n = len(pre)
    n_steps = n_steps or max(max(steps, default=0) for steps in [*pre, *post]) + 2
    groups = [
        _spikers(n, steps, n_steps, *text)
        for steps, text in (
            (pre, (rule.pre_equations, rule.on_pre_spike, rule)),
            (post, (rule.post_equations, rule.on_post_spike, rule)),
        )
    ]
    groups[1].p = polarity
    model = Equations(rule.equations) + Equations("w : 1\nM : 1\nis_over : 1")
    synapses = Synapses(
        *groups,
        model,
        on_pre=rule.on_pre or None,
        on_post=rule.on_post or None,
        namespace=rule.values | {"passed": n_steps * DT * second},
        method="euler" if "clock-driven" in rule.equations else "exact",
        dt=DT * second,
    )
    synapses.connect(j="i")
    synapses.w, synapses.M = w, modulator
    network = Network(*groups, synapses)
    network.run(n_steps * DT * second, namespace={})
    elig = np.array(synapses.elig) if "elig" in synapses.variables else np.zeros(n)
    network.add(synapses.run_regularly(rule.consolidate, when="end"))
    network.run(DT * second, namespace={})
    return elig, np.array(synapses.w)


def _spikers(n, steps, n_steps, equations, on_spike, rule):
    table = np.zeros((n_steps + 2, n))
    for k, own in enumerate(steps):
        table[own, k] = 1
    own = Equations(equations) + Equations("p : 1\na : 1")
    namespace = rule.values | {"fires": TimedArray(table, dt=DT * second)}
    return NeuronGroup(
        n,
        own,
        threshold="fires(t, i) > 0",
        reset=on_spike,
        namespace=namespace,
        method="exact",
        dt=DT * second,
    )


LAGS = np.array([-60, -30, -10, -1, 1, 5, 17, 40, 80])
BASE = 100


@pytest.mark.parametrize("tau_plus", [17 * ms, 100 * second])
def test_pair_window_is_two_exponentials(tau_plus):
    rule = plasticity.eligibility_stdp(A_plus=0.9, A_minus=0.5, tau_plus=tau_plus, tau_minus=34 * ms)
    elig, _ = run_rule(rule, [[BASE]] * len(LAGS), [[BASE + lag] for lag in LAGS])
    lag = LAGS * DT
    expected = np.where(lag > 0, 0.9 * np.exp(-lag / float(tau_plus)), -0.5 * np.exp(lag / 34e-3))
    np.testing.assert_allclose(elig, expected, rtol=1e-9)


def test_spikes_of_one_step_do_not_see_each_other():
    elig, _ = run_rule(plasticity.eligibility_stdp(A_minus=0.5), [[5]], [[5]])
    assert elig[0] == 0


def test_default_rule_counts_earlier_input_spikes_at_each_output_spike():
    """Post spikes at 4, 8, 12 see 1, 2, 3 earlier pre spikes: 1 + 2 + 3."""
    elig, _ = run_rule(plasticity.eligibility_stdp, [[1, 5, 9]], [[4, 8, 12]])
    assert elig[0] == pytest.approx(6, rel=1e-3)


def test_modulator_times_polarity_times_eligibility_becomes_weight():
    modulator, polarity = np.array([0.5, -0.5, 0.5, 0.0]), np.array([1.0, 1.0, -1.0, 1.0])
    elig, w = run_rule(
        plasticity.eligibility_stdp(eta=0.01), [[1]] * 4, [[3]] * 4, modulator, polarity, w=0.1
    )
    np.testing.assert_allclose(elig, 1, rtol=1e-4)
    np.testing.assert_allclose(w, 0.1 + 0.01 * elig * [0.5, -0.5, -0.5, 0.0], rtol=1e-12)


def test_weight_is_bounded_and_eligibility_is_spent():
    _, w = run_rule(plasticity.eligibility_stdp(eta=10.0), [[1]] * 2, [[3]] * 2, np.array([1.0, -1.0]), w=0.1)
    np.testing.assert_array_equal(w, [1.0, -1.0])


def test_trace_product_is_the_product_of_spike_counts():
    pre, post = [[1, 4, 7], [2], [1, 2], []], [[9, 10], [1], [], [3]]
    _, w = run_rule(plasticity.trace_product(eta=0.01), pre, post, modulator=0.5, polarity=-1.0)
    np.testing.assert_allclose(w, 0.1 - 0.01 * 0.5 * np.array([6, 1, 0, 0]), rtol=1e-4)


def test_trace_product_with_short_traces_decays():
    rule = plasticity.trace_product(tau_plus=20 * ms, tau_minus=30 * ms, eta=0.01)
    _, w = run_rule(rule, [[10]], [[20]], modulator=1.0, n_steps=30)
    assert w[0] - 0.1 == pytest.approx(0.01 * np.exp(-20 / 20) * np.exp(-10 / 30), rel=1e-9)


def test_triplet_pairs_are_exponentials_of_the_pair_terms():
    lags = np.array([-40, -10, 5, 30])
    elig, _ = run_rule(plasticity.triplet, [[BASE]] * 4, [[BASE + lag] for lag in lags])
    expected = np.where(lags > 0, 1.0 * np.exp(-lags / 16.8), -0.66 * np.exp(lags / 33.7))
    np.testing.assert_allclose(elig, expected, rtol=1e-9)


def _triplet_sum(pre, post, A2_plus=1.0, A2_minus=0.66, A3_plus=1.51, A3_minus=0.4):
    """Equations 3 and 4 of Pfister & Gerstner 2006 as sums over earlier spikes."""

    def trace(spikes, now, tau):
        return sum(np.exp(-(now - s) / tau) for s in spikes if s < now)

    total = 0.0
    for now in pre:
        total -= trace(post, now, 33.7) * (A2_minus + A3_minus * trace(pre, now, 101))
    for now in post:
        total += trace(pre, now, 16.8) * (A2_plus + A3_plus * trace(post, now, 40))
    return total


def test_triplets_equal_the_papers_sums():
    pre, post = [[10, 30], [20], [5, 25, 45], [10]], [[20], [10, 30], [15, 35, 50], [20, 20 + 10]]
    elig, _ = run_rule(plasticity.triplet(A3_minus=0.4), pre, post)
    np.testing.assert_allclose(elig, [_triplet_sum(*pair) for pair in zip(pre, post)], rtol=1e-9)


@pytest.mark.parametrize("name", TWO_FACTORS_AND_M)
def test_zero_modulator_moves_no_weight(name):
    rule = getattr(plasticity, name)
    rule = rule(k_scale=0) if "k_scale" in rule.parameters else rule  # scaling needs no modulator
    _, w = run_rule(rule, [[1, 6]], [[3, 9]], modulator=0.0, w=0.37)
    assert w[0] == 0.37


def test_scaling_moves_every_neuron_towards_its_target_in_proportion_to_strength():
    """One consolidation without a modulator: weights of 0.2 and -0.2, spike counts 0, 2 and 5."""
    rule = plasticity.homeostatic_stdp(k_scale=0.01, target=2)
    group = NeuronGroup(6, "p : 1\na : 1", dt=DT * second)
    group.a = [0, 2, 5, 0, 2, 5]
    synapses = Synapses(group, group, "w : 1\nelig : 1\nM : 1", namespace=rule.values, dt=DT * second)
    synapses.connect(j="i")
    synapses.w = [0.2, 0.2, 0.2, -0.2, -0.2, -0.2]
    synapses.run_regularly(rule.consolidate)
    Network(group, synapses, *synapses.contained_objects).run(DT * second, namespace={})
    np.testing.assert_allclose(synapses.w, [0.204, 0.2, 0.194, -0.196, -0.2, -0.206], rtol=1e-12)


def test_scaling_brings_the_rate_of_a_linear_neuron_to_its_target():
    """A neuron whose count is 10 times its weight, from both sides; mean-field steps of the rule's
    own text.
    """
    rule = plasticity.homeostatic_stdp(k_scale=0.02, target=2, w_max=2)
    group = NeuronGroup(2, "p : 1\na : 1", dt=DT * second)
    synapses = Synapses(group, group, "w : 1\nelig : 1\nM : 1", namespace=rule.values, dt=DT * second)
    synapses.connect(j="i")
    synapses.w = [0.05, 0.8]
    synapses.run_regularly("a_post = 10*w", when="start", order=-1)
    synapses.run_regularly(rule.consolidate, when="start")
    Network(group, synapses, *synapses.contained_objects).run(400 * DT * second, namespace={})
    np.testing.assert_allclose(synapses.w, 0.2, rtol=1e-3)


def test_the_voltage_rule_is_its_sums_over_membrane_and_spikes():
    """`clopath` beside a membrane that is given step by step, against the same sums written out here."""
    rule, n_steps = plasticity.clopath, 60
    rng = np.random.default_rng(5)
    pre, post = (np.sort(rng.choice(n_steps - 2, 12, replace=False)) for _ in range(2))
    membrane = rng.uniform(-75e-3, -40e-3, n_steps)
    elig = _voltage_driven(rule, pre, post, membrane)
    values = {name: float(value) for name, value in rule.values.items()}
    u_minus = u_plus = x = expected = 0.0
    for k in range(n_steps):
        above = membrane[k] - values["theta_minus"]
        u_minus = above + (u_minus - above) * np.exp(-DT / values["tau_minus"])
        u_plus = above + (u_plus - above) * np.exp(-DT / values["tau_plus"])
        x *= np.exp(-DT / values["tau_x"])
        if k in pre:
            expected -= values["A_LTD"] * max(u_minus, 0)
        if k in post:
            depolarised = max(membrane[k] - values["theta_plus"], 0)
            expected += values["A_LTP"] * x * depolarised * max(u_plus, 0)
        x += k in pre
    assert abs(expected) > 0.1
    assert elig == pytest.approx(expected, rel=1e-9)


def _voltage_driven(rule, pre, post, membrane):
    """Eligibility of one synapse whose neurons spike at given steps, behind a given membrane (volt)."""
    times = [np.isin(np.arange(len(membrane)), steps).astype(float) for steps in (pre, post)]
    fires = [TimedArray(one, dt=DT * second) for one in times]
    namespace = rule.values | {"given": TimedArray(membrane * volt, dt=DT * second)}
    texts = ((rule.pre_equations, rule.on_pre_spike), (rule.post_equations, rule.on_post_spike))
    groups = [
        NeuronGroup(
            1,
            Equations(text) + Equations("v = given(t) : volt\np : 1"),
            threshold="fires(t) > 0",
            reset=on_spike,
            method="exponential_euler",
            dt=DT * second,
            namespace=namespace | {"fires": fire},
        )
        for (text, on_spike), fire in zip(texts, fires)
    ]
    synapse = Synapses(
        *groups,
        Equations(rule.equations) + Equations("w : 1\nM : 1"),
        on_pre=rule.on_pre,
        on_post=rule.on_post,
        namespace=namespace,
        dt=DT * second,
    )
    synapse.connect()
    network = Network(*groups, synapse)
    for name in ("u_minus", "u_plus"):
        setattr(groups[1], name, 0 * volt)
    network.run(len(membrane) * DT * second, namespace={})
    return float(synapse.elig[0])
