"""What node perturbation assembles: layers and a readout, a copy of both, and what their difference tells."""

from brian2 import Synapses, linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian.build import copies, layers, projections, trunks
from ffbrian.build.clockwork import Moment
from ffbrian.build.learning import readout, supervised
from ffbrian.build.learning.supervised import before_reading, reading  # noqa: F401

SIGNALS = {"eta": "session", "M": "modulator"}
DRAW = "nudge = 2*int(rand() < 0.5) - 1"
#: What the modulator makes of the losses of the network and of its copy.
RELEASE = {
    "antithetic": "M = (loss_of_copy - loss)/(2*sigma)",
    "baseline": "M = (loss - loss_of_copy)/sigma",
}
MODULATOR = """M : 1
               loss : 1 (linked)
               loss_of_copy : 1 (linked)
               sigma : 1 (linked)"""
#: What a neuron finds out about itself, from the copy that got its noise.
MEASURE = """changed = r_of_copy - r
             gain = changed*nudge/sigma
             q += memory*(changed**2 - q)"""
MEASURED = """r_of_copy : 1 (linked)
              changed : 1
              gain : 1
              q : 1
              credit : 1
              memory : 1 (linked)"""
#: The polarity of a neuron for each output, learned in the synapses that bring the error.
POLARITY = """c += weight_of_one*(swayed_pre*changed_post - c)
              credit_post += error_pre*c/(q_post + 1e-8)"""


def session_equations(plan):
    """The size of the noise."""
    return "sigma : 1\nmemory : 1" if plan.learns else ""


def assemble(bench):
    """Make the network and, where it learns, its copy and what is broadcast."""
    algorithm = bench.plan.algorithm
    if not bench.plan.learns:
        supervised.add_layers(bench, supervised.extra(bench), ())
        readout.add(bench)
        return readout.add_loss(bench, bench.objects["readout"], "loss")
    has_polarity = algorithm.estimate == "polarity"
    supervised.add_layers(bench, extra(bench, "nudge : 1", has_polarity), SIGNALS)
    group = readout.add(bench, "swayed : 1\ny_of_copy : 1 (linked)" if has_polarity else "")
    loss = readout.add_loss(bench, bench.objects["readout"], "loss")
    copied = add_copy(bench, group)
    add_noise(bench, signs=(1, -1) if algorithm.estimate == "antithetic" else (0, 1))
    if has_polarity:
        add_polarity(bench, group, copied)
        trunks.let_learn(bench, DRAW)
    else:
        add_modulator(bench, loss, readout.add_loss(bench, readout.answers_of_copy(bench, copied)))
    for route in bench.plan.routes():
        projections.let_learn(bench, route, SIGNALS)


def extra(bench, nudge, has_polarity=False):
    """What noise needs of every neuron."""
    measured, links = (MEASURED, ("sigma", "memory")) if has_polarity else ("", ("sigma",))
    equations = f"{nudge}\nsigma : 1 (linked)\n{measured}"
    return supervised.extra(bench, equations, sides=("in", "injected"), links=links, keep=("q",))


def add_copy(bench, group):
    """A copy of all layers and of the readout, which shares input and weights (the copy's readout)."""
    what, source = extra(bench, "nudge : 1 (linked)"), None
    copied = readout.copy(bench, group)
    for number, layer in enumerate(bench.network.layers, 1):
        original = bench.objects[f"layer_{number}"]
        copy = layers.make(bench, f"copies_{number}", layer, number, what, shares_input=number == 1)
        copy.nudge = linked_var(original, "nudge")
        if number == 1:
            shared = [f"{name}_in" for name in layer.synapse.accumulators] + list(layer.synapse.held)
            for name in shared:
                setattr(copy, name, linked_var(original, name))
        else:
            weights, renamed = (
                bench.objects[f"synapses_{number}"],
                {f"{a}_post": f"{a}_in_post" for a in layer.synapse.accumulators},
            )
            code = word_substitute(layer.synapse.on_pre, renamed)
            copies.project(bench, source, copy, weights, 1, code, bench.namespace(layer.synapse))
        readout.project(bench, copy, copied, number)
        source = copy
    return copied


def add_noise(bench, signs):
    """Draw the noise of a presentation and put it into both, each with its sign."""
    for number, layer in enumerate(bench.network.layers, 1):
        injected = [f"{name}_injected" for name in layer.synapse.accumulators[:1]]
        for kind, draw, sign, moment in (
            ("layer", DRAW, signs[0], Moment.ARRIVE),
            ("copies", "", signs[1], Moment.INJECT),
        ):
            group = bench.objects[f"{kind}_{number}"]
            code = "\n".join([draw, *(f"{name} = {sign}*sigma*nudge" for name in injected)])
            bench.at_presentation(group, code, moment, f"noise_{group.name}")


def add_modulator(bench, loss, loss_of_copy):
    """One scalar for the whole network: what the noise did to the loss."""
    modulator = bench.group("modulator", 1, MODULATOR)
    bench.link(modulator, bench.objects["session"], "sigma")
    modulator.loss, modulator.loss_of_copy = linked_var(loss, "total"), linked_var(loss_of_copy, "total")
    bench.at_presentation(
        modulator, RELEASE[bench.plan.algorithm.estimate], Moment.RELEASE, "release_modulator"
    )


def add_polarity(bench, group, copied):
    """What each output's change tells a neuron of its polarity, and the credit it takes of each error."""
    group.y_of_copy = linked_var(copied, bench.network.readout.response)
    bench.at_presentation(
        group, f"swayed = y_of_copy - {bench.network.readout.response}", Moment.LOSS, "compare_readout"
    )
    for number, _ in enumerate(bench.network.layers, 1):
        layer, name = bench.objects[f"layer_{number}"], f"feedback_{number}"
        layer.r_of_copy = linked_var(bench.objects[f"copies_{number}"], "r")
        bench.at_presentation(layer, MEASURE, Moment.RESPOND, f"measure_{layer.name}")
        synapses = bench.add(
            Synapses(group, layer, "c : 1\nweight_of_one : 1 (linked)", clock=bench.step_clock, name=name)
        )
        synapses.connect()
        synapses.weight_of_one = linked_var(bench.objects["session"], "memory")
        projections.make_dense(bench, synapses)
        bench.at_presentation(synapses, POLARITY, Moment.FEEDBACK, f"send_{name}")
