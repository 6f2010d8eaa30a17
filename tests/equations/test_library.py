"""What holds for every model in the library, found by walking the catalogue."""

import importlib
import json
import re
from pathlib import Path

import pytest
from brian2 import Hz, ms
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

from ffbrian import equations
from ffbrian.errors import ModelError
from ffbrian.models.neuron import NeuronModel
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import parse_equations
from ffbrian.network.network import Layer, Network

FOLDERS = dict(
    neurons=neurons,
    synapses=synapses,
    plasticity=plasticity,
    modulators=modulators,
    encoders=encoders,
    inhibition=inhibition,
    readouts=readouts,
    signals=signals,
)
MODELS = {
    f"{folder}.{name}": getattr(package, name)
    for folder, package in FOLDERS.items()
    for name in package.__all__
}
BIBLIOGRAPHY = Path(equations.__file__).parent / "references.bib"

each_model = pytest.mark.parametrize("path", MODELS)
each_neuron = pytest.mark.parametrize("name", neurons.__all__)


def bibliography():
    """Fields of each BibTeX entry by key."""
    entries = re.findall(r"@\w+\{(\w+),\n(.*?)\n\}", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.DOTALL)
    return {key: dict(re.findall(r"^\s*(\w+) = \{(.*)\},$", body, re.MULTILINE)) for key, body in entries}


@each_model
def test_model_carries_the_name_of_its_file(path):
    assert MODELS[path].name == path.split(".")[1]


@each_model
def test_model_prints_its_text_and_every_parameter(path):
    model, printed = MODELS[path], str(MODELS[path])
    assert printed.startswith(f"{model.kind} {model.name!r}")
    for name in model.parameters:
        assert f"    {name} = " in printed


@each_model
def test_model_survives_json(path):
    model = MODELS[path]
    again = type(model).from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.to_dict() == model.to_dict()
    assert {k: float(v) for k, v in again.values.items()} == {k: float(v) for k, v in model.values.items()}


@each_model
def test_every_parameter_says_what_it_means_and_where_it_is_from(path):
    for name, parameter in MODELS[path].parameters.items():
        assert parameter.meaning and parameter.source, name


@each_model
def test_every_parameter_is_used(path):
    model = MODELS[path]
    text = " ".join(
        str(value)
        for key, value in model.to_dict().items()
        if key not in ("parameters", "name", "references")
    )
    told = {"eta"} if path == "plasticity.fixed" else set()  # the rate of the readout
    for name in {*model.parameters} - told:
        assert re.search(rf"\b{name}\b", text), f"{name} appears nowhere in the text of {path}"


@each_model
def test_references_are_in_the_bibliography(path):
    assert set(MODELS[path].references) <= set(bibliography())


@each_model
def test_module_says_what_the_model_is(path):
    assert len(importlib.import_module(f"ffbrian.equations.{path}").__doc__.strip().splitlines()[0]) > 20


def test_models_other_than_plain_devices_name_their_source():
    plain = {"encoders.events", "encoders.labels", "plasticity.fixed"}
    assert {path for path, model in MODELS.items() if not model.references} == plain


def test_bibliography_is_complete_and_holds_nothing_else():
    used = {key for model in MODELS.values() for key in model.references} | {"Stimberg2019"}
    assert set(bibliography()) == used
    for key, entry in bibliography().items():
        assert {"author", "title", "year"} <= set(entry), key
        assert {"journal", "booktitle", "publisher"} & set(entry), key
        assert key.endswith(entry["year"]) or key == "Fremaux2016", key


@each_neuron
def test_neuron_finds_a_synapse_that_fits(name):
    layer = Layer(3, getattr(neurons, name))
    assert layer.neuron.inputs() <= layer.synapse.provides()


