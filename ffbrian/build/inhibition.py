"""The interneurons of layers: text and Brian 2 objects for `Inhibition`."""

import numpy as np
from brian2 import Synapses, linked_var, ms
from brian2.utils.stringtools import word_substitute

from ffbrian.models.quantities import unit_name

#: Within the slot ``end`` of a time step, before neurons take what has arrived.
BEFORE_GATHERING, GATHERING = -3, -2


def arrival_equations(layer, sides):
    """What arrives at a neuron of the layer: the sum of all sides, as inhibition lets it pass.

    Parameters
    ----------
    layer : Layer
    sides : tuple of str
        Whence it arrives, see `NeuronExtra`.

    Returns
    -------
    str
        Equations, for every accumulator of the layer's synapses.
    """
    inhibition = layer.inhibition
    sums = arrived(layer, sides)
    if inhibition is None:
        return "\n".join(f"{name} = {both} : 1" for name, both in sums.items())
    own = inhibition.parsed()
    linked = [
        f"{name}_pool : {unit_name(own[name].dim) if not own[name].dim.is_dimensionless else '1'} (linked)"
        for name in sorted(own.names)
    ]
    seen = {name: f"{name}_pool" for name in own.names}
    passed = [
        f"{name} = {word_substitute(inhibition.arriving, seen | {'afferent': both})} : 1"
        for name, both in sums.items()
    ]
    told = [f"{name}_sum : 1" for name in sums] if inhibition.on_arrival else []
    return "\n".join([*linked, *passed, *told])


def arrived(layer, sides):
    """What has arrived from all sides, by accumulator of the layer's synapses (dict of str to expression)."""
    return {
        name: "(" + " + ".join(f"{name}_{side}" for side in sides) + ")"
        for name in layer.synapse.accumulators
    }


def sums(layer, sides):
    """Statements that keep what has arrived where synapses onto the interneuron can read it: what is linked
    to another group, as in the copies of a layer, they cannot (str).
    """
    return "\n".join(f"{name}_sum = {both}" for name, both in arrived(layer, sides).items())


def add(bench, group, layer, sides, restore):
    """The interneuron of a layer, or one for each of its copies.

    Parameters
    ----------
    bench : Builder
    group : NeuronGroup
        The layer, or its copies one after the other.
    layer : Layer
    sides : tuple of str
        Whence spikes arrive, see `NeuronExtra`.
    restore : callable
        Called with the interneurons' group and equations; sets their state
        back when a presentation begins.
    """
    inhibition, n_copies = layer.inhibition, len(group) // layer.size
    own = inhibition.parsed()
    pool = bench.group(
        f"pool_{group.name}", n_copies, inhibition.equations, namespace=bench.namespace(inhibition)
    )
    restore(pool, own)
    early = {"clock": bench.step_clock, "when": "end", "order": BEFORE_GATHERING}
    if inhibition.each_step.strip():
        pool.run_regularly(inhibition.each_step, **early, name=f"step_{pool.name}")
    if inhibition.on_arrival.strip():
        group.run_regularly(sums(layer, sides), **early, name=f"sum_{group.name}")
    for text, make in ((inhibition.on_spike, _excite), (inhibition.on_arrival, _gather)):
        if text.strip():
            synapses = make(bench, group, pool, layer, word_substitute(text, _seen_from_layer(layer)))
            synapses.connect(i=np.arange(len(group)), j=np.arange(len(group)) // layer.size)
    for name in own.names:
        setattr(
            group, f"{name}_pool", linked_var(pool, name, index=np.repeat(np.arange(n_copies), layer.size))
        )


def _seen_from_layer(layer):
    """What the interneuron's names are in synapses onto it."""
    names = {name: f"{name}_post" for name in layer.inhibition.parsed().names}
    return names | {"size": repr(float(layer.size))}


def _excite(bench, group, pool, layer, code):
    """Synapses that bring spikes of the layer."""
    return bench.add(
        Synapses(
            group,
            pool,
            on_pre=code,
            delay=0 * ms,
            clock=bench.step_clock,
            name=f"excite_{pool.name}",
            namespace=bench.namespace(layer.inhibition),
        )
    )


def _gather(bench, group, pool, layer, code):
    """Synapses that tell what has arrived in a step, before any neuron of the layer takes it."""
    synapses = bench.add(
        Synapses(
            group,
            pool,
            clock=bench.step_clock,
            name=f"gather_{pool.name}",
            namespace=bench.namespace(layer.inhibition),
        )
    )
    told = gathered(layer, code)
    synapses.run_regularly(
        told, clock=bench.step_clock, when="end", order=GATHERING, name=f"tell_{pool.name}"
    )
    return synapses


def gathered(layer, code):
    """What is told to the interneuron, for every accumulator of the layer's synapses (str)."""
    sums = [f"{name}_sum_pre" for name in layer.synapse.accumulators]
    return "\n".join(word_substitute(code, {"afferent": both}) for both in sums)
