"""What Forward-Forward assembles: labels, layers and their copies, goodness, modulators, perhaps a
readout.
"""

from ffbrian.build import labels, layers, projections
from ffbrian.build import signals as network_signals
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra
from ffbrian.build.learning import copies_learning, goodness, label_copies, readout

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


def extra(bench, number):
    """What the modulator needs of every neuron of a layer, if one is there."""
    if number not in bench.network.learners():
        return NeuronExtra(sides=("in", "label"))
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
    own = f"modulator_{number}"
    return {"s": "session", "eta": "session", "M": own, "goodness": own} | network_signals.holders(
        bench.network
    )


def told(bench):
    """What the releases of signals can read, by the groups that hold it."""
    goodness_of_all = [(f"goodness_{number}", "goodness") for number in bench.network.learners()]
    return {"s": [("session", "s")], "goodness": goodness_of_all}


def assemble(bench):
    """Make populations, projections and signals."""
    plan, session = bench.plan, bench.objects["session"]
    session.probing = 1
    for name, value in (("label", "shown"), ("phase", "s")):
        bench.write(session, bench.columns[name], value, f"write_{name}")
    labels.add(bench)
    for number, layer in enumerate(bench.network.layers, 1):
        add_neurons(bench, number, layer)
        for route in routes_to(bench, number):
            add_route(bench, route)
    if plan.has_candidates:
        label_copies.add_candidates(bench, extra)
    if plan.has_layers:
        goodness.add_modulators(bench)
    network_signals.add(bench, told(bench))
    if plan.has_layers and bench.network.readout:
        readout.add(bench)
    if plan.copies_learn:
        copies_learning.add_learning(bench)
    elif plan.learns:
        for route in plan.routes():
            projections.let_learn(bench, route, signals(bench, route.target))


def add_neurons(bench, number, layer):
    """The neurons of a layer, or what its copies share where only they run."""
    name, plan = f"layer_{number}", bench.plan
    if plan.has_layers:
        return layers.make(bench, name, layer, number, extra(bench, number))
    credit = copies_learning.CREDIT_EQUATION if plan.copies_learn else ""
    return layers.make_afferents(bench, name, layer, ("in", "label"), credit)


def routes_to(bench, number):
    """Routes that can be built once a layer is there: to it from what is there, and from it to those."""
    return [one for one in bench.plan.routes() if max(one.target, _number(one.source)) == number]


def _number(source):
    return int(source.removeprefix("layer_")) if source.startswith("layer_") else 0


def add_route(bench, route):
    """The synapses of one projection."""
    plan, target = bench.plan, bench.objects[f"layer_{route.target}"]
    heard = signals(bench, route.target)
    if route.source == "labels":
        shown = bench.objects.get("labels") or bench.objects["candidate_labels"]
        if not plan.copies_learn or bench.uses_dense:
            projections.add(bench, route, shown, target, heard, transmits=plan.has_layers)
        return
    source = bench.objects[route.source]
    projections.add(
        bench, route, source, target, heard, transmits=plan.has_layers or route.source == "inputs"
    )
