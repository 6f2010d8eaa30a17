"""The methods section of an experiment, written from its description.

Equations, events and parameter tables come from the models' own text, turned
into mathematics by Brian 2 and sympy; nothing is typed a second time.
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path

import sympy
from brian2 import Quantity
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.parsing.statements import parse_statement
from brian2.parsing.sympytools import str_to_sympy

from ffbrian import equations as library
from ffbrian.build.clockwork import Moment
from ffbrian.errors import ModelError
from ffbrian.models.beginning import begin_again, begin_once
from ffbrian.models.effective_rule import effective
from ffbrian.models.quantities import show_quantity, unit_name
from ffbrian.models.text import parse_equations, statements
from ffbrian.network import connections, per_neuron

#: The simulator, cited in every description.
SIMULATOR = "Stimberg2019"
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
    },
    "synapse": {
        "equations": "A neuron receives",
        "on_input": "In every time step, once all spikes have arrived",
        "on_pre": "At a presynaptic spike",
        "accumulators": None,
        "on_presentation": "When a presentation begins, from the value of a graded presynaptic neuron",
        "held": None,
    },
    "plasticity rule": {
        "pre_equations": "Traces of the presynaptic neuron",
        "post_equations": "Traces of the postsynaptic neuron",
        "on_pre_spike": "When the presynaptic neuron spikes, in that neuron",
        "on_post_spike": "When the postsynaptic neuron spikes, in that neuron",
        "equations": "State of a synapse, besides its weight $w$",
        "on_pre": "In the synapse, at a presynaptic spike",
        "on_post": "In the synapse, at a postsynaptic spike",
        "consolidate": "In the synapse, when a presentation has ended and the modulator has been released",
        "silent_without": None,
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
    },
    "inhibition": {
        "equations": "One interneuron stands for all inhibition within the layer; its state follows",
        "on_spike": "In the interneuron, when a neuron of the layer spikes",
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
        return f"\\mathrm{{{_escaped(name)}}}"
    main = f"\\{base}" if base in GREEK else base
    return main + (f"_{{\\mathrm{{{_escaped(rest)}}}}}" if rest else "")


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
    if name.endswith("equations") or name == "kept":
        return _equations(model, value, phrase)
    if name in CONDITIONS + EXPRESSIONS:
        return [Block("text", (f"{phrase}",)), Block("math", (expression(value),))]
    if name in ("initial", "neuron_initial"):
        once = begin_once(value, model.set_once)
        return _statements("Once, when a training begins", once) + _statements(
            phrase, begin_again(value, model.set_once)
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
        (f"${symbol(name)}$", *_value(parameter.value), plain(parameter.meaning), plain(parameter.source))
        for name, parameter in model.parameters.items()
    )
    return [Block("table", (("Parameter", "Value", "Unit", "Meaning", "Source"), rows))] if rows else []


def _value(value):
    """Number and unit of a quantity."""
    words = show_quantity(value).split(" ", 1) if isinstance(value, Quantity) else [f"{float(value):g}"]
    return words[0].rstrip(".") or "0", words[1] if len(words) > 1 else ""


def _cited(keys):
    return " " + "".join(f"[@{plain(key)}]" for key in keys) if keys else ""


# -- the whole experiment -----------------------------------------------------------------
def methods(experiment):
    """The methods section of an experiment.

    Parameters
    ----------
    experiment : Experiment

    Returns
    -------
    list of Block
    """
    network = experiment.trainer.complete_network()
    blocks = [
        Block("heading", (1, plain(experiment.title))),
        Block("heading", (2, "Network")),
        *_layers(network),
    ]
    for title, model in models(network):
        blocks += model_blocks(model, title) + (_left_out(model) if model is network.rule else [])
    return [*blocks, *_order(), Block("heading", (2, "Training")), _settings(experiment)]


def models(network):
    """Every model of a network once, with what it is."""
    found = [("Input encoder", network.encoder)]
    found += [("Label population", network.labels)] if network.modulator else []
    for number, layer in enumerate(network.layers, 1):
        found += [(f"Neuron of layer {number}", layer.neuron), (f"Synapse of layer {number}", layer.synapse)]
        found += [(f"Inhibition within layer {number}", layer.inhibition)] if layer.inhibition else []
    found += [("Plasticity rule", network.rule)] + (
        [("Modulator", network.modulator)] if network.modulator else []
    )
    found += [("Readout", network.readout)] if network.readout else []
    return [
        (title, model)
        for place, (title, model) in enumerate(found)
        if model not in [known for _, known in found[:place]]
    ]


def _layers(network):
    rows = tuple(
        (
            str(number),
            str(layer.size),
            (plain(layer.neuron.name) or "own") + plain(per_neuron.words(layer.per_neuron)),
            plain(layer.synapse.name) or "own",
            _words(connections.to_dict(layer.connection)) + _delayed(layer),
            layer.spread(),
        )
        for number, layer in enumerate(network.layers, 1)
    )
    text = (
        f"A feed-forward network of {len(rows)} layer{'s' if len(rows) > 1 else ''}, simulated with Brian 2 "
        f"[@{SIMULATOR}]"
    )
    if network.modulator is None:
        text += "; a readout behind all layers gives the answer."
    else:
        n_groups = network.modulator.groups
        groups = f", in each of {n_groups} groups of neurons" if n_groups > 1 else ""
        each = "for all layers" if network.modulator.is_shared else "for each layer"
        text += (
            f"; one modulator {each}{groups}. "
            f"The label population has {network.label_size} neuron{'s' if network.label_size > 1 else ''} "
            "for each class and reaches every neuron of every layer."
        )
    return [
        Block("text", (text,)),
        Block("table", (("Layer", "Neurons", "Neuron", "Synapse", "From below", "Initial weights"), rows)),
    ]


def _delayed(layer):
    return f", each synapse with a delay of up to {show_quantity(layer.delay)}" if layer.delay else ""


def _words(record):
    kind = record.pop("kind").replace("_", "-")
    return kind + plain(
        f" ({', '.join(f'{key} {value}' for key, value in record.items())})" if record else ""
    )


def _learnt(record):
    """Rows that say how the network learns."""
    record = dict(record)
    negatives, block = record.pop("negatives", None), record.pop("block", None)
    rows = [("learning algorithm", _words({"kind": record.pop("algorithm")} | record))]
    rows += [("negative presentations", _words(dict(negatives)))] if negatives else []
    return rows + (
        [("samples shown in the positive phase before their negative phases", str(block))] if block else []
    )


def _left_out(rule):
    """Events of the rule that do nothing with these parameters and were not simulated."""
    ran = effective(rule)
    gone = [name for name in PHRASES[rule.kind] if getattr(rule, name) and not getattr(ran, name)]
    zeros = ", ".join(f"${symbol(name)}$" for name, value in rule.values.items() if float(value) == 0)
    parts = "; ".join(
        PHRASES[rule.kind][name][0].lower() + PHRASES[rule.kind][name][1:]
        for name in gone
        if PHRASES[rule.kind][name]
    )
    return (
        [
            Block(
                "text", (f"Without effect because {zeros} is 0, and so left out of the simulation: {parts}.",)
            )
        ]
        if parts
        else []
    )


def _order():
    """What happens between presentations, from the clockwork's own sentences."""
    lines = [moment.sentence for moment in Moment]
    return [
        Block("heading", (2, "Order of events")),
        Block("text", ("When a presentation has ended and the next begins, in this order:",)),
        Block("items", tuple(lines)),
    ]


