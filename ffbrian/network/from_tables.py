"""Models from experiment files: a name, a name with changes, or a user's own.

``"lif"``, ``{model = "lif", tau_m = "20 ms"}``, and a table with equations of
its own go through the same doors as in Python: a model is called with the
changes, or made from its fields.
"""

from dataclasses import dataclass, fields, replace

from ffbrian.equations import (
    encoders,
    inhibition,
    modulators,
    neurons,
    plasticity,
    readouts,
    signals,
    synapses,
)
from ffbrian.errors import ExperimentError
from ffbrian.models.encoder import Encoder
from ffbrian.models.inhibition import Inhibition
from ffbrian.models.modulator import Modulator
from ffbrian.models.neuron import NeuronModel
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import parse_quantity, shortened
from ffbrian.models.readout import Readout
from ffbrian.models.signal import Signal
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter
from ffbrian.network import connections
from ffbrian.network.population import Inputs, Labels, Population
from ffbrian.network.projection import Projection
from ffbrian.network.signals import MODULATOR


@dataclass(frozen=True)
class Role:
    """A place in a network: its class, the models known for it, and the default one."""

    make: type
    models: object
    default: str = ""

    def known(self):
        """Names of the models."""
        return self.models.__all__


ROLES = {
    "neuron": Role(NeuronModel, neurons, "lif"),
    "synapse": Role(SynapseModel, synapses),
    "rule": Role(PlasticityRule, plasticity, "eligibility_stdp"),
    "modulator": Role(Modulator, modulators, "opponent"),
    "encoder": Role(Encoder, encoders, "rate"),
    "labels": Role(Encoder, encoders, "labels"),
    "inhibition": Role(Inhibition, inhibition),
    "readout": Role(Readout, readouts, "delta"),
    "signal": Role(Signal, signals, "acetylcholine"),
}
#: What makes a table a model of its own and not a change of a known one.
DEFINING = (
    "equations",
    "threshold",
    "release",
    "contribution",
    "consolidate",
    "on_input",
    "respond",
    "arriving",
)


def piece(role, table):
    """A model for a place in the network.

    Parameters
    ----------
    role : str
        A key of `ROLES`.
    table : str or dict
        From an experiment file.

    Returns
    -------
    NeuronModel, SynapseModel, PlasticityRule, Modulator or Encoder

    Raises
    ------
    ExperimentError, ModelError
        For an unknown name or key, or a value of the wrong kind or unit.
    """
    place = ROLES[role]
    table = {"model": table} if isinstance(table, str) else table
    if not isinstance(table, dict):
        raise ExperimentError(
            f"{table!r} is no model; write a name or a table such as {{model = "
            f"{(place.default or 'delta')!r}}}."
        )
    rest = dict(table)
    name = rest.pop("model", "" if any(key in table for key in DEFINING) else place.default)
    _check_text(place, rest)
    model = _changed(place, name, rest) if name or "model" in table else _own(place, rest)
    undefined = [key for key, value in model.values.items() if float(value) != float(value)]
    if undefined:
        raise ExperimentError(f"{model.title}: parameter {undefined[0]!r} is not a number; give it a value.")
    return model


#: What a population's table makes, by its key ``kind``.
POPULATIONS = {"neurons": Population, "inputs": Inputs, "labels": Labels}


def graph(table):
    """Populations, projections and signals of an experiment file.

    Parameters
    ----------
    table : dict
        ``populations``, ``projections`` and ``signals`` of ``[network]``.

    Returns
    -------
    dict
        The same as arguments of `Network`.

    Raises
    ------
    ExperimentError, ModelError
    """
    populations = _tables("network.populations", table.get("populations"), dict)
    listed = _tables("network.projections", table.get("projections", []), list)
    return {
        "populations": {name: _population(name, one) for name, one in populations.items()},
        "projections": [_projection(number, one) for number, one in enumerate(listed)],
        "signals": signals_of(table),
    }


def signals_of(table):
    """Signals of an experiment file: ``M`` is a modulator, any other one a signal."""
    found = _tables("network.signals", table.get("signals", {}), dict)
    return {name: piece("modulator" if name == MODULATOR else "signal", one) for name, one in found.items()}


