"""All label copies of a layer learn from one presentation.

Every copy (or each of several groups of its neurons) has a modulator of its own, and what the modulator makes of the
postsynaptic side of the rule is the copy's *credit*.  Synapses that all copies
share (those from the inputs) change by the sum of the copies' credits, so one
pass through them consolidates all labels; synapses of one copy (those from its
label neurons) change by its own.
"""
import numpy as np
from brian2 import Equations, Synapses, linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian import scoring
from ffbrian.dense import collect_copies, learn_copies
from ffbrian.groups import block
from ffbrian.orders import CLEAR, COMPARE, CONSOLIDATE, CREDIT, RELEASE, WRITE
from ffbrian.rules import over_copies

CREDIT_EQUATION = "credit : 1"
#: The phase of every copy: +1 where its label is the sample's, -1 where it is wrong, 0 in an evaluation.
PHASE = "s : 1\nphase : 1 (linked)\ntruth : integer (linked)\nlabel : integer (constant)\npart : integer (constant)"
OWN_PHASE = "s = phase*(2*int(label == truth) - 1)"


def neuron_equations(builder):
    """What a neuron of a copy keeps so that the copy can learn (`brian2.Equations`)."""
    if not builder.plan.copies_learn:
        return Equations("")
    linked = [f"{name} : 1 (linked)" for name in over_copies(builder.rule).signals]
    return Equations(block(CREDIT_EQUATION, *linked))


def add_learning(builder):
    """Modulators of all copies, and the consolidation of what they share and of what is their own."""
    numbers = range(1, len(builder.network.layers) + 1)
    for number in numbers:
        _add_modulator(builder, number, list(numbers) if builder.network.modulator.is_shared else [number])
        _add_credit(builder, number)
        builder.add_count(f"spikes_{number}", builder.objects[f"candidates_{number}"], 1 / builder.plan.inputs.n_classes)
    for number, layer in enumerate(builder.network.layers, 1):
        _consolidate(builder, f"label_synapses_{number}", own=True)
        _consolidate(builder, f"synapses_{number}", own=number > 1)
    _add_up(builder, builder.network.layers[0])


def _add_modulator(builder, number, sources):
    """One modulator for each label and group of neurons, released by the goodness of these in the layers of `sources`."""
    modulator, name = builder.network.modulator, f"modulator_{number}"
    n_modulators = builder.plan.inputs.n_classes * modulator.groups
    linked = [f"goodness_{k} : 1 (linked)" for k in sources]
    total = f"goodness = {' + '.join(f'goodness_{k}' for k in sources)} : 1"
    compared = "rivals : 1" if modulator.comparison else ""
    group = builder.group(name, n_modulators, block(modulator.equations, *linked, total, compared, PHASE), namespace=builder.namespace(modulator))
    group.label, group.part = np.divmod(np.arange(n_modulators), modulator.groups)
    session = builder.objects["session"]
    group.phase, group.truth = linked_var(session, "s"), linked_var(session, "truth")
    for k in sources:
        setattr(group, f"goodness_{k}", linked_var(_goodness(builder, k), "goodness"))
    if modulator.comparison:
        _compare(builder, group, modulator)
    builder.at_presentation(group, block(OWN_PHASE, modulator.release), RELEASE, f"release_{name}")


def _goodness(builder, number):
    """Neurons that hold the goodness of a layer's copies, group by group."""
    n_groups, name = builder.network.modulator.groups, f"group_goodness_{number}"
    if n_groups == 1:
        return builder.objects[f"candidate_goodness_{number}"]
    if name not in builder.objects:
        size = builder.network.layers[number - 1].size // n_groups
        group = builder.group(name, builder.plan.inputs.n_classes * n_groups, "goodness : 1")
        builder.at_presentation(group, "goodness = 0", CLEAR, f"clear_{name}")
        scoring.collect(builder, name, builder.objects[f"candidates_{number}"], group, size)
    return builder.objects[name]


def _compare(builder, group, modulator):
    """Every label's goodness beside that of all labels."""
    code = word_substitute(modulator.comparison, {"rival": "goodness_pre", "goodness": "goodness_post"})
    builder.at_presentation(group, "rivals = 0", CLEAR, f"clear_{group.name}")
    pairs = builder.add(Synapses(group, group, clock=builder.step_clock, name=f"compare_{group.name}", namespace=builder.namespace(modulator)))
    pairs.connect(condition="part_pre == part_post")
    builder.at_presentation(pairs, f"rivals_post += {code}", COMPARE, f"{pairs.name}_all")


def _add_credit(builder, number):
    """What the modulator makes of the postsynaptic side, in every neuron of every copy."""
    rule, modulators = over_copies(builder.rule), builder.objects[f"modulator_{number}"]
    group = builder.objects[f"candidates_{number}"]
    own = np.repeat(np.arange(len(modulators)), len(group) // len(modulators))
    for name in rule.signals:
        setattr(group, name, linked_var(modulators, name, index=own))
    builder.at_presentation(group, f"credit = {rule.credit}", WRITE, f"credit_{group.name}")


def _add_up(builder, layer):
    """The sum of the copies' credits, for the synapses that they share."""
    copies, shared = builder.objects["candidates_1"], builder.objects["layer_1"]
    builder.at_presentation(shared, "credit = 0", CLEAR, "clear_credit")
    adding = builder.add(Synapses(copies, shared, clock=builder.step_clock, name="add_credit"))
    adding.connect(i=np.arange(len(copies)), j=np.arange(len(copies)) % layer.size)
    if builder.is_dense:
        collect_copies(adding, onto_neurons=True)
    builder.at_presentation(adding, "credit_post += credit_pre", CREDIT, "add_credit_of_copies")


def _consolidate(builder, name, own):
    """Turn credit into weight; `own`: in every copy, by its own credit."""
    synapses = builder.objects[name]
    builder.link(synapses, builder.objects["session"], "eta")
    if own and builder.is_dense:
        synapses = builder.objects[f"copies_{name}"]
        learn_copies(synapses, builder.rule.silent_without)
        builder.link(synapses, builder.objects["session"], "eta")
    code = builder.on_connected(name, over_copies(builder.rule).consolidate)
    builder.at_presentation(synapses, code, CONSOLIDATE, f"consolidate_{name}")