def _settings(experiment):
    training, data = experiment.trainer.to_dict(), vars(experiment.data)
    learnt = training.pop("learning")
    parts = {name: data[name] for name in ("validation", "limit_train", "limit_test") if data[name]}
    rows = [("data", plain(experiment.data.source))] + [
        (
            name.replace("_", " "),
            f"speakers {', '.join(map(str, part['speakers']))}" if isinstance(part, dict) else f"{part:g}",
        )
        for name, part in parts.items()
    ]
    rows += (
        [("classes", "samples of rarer ones repeated until all are equally frequent")]
        if experiment.data.balanced
        else []
    )
    times = [
        (name, " ".join(part for part in _value(getattr(experiment.trainer, name)) if part))
        for name in ("presentation", "dt")
    ]
    rows += [
        ("epochs", str(experiment.epochs)),
        ("seeds", ", ".join(map(str, experiment.seeds))),
        *times,
        *_learnt(learnt),
    ]
    meaning = {
        "decay": "factor on the learning rate, from epoch to epoch",
        "jitter": "largest shift of an image, pixels",
        "float_type": "arithmetic",
    }
    rows += [(text, str(training[name])) for name, text in meaning.items()]
    return Block("table", (("Setting", "Value"), tuple(rows)))


# -- references ------------------------------------------------------------------------------
def references(experiment):
    """BibTeX entries by key, of every model used and of the simulator.

    Returns
    -------
    dict of str to str
    """
    wanted = {SIMULATOR} | {
        key for _, model in models(experiment.trainer.complete_network()) for key in model.references
    }
    text = (Path(library.__file__).parent / "references.bib").read_text(encoding="utf-8")
    entries = {
        match[1]: match[0] for match in re.finditer(r"^@\w+\{(\w+),\n.*?^\}", text, re.DOTALL | re.MULTILINE)
    }
    return {key: entries[key] for key in sorted(wanted) if key in entries}