def _tables(where, found, kind):
    """A table of tables, or a list of them."""
    inner = found.values() if isinstance(found, dict) else found
    if not isinstance(found, kind) or (
        where != "network.signals" and not all(isinstance(one, dict) for one in inner)
    ):
        form = (
            "one [[network.projections]] table for each"
            if kind is list
            else f"a [{where}.NAME] table for each"
        )
        raise ExperimentError(f"{where} is {shortened(found)}, expected {form}.")
    return found


def _population(name, table):
    where, rest = f"network.populations.{name}", dict(table)
    kind = rest.pop("kind", "neurons")
    if kind not in POPULATIONS:
        raise ExperimentError(f"{where}.kind is {shortened(kind)}, expected {' or '.join(POPULATIONS)}.")
    make = POPULATIONS[kind]
    roles = {"encoder": "labels" if make is Labels else "encoder"}
    return make(**_arguments(where, make, rest, ("neuron", "inhibition", "encoder"), roles))


def _projection(number, table):
    where, rest = f"network.projections.{number}", dict(table)
    for end in ("source", "target"):
        if not isinstance(rest.get(end), str):
            raise ExperimentError(
                f"{where}: {end} is {shortened(rest.get(end))}, expected a population's name."
            )
    given = rest.pop("connection", None)
    connection = {"kind": given} if isinstance(given, str) else given
    found = _arguments(where, Projection, rest, ("synapse", "rule"))
    return Projection(**found | ({} if given is None else {"connection": connections.from_dict(connection)}))


def _arguments(where, make, table, models, roles=None):
    """A table as arguments: names of models become models."""
    known = [f.name for f in fields(make)]
    unknown = sorted(set(table) - set(known))
    if unknown or (make is Population and "size" not in table):
        wrong = f"unknown is {unknown[0]!r}" if unknown else "there is no 'size'"
        raise ExperimentError(f"{where}: {wrong}; it takes {', '.join(known)}.")
    roles = roles or {}
    return {
        key: piece(roles.get(key, key), value) if key in models else value for key, value in table.items()
    }


def _changed(place, name, table):
    """A known model with other values, other text and further parameters."""
    known = place.known()
    if name not in known:
        raise ExperimentError(f"unknown model {name!r}; known are {', '.join(known)}.")
    model = getattr(place.models, name)
    given = table.pop("parameters", {})
    further = {key: _parameter(value) for key, value in given.items() if key not in model.parameters}
    own_name = {"name": table.pop("name")} if "name" in table else {}
    text = {key: value for key, value in table.items() if key in _fields(place)}
    values = {key: value for key, value in table.items() if key not in text}
    if further or own_name:
        model = replace(model, parameters=dict(model.parameters) | further, **own_name, **text)
        text = {}
    return model(**text, **values, **{key: value for key, value in given.items() if key not in further})


def _own(place, table):
    """A model made from its fields."""
    known = _fields(place)
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ExperimentError(
            f"unknown key {unknown[0]!r} in a model of its own; known are {', '.join(known)}, or give model "
            f"= a name, which is one of {', '.join(place.known())}."
        )
    parameters = {key: _parameter(value) for key, value in table.pop("parameters", {}).items()}
    return place.make(**table, parameters=parameters)


def _fields(place):
    return [f.name for f in fields(place.make)]


def _parameter(value):
    """A quantity as text, or a table with value, meaning and source."""
    if not isinstance(value, dict):
        return Parameter(parse_quantity(value))
    if "value" not in value or set(value) - {"value", "meaning", "source"}:
        raise ExperimentError(
            f'the parameter {value!r} should be a quantity such as "20 ms", or a table with value, meaning '
            "and source."
        )
    return Parameter(
        parse_quantity(value["value"]), str(value.get("meaning", "")), str(value.get("source", ""))
    )


def _check_text(place, table):
    """Refuse values of the wrong kind before a model sees them."""
    defaults = {f.name: f.default for f in fields(place.make)} | {"parameters": {}}
    for key, value in table.items():
        wanted = type(defaults.get(key, 0))
        if key in ("refractory",) or key not in defaults:
            continue
        is_list = wanted is tuple and isinstance(value, list) and all(isinstance(word, str) for word in value)
        if not (is_list or wanted is not tuple and isinstance(value, wanted)):
            words = {str: "text", tuple: "a list of text", bool: "true or false", dict: "a table"}
            raise ExperimentError(f"{key} is {value!r}, expected {words.get(wanted, wanted.__name__)}.")
