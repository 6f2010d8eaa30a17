"""Wrong models, one mistake a file, and the sentence that each must produce.

Each TOML file of this folder holds `mistake` (in words), `kind` (what is made:
a class, a shipped model that is changed such as "neurons.lif", "Layer",
"Network", "Trainer" or "connection"), `expected` (the whole message) and the table `model` (its fields).
"""

import tomllib
from pathlib import Path

import pytest

import ffbrian as ff
from ffbrian import equations
from ffbrian.errors import ModelError
from ffbrian.models.quantities import parse_quantity
from ffbrian.models.text import Parameter
from ffbrian.network import connections
from ffbrian.network.network import Layer, Network
from ffbrian.train.trainer import Trainer

#: Models that the files name.
NAMED = ("'mine'", "'lif'", "'delta'", "'rate'", "'poisson'", "'events'", "'opponent'", "'eligibility_stdp'")
FILES = sorted(Path(__file__).parent.glob("*.toml"))


def make(kind, fields):
    """Make what a file describes."""
    if kind == "Layer":
        return Layer(**layer_fields(fields))
    if kind == "Network":
        own = {
            key: kind(**fields.pop(key))
            for key, kind in (("rule", ff.PlasticityRule), ("modulator", ff.Modulator))
            if key in fields
        }
        layers = [Layer(**layer_fields(layer)) for layer in fields.pop("layers")]
        return Trainer(Network(layers, **fields, **own))
    if kind == "Trainer":
        return Trainer(Network([Layer(5)]), **fields)
    if kind == "connection":
        return connections.from_dict(fields["record"])
    if "." in kind:
        folder, name = kind.split(".")
        return getattr(getattr(equations, folder), name)(**fields)
    return getattr(ff, kind)(**fields)


def layer_fields(fields):
    """Names of shipped models, or the fields of an own one, as models."""
    kinds = dict(neuron=(equations.neurons, ff.NeuronModel), synapse=(equations.synapses, ff.SynapseModel))
    for key, (shipped, own) in kinds.items():
        if key in fields:
            value = fields[key]
            fields[key] = own(**value) if isinstance(value, dict) else getattr(shipped, value)
    return fields


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_wrong_model_says_what_is_wrong(file):
    record = tomllib.loads(file.read_text(encoding="utf-8"))
    with pytest.raises(ModelError) as caught:
        make(record["kind"], record["model"])
    assert str(caught.value) == record["expected"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_sentence_names_the_object_and_fits_a_screen(file):
    expected = tomllib.loads(file.read_text(encoding="utf-8"))["expected"]
    assert "\n" not in expected and expected.endswith(".") and len(expected) < 400
    assert any(word in expected for word in (*NAMED, "Layer", "Network", "Trainer", "onnection", "quantity"))


def test_parameter_arrays_are_refused():
    """An array cannot be written in TOML, so this one stands here."""
    from brian2 import ms

    with pytest.raises(
        ModelError,
        match=r"neuron 'mine': parameter 'tau' has shape \(2,\), expected a single value; make it a variable",
    ):
        ff.NeuronModel(
            "dv/dt = -v/tau : 1", "v > 1", "v = 0", name="mine", parameters=dict(tau=Parameter([10, 20] * ms))
        )


def test_unquoted_units_are_read():
    assert parse_quantity("2 ms") == parse_quantity("0.002 second")