def _reference_line(entry):
    part = dict(re.findall(r"^\s*(\w+) = \{(.*)\},$", entry, re.MULTILINE))
    place = part.get("journal") or part.get("booktitle") or part.get("publisher", "")
    return re.sub(
        r"[{}]",
        "",
        re.sub(
            r"\{\\.(\w)\}|\\[^a-zA-Z\s](\w)",
            r"\1\2",
            f"{part['author']} ({part['year']}). {part['title']}. {place}.",
        ),
    )


# -- two formats -----------------------------------------------------------------------------
def markdown(blocks, entries):
    """A document in Markdown; mathematics between dollar signs."""
    parts = [
        _MARKDOWN[block.kind](*block.content)
        if block.kind in ("heading", "table")
        else _MARKDOWN[block.kind](block.content)
        for block in blocks
    ]
    parts += [
        "## References",
        "\n".join(f"- {key}: {_reference_line(entry)}" for key, entry in entries.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _markdown_table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


_MARKDOWN = {
    "heading": lambda level, text: f"{'#' * level} {text}",
    "text": lambda content: content[0],
    "math": lambda lines: "\n\n".join(f"$$\n{line}\n$$" for line in lines),
    "items": lambda lines: "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)),
    "table": _markdown_table,
}
_PREAMBLE = """\\documentclass{article}
\\usepackage[utf8]{inputenc}
\\usepackage[T1]{fontenc}
\\usepackage[margin=2.5cm]{geometry}
\\usepackage{amsmath,tabularx}
\\IfFileExists{booktabs.sty}{\\usepackage{booktabs}}{\\let\\toprule\\hline\\let\\midrule\\hline\\let\\bottomrule\\hline}
\\begin{document}
"""
_END = "\\bibliographystyle{plain}\n\\bibliography{references}\n\\end{document}\n"


def latex(blocks, entries):
    """A LaTeX document that compiles beside ``references.bib``."""
    parts = [
        _LATEX[block.kind](*block.content)
        if block.kind in ("heading", "table")
        else _LATEX[block.kind](block.content)
        for block in blocks
    ]
    return _PREAMBLE + "\n\n".join(parts) + "\n\n" + _END


def tex(text):
    """Text for LaTeX: mathematics and citations as they are, everything else escaped (see `plain`)."""
    pieces = re.split(r"((?<!\\)\$[^$]*\$|\[@\w+\])", text)
    return "".join(
        _cite(piece)
        if piece.startswith("[@")
        else piece
        if piece.startswith("$")
        else _escaped(piece.replace("\\$", "$"))
        for piece in pieces
    )


def _cite(piece):
    return f"\\cite{{{piece[2:-1]}}}"


def _escaped(text):
    words = {
        "\\": "\\textbackslash{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
        "<": "\\textless{}",
        ">": "\\textgreater{}",
    }
    return "".join(words.get(letter, f"\\{letter}" if letter in "&%#_{}$" else letter) for letter in text)


def _latex_table(header, rows):
    widths = "l" * (len(header) - 2) + "XX" if len(header) == 5 else "l" * (len(header) - 1) + "X"
    lines = [
        " & ".join(map(tex, header)) + " \\\\ \\midrule",
        *(" & ".join(map(tex, row)) + " \\\\" for row in rows),
    ]
    return "\n".join(
        [
            "\\begin{center}\\small",
            f"\\begin{{tabularx}}{{\\linewidth}}{{{widths}}}\\toprule",
            *lines,
            "\\bottomrule",
            "\\end{tabularx}",
            "\\end{center}",
        ]
    )


_LATEX = {
    "heading": lambda level, text: (
        f"\\{('section', 'section', 'subsection', 'subsubsection')[level]}*{{{tex(text)}}}"
    ),
    "text": lambda content: tex(content[0]),
    "math": lambda lines: (
        "\\begin{align*}\n"
        + " \\\\\n".join(
            line.replace("=", "&=", 1)
            if " \\leftarrow " not in line
            else line.replace("\\leftarrow", "&\\leftarrow", 1)
            for line in lines
        )
        + "\n\\end{align*}"
    ),
    "items": lambda lines: (
        "\\begin{enumerate}\n" + "\n".join(f"\\item {tex(line)}" for line in lines) + "\n\\end{enumerate}"
    ),
    "table": _latex_table,
}
FORMATS = {"markdown": (markdown, "methods.md"), "latex": (latex, "methods.tex")}


def describe(experiment, form="markdown"):
    """The methods section of an experiment as text.

    Parameters
    ----------
    experiment : Experiment
    form : str
        ``"markdown"`` or ``"latex"``.

    Returns
    -------
    text : str
    bibliography : str
        BibTeX of every model used.
    """
    if form not in FORMATS:
        raise ModelError(f"describe: the format is {form!r}; known are {', '.join(FORMATS)}.")
    entries = references(experiment)
    return FORMATS[form][0](methods(experiment), entries), "\n\n".join(entries.values()) + "\n"
