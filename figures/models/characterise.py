"""Draw what each model of the library does: one PNG per model.

    python figures/models/characterise.py OUT [NAME ...]

Neurons: f-I curve and the response to a step of input.  Synapses: potential
after one spike.  Plasticity: weight change against the lag of a spike pair, and
what a rule has of its own (reward delay, signs, scaling).  Modulators: M against goodness.  Encoders: spikes
against intensity.  All of it
is simulated from the model's own text.
"""

import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from brian2 import (
    Equations,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    ms,
    mV,
    nA,
    prefs,
    start_scope,
)
from brian2.parsing.statements import parse_statement
from ffbrian.equations import encoders, modulators, neurons, plasticity, synapses

from ffbrian.models.expressions import KNOWN, evaluate
from ffbrian.models.synapse import SynapseModel
from ffbrian.network.network import Layer

CONSTANT = {
    "drive": SynapseModel(
        name="constant", equations="drive = level : volt\nlevel : volt (constant)", on_pre="", accumulators=()
    ),
    "I_syn": SynapseModel(
        name="constant", equations="I_syn = level : amp\nlevel : amp (constant)", on_pre="", accumulators=()
    ),
}
#: Unit, label and largest value of a constant input, by its name.
INPUTS = {"drive": (mV, "drive (mV)", 60), "I_syn": (nA, "input current (nA)", 1.5)}
#: Largest input of models that need more or less than the others.
LARGEST = {"izhikevich": 200, "conductance_lif": 0.5}
#: The step in which a silent neuron spikes.
NEVER = -1
#: When a pair of spikes is consolidated.
UNTIL = 200 * ms
BLUE, RED, GREY = "#2b6cb0", "#c53030", "#718096"


def run_neurons(layer, duration, prepare, onset=0 * ms, level=None, dt=0.1 * ms):
    """Run unconnected neurons; returns spike times (list), `t` and `v` (n_steps, n), in ms and mV."""
    start_scope()
    neuron, equations = layer.neuron, layer.equations()
    for name in layer.synapse.accumulators:
        equations += Equations(f"{name} : 1")
    group = NeuronGroup(
        layer.size,
        equations,
        threshold=neuron.threshold,
        reset=neuron.reset,
        refractory=neuron.refractory or False,
        method=neuron.method or None,
        namespace=neuron.values | layer.synapse.values,
        dt=dt,
    )
    group.run_regularly(neuron.initial, dt=2 * duration, when="start", order=-1)
    prepare(group)
    spikes, states = SpikeMonitor(group), StateMonitor(group, "v", record=True)
    network = Network(group, *group.contained_objects, spikes, states)
    network.run(onset, namespace={})
    if level is not None:
        group.level = level
    network.run(duration - onset, namespace={})
    times, index = np.asarray(spikes.t / ms), np.asarray(spikes.i)
    return (
        [times[index == k] for k in range(layer.size)],
        np.asarray(states.t / ms),
        np.asarray(states.v / mV).T,
    )


def _run_step(model, levels, duration, onset):
    """Constant input of `levels` (in the unit of INPUTS) from `onset` on."""

    def keep_limit(group):
        if model.limit:
            group.run_regularly(model.limit, when="after_synapses")

    name = next(iter(model.inputs()))
    return run_neurons(
        Layer(len(levels), model, CONSTANT[name]), duration, keep_limit, onset, levels * INPUTS[name][0]
    )


def f_i_curve(model, axes, n_levels=40, duration=600 * ms):
    """Rate against constant input, from the intervals in the second half of `duration`."""
    _, label, largest = INPUTS[next(iter(model.inputs()))]
    levels = np.linspace(0, LARGEST.get(model.name, largest), n_levels)
    trains, _, _ = _run_step(model, levels, duration, 0 * ms)
    late = [train[train > float(duration / ms) / 2] for train in trains]
    axes.plot(
        levels,
        [1e3 / np.diff(train).mean() if len(train) > 1 else 0 for train in late],
        color=BLUE,
        marker=".",
    )
    axes.set(xlabel=label, ylabel="rate (Hz)", title="f–I curve")
    return axes


