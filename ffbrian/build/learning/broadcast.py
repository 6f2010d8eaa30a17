"""What error broadcast assembles: layers, a readout, and fixed synapses that bring its error back."""

from brian2 import Synapses

from ffbrian.build import projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.learning import readout, supervised
from ffbrian.build.learning.supervised import before_reading, reading, session_equations  # noqa: F401

#: Where the rule finds what is broadcast.
SIGNALS = {"eta": "session"}


def assemble(bench):
    """Make populations, projections and, where the layers learn, the feedback."""
    has_feedback = bench.plan.learns and bench.rule.name != "fixed"
    extra = supervised.extra(bench, "error : 1" if has_feedback else "")
    supervised.add_layers(bench, extra, SIGNALS)
    group = readout.add(bench)
    readout.add_loss(bench, bench.objects["readout"], "loss")
    if has_feedback:
        for number, _ in enumerate(bench.network.layers, 1):
            add_feedback(bench, group, number)
        for route in bench.plan.routes():
            projections.let_learn(bench, route, SIGNALS)


def add_feedback(bench, group, number):
    """Fixed synapses from the readout to a layer, through which the error goes once a presentation."""
    target, name = bench.objects[f"layer_{number}"], f"feedback_{number}"
    synapses = bench.add(Synapses(group, target, "w : 1", clock=bench.step_clock, name=name))
    synapses.connect()
    projections.make_dense(bench, synapses)
    bench.at_presentation(synapses, "error_post += w*error_pre", Moment.FEEDBACK, f"send_{name}")
