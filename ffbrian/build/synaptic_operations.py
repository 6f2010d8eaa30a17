"""Synaptic operations: how many synapses the spikes of a prediction reach.

A synaptic operation is one spike at one synapse.  The network itself counts
them in evaluations, population by population: every spike times the fan-out of
the neuron that sent it.  A layer's spikes reach the next layer, the readout and
the layer's interneuron; what an interneuron sends back is graded and no spike, nor is
what a gap junction lets through.
"""

import numpy as np


def fan_out(plan, sender):
    """Synapses that a spike of a population reaches.

    Parameters
    ----------
    plan : Plan
    sender : str
        One of ``plan.senders()``.

    Returns
    -------
    int or (n_neurons,) int array
        One number where it is the same for all neurons.
    """
    layers = plan.network.layers
    found = _beside(plan, layers[int(sender.split("_")[1]) - 1]) if sender.startswith("layer") else 0
    for route in plan.routes():
        if route.source == sender and route.synapse.on_pre.strip():
            below, size = plan.ends_of(route)
            pairs = route.pairs(below, size)
            reached = size if pairs is None else np.bincount(pairs[0], minlength=int(np.prod(below)))
            found = found + reached
    return found


def counted_apart(plan, columns):
    """Populations whose synaptic operations need a count of their own.

    Every spike of the others reaches the same number of synapses, and their
    spikes stand in a column of the results.

    Parameters
    ----------
    plan : Plan
    columns : iterable of str

    Returns
    -------
    list of str
    """
    return [
        sender
        for sender in plan.senders()
        if _spikes(sender) not in columns or np.ndim(fan_out(plan, sender))
    ]


def of_samples(plan, table, n_samples):
    """Synaptic operations of every sample.

    Parameters
    ----------
    plan : Plan
        Of an evaluation.
    table : dict of str to (n_presentations,) array
        Its results; the presentations of a sample are neighbours.
    n_samples : int

    Returns
    -------
    dict of str to (n_samples,) float array
        Of the inputs in one presentation, of the other ``plan.senders()`` in all.
    """
    shown = {
        sender: _of_presentations(plan, table, sender).reshape(n_samples, -1) for sender in plan.senders()
    }
    return {
        sender: counts[:, 0] if sender == "inputs" else counts.sum(axis=1) for sender, counts in shown.items()
    }


def _of_presentations(plan, table, sender):
    own = table.get(f"synops_{sender}")
    return table[_spikes(sender)].astype(float) * fan_out(plan, sender) if own is None else own.astype(float)


def _spikes(sender):
    """The column of a population's spikes (the labels have none)."""
    return "input_spikes" if sender == "inputs" else sender.replace("layer", "spikes")


def per_inference(plan, counted):
    """Synaptic operations of one prediction, as they stand in the metrics.

    Parameters
    ----------
    plan : Plan
    counted : dict of str to (n_samples,) array
        ``Prediction.synops``.

    Returns
    -------
    dict of str to float
        Means over samples: of the `inputs` (shown once), the `labels` (all
        of them) and each layer that sends spikes on (with all labels);
        `shared_drive` is their sum, where the input is shown once and its drive
        shared by all labels, `label_by_label` where it is shown with each.
    """
    means = {sender: float(np.mean(found)) for sender, found in counted.items()}
    return means | _both_ways(means, plan.algorithm.presentations_of_answer(plan.inputs))


def dense_macs(plan):
    """Multiply-accumulates of one prediction by a network of real-valued units of the same sizes, all-to-all.

    Returns
    -------
    dict of str to int
        With the keys of `per_inference`; a unit's output is computed once,
        while a spiking network takes as many steps as a presentation has.
    """
    repeats, counts = plan.algorithm.presentations_of_answer(plan.inputs), dict.fromkeys(plan.senders(), 0)
    often = {"inputs": 1, "labels": 0 if plan.network.readout else repeats}  # a readout goes without labels
    for route in plan.routes():
        below, size = plan.ends_of(route)
        shown = often.get(route.source, repeats)
        counts[route.source] += shown * int(np.prod(below)) * size
    for number, layer in enumerate(plan.network.layers, 1):
        if f"layer_{number}" in counts:
            counts[f"layer_{number}"] += repeats * layer.size * _beside(plan, layer)
    return counts | _both_ways(counts, repeats)


def _beside(plan, layer):
    """What a neuron of a layer reaches besides the next layer: the readout, and an interneuron."""
    return (plan.n_received if plan.network.readout else 0) + (1 if layer.inhibition else 0)


def _both_ways(counts, repeats):
    total = sum(counts.values())
    return {"shared_drive": total, "label_by_label": total + (repeats - 1) * counts["inputs"]}
