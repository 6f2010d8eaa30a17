"""What Forward-Forward assembles: labels, layers and their copies, goodness, modulators, perhaps a
readout.
"""

from ffbrian.build import labels, layers, projections
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra
from ffbrian.build.learning import copies_learning, goodness, label_copies, readout
from ffbrian.network import connections

SESSION = """
listed : integer
shown : integer
negative : integer
s : 1
probing : 1
"""
READING = """
listed = int({label})
s = {phase}
shown = int(listed >= 0)*listed + int(listed == -1)*negative - int(listed < -1)
probing = int(s >= 0)
"""


def session_equations(plan):
    """The label and phase that are on."""
    return SESSION


def before_reading(bench):
    """The label of the next negative is that of the best copy."""
    if not (bench.plan.has_candidates and bench.plan.has_layers):
        return ""
    bench.objects["session"].namespace["best_candidate"] = label_copies.add_ballot(bench)
    return "negative = int(best_candidate())"


def reading(bench):
    """Label and phase from the schedule."""
    return READING.format(label=bench.scheduled("label"), phase=bench.scheduled("phase"))


def extra(bench):
    """What the modulator needs of every neuron."""
    return neuron_extra(bench.network.modulator, copies_learning.neuron_equations(bench))


def neuron_extra(modulator, more=""):
    """The same for one modulator, and what `more` adds."""
    return NeuronExtra(
        block(modulator.neuron_equations, more),
        modulator.neuron_initial,
        modulator.on_spike,
        (modulator,),
        ("in", "label"),
        modulator.set_once,
    )


def signals(bench, number):
    """What is broadcast to the synapses onto a layer, by the group that holds it."""
    if bench.plan.copies_learn:
        return {"eta": "session"}
    return {"s": "session", "eta": "session", "M": f"modulator_{number}", "goodness": f"modulator_{number}"}


def assemble(bench):
    """Make populations, projections and signals."""
    plan, session = bench.plan, bench.objects["session"]
    session.probing = 1
    for name, value in (("label", "shown"), ("phase", "s")):
        bench.write(session, bench.columns[name], value, f"write_{name}")
    labels.add(bench)
    source = bench.objects["inputs"]
    for number, layer in enumerate(bench.network.layers, 1):
        source = add_layer(bench, number, layer, source)
    if plan.has_candidates:
        label_copies.add_candidates(bench, extra(bench))
    if plan.has_layers:
        goodness.add_modulators(bench)
    if plan.has_layers and bench.network.readout:
        readout.add(bench)
    if plan.copies_learn:
        copies_learning.add_learning(bench)
    elif plan.learns:
        for number, _ in enumerate(bench.network.layers, 1):
            for name in (f"synapses_{number}", f"label_synapses_{number}"):
                projections.let_learn(bench, name, signals(bench, number))


def add_layer(bench, number, layer, source):
    """A layer with its synapses from below and from the labels."""
    plan, name = bench.plan, f"layer_{number}"
    has_neurons = plan.has_layers
    group = (
        layers.make(bench, name, layer, number, extra(bench))
        if has_neurons
        else layers.make_afferents(
            bench, name, layer, ("in", "label"), copies_learning.CREDIT_EQUATION if plan.copies_learn else ""
        )
    )
    below, longest = plan.shapes()[number - 1], round(float(layer.delay) / plan.dt)
    pairs, heard = connections.pairs(layer.connection, below, layer.size), signals(bench, number)
    projections.add(
        bench,
        f"synapses_{number}",
        source,
        group,
        layer,
        "in",
        heard,
        pairs,
        longest,
        has_neurons or source.name == "inputs",
    )
    shown = bench.objects.get("labels") or bench.objects["candidate_labels"]
    if not plan.copies_learn or bench.uses_dense:
        projections.add(
            bench, f"label_synapses_{number}", shown, group, layer, "label", heard, transmits=has_neurons
        )
    return group
