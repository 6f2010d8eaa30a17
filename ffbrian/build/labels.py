"""Label populations: one neuron, or several, for each class."""

import numpy as np
from brian2 import Equations

from ffbrian.build import group_text
from ffbrian.build.group_text import block


def add(bench):
    """The label population; a second one shows all labels to the copies of layers."""
    session, plan = bench.objects["session"], bench.plan
    size = plan.inputs.n_classes * bench.network.label_size
    if plan.has_layers:
        labels = make(bench, "labels", size, "label = int(population == shown)")
        bench.link(labels, session, "shown", "probing")
    if plan.has_candidates:
        all_labels = make(bench, "candidate_labels", size, "label = probing")
        bench.link(all_labels, session, "shown", "probing")


def make(bench, name, size, choose):
    """A label population that shows the labels that `choose` sets."""
    encoder, rule, released = bench.network.labels, bench.rule, bench.released_by("labels")
    equations = group_text.label_equations(encoder, rule) + Equations(released.equations)
    equations += Equations(bench.timing.linked)
    reset = block(encoder.reset, bench.trace_code, released.on_spike, "n_spikes += 1")
    labels = bench.group(
        name,
        size,
        equations,
        threshold=encoder.threshold,
        reset=reset,
        namespace=bench.namespace(encoder, rule) | released.values,
    )
    labels.population = np.arange(size) // bench.network.label_size
    bench.timing.set_back(labels, block(group_text.clear_code(equations), released.initial))
    bench.timing.begin(labels, {"label": choose}, encoder.start, f"encode_{name}")
    return labels
