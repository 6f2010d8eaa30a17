"""The state that a training begins with: weights, and what else lives on."""

import numpy as np

from ffbrian.build import signals
from ffbrian.models import beginning
from ffbrian.network import per_neuron, trunk
from ffbrian.train import flow_state


def initial_state(plan, rng):
    """Fresh weights, and what else lives on from one presentation to the next.

    Parameters
    ----------
    plan : Plan
    rng : numpy.random.Generator
        Draws the weights; what neurons keep is drawn from generators that it
        spawns, one a layer, so that weights do not depend on it.

    Returns
    -------
    dict of str to array
    """
    sizes, routes, state = plan.synapse_sizes(), plan.routes(), {}
    for number, layer in enumerate(plan.network.layers, 1):
        for route in routes:
            if route.target == number:
                state |= _of_synapses(plan, route, rng)
        if plan.network.readout:
            state[f"readout_synapses_{number}.w"] = np.zeros(
                sizes[f"readout_synapses_{number}"], plan.float_type
            )
        state |= {f"layer_{number}.{name}": value for name, value in first_values(plan, number, rng).items()}
        if plan.network.modulator is not None and number in plan.network.learners():
            state |= {
                f"modulator_{number}.{name}": np.zeros(1, plan.float_type)
                for name in plan.network.modulator.lasting
            }
    state |= _of_signals(plan)
    trunks = plan.network.trunks
    for one, (name, size) in zip(trunks, trunk.n_weights(trunks, plan.inputs.points).items()):
        state[f"{name}.w"] = rng.normal(0, one.layer.initial_weight, size).astype(plan.float_type)
    state |= _of_trunks(plan) | plan.algorithm.initial_state(plan, rng)
    return state | (flow_state.first(plan, state, rng.spawn(1)[0]) if plan.stream else {})


def _of_signals(plan):
    """What signals begin with (dict of str to (1,) array)."""
    return {
        f"signal_{name}.{own}": value.astype(plan.float_type)
        for name, signal in plan.network.signals.items()
        for own, value in signals.first_values(signal, plan.dt).items()
    }


def _of_synapses(plan, route, rng):
    """First weights of a projection, and what its synapses keep (dict of str to array)."""
    weights = route.first_weights(*plan.ends_of(route), rng).astype(plan.float_type)
    return {name: np.zeros_like(weights) for name in _kept(plan, route)} | {f"{route.name}.w": weights}


def _kept(plan, route):
    """What the synapses of a projection keep for learning alone (list of str)."""
    names = plan.network.rule.parsed("kept").names if route.is_plastic else ()
    return [f"{route.name}.{own}" for own in names]


def _of_trunks(plan):
    """What the weights of trunks keep for learning alone (dict of str to array)."""
    names = plan.network.rule.parsed("kept").names if plan.algorithm.trunks_learn else ()
    sizes = trunk.n_weights(plan.network.trunks, plan.inputs.points)
    return {f"{name}.{own}": np.zeros(n, plan.float_type) for name, n in sizes.items() for own in names}


def as_learnt(state, plan):
    """A state without what synapses and signals keep for learning alone, and without what flows (dict of str
    to array).
    """
    flowing = flow_state.names(plan) - lasting_names(plan)
    kept = {name for route in plan.routes() for name in _kept(plan, route)}
    left_out = flowing | kept | {*_of_signals(plan), *_of_trunks(plan)}
    return {name: value for name, value in state.items() if name not in left_out}


def lasting_names(plan):
    """Names of all that lives on besides weights, ``"object.variable"`` (set of str)."""
    modulator, names = plan.network.modulator, {*_of_signals(plan)}
    for number, layer in enumerate(plan.network.layers, 1):
        names |= {f"layer_{number}.{own}" for own in layer.neuron.set_once}
        if modulator is not None and number in plan.network.learners():
            names |= {f"layer_{number}.{own}" for own in modulator.set_once} | {
                f"modulator_{number}.{own}" for own in modulator.lasting
            }
    return names


def first_values(plan, number, rng):
    """What the neurons of a layer get once in a training (dict of str to (size,) array)."""
    values, layer = {}, plan.network.layers[number - 1]
    modulator = plan.network.modulator if number in plan.network.learners() else None
    pieces = [(layer.neuron, "equations", layer.neuron.begin, per_neuron.given_values(layer.per_neuron))]
    if modulator is not None:
        pieces.append((modulator, "neuron_equations", modulator.neuron_initial, {}))
    for model, equations, code, given in pieces:
        if model.set_once:
            drawn = beginning.first_values(
                model.parsed(equations),
                code,
                model.set_once,
                model.values,
                layer.size,
                plan.dt,
                rng.spawn(1)[0],
                given,
            )
            for name in set(layer.per_neuron) & set(drawn):
                per_neuron.check_values(layer.neuron, name, drawn[name])
            values |= {
                name: value.astype(plan.float_type) if value.dtype == float else value
                for name, value in drawn.items()
            }
    return values
