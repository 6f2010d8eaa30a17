"""The input population: how a sample of the data reaches the neurons of an encoder."""

from dataclasses import dataclass

import numpy as np
from brian2 import Equations

from ffbrian.build import group_text, host_functions
from ffbrian.build.group_text import block

#: What is read of the data when a presentation begins, by the variable that holds it.
AT_BEGIN = {
    "intensity": "intensity = pixel(sample, unit, dx, dy)",
    "surround": "surround = surround_of(sample, unit, dx, dy, {surround})",
    "first_event": "first_event = event_step(sample, 0)*dt",
    "last_event": "last_event = event_step(sample, 1)*dt",
    "signal": "signal = signal_at(sample, unit, 0)",
    "number": "number = signal_at(sample, unit, 0)",
}
ADVANCE = "step = step + 1"
#: What the session reads of the data in every time step, by the variable that holds it.
PASSED = {
    "event_share": "event_share = event_share_at(sample, step)",
    "event_count": "event_count = event_count_at(sample, step)",
}


@dataclass(frozen=True)
class InputExtra:
    """What an algorithm adds to every input neuron.

    Attributes
    ----------
    equations : str
        Variables; linked ones are the session's.
    keep : tuple of str
        Variables that are not set back when a presentation begins.
    adjust : str
        Statements between the reading of the sample and the encoder's own beginning.
    condition : str
        Without which no neuron spikes; empty for none.
    """

    equations: str = ""
    keep: tuple = ()
    adjust: str = ""
    condition: str = ""


def session_equations(encoder):
    """What the session knows of the sample if the encoder names it."""
    return [f"{name} : 1" for name in PASSED if encoder.names(name)]


def add(bench, extra):
    """The population that turns the sample into spikes (`brian2.NeuronGroup`).

    Parameters
    ----------
    bench : Workbench
        Keeps the group and what it needs under its objects.
    extra : InputExtra
    """
    plan, session = bench.plan, bench.objects["session"]
    encoder, rule = plan.network.encoder, bench.rule
    released = bench.released_by("inputs")
    equations = group_text.input_equations(encoder, rule) + Equations(extra.equations)
    equations += Equations(released.equations)
    events = {} if encoder.is_graded else spiking(bench, encoder, extra, released)
    namespace = bench.namespace(encoder, rule) | released.values
    namespace |= {"copies": bench.in_float_type(encoder.copies)}
    whole = equations + Equations(bench.timing.linked)
    inputs = bench.group("inputs", plan.n_inputs, whole, namespace=namespace, **events)
    inputs.copy, inputs.unit = np.divmod(np.arange(plan.n_inputs), plan.inputs.n_units)
    bench.link(inputs, session, *group_text.linked_of(equations))
    cleared = block(group_text.clear_code(equations, extra.keep), released.initial)
    bench.timing.set_back(inputs, cleared)
    begun = begin_code(encoder, rule, extra.adjust)
    bench.timing.begin(inputs, fetch_code(encoder, equations), begun, "encode_inputs")
    read_steps(bench, inputs)
    bench.add_count("input_spikes", inputs)


def spiking(bench, encoder, extra, released):
    """When an input neuron spikes and what happens then (dict of str to str)."""
    threshold = f"({encoder.threshold}) and ({extra.condition})" if extra.condition else encoder.threshold
    reset = block(encoder.reset, bench.trace_code, released.on_spike, "n_spikes += 1")
    return {"threshold": threshold, "reset": reset}


def fetch_code(encoder, equations):
    """Statements that read the sample, by the variable that they set (dict of str to str)."""
    return {
        name: code.format(surround=encoder.surround_parameter)
        for name, code in AT_BEGIN.items()
        if name in equations.names
    }


def begin_code(encoder, rule, adjust=""):
    """Statements with which a presentation begins once the sample has been read."""
    traces = sorted(rule.parsed("pre_equations").names) if encoder.is_graded else ()
    return block(adjust, encoder.start, *(f"{name} = value" for name in traces))


def read_steps(bench, inputs):
    """Give the encoder, at the beginning of every time step, what the data hold of it."""
    encoder, session, at_step = (
        bench.network.encoder,
        bench.objects["session"],
        dict(clock=bench.step_clock, when="start"),
    )
    if encoder.reads == "events":
        sensor = host_functions.Sensor.of(bench.plan)
        session.namespace["load_events"] = host_functions.event_loader(
            bench.session_host, inputs, bench.array_name(inputs, "event"), sensor
        )
        passed = [code for name, code in PASSED.items() if encoder.names(name)]
        session.run_regularly(
            block(ADVANCE, "running = load_events(sample, step, dx, dy)", *passed),
            order=0,
            name="load_events",
            **at_step,
        )
    if encoder.reads == "signals":
        session.run_regularly(ADVANCE, order=0, name="advance", **at_step)
    fetch = "signal = signal_at(sample, unit, step)" if encoder.reads == "signals" else ""
    if block(fetch, encoder.each_step):
        inputs.run_regularly(block(fetch, encoder.each_step), order=1, name="read_inputs", **at_step)
