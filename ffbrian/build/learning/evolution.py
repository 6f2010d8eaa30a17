"""What a search assembles: members, which share the input and have weights of their own, and their scores."""

from dataclasses import replace

import numpy as np
from brian2 import linked_var

from ffbrian.build import labels, layers, projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.learning import forward_forward, goodness
from ffbrian.build.learning.forward_forward import before_reading, session_equations  # noqa: F401
from ffbrian.network.connections import AllToAll

SCORE = """M : 1 (linked)
           score : 1"""


def reading(bench):
    """Label and phase from the schedule; the members, unlike label copies, run in every phase."""
    return block(forward_forward.reading(bench), "probing = 1" if bench.plan.learns else "")


def assemble(bench):
    """Make the members of the layer; an evaluation has the network of Forward-Forward."""
    if not bench.plan.learns:
        return forward_forward.assemble(bench)
    session, layer = bench.objects["session"], bench.network.layers[0]
    session.probing = 1
    for name, value in (("label", "shown"), ("phase", "s")):
        bench.write(session, bench.columns[name], value, f"write_{name}")
    labels.add(bench)
    n = bench.plan.algorithm.members
    extra = forward_forward.neuron_extra(bench.network.modulator, SCORE)
    members = layers.make(bench, "members", layer, 1, replace(extra, keep=(*extra.keep, "score")), n)
    for name, route in zip(("synapses", "label_synapses"), bench.plan.routes()):
        own = replace(route, name=f"member_{name}", connection=AllToAll(), delay=0.0)
        projections.add(bench, own, bench.objects[route.source], members)
    modulators(bench, "scores", collected(bench, members, layer, n))  # each keeps its member's fitness
    broadcast(bench, members)
    bench.add_count("spikes_1", members, 1 / n)


def collected(bench, members, layer, n):
    """The goodness of every member, and the mean of all, which is written."""
    group = bench.group("member_goodness", n, "goodness : 1")
    bench.at_presentation(group, "goodness = 0", Moment.CLEAR, "clear_member_goodness")
    goodness.collect(bench, "member_goodness", members, group, layer.size)
    mean = bench.group("mean_goodness", 1, "goodness : 1\nlogged : 1\nindex : integer (linked)")
    bench.link(mean, bench.objects["session"], "index")
    bench.at_presentation(mean, "goodness = 0", Moment.CLEAR, "clear_mean_goodness")
    code = f"goodness_post += goodness_pre/{float(n)!r}"
    bench.collect("collect_mean_goodness", group, mean, code, n, moment=Moment.LOSS)
    bench.write(mean, bench.columns["goodness_1"], "goodness", "write_goodness")
    return group


def broadcast(bench, members):
    """One modulator for all members, released by their mean; by it every neuron keeps its own score.

    What the other neurons of a member happen to do does not blur it.
    """
    modulator = modulators(bench, "modulator_1", bench.objects["mean_goodness"])
    members.M = linked_var(modulator, "M", index=np.zeros(len(members), int))
    contribution = bench.network.modulator.contribution
    bench.at_presentation(members, f"score += M*({contribution})", Moment.WRITE, "score_members")


def modulators(bench, name, group):
    """Modulators, each released by the goodness of one neuron of a group."""
    modulator = bench.network.modulator
    compared = f"rivals = {goodness.alone(modulator)} : 1" if modulator.comparison else ""
    equations = block(modulator.equations, "goodness : 1 (linked)\ns : 1 (linked)", compared)
    made = bench.group(name, len(group), equations, namespace=bench.namespace(modulator))
    made.goodness = linked_var(group, "goodness")
    bench.link(made, bench.objects["session"], "s")
    bench.at_presentation(made, modulator.release, Moment.RELEASE, f"release_{name}")
    return made
