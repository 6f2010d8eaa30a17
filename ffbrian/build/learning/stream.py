"""What Forward-Forward assembles in a stream: goodness runs on, and is held from a sample to its reward."""

from brian2 import linked_var

from ffbrian.build import labels, projections, signals
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.learning import forward_forward, goodness
from ffbrian.build.learning.forward_forward import neuron_extra  # noqa: F401 (asked of every part of a stream)

#: `before` is the phase of the sample before, whose reward may be late; `taught` that of the sample whose
#: reward arrives when this update has ended.
SESSION = "before : 1\ntaught : 1"
BEFORE = "before = before*(1 - over) + s*over"
TAUGHT = """shown = shown*labelled - (1 - labelled)
taught = s*int(tick + 1 == reward_at) + before*int(tick + 1 == late_at)"""
HELD = "goodness = goodness*(1 - ended) + now*ended"


def session_equations(plan):
    """The label and phase that are on, and what the reward will say."""
    return block(forward_forward.SESSION, SESSION)


def before_reading(bench):
    """The phase of the row that is over is remembered."""
    return BEFORE


def reading(bench):
    """Label and phase from the schedule, `s` of that whose reward arrives."""
    return forward_forward.reading(bench)


def after_reading(bench):
    """The label only while it is on; the phase of the sample whose reward arrives."""
    return TAUGHT


def heard(bench, number):
    """What is broadcast to the synapses onto a layer, by the group that holds it."""
    own = f"modulator_{number}"
    return {"eta": "session", "M": own, "goodness": own} | signals.holders(bench.network)


def assemble(bench):
    """Make populations, projections and signals."""
    plan, session = bench.plan, bench.objects["session"]
    session.probing = 1
    for name, value in (("label", "listed"), ("phase", "s")):
        bench.write(session, bench.columns[name], value, f"write_{name}")
    labels.add(bench)
    for number, layer in enumerate(bench.network.layers, 1):
        forward_forward.add_neurons(bench, number, layer)
        for route in forward_forward.routes_to(bench, number):
            forward_forward.add_route(bench, route)
    add_modulators(bench)
    held = [(f"modulator_{number}", "goodness") for number in bench.network.learners()]
    signals.add(bench, {"s": [("session", "taught")], "goodness": held})
    for route in plan.routes() if plan.learns else ():
        projections.let_learn(bench, route, heard(bench, route.target))


def add_modulators(bench):
    """Running goodness of each layer that learns, and the modulators that its rewards release."""
    numbers = bench.network.learners()
    for number, layer in enumerate(bench.network.layers, 1):
        if number in numbers:
            running_goodness(bench, number, layer)
        bench.add_count(f"spikes_{number}", bench.objects[f"layer_{number}"])
    for number in numbers:
        add_modulator(bench, number, list(numbers) if bench.network.modulator.is_shared else [number])


def running_goodness(bench, number, layer):
    """A neuron that holds what the goodness of a layer is at this moment."""
    name = f"goodness_{number}"
    group = bench.group(name, 1, "goodness : 1")
    bench.at_presentation(group, "goodness = 0", Moment.CLEAR, f"clear_{name}")
    goodness.collect(bench, name, bench.objects[f"layer_{number}"], group, layer.size)


def add_modulator(bench, number, sources):
    """One modulator, which holds the goodness of the last sample and is released when its reward arrives."""
    modulator, name, timing = bench.network.modulator, f"modulator_{number}", bench.timing
    equations = block(
        modulator.equations,
        *(f"goodness_{k} : 1 (linked)" for k in sources),
        f"now = {' + '.join(f'goodness_{k}' for k in sources)} : 1",
        f"rivals = {goodness.alone(modulator)} : 1" if modulator.comparison else "",
        "goodness : 1\ns : 1 (linked)\nended : integer (linked)\nindex : integer (linked)\nlogged : 1",
        timing.released,
        signals.linked_equations(modulator),
    )
    group = bench.group(name, 1, equations, namespace=bench.namespace(modulator))
    session = bench.objects["session"]
    bench.link(group, session, "ended", "index")
    timing.link(group)
    group.s = linked_var(session, "taught")
    for k in sources:
        setattr(group, f"goodness_{k}", linked_var(bench.objects[f"goodness_{k}"], "goodness"))
    release = block(HELD, timing.release(modulator.parsed(), modulator.release))
    bench.at_presentation(group, release, Moment.RELEASE, f"release_{name}")
    bench.write(group, bench.columns[f"goodness_{number}"], "goodness", f"write_goodness_{number}")
    bench.write(group, bench.columns[name], "M", f"write_{name}")