def voltage_trace(model, axes, duration=150 * ms, onset=20 * ms):
    """Membrane potential for two steps of input, one of them weak."""
    _, label, largest = INPUTS[next(iter(model.inputs()))]
    levels = np.array([0.05, 0.6]) * LARGEST.get(model.name, largest)
    trains, t, v = _run_step(model, levels, duration, onset)
    unit_text = label.rsplit("(", 1)[1].rstrip(")")
    for k, color in enumerate((GREY, BLUE)):
        axes.plot(t, v[:, k], color=color, label=f"{levels[k]:g} {unit_text}")
    axes.plot(trains[1], np.full(len(trains[1]), v.max() + 0.06 * np.ptp(v)), "|", color=RED, label="spikes")
    axes.axvspan(float(onset / ms), float(duration / ms), color=GREY, alpha=0.12, lw=0)
    axes.set(
        xlabel="time (ms)",
        ylabel="v (mV)",
        title="step of input (shaded)",
        ylim=(None, v.max() + 0.45 * np.ptp(v)),
    )
    axes.legend(fontsize="small", loc="upper center", ncol=3)
    return axes


def postsynaptic_potential(model, axes, weights=(0.3, -0.3), duration=80 * ms):
    """Membrane potential of a fitting neuron after one spike at 10 ms."""
    neuron = next(
        n
        for n in (
            neurons.lif,
            neurons.adex if model is synapses.exponential_current else neurons.conductance_lif,
        )
        if n.inputs() <= model.provides()
    )
    table = np.zeros((int(duration / (0.1 * ms)), len(weights)))
    table[100] = weights
    parts = {"afferent": table, "afferent_e": np.clip(table, 0, None), "afferent_i": np.clip(-table, 0, None)}

    def prepare(group):
        group.namespace.update(
            {f"{name}_at": TimedArray(parts[name], dt=0.1 * ms) for name in model.accumulators}
        )
        arrive = [f"{name} = {name}_at(t, i)" for name in model.accumulators]
        group.run_regularly("\n".join([*arrive, model.on_input]), when="after_synapses")

    _, t, v = run_neurons(Layer(len(weights), neuron, model), duration, prepare)
    for k, color in enumerate((BLUE, RED)):
        axes.plot(t, v[:, k], color=color, label=f"weight {weights[k]:+g}")
    axes.set(xlabel="time (ms)", ylabel="v (mV)", title=f"one spike at 10 ms onto {neuron.name}")
    axes.legend(fontsize="small")
    return axes


def amplitude_by_rate(model, axes, rates=np.array([1, 2, 5, 10, 20, 50, 100]), n=40):
    """What a spike transmits, of the weight, at the end of a steady train of `n` spikes."""
    for weight, color in ((n, BLUE), (1, GREY)):
        found = [released(model, rate, n)[weight - 1] for rate in rates]
        label = "after 40 spikes" if weight == n else "the first"
        axes.plot(rates, found, color=color, marker=".", label=label)
    axes.set(xlabel="rate (Hz)", ylabel="transmitted (weight)", title="steady trains", xscale="log")
    axes.legend(fontsize="small")
    return axes


def released(model, rate, n):
    """What each of `n` spikes transmits at weight 1, from the model's own text; (n,) array."""
    start_scope()
    dt = 1000 / float(rate) * ms
    source = NeuronGroup(
        1,
        model.parsed("pre_equations"),
        threshold="True",
        reset=model.on_pre_spike,
        method="exact",
        namespace=model.values,
        dt=dt,
    )
    source.run_regularly(model.pre_initial, dt=2 * n * dt, when="start")
    target = NeuronGroup(1, "afferent : 1", dt=dt)
    synapses = Synapses(source, target, "w = 1 : 1", on_pre=model.on_pre, namespace=model.values, dt=dt)
    synapses.connect()
    monitor = StateMonitor(target, "afferent", record=True, when="end", dt=dt)
    network = Network(source, *source.contained_objects, target, synapses, monitor)
    network.run(n * dt, namespace={})
    return np.diff(monitor.afferent[0], prepend=0)


def blocked_current(model, axes, voltages=np.linspace(-90, 40, 131)):
    """Current of open NMDA receptors against the membrane, with and without magnesium."""
    names = KNOWN | {name: float(value) for name, value in model.values.items()} | {"v": voltages * 1e-3}
    for magnesium, color in ((1.0, BLUE), (0.0, GREY)):
        open_part = evaluate(str(model.parsed()["unblocked"].expr), names | {"Mg": magnesium})
        axes.plot(
            voltages,
            open_part * (voltages - names["E_nmda"] * 1e3),
            color=color,
            label=f"Mg {magnesium:g} mmol",
        )
    axes.axhline(0, color=GREY, lw=0.8)
    axes.set(xlabel="v (mV)", ylabel="outward current / g (mV)", title="block by magnesium")
    axes.legend(fontsize="small")
    return axes


