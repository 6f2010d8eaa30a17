"""Experiment files: what is read, what is refused, and what is put in where they are silent."""

import json

import pytest
from brian2 import Hz, ms

from ffbrian.errors import ExperimentError
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import catalogue, to_json

MINIMAL = '[data]\nsource = "digits"\n[training]\nepochs = 2\npresentation = "20 ms"\n'


@pytest.fixture
def load(tmp_path):
    """Load an experiment from text and overrides."""

    def load_text(*overrides, text=MINIMAL, seed=None):
        (tmp_path / "mine.toml").write_text(text)
        return Experiment.load(tmp_path / "mine.toml", overrides, seed)

    return load_text


def test_a_minimal_file_has_the_defaults_of_the_classes(load):
    experiment = load()
    assert experiment.trainer.network.encoder.name == "rate"
    assert (experiment.name, experiment.epochs, experiment.seeds) == ("mine", 2, (0,))
    assert experiment.trainer.presentation == 20 * ms


def test_every_shipped_experiment_can_be_read_and_states_what_it_expects():
    assert {"digits", "mnist", "fashion-mnist"} <= set(catalogue())
    for name in ("digits", "mnist", "fashion-mnist"):
        experiment = Experiment.load(name)
        assert (
            len(experiment.seeds) == 3 and experiment.expected.test_accuracy and experiment.expected.minutes
        )


def test_resolved_is_complete_and_reads_back_the_same(load):
    experiment = load(
        "network.layers.0.neuron=adaptive_lif", "training.negatives=hard", "expected.test_accuracy=[0.1, 0.9]"
    )
    record = json.loads(to_json(experiment.resolved()))
    again = Experiment.from_resolved(record)
    assert again.resolved() == experiment.resolved()
    assert again.trainer.to_dict() == experiment.trainer.to_dict()
    assert record["learning"]["negatives"] == {"kind": "hard", "sharpness": 1.0, "per_positive": 1}


@pytest.mark.parametrize(
    "override, value",
    [
        ("network.layers.0.size=100", lambda e: e.trainer.network.layers[0].size == 100),
        (
            "network.encoder.max_rate=100 Hz",
            lambda e: e.trainer.network.encoder.values["max_rate"] == 100 * Hz,
        ),
        ("network.rule.eta=1e-3", lambda e: e.trainer.network.rule.values["eta"] == 1e-3),
        (
            "network.layers.0.neuron.tau_m='20 ms'",
            lambda e: e.trainer.network.layers[0].neuron.values["tau_m"] == 20 * ms,
        ),
        (
            "network.layers.0.neuron.reset=v = v_rest",
            lambda e: e.trainer.network.layers[0].neuron.reset == "v = v_rest",
        ),
        ("training.negatives=hard", lambda e: e.trainer.algorithm.negatives.needs_candidates),
        ("seeds=[4, 5]", lambda e: e.seeds == (4, 5)),
        ("title=x = 1\ny = 2", lambda e: e.title == "x = 1\ny = 2"),
    ],
)
def test_overrides_reach_every_depth(load, override, value):
    assert value(load(override))


def test_a_relative_path_is_kept_whole(load, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load("data.source=npz:my.npz").data.source == f"npz:{tmp_path / 'my.npz'}"


def test_one_seed_can_be_chosen(load):
    assert load(seed=7).seeds == (7,)


OWN = """
[[network.layers]]
size = 10
synapse = "exponential"
[network.layers.neuron]
name = "mine"
equations = "dv/dt = (drive - v)/tau : volt"
threshold = "v > v_top"
reset = "v = 0*mV"
parameters = {tau = "12 ms", v_top = {value = "5 mV", meaning = "top", source = "me"}}
"""


def test_a_model_of_ones_own(load):
    neuron = load(text=MINIMAL + OWN).trainer.network.layers[0].neuron
    assert (neuron.name, neuron.values["tau"], neuron.parameters["v_top"].source) == ("mine", 12 * ms, "me")


MORE = """
[[network.layers]]
size = 3
[network.layers.neuron]
model = "lif"
equations = "dv/dt = (v_rest - v + drive + b)/tau_m : volt"
tau_m = "20 ms"
parameters = {b = "1 mV"}
"""


def test_a_known_model_with_other_equations_and_one_more_parameter(load):
    neuron = load(text=MINIMAL + MORE).trainer.network.layers[0].neuron
    assert neuron.values["tau_m"] == 20 * ms and "b" in neuron.values and neuron.threshold == "v > v_th"


@pytest.mark.parametrize(
    "override, words",
    [
        ("training.epoch=3", "training has the unknown key 'epoch'; known are epochs, presentation"),
        ("trainings.epochs=3", "unknown key 'trainings'; known are title, seeds, data"),
        ("training.epochs=many", "training.epochs is 'many', expected a whole number"),
        ("training.presentation=20 mV", "presentation is 20. mV, expected a time"),
        ("training.presentation=20 msec", "'20 msec' is not a quantity"),
        (
            "training.negatives.kind=hardy",
            "training.negatives: kind is 'hardy', expected one of random, hard",
        ),
        ("training.negatives.sharpnes=1", "lacks 'kind'"),
        ("training.decay=fast", "training.decay is 'fast', expected a number"),
        (
            "network.layers.0.neuron=liff",
            "network.layers.0.neuron: unknown model 'liff'; known are adaptive_lif",
        ),
        (
            "network.layers.0.neuron.tau_m=20 mV",
            "network.layers.0.neuron: neuron 'lif': parameter 'tau_m' has unit volt, expected second",
        ),
        ("network.layers.0.neuron.tau=20 ms", "unknown parameter 'tau'"),
        ("network.rule.eta=nan", "the learning rate 'eta' is nan, expected a finite number"),
        ("network.layers.0.size=0", "network.layers.0: Layer: size is 0"),
        ("network.layers.3.size=10", "'3' is no index here; the list has 1 entries"),
        ("network.layers.0.label_weight=-1", "network.layers.0.label_weight is -1"),
        ("network.layers.0.initial_weight=3 mV", "network.layers.0.initial_weight is '3 mV'"),
        ("data.validation=many", "data.validation is 'many', expected a fraction"),
        ("data.sourc=mnist", "data has the unknown key 'sourc'; known are source"),
        ("seeds=[1, 1]", "seeds is [1, 1], expected a list of different whole numbers"),
        ("expected.test_accuracy=[0.9, 0.1]", "expected.test_accuracy is [0.9, 0.1]"),
        ("epochs", "expected a dotted key, '=' and a value"),
    ],
)
def test_what_is_wrong_is_named(load, override, words):
    with pytest.raises(ExperimentError) as caught:
        load(override)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text, words",
    [
        ("[data", "mine.toml is not valid TOML"),
        ("[data]\nsource = 'digits'", "lacks 'training'"),
        (MINIMAL.replace("epochs = 2\n", ""), "training lacks 'epochs'; it needs epochs"),
    ],
)
def test_an_incomplete_file_is_refused(load, text, words):
    with pytest.raises(ExperimentError) as caught:
        load(text=text)
    assert words in str(caught.value)


def test_an_unknown_experiment_lists_the_known():
    with pytest.raises(ExperimentError, match="neither a file nor a known experiment; known are .*digits"):
        Experiment.load("digit")
