"""Text for Brian 2 groups: equations, reset and the state a presentation begins with."""

from brian2 import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER

from ffbrian.build import inhibition
from ffbrian.models.beginning import begin_again
from ffbrian.models.quantities import unit_name

BOOKKEEPING = "n_spikes : 1"


def block(*parts):
    """Join pieces of code, leaving out empty ones."""
    return "\n".join(part for part in parts if part.strip())


def layer_equations(layer, rule, extra, is_source, shares_input=False):
    """Equations of a layer's group.

    Parameters
    ----------
    layer : Layer
    rule : PlasticityRule
    extra : NeuronExtra
        What the algorithm adds.
    is_source : bool
        Whether another layer receives this one's spikes.
    shares_input : bool
        Whether the input from below is another group's (as in copies).

    Returns
    -------
    brian2.Equations
    """
    equations = layer.equations() + Equations(f"unit : integer (constant)\n{BOOKKEEPING}")
    for name in layer.synapse.accumulators:
        for side in extra.sides:
            linked = " (linked)" if shares_input and side == "in" else ""
            equations += Equations(f"{name}_{side} : 1{linked}")
    equations += Equations(inhibition.arrival_equations(layer, extra.sides))
    linked = " (linked)" if shares_input else ""
    equations += Equations("\n".join(f"{name} : 1{linked}" for name in layer.synapse.held))
    equations += rule.parsed("post_equations")
    equations += Equations(extra.equations)
    equations += Equations("\n".join(f"{name} : 1 (linked)" for name in layer.neuron.hears))
    return equations + rule.parsed("pre_equations") if is_source else equations


#: What the input population reads of the data and of the session, by the kind of data.
READ = {
    "values": "intensity : 1\nsample : integer (linked)\ndx : integer (linked)\ndy : integer (linked)",
    "events": "event : 1\nsample : integer (linked)",
    "vectors": "number : 1\nsample : integer (linked)",
    "signals": "signal : 1\nsample : integer (linked)\nstep : integer (linked)",
}
#: What it reads only if the encoder names it.
READ_ON_DEMAND = {
    "surround": "surround : 1",
    "first_event": "first_event : second",
    "last_event": "last_event : second",
    "event_share": "event_share : 1 (linked)",
    "event_count": "event_count : 1 (linked)",
}


def input_equations(encoder, rule):
    """Equations of the input population."""
    wanted = [text for name, text in READ_ON_DEMAND.items() if encoder.names(name)]
    own = Equations(
        block(
            READ[encoder.reads], *wanted, "unit : integer (constant)\ncopy : integer (constant)", BOOKKEEPING
        )
    )
    traces = rule.parsed("pre_equations")
    if encoder.is_graded:  # what a spiking population adds up, a graded one has from the beginning
        traces = Equations("\n".join(f"{name} : 1" for name in sorted(traces.names)))
    return own + encoder.parsed() + traces


def linked_of(equations):
    """Names of the variables that belong to another group."""
    return [e.varname for e in equations.values() if "linked" in e.flags]


def label_equations(encoder, rule):
    """Equations of a label population."""
    own = Equations(
        "label : 1\npopulation : integer (constant)\nshown : integer (linked)\nprobing : 1 "
        f"(linked)\n{BOOKKEEPING}"
    )
    return own + encoder.parsed() + rule.parsed("pre_equations")


def clear_code(equations, keep=()):
    """Statements that set every changing variable to 0."""
    changing = [
        e
        for e in equations.values()
        if e.type in (DIFFERENTIAL_EQUATION, PARAMETER)
        and not {"constant", "linked", "shared"} & set(e.flags)
    ]
    return "\n".join(f"{e.varname} = {_zero(e)}" for e in changing if e.varname not in keep)


def _zero(equation):
    if equation.var_type == "boolean":
        return "False"
    return "0" if equation.dim.is_dimensionless else f"0*{unit_name(equation.dim)}"


def begin_code(layer, extra, equations, keep):
    """Statements that give a layer the state a presentation begins with, but for the variables
    that it keeps.
    """
    initial = begin_again(block(layer.neuron.begin, extra.initial), keep)
    refractory = "lastspike = -1e4*second\nnot_refractory = True" if layer.neuron.refractory else ""
    return block(clear_code(equations, keep), *initial, refractory)
