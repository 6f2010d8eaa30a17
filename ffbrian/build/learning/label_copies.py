"""Copies of the layers, one for each label, that share the input and the weights; and the draw of
a negative.
"""

import numpy as np
from brian2 import linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian.build import host_functions, layers, projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import project_copies
from ffbrian.build.learning import goodness


def add_candidates(bench, extra):
    """Copies of the layers, one for each label, that share the input and the weights; `extra` is called
    for what every neuron has besides.
    """
    n_classes, source = bench.plan.inputs.n_classes, None
    for number, layer in enumerate(bench.network.layers, 1):
        name = f"candidates_{number}"
        group = layers.make(
            bench, name, layer, number, extra(bench, number), n_classes, shares_input=number == 1
        )
        if source is None:
            share_input(bench, group, bench.objects["layer_1"], layer)
        else:
            project(bench, source, group, f"synapses_{number}", layer, "in", True)
        show_labels(bench, group, number, layer)
        goodness.goodness(
            bench,
            f"candidate_goodness_{number}",
            group,
            layer,
            n_classes,
            bench.columns[f"candidate_{number}_0"],
        )
        source = group


def share_input(bench, group, layer_group, layer):
    """Let all copies of the first layer read the input that arrives once."""
    for name in layer.synapse.accumulators:
        setattr(
            group,
            f"{name}_in",
            linked_var(
                layer_group, f"{name}_in", index=np.tile(np.arange(layer.size), bench.plan.inputs.n_classes)
            ),
        )


def show_labels(bench, group, number, layer):
    """Let the label neurons of every label reach its copy, through the weights of the layer or synapses of
    their own.
    """
    labels, name = bench.objects["candidate_labels"], f"label_synapses_{number}"
    if name in bench.objects:
        return project(bench, labels, group, name, layer, "label", False)
    row, column = np.divmod(np.arange(len(labels) * layer.size), layer.size)
    pairs = row, row // bench.network.label_size * layer.size + column
    (route,) = [one for one in bench.plan.routes() if one.name == name]
    projections.add(bench, route, labels, group, ("eta",), pairs)


def project(bench, source, target, weights, layer, side, rows_shared):
    """Spikes of copies, through the weights of the layer itself."""
    renamed = {f"{a}_post": f"{a}_{side}_post" for a in layer.synapse.accumulators}
    code = word_substitute(layer.synapse.on_pre, renamed)
    scalars = "eta : 1 (linked)" if bench.plan.copies_learn else ""
    bench.add(
        project_copies(
            source,
            target,
            bench.objects[weights],
            bench.plan.inputs.n_classes,
            code=code,
            rows_shared=rows_shared,
            name=f"copies_{weights}",
            namespace=bench.namespace(layer.synapse, bench.rule),
            scalars=scalars,
        )
    )


def add_ballot(bench):
    """One neuron a label; the highest score is the next negative.

    With Gumbel noise the highest of `sharpness` times goodness is a sample
    from the softmax; at sharpness 0 it is uniform over the wrong labels.
    """
    layers = range(1, len(bench.network.layers) + 1)
    linked = "\n".join(f"goodness_{k} : 1 (linked)" for k in layers)
    ballot = bench.group(
        "ballot",
        bench.plan.inputs.n_classes,
        f"score : 1\nsharpness : 1 (shared)\ntruth : integer (linked)\n{linked}",
    )
    bench.link(ballot, bench.objects["session"], "truth")
    for k in layers:
        setattr(ballot, f"goodness_{k}", linked_var(bench.objects[f"candidate_goodness_{k}"], "goodness"))
    total = " + ".join(f"goodness_{k}" for k in layers)
    bench.at_presentation(
        ballot,
        f"score = sharpness*({total}) - log(-log(rand())) - 1e9*int(i == truth)",
        Moment.RELEASE,
        "draw_negative",
    )
    return host_functions.best_candidate(ballot, bench.array_name(ballot, "score"))
