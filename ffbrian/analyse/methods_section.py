"""The methods section of an experiment, written from its description.

Equations, events and parameter tables come from the models' own text, turned
into mathematics by Brian 2 and sympy; nothing is typed a second time.
"""

import re
from pathlib import Path

from brian2 import second

from ffbrian import equations as library
from ffbrian.analyse.model_text import PHRASES, Block, model_blocks, plain, symbol, value
from ffbrian.analyse.typesetting import latex, markdown
from ffbrian.build.clockwork import Moment
from ffbrian.errors import ModelError
from ffbrian.models.effective_rule import effective
from ffbrian.models.quantities import show_quantity
from ffbrian.network import connections, per_neuron, words
from ffbrian.train.trainer import WHOLE_RANGE

#: The simulator, cited in every description.
SIMULATOR = "Stimberg2019"


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
        *(_layers(network) if network.is_stack else _graph(network)),
    ]
    for title, model in models(network):
        blocks += model_blocks(model, title) + (_left_out(model) if model is network.rule else [])
    order = _order(experiment.trainer.timing)
    return [*blocks, *order, Block("heading", (2, "Training")), _settings(experiment)]


def models(network):
    """Every model of a network once, with what it is."""
    found = [("Input encoder", network.encoder)]
    found += [("Label population", network.labels)] if network.modulator and not network.readout else []
    for number, layer in enumerate(network.layers, 1):
        found += [(f"Neuron of layer {number}", layer.neuron), (f"Synapse of layer {number}", layer.synapse)]
        found += [(f"Inhibition within layer {number}", layer.inhibition)] if layer.inhibition else []
    for number, trunk in enumerate(network.trunks, 1):
        found += [
            (f"Encoder of trunk {number}", trunk.encoder),
            (f"Neuron of trunk {number}", trunk.layer.neuron),
            (f"Synapse of trunk {number}", trunk.layer.synapse),
        ]
    found += [("Plasticity rule", network.rule)] + (
        [("Modulator", network.modulator)] if network.modulator else []
    )
    found += [(f"Signal {name}", signal) for name, signal in network.signals.items()]
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
    if network.trunks:
        text += f", that learns an operator. {_trunks(network)}"
    elif network.modulator is None:
        text += "; a readout behind all layers gives the answer."
    else:
        n_groups = network.modulator.groups
        groups = f", in each of {n_groups} groups of neurons" if n_groups > 1 else ""
        each = "for all layers" if network.modulator.is_shared else "for each layer"
        text += f"; one modulator {each}{groups}. {_answer(network)}"
    return [
        Block("text", (text,)),
        Block("table", (("Layer", "Neurons", "Neuron", "Synapse", "From below", "Initial weights"), rows)),
    ]


def _answer(network):
    """How a network with a modulator tells classes apart."""
    if network.readout is not None:
        return "No label is shown; a readout behind all layers gives the answer."
    return (
        f"The label population has {network.label_size} neuron{'s' if network.label_size > 1 else ''} "
        "for each class and reaches every neuron of every layer."
    )


def _trunks(network):
    """Trunks, and how an answer is made of them."""
    found = [
        f"trunk {number}: {trunk.size} neurons ({plain(trunk.layer.neuron.name) or 'own'}), initial weights "
        f"{trunk.layer.spread()}, is shown "
        + (f"coordinates {', '.join(map(str, trunk.axes))} (from 0)" if trunk.axes else "all coordinates")
        + f"; a feature is {trunk.gain:g} times a neuron's weighted spikes"
        for number, trunk in enumerate(network.trunks, 1)
    ]
    return (
        f"The layers give {network.trunks[0].size} coefficients. Beside them, once for every point where the "
        f"solution is asked for, with shared weights, run {'; '.join(found)}. The solution at a point is "
        "the sum of coefficients times features, and the bias of the point."
    )