def pulled_together(model, axes, weight=0.5, duration=60 * ms):
    """Two membranes that begin apart, coupled by one junction in each direction, and uncoupled (dashed)."""
    for strength, style in ((weight, "-"), (0.0, "--")):
        start_scope()
        pair = NeuronGroup(
            2,
            neurons.lif.parsed() + model.parsed(),
            method="exponential_euler",
            namespace=neurons.lif.values,
            dt=0.1 * ms,
        )
        junctions = Synapses(
            pair,
            pair,
            f"w : 1\nacross_post = {model.parsed('summed_equations')['across'].expr} : volt (summed)",
        )
        junctions.connect(condition="i != j")
        junctions.w, pair.v = strength, [-65, -52] * mV
        states = StateMonitor(pair, "v", record=True)
        Network(pair, junctions, states).run(duration, namespace={})
        for k, color in enumerate((BLUE, RED)):
            axes.plot(states.t / ms, states.v[k] / mV, style, color=color)
    axes.set(xlabel="time (ms)", ylabel="v (mV)", title=f"two lif neurons, weight {weight:g} (dashed: 0)")
    return axes


def stdp_window(rule, axes, lags=np.arange(-80, 81, 2)):
    """Weight change over learning rate for one pair of spikes, M = 1 and p = 1."""
    axes.axhline(0, color=GREY, lw=0.8)
    axes.axvline(0, color=GREY, lw=0.8)
    axes.plot(lags, pair_change(rule, lags), color=BLUE, marker=".", ls="none")
    axes.set(
        xlabel="post spike after pre spike (ms)",
        ylabel="weight change / eta (1)",
        title="one pair of spikes, M = 1, p = +1",
    )
    return axes


def pair_change(rule, lags, first=100, weight=0.5):
    """Weight change over learning rate, one pair of spikes for every lag (ms, whole numbers); (n_lags,)
    array.

    Each lag has two synapses, and the first of them counts: under Dale's law
    the second neuron is inhibitory.  The last two synapses see no spike: from
    them the change is counted.
    """
    start_scope()
    small, times = rule(eta=1e-6), np.append(np.repeat(first + lags, 2), [NEVER, NEVER])
    groups = [
        _spikers(rule, np.where(times == NEVER, NEVER, first), rule.pre_equations, rule.on_pre_spike),
        _spikers(rule, times, rule.post_equations, rule.on_post_spike),
    ]
    connection = _synapses(small, *groups, on_pre=rule.on_pre or None, on_post=rule.on_post or None)
    connection.M, connection.w = 1, weight
    network = Network(*groups, connection)
    network.run(UNTIL, namespace={})
    network.add(connection.run_regularly(rule.consolidate, when="end"))
    network.run(1 * ms, namespace={})
    after = np.asarray(connection.w)[::2]
    return (after[:-1] - after[-1]) / 1e-6


def _synapses(rule, source, target, **events):
    connection = Synapses(
        source,
        target,
        Equations(rule.equations) + Equations("w : 1\nM : 1"),
        namespace=rule.values | {"passed": UNTIL},
        method="euler" if "clock-driven" in rule.equations else "exact",
        dt=1 * ms,
        **events,
    )
    connection.connect(j="i")
    return connection


def consolidated(rule, weights, **state):
    """Weights after one consolidation; `state` sets variables of the synapse, or with the suffix ``_post`` of
    its neuron.
    """
    start_scope()
    silent = np.full(len(weights), NEVER)
    groups = [_spikers(rule, silent, rule.pre_equations, ""), _spikers(rule, silent, rule.post_equations, "")]
    connection = _synapses(rule, *groups)
    connection.w = weights
    for name, value in state.items():
        setattr(groups[1] if name.endswith("_post") else connection, name.removesuffix("_post"), value)
    network = Network(*groups, connection)
    network.add(connection.run_regularly(rule.consolidate, when="start"))
    network.run(1 * ms, namespace={})
    return np.asarray(connection.w)


