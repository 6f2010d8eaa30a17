"""What signal propagation assembles: layers that get samples or targets, a readout, modulators."""

from brian2 import Synapses, linked_var

from ffbrian.build import host_functions, projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.inputs import InputExtra
from ffbrian.build.learning import readout, supervised, trials

SESSION = f"""{trials.SESSION}
              shown : integer
              negative : integer"""
READING = "shown = int(s > 0)*truth + int(s < 0)*negative"
#: What neurons remember of the presentations of a trial.
OF_INPUTS = f"{trials.STAGE}\nn_input : 1"
OF_LAYERS = f"{OF_INPUTS}\nn_wrong : 1"
REMEMBER_INPUT = trials.remembered("n_input", "n_spikes", "stage == 0")
REMEMBER_WRONG = trials.remembered("n_wrong", "n_spikes", "stage < 0")
#: How similar a layer's response to a target is to that to the sample, and what follows.
MODULATOR = """M : 1
               similar : 1
               wrong : 1
               overlap : 1
               size : 1
               s : 1 (linked)
               contrast : 1 (linked)"""
RELEASE = f"""similar = overlap/sqrt(size + 1e-9)
              M = int(s > 0)/(1 + exp(clip(contrast*(similar - wrong), -60, 60)))
              {trials.remembered("wrong", "similar", "s < 0")}"""
#: With Gumbel noise the highest score is a sample of the softmax over the wrong classes.
BALLOT = """score : 1
            sharpness : 1 (shared)
            y : 1 (linked)
            truth : integer (linked)
            s : 1 (linked)"""
DRAW = trials.remembered(
    "score", "(sharpness*y - clip(log(-log(rand())), -30, 30) - 1e9*int(i == truth))", "s == 0"
)
#: The response to the target of a class, which evaluations compare with those to samples.
TEMPLATE = trials.remembered("c", "n_spikes_pre", "told_post > 0")
COMPARE = """y_post += c*n_input_pre
             size_post += c**2"""


def session_equations(plan):
    """The phase, and whose target is shown."""
    return block(SESSION, "contrast : 1" if plan.learns else "")


def before_reading(bench):
    """The next wrong target is the one that was drawn."""
    if not bench.plan.learns:
        return ""
    bench.objects["session"].namespace["best_candidate"] = host_functions.best_candidate(
        bench.objects["ballot"], bench.array_name(bench.objects["ballot"], "score")
    )
    return "negative = int(best_candidate())"


def reading(bench):
    """The phase from the schedule, and whose target is shown."""
    return block(trials.reading(bench), READING)


def input_extra(plan):
    """Inputs are silent while a target is shown, and remember the sample."""
    return InputExtra(OF_INPUTS, ("n_input",), condition="stage == 0")


def signals(number):
    """What is broadcast to the synapses onto a layer, by the group that holds it."""
    return {"eta": "session", "M": f"modulator_{number}"}


def assemble(bench):
    """Make populations, projections and, where the layers learn, their modulators."""
    learns, is_nearest = bench.plan.learns, bench.plan.algorithm.answer == "nearest"
    what = supervised.extra(
        bench, OF_LAYERS, sides=("in", "injected"), links=("stage",), keep=("n_input", "n_wrong")
    )
    supervised.add_layers(bench, what, signals(1))
    remember(bench)
    if learns or is_nearest:
        add_targets(bench)
    group = readout.add(bench, trials.STAGE, is_answer=learns or not is_nearest)
    bench.link(group, bench.objects["session"], "stage")
    readout.add_loss(bench, group, "loss")
    if not learns:
        return add_nearest(bench) if is_nearest else None
    trials.teach(bench, group)
    add_ballot(bench, group)
    for number, _ in enumerate(bench.network.layers, 1):
        add_modulator(bench, number)
    for route in bench.plan.routes():
        projections.let_learn(bench, route, signals(route.target))


def remember(bench):
    """Keep the spike counts of the presentations of a trial until it ends."""
    inputs = bench.objects["inputs"]
    bench.at_presentation(inputs, REMEMBER_INPUT, Moment.RESPOND, "remember_inputs")
    for number, _ in enumerate(bench.network.layers, 1):
        code = block(REMEMBER_INPUT, REMEMBER_WRONG)
        bench.at_presentation(
            bench.objects[f"layer_{number}"], code, Moment.RESPOND, f"remember_layer_{number}"
        )


def add_targets(bench):
    """One neuron a class, whose fixed synapses drive the first layer all presentation long."""
    session, equations = bench.objects["session"], "told : 1\nshown : integer (linked)\nstage : 1 (linked)"
    targets = bench.group("targets", bench.plan.inputs.n_classes, equations)
    bench.link(targets, session, "shown", "stage")
    bench.at_presentation(targets, "told = int(i == shown)*int(stage != 0)", Moment.ENCODE, "encode_targets")
    layer, synapse = bench.objects["layer_1"], bench.network.layers[0].synapse
    synapses = bench.add(Synapses(targets, layer, "w : 1", clock=bench.step_clock, name="target_synapses"))
    synapses.connect()
    projections.make_dense(bench, synapses)
    code = "\n".join(f"{name}_injected_post += w*told_pre" for name in synapse.accumulators[:1])
    bench.at_presentation(synapses, code, Moment.ARRIVE, "show_targets")


def add_ballot(bench, group):
    """One neuron a class; the highest score is the next wrong target."""
    ballot = bench.group("ballot", len(group), BALLOT)
    bench.link(ballot, bench.objects["session"], "truth", "s")
    ballot.y = linked_var(group, bench.network.readout.response)
    bench.at_presentation(ballot, DRAW, Moment.RELEASE, "draw_wrong_target")


def add_modulator(bench, number):
    """How similar a layer's responses are, and the scalar that is broadcast to its synapses."""
    layer, name = bench.objects[f"layer_{number}"], f"modulator_{number}"
    modulator = bench.group(name, 1, MODULATOR)
    bench.link(modulator, bench.objects["session"], "s", "contrast")
    bench.at_presentation(modulator, "overlap = 0\nsize = 0", Moment.CLEAR, f"clear_{name}")
    for kind, code in (("overlap", "n_input_pre*n_spikes_pre"), ("size", "n_spikes_pre**2")):
        bench.collect(f"{kind}_{number}", layer, modulator, f"{kind}_post += {code}", len(layer))
    bench.at_presentation(modulator, RELEASE, Moment.RELEASE, f"release_{name}")


def add_nearest(bench):
    """One neuron a class, which holds the last layer's response to its target and compares."""
    n, last = bench.plan.inputs.n_classes, bench.objects[f"layer_{len(bench.network.layers)}"]
    told = "told : 1 (linked)"
    nearest = bench.group("nearest", n, f"y : 1\nsize : 1\nlogged : 1\n{told}\nindex : integer (linked)")
    bench.link(nearest, bench.objects["session"], "index")
    nearest.told = linked_var(bench.objects["targets"], "told")
    synapses = bench.add(Synapses(last, nearest, "c : 1", clock=bench.step_clock, name="templates"))
    synapses.connect()
    bench.at_presentation(nearest, "y = 0\nsize = 0", Moment.CLEAR, "clear_nearest")
    bench.at_presentation(synapses, TEMPLATE, Moment.LOSS, "keep_templates")
    bench.at_presentation(synapses, COMPARE, Moment.FEEDBACK, "compare_templates")
    column = f"{bench.columns['readout_0']} + i"
    bench.write(nearest, column, "(y/sqrt(size + 1e-9))", "write_nearest")
