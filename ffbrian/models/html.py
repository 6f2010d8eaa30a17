"""What notebooks show: models with their equations as mathematics, tables, nothing that needs a network."""

import dataclasses
from html import escape

from ffbrian.models import mathml
from ffbrian.models.quantities import short_quantity

CONDITIONS = ("threshold", "contribution", "comparison", "arriving")
NO_BREAK = "\u00a0"
STYLE = "style='text-align: left'"


def table(heads, rows):
    """A table; cells are HTML (str)."""
    first = "".join(f"<th {STYLE}>{head}</th>" for head in heads)
    lines = "".join("<tr>" + "".join(f"<td {STYLE}>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{first}</tr>{lines}</table>"


def card(title, *parts):
    """Parts under a title; both are HTML (str)."""
    return f"<div><b>{title}</b>{''.join(parts)}</div>"


def folded(title, *parts):
    """The same, folded up until it is clicked (str)."""
    return f"<details><summary>{title}</summary>{''.join(parts)}</details>"


def piece(model):
    """A model: its text as mathematics, its parameters with units and sources (str).

    Parameters
    ----------
    model : ffbrian.models.text.Model
    """
    return card(escape(model.title), *content(model))


def content(model):
    """The same without its title (list of str)."""
    parts = [_field(model, f.name) for f in dataclasses.fields(model) if f.name not in ("name", "parameters")]
    return [part for part in parts if part] + ([parameters(model)] if model.parameters else [])


def parameters(model):
    """The table of a model's parameters (str)."""
    rows = [
        (
            mathml.inline(mathml.symbol(name)),
            escape(short_quantity(one.value)).replace(" ", NO_BREAK),
            escape(one.meaning),
            escape(one.source),
        )
        for name, one in model.parameters.items()
    ]
    return table(("parameter", "value", "meaning", "source"), rows)


def _field(model, name):
    """One field of a model that holds text; nothing where it is empty."""
    value = getattr(model, name)
    if not isinstance(value, str) or not value.strip():
        return ""
    if name.endswith("equations"):
        return _labelled(name, _equations(model, name))
    if name in CONDITIONS:
        return _labelled(name, mathml.math(mathml.expression(value)))
    is_code = any(sign in value for sign in ("=", ";"))
    return _labelled(name, _statements(value)) if is_code else f"<div>{_words(name)}: {escape(value)}</div>"


def _words(name):
    return escape(name.replace("_", " "))


def _labelled(name, formula):
    return f"<div>{_words(name)}{formula}</div>"


def _equations(model, name):
    parsed = model.parsed(name).values()
    lines = [mathml.equation(one) if one.expr is not None else mathml.symbol(one.varname) for one in parsed]
    units = [_unit(one) for one in parsed]
    return mathml.math(*map("".join, zip(lines, units)))


def _unit(equation):
    is_number = equation.dim.is_dimensionless
    return "" if is_number else f"<mspace width='2em'/><mtext>{escape(str(equation.unit))}</mtext>"


def _statements(code):
    lines = [line.strip() for line in code.replace(";", "\n").splitlines()]
    return mathml.math(*(mathml.statement(line) for line in lines if line and not line.startswith("#")))


# -- what is made of models -------------------------------------------------------------
def layer(one):
    """A layer: its size, neuron and synapse (str)."""
    title = (
        f"layer of {one.size} neurons, initial weights {escape(one.spread())}, from below "
        f"{escape(str(one.connection))}"
    )
    inhibition = [one.inhibition] if one.inhibition else []
    return card(
        title,
        *(folded(escape(model.title), *content(model)) for model in (one.neuron, one.synapse, *inhibition)),
    )


def layers(net):
    """The layers of a network as a table (str)."""
    rows = [
        (
            number,
            one.size,
            one.neuron.name,
            one.synapse.name,
            escape(str(one.connection)),
            escape(one.spread()),
        )
        for number, one in enumerate(net.layers, 1)
    ]
    return table(("layer", "neurons", "neuron", "synapse", "from below", "initial weights"), rows)


def network(net):
    """A network: its layers, then every model, folded up (str)."""
    inner = [model for one in net.layers for model in (one.neuron, one.synapse, one.inhibition) if model]
    named = [net.encoder, net.labels, *inner, net.rule, net.modulator, *net.signals.values(), net.readout]
    models = [model for model in named if model is not None]  # what is left out is the algorithm's
    once = [model for place, model in enumerate(models) if model not in models[:place]]
    return card("network", layers(net), *(folded(escape(model.title), *content(model)) for model in once))


def trained(model):
    """A network with weights: its data, its epochs, its description (str)."""
    inputs, history = model.plan.inputs, getattr(model, "history", ())
    shape = " × ".join(map(str, inputs.shape))
    title = f"trained network for {escape(inputs.kind)} of {shape}, {inputs.n_classes} classes"
    return card(title, _epochs(history) if history else "", network(model.network))


def _epochs(history):
    """The first and the last epochs of a training as a table."""
    kept = {
        "epoch": "{:d}",
        "online_accuracy": "{:.1%}",
        "validation_accuracy": "{:.1%}",
        "wall_seconds": "{:.1f} s",
    }
    names = [name for name in kept if name in history[-1]]
    entries = [*history[:1], *history[max(1, len(history) - 3) :]]
    rows = [[kept[name].format(entry[name]) for name in names] for entry in entries]
    return table([name.replace("_", " ") for name in names], rows)


def recording(one):
    """A recording: what was shown and what came of it, and the names of the traces (str)."""
    heads = ("presentation", "from", "to", *(f"{name}: goodness, spikes" for name in one.layers))
    rows = [_shown(one, p) for p in one.presentations]
    traces = ", ".join(escape(name) for name in one.traces)
    return card("recording", table(heads, rows), f"<div>traces: {traces}</div>")


def _shown(one, p):
    told = [
        escape(f"{p.name} {'' if p.label is None else p.label}"),
        short_quantity(p.start),
        short_quantity(p.stop),
    ]
    times = [one.spikes[name][1] for name in one.layers]
    spikes = [int(((t >= p.start - one.dt / 2) & (t < p.stop - one.dt / 2)).sum()) for t in times]
    return [*told, *(f"{goodness:.3f}, {count}" for goodness, count in zip(p.goodness, spikes))]


def split(part):
    """A part of a data set: its kind and how many samples each class has (str)."""
    title = (
        f"{type(part).__name__} {escape(repr(part.name))}: {len(part)} samples of "
        f"{' × '.join(map(str, part.shape))}"
    )
    labels = sorted(set(part.labels.tolist()))
    return card(
        title,
        table(("class", *labels), [("samples", *(int((part.labels == label).sum()) for label in labels))]),
    )


def dataset(data):
    """A data set: how many samples of each class every part has (str)."""
    parts = {"training": data.train, "validation": data.validation, "test": data.test}
    rows = [
        (name, len(part), *(int((part.labels == label).sum()) for label in range(data.n_classes)))
        for name, part in parts.items()
        if part is not None
    ]
    kind, shape = type(data.train).__name__.lower(), " × ".join(map(str, data.train.shape))
    title = f"data set {escape(repr(data.name))}: {kind} of {shape}"
    return card(title, table(("part", "samples", *map(escape, data.class_names)), rows))