def _graph(network):
    """Populations and projections as two tables."""
    populations = tuple(
        (
            plain(network.called(f"layer_{number}")),
            str(layer.size),
            (plain(layer.neuron.name) or "own") + plain(per_neuron.words(layer.per_neuron)),
        )
        for number, layer in enumerate(network.layers, 1)
    )
    projections = tuple(
        (
            plain(network.called(route.source)),
            plain(network.called(f"layer_{route.target}")),
            plain(words.route(route)),
        )
        for route in network.routes()
    )
    text = (
        f"Projections between populations of spiking neurons, simulated with Brian 2 [@{SIMULATOR}]. A spike "
        "acts in the time step after the one in which it arrives."
    )
    return [
        Block("text", (text,)),
        Block("table", (("Population", "Neurons", "Neuron"), populations)),
        Block("table", (("From", "To", "Synapses"), projections)),
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


def _order(stream):
    """What happens between presentations or at updates, from the clockwork's own sentences."""
    if stream:
        return _order_of_stream(stream)
    lines = [moment.sentence for moment in Moment]
    return [
        Block("heading", (2, "Order of events")),
        Block("text", ("When a presentation has ended and the next begins, in this order:",)),
        Block("items", tuple(lines)),
    ]


def _order_of_stream(stream):
    lines = [moment.sentence for moment in Moment if moment is not Moment.RESTORE]
    text = (
        "The simulation is continuous, and no state is set back between samples. A sample is shown for "
        f"{_time(stream.shown)}, its label from {_time(stream.label_after)} after its beginning; a pause of "
        f"{_time(stream.pause)} follows. Its reward arrives {_time(stream.reward_after)} after its end; then "
        "and only then modulators and signals are released, from the goodness at the end of the sample. "
        f"Every {_time(stream.update_every)}, in this order:"
    )
    heading = Block("heading", (2, "Order of events"))
    return [heading, Block("text", (text,)), Block("items", tuple(lines))]


def _time(value):
    """A duration of a stream: a time, or the expression from which it is drawn."""
    return plain(value) if isinstance(value, str) else show_quantity(value * second)


def _settings(experiment):
    training, data = experiment.trainer.to_dict(), vars(experiment.data)
    training.pop("timing", None)
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
        (name, " ".join(part for part in value(time) if part))
        for name, time in zip(
            ("update" if experiment.trainer.timing else "presentation", "dt"), experiment.trainer.times()
        )
    ]
    rows += [
        ("epochs", str(experiment.epochs)),
        ("seeds", ", ".join(map(str, experiment.seeds))),
        *times,
        *_learnt(learnt),
    ]
    meaning = {
        "decay": "decay of the learning rate: a factor from epoch to epoch, or a cosine over all epochs",
        "jitter": "largest shift of an image, pixels",
        "float_type": "arithmetic",
    }
    rows += [(text, str(training[name])) for name, text in meaning.items()]
    looks = training.get("looks")
    rows += [("presentations whose answers are averaged", str(looks))] if looks else []
    rows += _distortion(training.get("distortion", {}))
    rows += _contrast(training) if experiment.trainer.network.encoder.reads == "values" else []
    return Block("table", (("Setting", "Value"), tuple(rows)))


def _distortion(given):
    """A row that says how samples were distorted."""
    units = {
        "rotation": "{:g} degrees",
        "elastic": "{:g} pixels",
        "smoothness": "{:g} pixels",
        "shift": "{:g} pixels",
    }
    words = [f"{name} {units.get(name, '{:g}').format(value)}" for name, value in given.items() if value]
    return [("distortion of samples, anew in every epoch", ", ".join(words))] if given else []


def _contrast(training):
    """Rows that say which grey values are dark and bright, unless they are all that a byte has."""
    offset, scale = training["offset"], training["scale"]
    if {"offset": offset, "scale": scale} == WHOLE_RANGE:
        return []
    dark = f"{min(offset):g} to {max(offset):g}, from pixel to pixel" if isinstance(offset, list) else offset
    return [("grey value that is dark", str(dark)), ("grey values above it that are bright", str(scale))]


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