@pytest.mark.parametrize("rule", plasticity.__all__)
@pytest.mark.parametrize("modulator", modulators.__all__)
def test_neurons_rules_and_modulators_share_no_name(rule, modulator):
    """Rules and modulators keep their variables in the neuron, so names must differ."""
    rule, modulator = getattr(plasticity, rule), getattr(modulators, modulator)
    layers = [Layer(2, getattr(neurons, name)) for name in neurons.__all__]
    layers = [layer for layer in layers if set(rule.declared("post")) <= set(layer.equations().names)]
    network = Network(layers, rule=rule, modulator=modulator)
    texts = rule.pre_equations, rule.post_equations, modulator.neuron_equations
    for layer in network.layers:
        held = [
            *layer.equations().names,
            *(name for text in texts for name in parse_equations("text", text).names),
        ]
        assert len(held) == len(set(held)), layer.neuron.title


@pytest.mark.parametrize("encoder", sorted(set(encoders.__all__) - {"labels"}))
@pytest.mark.parametrize("rule", plasticity.__all__)
def test_encoder_and_rule_share_no_name(encoder, rule):
    encoder, rule = getattr(encoders, encoder), getattr(plasticity, rule)
    traces = set(rule.parsed("pre_equations").names) | set(rule.parameters)
    own = set(encoder.parsed().names) | set(encoder.parameters)
    assert not traces & own


@pytest.mark.parametrize(
    ("neuron", "synapse"),
    [
        ("lif", "alpha"),
        ("lif", "exponential"),
        ("adaptive_lif", "alpha"),
        ("quadratic", "exponential"),
        ("izhikevich", "delta"),
        ("adex", "conductance"),
        ("conductance_lif", "exponential_current"),
        ("hodgkin_huxley", "exponential_current"),
    ],
)
def test_other_synapses_fit_too(neuron, synapse):
    layer = Layer(2, getattr(neurons, neuron), getattr(synapses, synapse))
    assert (
        layer.neuron.inputs() <= layer.synapse.provides() and layer.neuron.inputs() <= layer.equations().names
    )


def test_network_of_different_neurons_survives_json():
    network = Network(
        [Layer(4, getattr(neurons, name)) for name in neurons.__all__],
        encoder=encoders.latency,
        rule=plasticity.triplet,
    )
    again = Network.from_dict(json.loads(json.dumps(network.to_dict())))
    assert again.to_dict() == network.to_dict()
    assert isinstance(again.layers[0].neuron, NeuronModel) and isinstance(
        again.layers[0].synapse, SynapseModel
    )


def test_changing_a_parameter_keeps_its_source_and_the_original():
    changed = neurons.adex(g_adapt="2 nS")
    assert float(changed.values["g_adapt"]) == pytest.approx(2e-9)
    assert changed.parameters["g_adapt"].source == neurons.adex.parameters["g_adapt"].source
    assert float(neurons.adex.values["g_adapt"]) == pytest.approx(4e-9)


@pytest.mark.parametrize("name", ["rate", "poisson", "phase", "burst", "labels"])
def test_encoder_refuses_a_rate_beyond_one_spike_a_step(name):
    with pytest.raises(ModelError, match="more than one spike in a time step"):
        getattr(encoders, name)(max_rate=1500 * Hz).check_time_step(1 * ms)
    getattr(encoders, name).check_time_step(1 * ms)


def test_neuron_refuses_a_time_step_that_is_too_long_for_it():
    from ffbrian.build.data_shape import DataShape
    from ffbrian.build.plan import Plan

    network = Network([Layer(2, neurons.hodgkin_huxley)])
    with pytest.raises(
        ModelError,
        match=(
            r"neuron 'hodgkin_huxley': needs a time step of at most 0\.1 ms, but dt is 1\.? ms; write dt = "
            r"\"0\.1 ms\"\."
        ),
    ):
        Plan(network, DataShape("values", (1, 4, 4), 3), 20)
    assert Plan(network, DataShape("values", (1, 4, 4), 3), 200, 1e-4)
    again = Network.from_dict(json.loads(json.dumps(network.to_dict())))
    assert (
        again.layers[0].neuron.longest_step == "0.1 ms"
        and neurons.lif(longest_step=0.5 * ms).longest_step == "0.5 ms"
    )
