"""What PEPITA assembles: layers, a readout, and fixed synapses that bring its error back as a drive."""

from brian2 import Synapses

from ffbrian.build import projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.inputs import InputExtra
from ffbrian.build.learning import readout, supervised, trials
from ffbrian.build.learning.supervised import before_reading  # noqa: F401
from ffbrian.build.learning.trials import reading  # noqa: F401

SIGNALS = {"eta": "session", "s": "session"}
#: What a nudged neuron knows.
NUDGE = """stage : 1 (linked)
           gain : 1 (linked)
           nudge : 1"""
FREE = "n_free : 1"
#: The values of a sample, which a nudge changes within their range.
NUDGED = {"values": "intensity", "vectors": "number"}
NUDGE_VALUE = "{name} = clip({name} + gain*nudge*int(stage != 0), 0, 1)"


def session_equations(plan):
    """The phase, and how strong a nudge is."""
    return f"{trials.SESSION}\ngain : 1" if plan.learns else trials.SESSION


def input_extra(plan):
    """The nudge of the values."""
    if not (plan.learns and plan.algorithm.site == "input"):
        return InputExtra()
    adjust = NUDGE_VALUE.format(name=NUDGED[plan.inputs.kind])
    return InputExtra(NUDGE, ("nudge",), adjust)


def assemble(bench):
    """Make populations and projections and, where the layers learn, the feedback."""
    learns = bench.plan.learns
    supervised.add_layers(bench, extra(bench) if learns else supervised.extra(bench), SIGNALS)
    group = readout.add(bench, trials.STAGE if learns else "")
    readout.add_loss(bench, group, "loss")
    if not learns:
        return
    bench.link(group, bench.objects["session"], "stage")
    trials.teach(bench, group)
    if bench.plan.algorithm.site == "input":
        add_feedback(bench, group, bench.objects["inputs"], "feedback_inputs")
    for number, layer in enumerate(bench.network.layers, 1):
        neurons = bench.objects[f"layer_{number}"]
        remember = trials.remembered("n_free", "n_spikes", "stage == 0")
        bench.at_presentation(neurons, remember, Moment.RESPOND, f"remember_{neurons.name}")
        if bench.plan.algorithm.site == "layers":
            add_feedback(bench, group, neurons, f"feedback_{number}")
            drive(bench, neurons, layer)
    for route in bench.plan.routes():
        projections.let_learn(bench, route, SIGNALS)


def extra(bench):
    """What the free presentation leaves in every neuron, and its nudge."""
    if bench.plan.algorithm.site == "input":
        return supervised.extra(bench, f"{trials.STAGE}\n{FREE}", links=("stage",), keep=("n_free",))
    equations = f"{NUDGE}\n{FREE}"
    return supervised.extra(
        bench, equations, sides=("in", "injected"), links=("stage", "gain"), keep=("n_free", "nudge")
    )


def add_feedback(bench, group, target, name):
    """Fixed synapses that bring the error of the free presentation; it is held while the nudge lasts."""
    synapses = bench.add(Synapses(group, target, "w : 1", clock=bench.step_clock, name=name))
    synapses.connect()
    projections.make_dense(bench, synapses)
    bench.at_presentation(target, "nudge = nudge*int(stage != 0)", Moment.CLEAR, f"clear_{name}")
    bench.at_presentation(synapses, "nudge_post += w*error_pre", Moment.FEEDBACK, f"send_{name}")


def drive(bench, neurons, layer):
    """The nudge as a constant drive, the same in every time step of the presentation."""
    each_step = f"gain*nudge*int(stage != 0)/{bench.plan.n_steps}"
    code = "\n".join(f"{name}_injected = {each_step}" for name in layer.synapse.accumulators[:1])
    bench.at_presentation(neurons, code, Moment.ARRIVE, f"nudge_{neurons.name}")
