"""The text of models as mathematics, and what a methods section says of each of their fields."""

from dataclasses import dataclass, fields

import sympy
from brian2 import Quantity
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.parsing.statements import parse_statement
from brian2.parsing.sympytools import str_to_sympy

from ffbrian.errors import ModelError
from ffbrian.models.beginning import begin_again, begin_once
from ffbrian.models.quantities import show_quantity, unit_name
from ffbrian.models.text import parse_equations, statements

#: What the text of a model's field says, by kind; fields that say nothing by themselves are None.
PHRASES = {
    "neuron": {
        "equations": "The state of a neuron follows",
        "threshold": "A spike is emitted when",
        "reset": "At a spike",
        "initial": "At the beginning of a presentation",
        "limit": "In every time step, when the input has arrived",
        "refractory": "Refractory period",
        "method": "Integration method",
        "persistent": "Kept from one presentation to the next",
        "synapse": None,
        "longest_step": "Longest time step",
        "hears": None,
    },
    "synapse": {
        "equations": "A neuron receives",
        "on_input": "In every time step, once all spikes have arrived",
        "on_pre": "At a presynaptic spike",
        "accumulators": None,
        "on_presentation": "When a presentation begins, from the value of a graded presynaptic neuron",
        "held": None,
        "pre_equations": "Of its synapses the presynaptic neuron (with delays each synapse) keeps",
        "pre_initial": "At the beginning of a presentation, of these",
        "on_pre_spike": "After a presynaptic spike has been transmitted, of these",
        "summed_equations": "In every time step, without spikes, the sum over synapses of",
    },
    "plasticity rule": {
        "pre_equations": "Traces of the presynaptic neuron",
        "post_equations": "Traces of the postsynaptic neuron",
        "on_pre_spike": "When the presynaptic neuron spikes, in that neuron",
        "on_post_spike": "When the postsynaptic neuron spikes, in that neuron",
        "equations": "State of a synapse, besides its weight $w$",
        "kept": "Every synapse keeps from one presentation to the next",
        "on_pre": "In the synapse, at a presynaptic spike",
        "on_post": "In the synapse, at a postsynaptic spike",
        "consolidate": "In the synapse, when a presentation has ended and the modulator has been released",
        "silent_without": None,
        "reads_pre": "Read of the presynaptic neuron",
        "reads_post": "Read of the postsynaptic neuron",
        "hears": None,
    },
    "modulator": {
        "neuron_equations": "Every neuron of the layer keeps",
        "neuron_initial": "At the beginning of a presentation, in every neuron",
        "on_spike": "In a neuron that spikes",
        "contribution": "Goodness is the mean over the layer of",
        "equations": "State of the modulator",
        "release": "When a presentation has ended, with goodness and phase $s$ (+1 positive, -1 negative)",
        "is_shared": None,
        "comparison": "*rivals* is the sum over all labels, the own one included, of",
        "groups": None,
        "hears": None,
    },
    "signal": {
        "equations": "State of the signal, one for the whole network",
        "initial": "When a training begins, and all through an evaluation",
        "release": "When a presentation has ended",
        "hears": None,
    },
    "inhibition": {
        "equations": "One interneuron stands for all inhibition within the layer; its state follows",
        "on_spike": "In the interneuron, when a neuron of the layer spikes",
        "each_step": "In the interneuron, in every time step",
        "on_arrival": "Then, in the interneuron, for each neuron's summed weights *afferent* of the step",
        "arriving": "What a neuron receives in a time step, of the summed weights *afferent*, is",
    },
    "readout": {
        "equations": "Every neuron of the readout, one for each class, keeps",
        "on_pre": "In every synapse from a layer's neuron to a neuron of the readout, at a presynaptic spike",
        "respond": (
            "When the presentation has ended, in every neuron of the readout, told by *target* whether its "
            "class is the sample's"
        ),
        "learn": "Then, in training, in every such synapse",
        "response": None,
        "kept": "Every such neuron keeps from one presentation to the next",
        "pre_equations": "For it, every neuron of a layer keeps",
        "on_pre_spike": "When that neuron spikes (*ramp* falls from 1 to 0 during a presentation)",
        "pooled": "*pool* is the sum over the readout of",
        "learn_neuron": "Then, in training, in every neuron of the readout",
    },
    "encoder": {
        "equations": "The state of an encoding neuron follows",
        "start": "When a presentation begins",
        "each_step": "In every time step, when the data have been read",
        "threshold": "A spike is emitted when",
        "reset": "At a spike",
        "reads": None,
        "copies": "Neurons for each unit of the data",
        "rate_parameter": None,
        "surround_parameter": "Standard deviation of the surround, pixels",
        "delay_parameter": "From each copy of a unit to the next the events are delayed by",
    },
}


CONDITIONS, EXPRESSIONS, WORDS = (
    ("threshold",),
    ("contribution", "comparison", "arriving", "pooled"),
    ("refractory", "method", "persistent", "longest_step", "copies", "surround_parameter", "delay_parameter"),
)


GREEK = {
    "alpha",
    "beta",
    "gamma",
    "delta",
    "Delta",
    "epsilon",
    "eta",
    "theta",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "psi",
    "omega",
}


@dataclass(frozen=True)
class Block:
    """A piece of a document: ``"heading"``, ``"text"``, ``"math"``, ``"items"`` or ``"table"``."""

    kind: str
    content: tuple


def plain(text):
    """Text that somebody else wrote, so that no dollar in it begins mathematics."""
    return text.replace("$", "\\$")


