"""Several synapse models on one neuron: each keeps variables of its own, their inputs are added."""

from dataclasses import replace

from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.models.quantities import unit_name
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import SYNAPTIC_INPUTS

#: Text of what a synapse model keeps of presynaptic spikes, and all text in which its names can stand.
RELEASE = ("pre_equations", "pre_initial", "on_pre_spike")
TEXTS = ("equations", "on_input", "on_pre", "on_presentation", "summed_equations", *RELEASE)


def mixed(models):
    """One synapse model for a neuron that several reach.

    Parameters
    ----------
    models : list of SynapseModel
        All different, but for those of which each projection has its own.

    Returns
    -------
    whole : SynapseModel
        Of the neuron.
    parts : list of SynapseModel
        `models` with names of their own, whose `on_pre` adds to accumulators of `whole`.
    """
    if len(models) == 1:
        return models[0], models
    names = [model.name or "own" for model in models]
    parts = [
        renamed(model, name if names.count(name) == 1 else f"{name}_{place}")
        for place, (model, name) in enumerate(zip(models, names), 1)
    ]
    return _joined(models, parts), parts


def renamed(model, ending):
    """A synapse model all of whose names carry an ending."""
    own = {*model.parsed().names, *model.accumulators, *model.held, *model.parameters}
    return replace(_with_names(model, _endings(ending, own - _released(model))), name=ending)


def with_own_release(model, ending):
    """A synapse model that keeps in the presynaptic neuron variables with an ending of their own."""
    return _with_names(model, _endings(ending, _released(model)))


def _released(model):
    """Names of what is kept in the presynaptic neuron, and of parameters that are read there."""
    return {*model.parsed("pre_equations").names, *(read_at_release(model) & set(model.parameters))}


def read_at_release(model):
    """Names that stand in the text of what a synapse model keeps of presynaptic spikes (set of str)."""
    return {name for text in RELEASE for name in get_identifiers(getattr(model, text))}


def _endings(ending, names):
    """New names, also where they stand in a derivative or with a side of the synapse."""
    table = {name: f"{name}_{ending}" for name in names}
    table |= {f"d{name}": f"d{name}_{ending}" for name in names}
    return table | {f"{name}_{side}": f"{name}_{ending}_{side}" for name in names for side in ("pre", "post")}


def _with_names(model, table):
    return replace(
        model,
        parameters={table.get(name, name): value for name, value in model.parameters.items()},
        accumulators=tuple(table.get(name, name) for name in model.accumulators),
        held=tuple(table.get(name, name) for name in model.held),
        **{text: word_substitute(getattr(model, text), table) for text in TEXTS},
    )


def _joined(models, parts):
    inputs = []
    for name, unit in SYNAPTIC_INPUTS.items():
        offered = [f"{name}_{part.name}" for model, part in zip(models, parts) if name in model.provides()]
        inputs += [f"{name} = {' + '.join(offered)} : {unit_name(unit.dim)}"] if offered else []
    texts = {text: "\n".join(getattr(part, text) for part in parts if getattr(part, text)) for text in TEXTS}
    return SynapseModel(
        name=" + ".join(part.name for part in parts),
        parameters={name: value for part in parts for name, value in part.parameters.items()},
        accumulators=tuple(name for part in parts for name in part.accumulators),
        held=tuple(name for part in parts for name in part.held),
        references=tuple(dict.fromkeys(key for part in parts for key in part.references)),
        **(texts | {"equations": "\n".join([*inputs, texts["equations"]])}),
    )
