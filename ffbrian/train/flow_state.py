"""What flows on in a stream besides weights: membranes, traces, eligibility, held goodness."""

import numpy as np
from brian2 import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER

from ffbrian.build import group_text
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra, is_remembered
from ffbrian.build.learning import part
from ffbrian.models import beginning
from ffbrian.models.effective_rule import effective, without_learning
from ffbrian.network import release

#: Set at every update, or counted for the results.
ANEW = {"n_spikes", "unit", "copy", "population", "intensity", "surround", "label"}


def first(plan, kept, rng):
    """What a stream begins with.

    Parameters
    ----------
    plan : Plan
        With a stream.
    kept : dict of str to array
        What neurons keep otherwise, such as parameters of their own.
    rng : numpy.random.Generator
        Draws the phases of encoders.

    Returns
    -------
    dict of str to array
        By ``"object.variable"``; empty where time is cut into presentations.
    """
    if not plan.stream:
        return {}
    rule = effective(plan.network.rule) if plan.learns else without_learning(plan.network.rule)
    found = _of_encoders(plan, rule, rng)
    for number, _ in enumerate(plan.network.layers, 1):
        found |= _of_layer(plan, rule, number, kept, rng)
    if plan.learns:
        names = _flowing(rule.parsed())
        sizes, routes = plan.synapse_sizes(), [one for one in plan.routes() if one.is_plastic]
        found |= {f"{one.name}.{name}": np.zeros(sizes[one.name]) for one in routes for name in names}
    found |= {f"modulator_{number}.goodness": np.zeros(1) for number in plan.network.learners()}
    return {name: _typed(plan, value) for name, value in found.items()}


def _of_encoders(plan, rule, rng):
    network, found = plan.network, {}
    shown = {"inputs": (network.encoder, group_text.input_equations(network.encoder, rule), plan.n_inputs)}
    if any(route.source == "labels" for route in plan.routes()):
        size = plan.inputs.n_classes * network.label_size
        shown["labels"] = (network.labels, group_text.label_equations(network.labels, rule), size)
    for name, (encoder, equations, size) in shown.items():
        released = release.of_source(network, name)
        equations += Equations(released.equations)
        code, parameters = block(encoder.start, released.initial), encoder.values | released.values
        values = _values(equations, code, parameters, size, plan.dt, rng)
        found |= {f"{name}.{own}": value for own, value in values.items()}
    return found


def _of_layer(plan, rule, number, kept, rng):
    network, layer, name = plan.network, plan.network.layers[number - 1], f"layer_{number}"
    learns = number in network.learners()
    extra = part(plan).neuron_extra(network.modulator) if learns else NeuronExtra(sides=("in", "label"))
    equations = group_text.layer_equations(layer, rule, extra, is_remembered(network, number))
    arriving = {f"{one}_{side}" for one in layer.synapse.accumulators for side in extra.sides}
    own = {key.split(".")[1]: value for key, value in kept.items() if key.startswith(f"{name}.")}
    released = release.of_source(network, name)
    equations += Equations(released.equations)
    parameters = layer.neuron.values | layer.synapse.values | (network.modulator.values if learns else {})
    parameters |= released.values
    code = block(*beginning.begin_again(block(layer.neuron.begin, extra.initial, released.initial), {*own}))
    values = _values(equations, code, parameters, layer.size, plan.dt, rng, own, {*own, *arriving})
    found = {f"{name}.{one}": value for one, value in values.items()}
    if layer.inhibition:
        names = _flowing(layer.inhibition.parsed())
        found |= {f"pool_{name}.{one}": np.zeros(1) for one in names}
    return found


def _values(equations, code, parameters, size, dt, rng, given=None, without=()):
    """First values of everything that flows on in a group."""
    names = [name for name in _flowing(equations) if name not in {*without, *ANEW}]
    return beginning.first_values(equations, code, names, parameters, size, dt, rng, given)


def _flowing(equations):
    """Names of the variables that are set and are no other's; truth values can be no state of a model."""
    kinds = (DIFFERENTIAL_EQUATION, PARAMETER)
    fixed = {"linked", "shared"}
    return [
        e.varname
        for e in equations.values()
        if e.type in kinds and not fixed & set(e.flags) and e.var_type != "boolean"
    ]


def _typed(plan, value):
    return value.astype(plan.float_type) if value.dtype == float else value


def names(plan):
    """Names of all that `first` gives (set of str)."""
    return {*first(plan, {}, np.random.default_rng(0))}
