"""What a network holds before anything is learnt."""
import numpy as np


def initial_state(plan, rng):
    """Fresh weights, and 0 for everything else that lives on from one presentation to the next.

    Parameters
    ----------
    plan : Plan
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to array
    """
    sizes, state = plan.synapse_sizes(), {}
    for number, layer in enumerate(plan.network.layers, 1):
        for name, side in ((f"synapses_{number}", "in"), (f"label_synapses_{number}", "label")):
            if name in sizes:
                state[f"{name}.w"] = rng.normal(0, layer.weight_of(side), sizes[name]).astype(plan.float_type)
        if plan.network.readout:
            state[f"readout_synapses_{number}.w"] = np.zeros(sizes[f"readout_synapses_{number}"], plan.float_type)
        state |= {f"layer_{number}.{name}": np.zeros(layer.size, plan.float_type) for name in layer.neuron.persistent}
        if plan.network.modulator is not None:
            state |= {f"modulator_{number}.{name}": np.zeros(1, plan.float_type) for name in plan.network.modulator.lasting}
    return state | plan.algorithm.initial_state(plan, rng)
