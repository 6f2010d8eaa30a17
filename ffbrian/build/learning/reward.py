"""What reward-modulated STDP assembles: layers, a readout that acts, a modulator that hears of the reward."""

from brian2 import Synapses

from ffbrian.build import projections, signals
from ffbrian.build.clockwork import Moment
from ffbrian.build.learning import readout, supervised
from ffbrian.build.learning.supervised import before_reading, reading  # noqa: F401

SIGNALS = {"eta": "session", "M": "modulator"}
#: Every neuron draws its luck; the one whose response and luck are highest acts, which happens with the
#: probability that the softmax gives it.
ACTING = """luck : 1
            beaten : 1
            chosen = int(beaten == 0) : 1"""
DRAW = """luck = -log(-log(rand()))
          beaten = 0"""
MODULATOR = """M : 1
               reward : 1
               expected : 1
               memory : 1 (linked)
               index : integer (linked)
               begun = int(index >= 0) : 1
               logged : 1"""
#: How a modulator comes to its expectation.  Before the first presentation nobody has acted.
RELEASE = {
    "confidence": "M = reward - expected",
    "mean": """M = (reward - expected)*begun
               expected += memory*M""",
}


def session_equations(plan):
    """How fast the expectation follows the reward."""
    return "memory : 1"


def assemble(bench):
    """Make the network, its actor and the modulator."""
    heard = SIGNALS | signals.holders(bench.network)
    supervised.add_layers(bench, supervised.extra(bench), heard)
    modulator = bench.group("modulator", 1, MODULATOR)
    group = readout.add(bench, ACTING)
    act(bench, group)
    reward(bench, group, modulator)
    signals.add(bench, {name: [("modulator", name)] for name in ("reward", "expected")})
    if bench.plan.learns and bench.rule.name != "fixed":
        for route in bench.plan.routes():
            projections.let_learn(bench, route, heard)


def act(bench, group):
    """Let one neuron of the readout act: every other one is beaten through lateral synapses."""
    bench.at_presentation(group, DRAW, Moment.CLEAR, "draw_action")
    rivals = bench.add(Synapses(group, group, clock=bench.step_clock, name="rivals"))
    rivals.connect(condition="i != j")
    response = bench.network.readout.response
    code = f"beaten_post += int({response}_pre + luck_pre > {response}_post + luck_post)"
    bench.at_presentation(rivals, code, Moment.COLLECT, "beat_rivals")


def reward(bench, group, modulator):
    """The action brings 1 if it was right; the modulator is that minus what was expected."""
    bench.link(modulator, bench.objects["session"], "memory", "index")
    expectation = bench.plan.algorithm.expectation
    sums = {"reward": "target_pre*chosen_pre"}
    if expectation == "confidence":
        sums["expected"] = "p_class_pre*chosen_pre"
    for name, part in sums.items():
        bench.at_presentation(modulator, f"{name} = 0", Moment.CLEAR, f"clear_{name}")
        code = f"{name}_post += {part}*begun_post"
        bench.collect(f"collect_{name}", group, modulator, code, len(group), moment=Moment.LOSS)
    bench.at_presentation(modulator, RELEASE[expectation], Moment.RELEASE, "release_modulator")
    bench.write(modulator, bench.columns["loss"], "(1 - reward)", "write_reward")