def reward_delay(rule, axes, delays=np.array([0, 50, 100, 200, 500, 1000, 2000])):
    """Weight change of a pair of spikes against the delay of the reward, one line a time constant of
    eligibility.
    """
    for tau_c, color in ((1000, BLUE), (300, RED)):
        change = [
            pair_change(rule(delay=delay * ms, tau_c=tau_c * ms), np.array([10]))[0] for delay in delays
        ]
        axes.plot(delays, change, color=color, marker=".", label=f"tau_c = {tau_c} ms")
    axes.set(
        xlabel="delay of the reward (ms)",
        ylabel="weight change / eta (1)",
        title="one pair of spikes 10 ms apart",
        ylim=(0, None),
    )
    axes.legend(fontsize="small")
    return axes


def signs_kept(rule, axes, size=0.1):
    """Weight after a change that would carry it over 0, of an excitatory and an inhibitory neuron."""
    change = np.repeat(np.linspace(-3 * size, 3 * size, 61), 2)
    neuron = np.arange(len(change)) % 2
    after = consolidated(rule(eta=1.0, period=2), size * (1 - 2 * neuron), elig=change, M=1, p_post=1)
    for k, (color, label) in enumerate(((BLUE, "excitatory"), (RED, "inhibitory"))):
        axes.plot(change[neuron == k], after[neuron == k], color=color, label=label)
    axes.axhline(0, color=GREY, lw=0.8)
    axes.set(
        xlabel="eta M p elig (1)",
        ylabel="weight afterwards (1)",
        title=f"from weights of +{size:g} and -{size:g}",
    )
    axes.legend(fontsize="small")
    return axes


def scaling(rule, axes, size=0.3):
    """Change of a weight's size against the spike count of the postsynaptic neuron, without a modulator."""
    counts = np.arange(0, 7)
    for weight, color in ((size, BLUE), (-size, RED)):
        after = consolidated(rule, np.full(len(counts), weight), a_post=counts, M=0)
        axes.plot(counts, 100 * (after / weight - 1), color=color, marker=".", label=f"weight {weight:+g}")
    axes.axhline(0, color=GREY, lw=0.8)
    axes.set(
        xlabel="spikes in the presentation (1)",
        ylabel="change of the weight's size (%)",
        title="one presentation, M = 0",
    )
    axes.legend(fontsize="small")
    return axes


def _spikers(rule, steps, equations, on_spike):
    equations = Equations(equations) + Equations("p : 1\na : 1\nspike_step : integer (constant)")
    group = NeuronGroup(
        len(steps),
        equations,
        threshold="t_in_timesteps == spike_step",
        reset=on_spike,
        namespace=rule.values,
        method="exact",
        dt=1 * ms,
    )
    group.spike_step, group.p = steps, 1
    return group


def modulator_curve(model, axes):
    """M against goodness in both phases."""
    start_scope()
    goodness = np.linspace(-6, 6, 121)
    for phase, color, label in ((1, BLUE, "positive phase"), (-1, RED, "negative phase")):
        group = NeuronGroup(
            len(goodness),
            Equations(model.equations) + Equations("s : 1\ngoodness : 1"),
            namespace=model.values,
            dt=1 * ms,
        )
        group.s, group.goodness = phase, goodness
        group.run_regularly(model.release)
        Network(group, *group.contained_objects).run(1 * ms, namespace={})
        axes.plot(goodness, group.M, color=color, label=label)
    axes.axhline(0, color=GREY, lw=0.8)
    axes.set(xlabel="goodness (1)", ylabel="M (1)", title="release")
    axes.legend(fontsize="small")
    return axes


#: What an encoder's neurons are given to read, besides their events.
SEEN = """intensity : 1
label : 1
copy : integer
surround = 0.5 : 1
first_event = 0*second : second
last_event = 40*ms : second
event_share = (t + dt/2)/(40*ms) : 1
signal = 5*intensity*sin(2*pi*50*Hz*t) : 1"""


