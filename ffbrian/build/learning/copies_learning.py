"""All label copies of a layer learn from one presentation.

Every copy (or each of several groups of its neurons) has a modulator of its own, and what the modulator makes
of the
postsynaptic side of the rule is the copy's *credit*.  Synapses that all copies
share (those from the inputs) change by the sum of the copies' credits, so one
pass through them consolidates all labels; synapses of one copy (those from its
label neurons) change by its own.
"""

import numpy as np
from brian2 import Synapses, linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian.build import projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import collect_copies, learn_copies
from ffbrian.build.group_text import block
from ffbrian.build.learning import goodness
from ffbrian.models.effective_rule import over_copies

CREDIT_EQUATION = "credit : 1"
#: The phase of every copy: +1 where its label is the sample's, -1 where it is wrong, 0 in an evaluation.
PHASE = (
    "s : 1\nphase : 1 (linked)\ntruth : integer (linked)\nlabel : integer (constant)\npart : integer "
    "(constant)"
)
OWN_PHASE = "s = phase*(2*int(label == truth) - 1)"


def neuron_equations(bench):
    """What a neuron of a copy keeps so that the copy can learn (str)."""
    if not bench.plan.copies_learn:
        return ""
    linked = [f"{name} : 1 (linked)" for name in over_copies(bench.rule).signals]
    return block(CREDIT_EQUATION, *linked)


def add_learning(bench):
    """Modulators of all copies, and the consolidation of what they share and of what is their own."""
    numbers = range(1, len(bench.network.layers) + 1)
    for number in numbers:
        _add_modulator(bench, number, list(numbers) if bench.network.modulator.is_shared else [number])
        _add_credit(bench, number)
        bench.add_count(
            f"spikes_{number}", bench.objects[f"candidates_{number}"], 1 / bench.plan.inputs.n_classes
        )
    for number, layer in enumerate(bench.network.layers, 1):
        _consolidate(bench, f"label_synapses_{number}", own=True)
        _consolidate(bench, f"synapses_{number}", own=number > 1)
    _add_up(bench, bench.network.layers[0])


def _add_modulator(bench, number, sources):
    """One modulator for each label and group of neurons, released by the goodness of these in the layers of
    `sources`.
    """
    modulator, name = bench.network.modulator, f"modulator_{number}"
    n_modulators = bench.plan.inputs.n_classes * modulator.groups
    linked = [f"goodness_{k} : 1 (linked)" for k in sources]
    total = f"goodness = {' + '.join(f'goodness_{k}' for k in sources)} : 1"
    compared = "rivals : 1" if modulator.comparison else ""
    group = bench.group(
        name,
        n_modulators,
        block(modulator.equations, *linked, total, compared, PHASE),
        namespace=bench.namespace(modulator),
    )
    group.label, group.part = np.divmod(np.arange(n_modulators), modulator.groups)
    session = bench.objects["session"]
    group.phase, group.truth = linked_var(session, "s"), linked_var(session, "truth")
    for k in sources:
        setattr(group, f"goodness_{k}", linked_var(_goodness(bench, k), "goodness"))
    if modulator.comparison:
        _compare(bench, group, modulator)
    bench.at_presentation(group, block(OWN_PHASE, modulator.release), Moment.RELEASE, f"release_{name}")


def _goodness(bench, number):
    """Neurons that hold the goodness of a layer's copies, group by group."""
    n_groups, name = bench.network.modulator.groups, f"group_goodness_{number}"
    if n_groups == 1:
        return bench.objects[f"candidate_goodness_{number}"]
    if name not in bench.objects:
        size = bench.network.layers[number - 1].size // n_groups
        group = bench.group(name, bench.plan.inputs.n_classes * n_groups, "goodness : 1")
        bench.at_presentation(group, "goodness = 0", Moment.CLEAR, f"clear_{name}")
        goodness.collect(bench, name, bench.objects[f"candidates_{number}"], group, size)
    return bench.objects[name]


def _compare(bench, group, modulator):
    """Every label's goodness beside that of all labels."""
    code = word_substitute(modulator.comparison, {"rival": "goodness_pre", "goodness": "goodness_post"})
    bench.at_presentation(group, "rivals = 0", Moment.CLEAR, f"clear_{group.name}")
    pairs = bench.add(
        Synapses(
            group,
            group,
            clock=bench.step_clock,
            name=f"compare_{group.name}",
            namespace=bench.namespace(modulator),
        )
    )
    pairs.connect(condition="part_pre == part_post")
    bench.at_presentation(pairs, f"rivals_post += {code}", Moment.COMPARE, f"{pairs.name}_all")


def _add_credit(bench, number):
    """What the modulator makes of the postsynaptic side, in every neuron of every copy."""
    rule, modulators = over_copies(bench.rule), bench.objects[f"modulator_{number}"]
    group = bench.objects[f"candidates_{number}"]
    own = np.repeat(np.arange(len(modulators)), len(group) // len(modulators))
    for name in rule.signals:
        setattr(group, name, linked_var(modulators, name, index=own))
    bench.at_presentation(group, f"credit = {rule.credit}", Moment.WRITE, f"credit_{group.name}")


def _add_up(bench, layer):
    """The sum of the copies' credits, for the synapses that they share."""
    copies, shared = bench.objects["candidates_1"], bench.objects["layer_1"]
    bench.at_presentation(shared, "credit = 0", Moment.CLEAR, "clear_credit")
    adding = bench.add(Synapses(copies, shared, clock=bench.step_clock, name="add_credit"))
    adding.connect(i=np.arange(len(copies)), j=np.arange(len(copies)) % layer.size)
    if bench.uses_dense:
        collect_copies(adding, onto_neurons=True)
    bench.at_presentation(adding, "credit_post += credit_pre", Moment.CREDIT, "add_credit_of_copies")


def _consolidate(bench, name, own):
    """Turn credit into weight; `own`: in every copy, by its own credit."""
    synapses = bench.objects[name]
    bench.link(synapses, bench.objects["session"], "eta")
    if own and bench.uses_dense:
        synapses = bench.objects[f"copies_{name}"]
        learn_copies(synapses, bench.rule.silent_without)
        bench.link(synapses, bench.objects["session"], "eta")
    code = projections.on_connected(bench, name, over_copies(bench.rule).consolidate)
    bench.at_presentation(synapses, code, Moment.CONSOLIDATE, f"consolidate_{name}")
