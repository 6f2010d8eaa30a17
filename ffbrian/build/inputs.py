"""The input population: how a sample of the data reaches the neurons of an encoder."""
import numpy as np

from ffbrian.build import group_text as groups
from ffbrian.build import host_functions as host
from ffbrian.build.group_text import block

#: What is read of the data when a presentation begins, by the variable that holds it.
AT_BEGIN = {
    "intensity": "intensity = pixel(sample, unit, dx, dy)",
    "surround": "surround = surround_of(sample, unit, dx, dy, {surround})",
    "first_event": "first_event = event_step(sample, 0)*dt",
    "last_event": "last_event = event_step(sample, 1)*dt",
    "signal": "signal = signal_at(sample, unit, 0)",
}
ADVANCE = "step = step + 1"
SHARE = "event_share = event_share_at(sample, step)"


def session_equations(encoder):
    """What the session knows of the sample if the encoder names it."""
    return ["event_share : 1"] if encoder.names("event_share") else []


def make(builder):
    """The population that turns the sample into spikes (`brian2.NeuronGroup`).

    Parameters
    ----------
    builder : ffbrian.build.builder.Builder
        Keeps the group and what it needs under its objects.
    """
    plan, session = builder.plan, builder.objects["session"]
    encoder, rule = plan.network.encoder, builder.rule
    equations = groups.input_equations(encoder, rule)
    reset = block(encoder.reset, rule.on_pre_spike, "n_spikes += 1")
    namespace = builder.namespace(encoder, rule) | {"copies": builder.in_float_type(encoder.copies)}
    inputs = builder.group("inputs", plan.n_inputs, equations, threshold=encoder.threshold, reset=reset, namespace=namespace)
    inputs.copy, inputs.unit = np.divmod(np.arange(plan.n_inputs), plan.inputs.n_units)
    builder.link(inputs, session, *groups.linked_of(equations))
    return inputs


def begin_code(encoder, equations):
    """Statements that read the sample when a presentation begins, then the encoder's own."""
    fetched = [code.format(surround=encoder.surround_parameter) for name, code in AT_BEGIN.items() if name in equations.names]
    return block(*fetched, encoder.start)


def read_steps(builder, inputs):
    """Give the encoder, at the beginning of every time step, what the data hold of it."""
    encoder, session, at_step = builder.network.encoder, builder.objects["session"], dict(clock=builder.step_clock, when="start")
    if encoder.reads == "events":
        sensor = host.Sensor.of(builder.plan)
        session.namespace["load_events"] = host.event_loader(builder.session_host, inputs, builder.array_name(inputs, "event"), sensor)
        share = SHARE if encoder.names("event_share") else ""
        session.run_regularly(block(ADVANCE, "running = load_events(sample, step, dx, dy)", share), order=0, name="load_events", **at_step)
    if encoder.reads == "signals":
        session.run_regularly(ADVANCE, order=0, name="advance", **at_step)
    fetch = "signal = signal_at(sample, unit, step)" if encoder.reads == "signals" else ""
    if block(fetch, encoder.each_step):
        inputs.run_regularly(block(fetch, encoder.each_step), order=1, name="read_inputs", **at_step)
