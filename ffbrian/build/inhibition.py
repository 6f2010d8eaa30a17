"""The interneurons of layers: text and Brian 2 objects for `Inhibition`."""

import numpy as np
from brian2 import Synapses, linked_var, ms
from brian2.utils.stringtools import word_substitute

from ffbrian.models.quantities import unit_name


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
    sums = {
        name: "(" + " + ".join(f"{name}_{side}" for side in sides) + ")"
        for name in layer.synapse.accumulators
    }
    if inhibition is None:
        return "\n".join(f"{name} = {both} : 1" for name, both in sums.items())
    own = inhibition.parsed()
    linked = [
        f"{name}_pool : {unit_name(own[name].dim) if not own[name].dim.is_dimensionless else '1'} (linked)"
        for name in sorted(own.names)
    ]
    seen = {name: f"{name}_pool" for name in own.names}
    return "\n".join(
        [
            *linked,
            *(
                f"{name} = {word_substitute(inhibition.arriving, seen | {'afferent': both})} : 1"
                for name, both in sums.items()
            ),
        ]
    )


def add(bench, group, layer, restore):
    """The interneuron of a layer, or one for each of its copies.

    Parameters
    ----------
    bench : Builder
    group : NeuronGroup
        The layer, or its copies one after the other.
    layer : Layer
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
    code = word_substitute(
        inhibition.on_spike, {name: f"{name}_post" for name in own.names} | {"size": repr(float(layer.size))}
    )
    excite = bench.add(
        Synapses(
            group,
            pool,
            on_pre=code,
            delay=0 * ms,
            clock=bench.step_clock,
            name=f"excite_{pool.name}",
            namespace=bench.namespace(inhibition),
        )
    )
    excite.connect(i=np.arange(len(group)), j=np.arange(len(group)) // layer.size)
    for name in own.names:
        setattr(
            group, f"{name}_pool", linked_var(pool, name, index=np.repeat(np.arange(n_copies), layer.size))
        )
