"""Trunks of operator networks: populations that are shown coordinates, one copy for each different point.

All copies share weights, which are the variables of a population of their own
(``trunk_weights_N``, one field after the other), so that a change that many copies ask
for is one sum.
"""

import numpy as np
from brian2 import Synapses, linked_var
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import word_substitute

from ffbrian.build import layers
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra
from ffbrian.models.checking import statements
from ffbrian.models.effective_rule import over_places
from ffbrian.models.expressions import KNOWN, evaluate

#: Their learning rate has another name than that of their synapses.
WEIGHTS = "w : 1\nchange : 1\nrate : 1 (linked)"
SYNAPSES = "value : 1 (constant)\neta : 1 (linked)"
#: What a neuron of a trunk knows of itself in a network that learns.
LEARNS = """nudge : 1
            credit : 1
            gain : 1
            r_of_copy : 1 (linked)
            sigma : 1 (linked)"""
MEASURE = "gain = (r_of_copy - r)*nudge/sigma"


def activities(encoder, places):
    """What the cells of a graded encoder send.

    Parameters
    ----------
    encoder : Encoder
    places : (n, n_axes) array
        Coordinates from 0 to 1.

    Returns
    -------
    (n, copies*n_axes) float array
        One copy of all axes after the other, as in an input population.
    """
    copy, axis = np.divmod(np.arange(encoder.copies * places.shape[1]), places.shape[1])
    values = {name: float(value) for name, value in encoder.values.items()}
    names = KNOWN | values | {"number": places[:, axis], "copy": copy, "copies": encoder.copies}
    for name, _, expression, _ in map(parse_statement, statements(encoder.start)):
        names[name] = evaluate(expression, names)
    return np.broadcast_to(names["value"], (len(places), len(copy)))


def add(bench, number, trunk):
    """A trunk in all its copies, and its weights.

    Returns
    -------
    brian2.NeuronGroup
        Its neurons, whose weighted spikes are ``r``; one point after the other.
    """
    places, _ = trunk.places(bench.plan.inputs.points)
    values = activities(trunk.encoder, places)
    learns = bench.plan.learns and bench.plan.algorithm.trunks_learn
    group = neurons(bench, f"trunk_{number}", trunk, len(places), LEARNS if learns else "credit : 1")
    (n_places, n_fields), n_features = values.shape, trunk.size
    text = block(WEIGHTS, bench.rule.kept if learns else "")
    values_of_rule = bench.namespace(bench.rule)
    weights = bench.group(f"trunk_weights_{number}", n_fields * n_features, text, namespace=values_of_rule)
    weights.rate = linked_var(bench.objects["session"], "eta")
    place, field, feature = np.indices((n_places, n_fields, n_features)).reshape(3, -1)
    synapses = bench.add(
        Synapses(
            weights,
            group,
            SYNAPSES,
            clock=bench.step_clock,
            name=f"trunk_synapses_{number}",
            namespace=bench.namespace(trunk.layer.synapse, bench.rule),
        )
    )
    synapses.connect(i=field * n_features + feature, j=place * n_features + feature)
    bench.link(synapses, bench.objects["session"], "eta")
    synapses.value = values[place, field]
    code = word_substitute(trunk.layer.synapse.on_presentation, {"w": "w_pre", "value_pre": "value"})
    bench.at_presentation(synapses, code, Moment.ARRIVE, f"arrive_{synapses.name}")
    return group


def neurons(bench, name, trunk, n_places, more, shares_input=False):
    """Neurons of a trunk, which add up their weighted spikes."""
    readout = bench.network.readout
    is_noisy = "sigma" in more
    what = NeuronExtra(
        block(readout.pre_equations, more),
        on_spike=bench.with_ramp(readout.on_pre_spike),
        models=(readout,),
        sides=("in", "injected") if is_noisy else ("in",),
        links=("sigma",) if is_noisy else (),
    )
    return layers.make(bench, name, trunk.layer, len(bench.network.layers), what, n_places, shares_input)


def let_learn(bench, draw):
    """Give every trunk a copy with noise, from which its neurons measure their gain, and let it learn.

    Parameters
    ----------
    bench : Workbench
    draw : str
        Statement that draws the noise.
    """
    for number, trunk in enumerate(bench.network.trunks, 1):
        group = bench.objects[f"trunk_{number}"]
        add_copy(bench, number, trunk, group, draw)
        bench.at_presentation(group, MEASURE, Moment.RESPOND, f"measure_{group.name}")
        consolidate(bench, number, trunk, group)


def add_copy(bench, number, trunk, group, draw):
    """A copy of all neurons that shares their input and gets noise."""
    n_places = len(group) // trunk.size
    more = "nudge : 1 (linked)\nsigma : 1 (linked)"
    copy = neurons(bench, f"trunk_copies_{number}", trunk, n_places, more, shares_input=True)
    accumulators = trunk.layer.synapse.accumulators
    for name in ["nudge", *(f"{name}_in" for name in accumulators), *trunk.layer.synapse.held]:
        setattr(copy, name, linked_var(group, name))
    group.r_of_copy = linked_var(copy, "r")
    bench.at_presentation(group, draw, Moment.ARRIVE, f"noise_{group.name}")
    injected = f"{accumulators[0]}_injected = sigma*nudge"
    bench.at_presentation(copy, injected, Moment.INJECT, f"noise_{copy.name}")


def consolidate(bench, number, trunk, group):
    """Add up over all copies what the rule makes of credit and input, and change the weights."""
    rule, synapses = over_places(bench.rule), bench.objects[f"trunk_synapses_{number}"]
    weights, rate = bench.objects[f"trunk_weights_{number}"], f"({trunk.speed}*{{}})"
    traces = {f"{name}_pre": "value" for name in bench.rule.parsed("pre_equations").names}
    share = word_substitute(rule.change, traces | {"eta": rate.format("eta")})
    bench.at_presentation(synapses, f"change_pre += {share}", Moment.CREDIT, f"add_up_{synapses.name}")
    code = block(word_substitute(rule.consolidate, {"eta": rate.format("rate")}), "change = 0")
    bench.at_presentation(weights, code, Moment.CONSOLIDATE, f"consolidate_{weights.name}")