# -- mathematics ----------------------------------------------------------------------
def symbol(name):
    """A variable's name as LaTeX: ``tau_m`` becomes ``\\tau_{\\mathrm{m}}``."""
    if name == "dt":
        return "\\Delta t"
    base, _, rest = name.partition("_")
    if base not in GREEK and len(base) > 1 or not base:
        return f"\\mathrm{{{escaped(name)}}}"
    main = f"\\{base}" if base in GREEK else base
    return main + (f"_{{\\mathrm{{{escaped(rest)}}}}}" if rest else "")


def _tree(text):
    """Model text as sympy sees it, without what only Brian needs."""
    tree = str_to_sympy(text.strip())
    tree = tree.replace(lambda part: part.is_Mul and part.has(sympy.oo), lambda part: sympy.oo)
    calls = [
        part
        for part in tree.atoms(sympy.core.function.AppliedUndef)
        if [str(argument) for argument in part.args] == ["_placeholder_arg"]
    ]
    return tree.subs({call: sympy.Symbol(f"{call.func.__name__}()") for call in calls})


def _latex_of(tree):
    names = {part: symbol(part.name) for part in tree.atoms(sympy.Symbol)}
    names |= {part: f"\\operatorname{{{part.name[:-2]}}}()" for part in names if part.name.endswith("()")}
    return sympy.latex(tree, symbol_names=names, order="none", mul_symbol="\\,")


def expression(text):
    """An expression or condition of model text as LaTeX."""
    return _latex_of(_tree(text))


def equation(one):
    """A Brian 2 equation as LaTeX."""
    left = (
        f"\\frac{{d{symbol(one.varname)}}}{{dt}}"
        if one.type == DIFFERENTIAL_EQUATION
        else symbol(one.varname)
    )
    return f"{left} = {expression(str(one.expr))}"


def statement(line):
    """A statement of model text as LaTeX."""
    name, operation, text, _ = parse_statement(line)
    tree = _tree(text)
    right = _latex_of(tree)
    if operation != "=":
        joins = {"+=": "+", "-=": "-", "*=": "\\cdot", "/=": "/"}
        is_sum = tree.is_Add or tree.could_extract_minus_sign()
        right = f"{symbol(name)} {joins[operation]} " + (f"\\left({right}\\right)" if is_sum else right)
    return f"{symbol(name)} \\leftarrow {right}"


def unit(dimensions):
    """A unit for a reader; an empty text for numbers."""
    name = unit_name(dimensions)
    return "" if name == "1" else name


# -- models -----------------------------------------------------------------------------
def model_blocks(model, title):
    """Blocks that describe one model: text, equations, events, parameters.

    Parameters
    ----------
    model : Model
    title : str

    Returns
    -------
    list of Block
    """
    blocks = [Block("heading", (3, f"{title}: {plain(model.name) or 'own model'}{_cited(model.references)}"))]
    phrases = PHRASES[model.kind]
    for field in fields(model):
        value = getattr(model, field.name)
        if field.name in ("name", "parameters", "references") or not value or isinstance(value, bool):
            continue
        if field.name not in phrases:
            raise ModelError(
                f"{model.title}: the description does not know the field {field.name!r}; add it to PHRASES "
                "in ffbrian/describe.py."
            )
        if phrases[field.name] is not None:
            blocks += _field(model, field.name, value, phrases[field.name])
    return blocks + parameter_table(model)


def _field(model, name, value, phrase):
    if name in WORDS:
        value = (
            ", ".join(value) if isinstance(value, tuple) else str(value) if isinstance(value, int) else value
        )
        return [
            Block("text", (f"{phrase}: {plain(value) if isinstance(value, str) else show_quantity(value)}.",))
        ]
    if name.endswith("equations") or name in ("kept", "reads_pre", "reads_post"):
        return _equations(model, value, phrase)
    if name in CONDITIONS + EXPRESSIONS:
        return [Block("text", (f"{phrase}",)), Block("math", (expression(value),))]
    if name in ("initial", "neuron_initial"):
        set_once = getattr(model, "set_once", ())
        once = begin_once(value, set_once)
        return _statements("Once, when a training begins", once) + _statements(
            phrase, begin_again(value, set_once)
        )
    return _statements(phrase, statements(value))


def _statements(phrase, lines):
    return [Block("text", (f"{phrase}:",)), Block("math", tuple(map(statement, lines)))] if lines else []


def _equations(model, text, phrase):
    parsed = parse_equations(model.title, text).values()
    moving = [one for one in parsed if one.type != PARAMETER]
    units = "; ".join(
        f"${symbol(one.varname)}$" + (f" in {unit(one.dim)}" if unit(one.dim) else "") for one in parsed
    )
    note = f"{phrase} ({units})" if units else phrase
    return [Block("text", (note + (":" if moving else "."),))] + (
        [Block("math", tuple(map(equation, moving)))] if moving else []
    )


def parameter_table(model):
    """The table of a model's parameters: value, unit, meaning and source."""
    rows = tuple(
        (f"${symbol(name)}$", *value(parameter.value), plain(parameter.meaning), plain(parameter.source))
        for name, parameter in model.parameters.items()
    )
    return [Block("table", (("Parameter", "Value", "Unit", "Meaning", "Source"), rows))] if rows else []


def value(value):
    """Number and unit of a quantity."""
    words = show_quantity(value).split(" ", 1) if isinstance(value, Quantity) else [f"{float(value):g}"]
    return words[0].rstrip(".") or "0", words[1] if len(words) > 1 else ""


def _cited(keys):
    return " " + "".join(f"[@{plain(key)}]" for key in keys) if keys else ""


def escaped(text):
    """Text in which every character that LaTeX would read as a command is escaped (str)."""
    words = {
        "\\": "\\textbackslash{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
        "<": "\\textless{}",
        ">": "\\textgreater{}",
    }
    return "".join(words.get(letter, f"\\{letter}" if letter in "&%#_{}$" else letter) for letter in text)
