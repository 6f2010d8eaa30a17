"""What weight perturbation assembles: layers whose synapses transmit what is tried, and a readout."""

from brian2 import linked_var

from ffbrian.build import projections
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.learning import readout, supervised, trials
from ffbrian.build.learning.supervised import before_reading  # noqa: F401

SIGNALS = {"eta": "session", "M": "modulator"}
#: What a synapse tries: the same noise in both presentations of a trial, which have the same random numbers.
TRIED = """noise : 1
           tried : 1
           stage : 1 (linked)
           sigma : 1 (linked)
           layer_tried : integer (linked)"""
TRY = """noise = int(layer_tried < 0 or layer_tried % {n_layers} == {place})*(2*int(rand() < 0.5) - 1)
         tried = w + stage*sigma*noise"""
MODULATOR = f"""M : 1
                first : 1
                loss : 1 (linked)
                {trials.STAGE}
                sigma : 1 (linked)"""
RELEASE = f"""M = int(stage < 0)*(loss - first)/(2*sigma + 1e-30)
              {trials.remembered("first", "loss", "stage > 0")}"""


def session_equations(plan):
    """The phase, the size of the noise, and which layer is tried."""
    more = "sigma : 1\nlayer_tried : integer" if plan.learns else ""
    return block(trials.SESSION, more)


def reading(bench):
    """The phase from the schedule, and which layer is tried."""
    tried = f"layer_tried = int({bench.scheduled('tried')})" if bench.plan.learns else ""
    return block(trials.reading(bench), tried)


def assemble(bench):
    """Make the network and, where it learns, what tries weights and tells what came of it."""
    learns, session = bench.plan.learns, bench.objects["session"]
    supervised.add_layers(bench, supervised.extra(bench), SIGNALS, TRIED if learns else "")
    group = readout.add(bench, trials.STAGE if learns else "")
    loss = readout.add_loss(bench, group, "loss")
    if not learns:
        return
    bench.link(group, session, "stage")
    trials.teach(bench, group, "stage < 0")
    modulator = bench.group("modulator", 1, MODULATOR)
    bench.link(modulator, session, "stage", "sigma")
    modulator.loss = linked_var(loss, "total")
    bench.at_presentation(modulator, RELEASE, Moment.RELEASE, "release_modulator")
    n_layers = len(bench.network.layers)
    for route in bench.plan.routes():
        synapses = bench.objects[route.name]
        bench.link(synapses, session, "stage", "sigma", "layer_tried")
        code = TRY.format(n_layers=n_layers, place=route.target - 1)
        if synapses.name in bench.masked:
            code = block(code, "tried = kept(tried, connected)")
        bench.at_presentation(synapses, code, Moment.ENCODE, f"try_{synapses.name}")
        projections.let_learn(bench, route, SIGNALS)
