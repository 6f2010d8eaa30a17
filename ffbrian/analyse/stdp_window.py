"""The STDP window of a plasticity rule, found by running the rule itself."""

import numpy as np
from brian2 import Network, NeuronGroup, Synapses, ms, prefs, second
from brian2.utils.stringtools import get_identifiers

from ffbrian.build.group_text import block
from ffbrian.errors import ModelError
from ffbrian.models.text import parse_equations

#: Signals that a rule may read, as they are while the window is measured.
SIGNALS = {"M": 1.0, "s": 1.0, "goodness": 0.0}


def window(rule, lags=None, dt=0.1 * ms):
    """Weight change of single pairs of spikes, with a modulator of 1.

    Parameters
    ----------
    rule : PlasticityRule
    lags : (n,) Quantity, optional
        Postsynaptic minus presynaptic spike time; default: -100 to 100 ms.
    dt : Quantity
        Time step.

    Returns
    -------
    lags : (n,) Quantity
        Rounded to time steps.
    change : (n,) float array
        Weight change divided by the learning rate.

    Raises
    ------
    ModelError
        For a rule that reads variables of its neurons.
    """
    if rule.reads_of_neurons():
        raise ModelError(
            f"window: {rule.title} reads {', '.join(sorted(rule.reads_of_neurons()))} of its neurons, but "
            "here these only spike; record the rule in a network instead."
        )
    lags = np.linspace(-100, 100, 40) * ms if lags is None else lags
    steps = np.round(np.asarray(lags) / float(dt)).astype(int)
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    try:
        return steps * float(dt) * second, _run(rule, steps, dt)
    finally:
        prefs.codegen.target = before


def _run(rule, steps, dt):
    """One pre- and one postsynaptic neuron for each lag, each with one spike."""
    first = np.maximum(-steps, 0) + 1
    pre = _population("window_pre", rule, rule.pre_equations, rule.on_pre_spike, first, dt)
    post = _population(
        "window_post",
        rule,
        block(rule.post_equations, "p : 1", "a : 1"),
        block(rule.on_post_spike, "a += 1"),
        first + steps,
        dt,
    )
    post.p = 1
    used = get_identifiers(block(rule.on_pre, rule.on_post, rule.consolidate))
    heard = SIGNALS | dict.fromkeys(rule.hears, 1.0)
    signals = "\n".join(f"{name} : 1 (shared)" for name in heard if name in used)
    paths = {
        f"on_{side}": code for side, code in (("pre", rule.on_pre), ("post", rule.on_post)) if code.strip()
    }
    synapses = Synapses(
        pre,
        post,
        block("w : 1", rule.equations, signals),
        namespace=dict(rule.values),
        dt=dt,
        name="window_synapses",
        **paths,
    )
    synapses.connect(j="i")
    for name, value in heard.items():
        if name in used:
            setattr(synapses, name, value)
    network = Network(pre, post, synapses)
    end = int((first + np.abs(steps)).max()) + 2
    network.run(end * dt, namespace={})
    if rule.consolidate.strip():
        code = rule.consolidate
        network.add(synapses.run_regularly(code, dt=dt, when="start", name="window_consolidate"))
        network.run(dt, namespace={})
    return np.asarray(synapses.w) / float(rule.values["eta"])


def _population(name, rule, equations, on_spike, spike_steps, dt):
    """Neurons that spike once each, at a given time step."""
    group = NeuronGroup(
        len(spike_steps),
        block(str(parse_equations(rule.title, equations)), "spike_step : integer (constant)"),
        threshold="int(t/dt + 0.5) == spike_step",
        reset=on_spike or "spike_step = spike_step",
        method="exact",
        namespace=dict(rule.values),
        dt=dt,
        name=name,
    )
    group.spike_step = spike_steps
    return group