def encoder_raster(model, axes, n=96, duration=40 * ms):
    """Spikes against intensity in one presentation, copy after copy."""
    start_scope()
    size = n // model.copies
    n = size * model.copies
    events = TimedArray(
        (np.random.default_rng(1).random((40, size)) < np.linspace(0, 0.3, size)).astype(float), dt=1 * ms
    )
    late = f" - copy*{model.delay_parameter}" if model.delay_parameter else ""
    equations = Equations(model.equations) + Equations(
        f"{SEEN}\nevent = events(t{late}, i % {size})*int(t{late} >= 0*ms) : 1"
    )
    namespace = model.values | {"events": events, "copies": model.copies}
    group = NeuronGroup(
        n,
        equations,
        threshold=model.threshold,
        reset=model.reset or None,
        namespace=namespace,
        method="euler",
        dt=1 * ms,
    )
    group.intensity, group.label, group.copy = (
        np.arange(n) % size / (size - 1),
        np.arange(n) > n // 2,
        np.arange(n) // size,
    )
    for code, dt, order in ((model.start, 2 * duration, 0), (model.each_step, 1 * ms, 1)):
        if code:
            group.run_regularly(code, dt=dt, when="start", order=order)
    spikes = SpikeMonitor(group)
    Network(group, *group.contained_objects, spikes).run(duration, namespace={})
    axes.plot(spikes.t / ms, np.asarray(spikes.i) / size, "|", color=BLUE, ms=3)
    ylabel = {"events": "unit (data made denser upwards)", "signals": "amplitude of a 50 Hz signal"}.get(
        model.reads, "intensity (1)"
    )
    ylabel = (
        "neuron (shown label: upper half)"
        if model.name == "labels"
        else ylabel + (",\ncopy after copy" if model.copies > 1 else "")
    )
    axes.set(
        xlabel="time in the presentation (ms)",
        ylabel=ylabel,
        xlim=(-1, float(duration / ms)),
        ylim=(-0.03, 1.03 * n / size),
        title="one presentation, steps of 1 ms",
    )
    return axes


def bcm_curve(rule, axes, thresholds=(1, 2, 4)):
    """Weight change over learning rate against the postsynaptic activity, for a presynaptic one of 1."""
    activity = np.linspace(0, 6, 61)
    for threshold in thresholds:
        axes.plot(activity, bcm_change(rule, activity, threshold), label=f"theta_m = {threshold}")
    axes.axhline(0, color=GREY, lw=0.8)
    axes.legend()
    axes.set(xlabel="activity r (1)", ylabel="weight change / eta (1)", title="M = 1, p = +1, x = 1")
    return axes


def bcm_change(rule, activity, threshold):
    """What `consolidate` adds to a weight of 0 over the learning rate, from the rule's own text."""
    names = KNOWN | {name: float(value) for name, value in rule(eta=1e-6).values.items()}
    names |= dict(w=0.0, M=1.0, p_post=1.0, x_pre=1.0, r_post=activity, theta_m_post=threshold)
    return evaluate(rule.consolidate.partition("=")[2], names) / 1e-6


def strength_curve(rule, axes, lags=np.arange(-80, 81, 4)):
    """Strength of bistable synapses after 60 pairs at 1 Hz, as in figure 2 of the source."""
    axes.axhline(1, color=GREY, lw=0.8)
    axes.plot(lags, strength(rule, *time_above(rule, lags)), color=BLUE, marker=".")
    axes.set(
        xlabel="post spike after pre spike (ms)", ylabel="strength (1)", title="60 pairs at 1 Hz, bistable"
    )
    return axes


def time_above(rule, lags, first=100 * ms, duration=300 * ms):
    """Seconds that calcium of one pair of spikes is above `theta_d` and `theta_p`, from the rule's text.

    Two (n_lags,) arrays.
    """
    found = []
    for rates in (dict(gamma_p=0, gamma_d=-1), dict(gamma_p=1, gamma_d=0)):
        start_scope()
        only = rule(tau_elig=1000 * ms, **rates)
        steps = np.round(np.asarray(first / ms + lags) * 10).astype(int)
        source = _at_steps(only, np.full(len(lags), round(first / (0.1 * ms))), "pre")
        target = _at_steps(only, steps, "post")
        synapses = Synapses(
            source, target, only.equations, namespace=only.values, method="euler", dt=0.1 * ms
        )
        synapses.connect(j="i")
        Network(source, target, synapses).run(duration, namespace={})
        found.append(np.asarray(synapses.elig))
    return found


def _at_steps(rule, steps, side):
    """Neurons with a rule's trace that spike once, in a step of 0.1 ms."""
    group = NeuronGroup(
        len(steps),
        Equations(getattr(rule, f"{side}_equations")) + Equations("spike_step : integer (constant)"),
        threshold="t_in_timesteps == spike_step",
        reset=getattr(rule, f"on_{side}_spike"),
        namespace=rule.values,
        method="euler",
        dt=0.1 * ms,
    )
    group.spike_step = steps
    return group


