"""Copies of the layers, one for each label, that share the input and the weights; and the draw of a negative."""
import numpy as np
from brian2 import linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian import host, scoring
from ffbrian.dense import project_copies
from ffbrian.orders import RELEASE


def add_candidates(builder):
    """Copies of the layers, one for each label, that share the input and the weights."""
    n_classes, source = builder.plan.inputs.n_classes, None
    for number, layer in enumerate(builder.network.layers, 1):
        name = f"candidates_{number}"
        group = builder.layer_group(name, layer, number, n_classes)
        if source is None:
            share_input(builder, group, builder.objects["layer_1"], layer)
        else:
            project(builder, source, group, f"synapses_{number}", layer, "in", True)
        show_labels(builder, group, number, layer)
        scoring.goodness(builder, f"candidate_goodness_{number}", group, layer, n_classes, builder.columns[f"candidate_{number}_0"])
        source = group


def share_input(builder, group, layer_group, layer):
    """Let all copies of the first layer read the input that arrives once."""
    for name in layer.synapse.accumulators:
        setattr(group, f"{name}_in", linked_var(layer_group, f"{name}_in", index=np.tile(np.arange(layer.size), builder.plan.inputs.n_classes)))


def show_labels(builder, group, number, layer):
    """Let the label neurons of every label reach its copy, through the weights of the layer or synapses of their own."""
    labels, name = builder.objects["candidate_labels"], f"label_synapses_{number}"
    if name in builder.objects:
        return project(builder, labels, group, name, layer, "label", False)
    row, column = np.divmod(np.arange(len(labels) * layer.size), layer.size)
    builder.synapses(name, labels, group, layer, "label", (row, row // builder.network.label_size * layer.size + column))


def project(builder, source, target, weights, layer, side, rows_shared):
    """Spikes of copies, through the weights of the layer itself."""
    renamed = {f"{a}_post": f"{a}_{side}_post" for a in layer.synapse.accumulators}
    code = word_substitute(layer.synapse.on_pre, renamed)
    scalars = "eta : 1 (linked)" if builder.plan.copies_learn else ""
    builder.add(project_copies(source, target, builder.objects[weights], builder.plan.inputs.n_classes, code=code, rows_shared=rows_shared, name=f"copies_{weights}", namespace=builder.namespace(layer.synapse, builder.rule), scalars=scalars))


def add_ballot(builder):
    """One neuron a label; the highest score is the next negative.

    With Gumbel noise the highest of `sharpness` times goodness is a sample
    from the softmax; at sharpness 0 it is uniform over the wrong labels.
    """
    layers = range(1, len(builder.network.layers) + 1)
    linked = "\n".join(f"goodness_{k} : 1 (linked)" for k in layers)
    ballot = builder.group("ballot", builder.plan.inputs.n_classes, f"score : 1\nsharpness : 1 (shared)\ntruth : integer (linked)\n{linked}")
    builder.link(ballot, builder.objects["session"], "truth")
    for k in layers:
        setattr(ballot, f"goodness_{k}", linked_var(builder.objects[f"candidate_goodness_{k}"], "goodness"))
    total = " + ".join(f"goodness_{k}" for k in layers)
    builder.at_presentation(ballot, f"score = sharpness*({total}) - log(-log(rand())) - 1e9*int(i == truth)", RELEASE, "draw_negative")
    return host.best_candidate(ballot, builder.array_name(ballot, "score"))
