"""What a projection keeps of its spikes: in the neurons that send them or, with delays, in the synapses.

The transmitter that is left, for example, is the same in all synapses of a neuron onto one
population.  Where spikes travel for different times, each synapse keeps its own.
"""

from dataclasses import dataclass, field

from brian2 import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION, SUBEXPRESSION
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import word_substitute

from ffbrian.models.quantities import unit_name
from ffbrian.models.text import assigned_names, statements
from ffbrian.network.synapse_mix import RELEASE, read_at_release


@dataclass(frozen=True)
class Release:
    """Text of a group that sends spikes.

    Attributes
    ----------
    equations, initial, on_spike : str
    values : dict of str to Quantity
        Parameters that these name.
    """

    equations: str = ""
    initial: str = ""
    on_spike: str = ""
    values: dict = field(default_factory=dict)


def of_source(network, source):
    """What the neurons of a population keep of their synapses (`Release`)."""
    kept = [one for one in network.routes() if one.source == source and is_in_source(one)]
    texts = ["\n".join(getattr(one.synapse, text) for one in kept) for text in RELEASE]
    models = [one.synapse for one in kept]
    values = {name: one.values[name] for one in models for name in read_at_release(one) & set(one.values)}
    return Release(*texts, values)


def is_in_source(route):
    """Whether the neurons that send the spikes keep what the synapses need of them."""
    return bool(route.synapse.pre_equations.strip()) and not route.is_delayed


def is_in_synapses(route):
    """Whether each synapse keeps its own."""
    return bool(route.synapse.pre_equations.strip()) and route.is_delayed


def kept_in_synapses(route):
    """Variables of each synapse (`brian2.Equations`)."""
    return route.synapse.parsed("pre_equations") if is_in_synapses(route) else Equations("")


def of_synapses(route):
    """What each synapse of a projection with delays keeps (`Release`).

    `on_spike` is multiplied by ``on_time``, which is 0 for what arrives after its presentation.
    """
    state = route.synapse.parsed("pre_equations")
    begun = assigned_names(route.synapse.pre_initial)
    empty = [f"{e.varname} = 0*{unit_name(e.dim)}" for e in state.values() if e.type != SUBEXPRESSION]
    empty = [line for line in empty if line.partition(" ")[0] not in begun]
    changes = map(parse_statement, statements(route.synapse.on_pre_spike))
    return Release(
        "\n".join(map(_at_events, state.values())),
        "\n".join([*empty, *statements(route.synapse.pre_initial), "lastupdate = t"]),
        "\n".join(f"{name} {operation} on_time*({change})" for name, operation, change, _ in changes),
    )


def own_names(route, code):
    """Code of a synapse in which what it keeps itself stands without ``_pre``."""
    names = route.synapse.parsed("pre_equations").names if is_in_synapses(route) else ()
    return word_substitute(code, {f"{name}_pre": name for name in names})


def _at_events(equation):
    """An equation as text, integrated from spike to spike if it is a differential one."""
    if equation.type == DIFFERENTIAL_EQUATION:
        text = f"d{equation.varname}/dt = {equation.expr} : {unit_name(equation.dim)}"
        return f"{text} (event-driven)"
    right = f" = {equation.expr}" if equation.type == SUBEXPRESSION else ""
    return f"{equation.varname}{right} : {unit_name(equation.dim)}"