def strength(rule, above_d, above_p, n=60, tau=150.0, sigma=2.8284, up=0.5, ratio=5.0):
    """Mean strength of bistable synapses, half of which begin in each state, after `n` pairs at 1 Hz.

    Graupner & Brunel 2012, supporting text: `above_d` and `above_p` are fractions of the time.
    """
    rates = 2 * float(rule.values["gamma_d"]) * above_d, 2 * float(rule.values["gamma_p"]) * above_p
    total = np.maximum(sum(rates), 1e-12)
    mean, spread = rates[1] / total, sigma**2 * (above_d + above_p) / total
    left = np.exp(-n * total / tau)
    error = np.vectorize(math.erf)
    to_up = [
        0.5 * (1 + error((mean - 0.5 + (start - mean) * left) / np.sqrt(spread * (1 - left**2) + 1e-12)))
        for start in (0, 1)
    ]
    share = (1 - up) * to_up[0] + up * to_up[1]
    return (1 - share + ratio * share) / (1 - up + ratio * up)


def voltage_curve(rule, axes, voltages=np.linspace(-75, -40, 71)):
    """Eligibility of a pre spike, and of a post spike behind it, at a clamped membrane."""
    for where, label in (("on_pre", "pre spike"), ("on_post", "post spike, x = 1")):
        axes.plot(voltages, clamped(rule, where, voltages), label=label)
    axes.axhline(0, color=GREY, lw=0.8)
    axes.legend()
    axes.set(xlabel="clamped membrane (mV)", ylabel="eligibility (1)", title="one spike")
    return axes


def clamped(rule, where, voltages):
    """What one spike adds to the eligibility at a clamped membrane (mV), from the rule's own text."""
    names = KNOWN | {name: float(value) for name, value in rule.values.items()}
    distance = voltages * 1e-3 - names["theta_minus"]
    names |= dict(volt=1.0, x_pre=1.0, v_post=voltages * 1e-3, u_minus_post=distance, u_plus_post=distance)
    _, operation, text, _ = parse_statement(getattr(rule, where))
    return evaluate(text, names) * (-1 if operation == "-=" else 1)


#: What a rule has of its own, besides the window of pairs.
OWN = {"dopamine_stdp": (reward_delay,), "dale_stdp": (signs_kept,), "homeostatic_stdp": (scaling,)}
OWN |= {"bcm": (bcm_curve,), "clopath": (voltage_curve,), "calcium": (strength_curve,)}
OWN |= {"depressing": (amplitude_by_rate,), "tsodyks_markram": (amplitude_by_rate,)}
OWN |= {"nmda": (blocked_current,), "gap_junction": (pulled_together,)}
#: Panels of each folder of models.
PANELS = (
    (neurons, (f_i_curve, voltage_trace)),
    (synapses, (postsynaptic_potential,)),
    (plasticity, (stdp_window,)),
    (modulators, (modulator_curve,)),
    (encoders, (encoder_raster,)),
)


def draw(model, panels, path):
    """Draw the panels of one model side by side into a PNG."""
    figure, axes = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 3.4), squeeze=False)
    for panel, place in zip(panels, axes[0]):
        panel(model, place)
    figure.suptitle(f"{model.kind} {model.name}")
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def has_no_usual_panel(model):
    """Whether a rule reads variables of neurons, which pairs of bare spikes do not have, or a synapse acts
    without spikes.
    """
    reads_membranes = hasattr(model, "reads_of_neurons") and bool(model.reads_of_neurons())
    moves_in_synapse = "clock-driven" in getattr(model, "equations", "") and model.kind == "plasticity rule"
    return reads_membranes or moves_in_synapse or bool(getattr(model, "summed_equations", ""))


def main(folder, names=()):
    """Draw all models, or those named, into `folder`; returns the paths."""
    prefs.codegen.target = "numpy"
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    models = [
        (getattr(package, name), panels + OWN.get(name, ()))
        for package, panels in PANELS
        for name in package.__all__
    ]
    models = [(model, panels[1:] if has_no_usual_panel(model) else panels) for model, panels in models]
    unknown = set(names) - {model.name for model, _ in models}
    if unknown:
        raise SystemExit(
            f"unknown model {sorted(unknown)[0]!r}; known are {', '.join(model.name for model, _ in models)}"
        )
    paths = []
    for model, panels in models:
        if not names or model.name in names:
            paths.append(folder / f"{model.kind.split()[0]}_{model.name}.png")
            draw(model, panels, paths[-1])
    return paths


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__.split("\n\n")[1].strip())
    for path in main(sys.argv[1], sys.argv[2:]):
        print(path)
