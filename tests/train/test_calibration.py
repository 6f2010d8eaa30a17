"""Settings that are "auto" follow from 64 training samples, by formulae that stand here a second time."""

import json
from dataclasses import replace

import numpy as np
import pytest
from brian2 import Hz, ms

import ffbrian as ff
from ffbrian.analyse.comparison import Comparison
from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Events, Images
from ffbrian.errors import ExperimentError, ModelError
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import catalogue, comparisons
from ffbrian.train.trained import Model
from ffbrian.train.trainer import Trainer

N_SAMPLES, N_UNITS, DURATION_US = 40, 12, 50_000


@pytest.fixture(scope="module")
def events():
    """Random events of 12 units, at most one per unit and millisecond."""
    rng = np.random.default_rng(5)
    counts = rng.integers(20, 60, N_SAMPLES)
    samples = [np.sort(rng.permutation(N_UNITS * 50)[:count]) for count in counts]
    order = [np.argsort(sample % 50, kind="stable") for sample in samples]
    places = np.concatenate([sample[chosen] for sample, chosen in zip(samples, order)])
    labels = np.arange(N_SAMPLES) % 3
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return Events(places % 50 * 1000 + 200, (places // 50).astype(np.int32), offsets, labels, N_UNITS)


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits")


def squares(events):
    """S of encoders that hand on every event: mean over samples of the summed squared counts."""
    samples = [events[index].value.units for index in range(len(events))]
    return np.mean([np.sum(np.bincount(units, minlength=N_UNITS) ** 2.0) for units in samples])


def learning_rate(events):
    """What tells samples apart over what they share, for the S of samples of many spikes."""
    counts = [np.bincount(events[k].value.units, minlength=N_UNITS) for k in range(len(events))]
    shared = np.mean([one @ two for k, one in enumerate(counts) for two in counts[:k]])
    own = np.array([one @ one for one in counts], float)
    share = min(max(shared / own.mean(), 0.25), 0.8)
    return (1 - share) / share / (np.mean(own**2) / np.mean(own))


def chosen(trainer, train, n_classes=None):
    return trainer.calibrated(train, n_classes).chosen


def plain(events, **settings):
    """A trainer of a network that reads events as they are."""
    network = ff.Network([ff.Layer(7)], encoder=ff.encoders.events)
    return Trainer(network, presentation=50 * ms, dt=1 * ms, **settings)


def test_weights_and_learning_rate_follow_from_the_squared_counts(events):
    found, s = chosen(plain(events), events), squares(events)
    assert found["network.layers.0.initial_weight"] == pytest.approx(2 / np.sqrt(s), rel=5e-3)
    assert found["network.rule.eta"] == pytest.approx(learning_rate(events), rel=5e-3)
    assert found["network.layers.0.label_weight"] == pytest.approx(4 / 50)  # 50 steps: one spike in each
    assert found["network.rule.w_max"] == pytest.approx(max(1, 20 * 2 / np.sqrt(s)), rel=5e-3)


def test_samples_that_share_nothing_are_reckoned_to_share_a_quarter(events):
    labels = np.arange(2)
    apart = Events(np.full(40, 100), np.repeat([0, 1], 20).astype(np.int32), np.array([0, 20, 40]), labels, 2)
    apart = replace(apart, times_us=np.tile(np.arange(20) * 1000 + 200, 2))
    found = chosen(plain(apart), apart)
    assert found["network.rule.eta"] == pytest.approx(3 / 400, rel=5e-3)


def test_neurons_that_see_half_of_the_inputs_get_weights_for_half_of_them(events):
    network = ff.Network(
        [ff.Layer(400, connection=ff.connections.RandomConnection(0.5))], encoder=ff.encoders.events
    )
    found = chosen(Trainer(network, presentation=50 * ms, dt=1 * ms), events)
    whole = chosen(plain(events), events)
    ratio = found["network.layers.0.initial_weight"] / whole["network.layers.0.initial_weight"]
    assert ratio == pytest.approx(np.sqrt(2), rel=0.05)


def test_the_label_fires_ten_times_in_a_long_presentation(events):
    network = ff.Network([ff.Layer(7)], encoder=ff.encoders.events)
    trainer = Trainer(network, presentation=100 * ms, dt=1 * ms)
    found = chosen(trainer, events)
    assert found["network.labels.max_rate"] == 100 * Hz
    assert found["network.layers.0.label_weight"] == pytest.approx(0.4)


def test_a_presentation_covers_the_durations_in_a_hundred_steps(events):
    found = trainer_of(events).calibrated(events).trainer
    last = [events[index].value.times_us[-1] for index in range(len(events))]
    assert float(found.presentation) == pytest.approx(np.percentile(last, 99) / 1e6, rel=0.01)
    assert float(found.presentation / found.dt) == pytest.approx(100)
    assert found.network.encoder == ff.encoders.paced_time_cells


def test_the_default_neuron_remembers_a_presentation(events):
    """As it does one of images: 50 ms and 20 ms; what is given stays, and so does another model."""
    found = trainer_of(events).calibrated(events)
    own = found.trainer.network.layers[0].neuron.values["tau_m"]
    assert own / found.trainer.presentation == pytest.approx(2.5, rel=5e-3)
    assert found.chosen["network.layers.0.neuron.tau_m"] == own
    for neuron in (ff.neurons.lif(tau_m=30 * ms), ff.neurons.adaptive_lif):
        trainer = Trainer(ff.Network([ff.Layer(7, neuron=neuron)]))
        assert trainer.calibrated(events).trainer.network.layers[0].neuron == neuron
    trainer = Trainer(ff.Network([ff.Layer(7, neuron=ff.neurons.lif(tau_m="auto"))]), presentation=40 * ms)
    assert trainer.calibrated(events).trainer.network.layers[0].neuron.values["tau_m"] == 100 * ms


def test_images_keep_the_membrane_of_the_model(digits):
    assert (
        Trainer(ff.Network([ff.Layer(7)])).calibrated(digits.train).trainer.network.layers[0].neuron
        == ff.neurons.lif
    )


@pytest.mark.parametrize(
    ("place", "piece", "can"),
    [
        ("rule", ff.plasticity.eligibility_stdp(A_plus="auto"), "A_plus .* Computed can be: eta, w_max"),
        ("encoder", ff.encoders.rate(max_rate="auto"), "max_rate .* Computed can be: no parameter of it"),
    ],
)
def test_what_nothing_computes_is_refused(digits, place, piece, can):
    with pytest.raises(ModelError, match=can):
        chosen(Trainer(ff.Network([ff.Layer(7)], **{place: piece})), digits.train)


def trainer_of(events):
    return Trainer(ff.Network([ff.Layer(7)]))


def test_events_ten_times_longer_get_the_same_weights(events):
    slow = replace(events, times_us=events.times_us * 10)
    fast, late = (trainer_of(split).calibrated(split) for split in (events, slow))
    assert float(late.trainer.presentation) == pytest.approx(10 * float(fast.trainer.presentation), rel=0.01)
    name = "network.layers.0.initial_weight"
    assert late.chosen[name] == pytest.approx(fast.chosen[name], rel=0.03)


def rested(images):
    """The same images, dimmer and above a resting level."""
    return replace(images, values=np.rint(255 * 0.6 + 0.4 * images.values).astype(np.uint8))


def test_a_resting_level_is_subtracted_and_the_range_restored(digits):
    network = ff.Network([ff.Layer(7)])
    seen = [
        Trainer(network).calibrated(split, 10).trainer.plan(DataShape.of(split, 10)).inputs.contrasted(split)
        for split in (digits.train, rested(digits.train))
    ]
    error = np.abs(seen[0].values.astype(float) - seen[1].values)
    assert error.mean() < 2 and error.max() <= 16
    assert not np.array_equal(digits.train.values, rested(digits.train).values)


@pytest.mark.parametrize("gain", [0.1, 0.5])
def test_dim_images_get_the_same_settings(digits, gain):
    dim = replace(digits.train, values=np.rint(gain * digits.train.values).astype(np.uint8))
    bright, found = (chosen(Trainer(ff.Network([ff.Layer(7)])), split, 10) for split in (digits.train, dim))
    for name in ("network.layers.0.initial_weight", "network.rule.eta"):
        assert found[name] == pytest.approx(bright[name], rel=0.1)


def test_what_is_given_stays(events):
    rule = ff.plasticity.eligibility_stdp(eta=1e-3, w_max=2.0)
    layer = ff.Layer(7, initial_weight=0.3, label_weight=0.5)
    labels = ff.encoders.labels(max_rate=40 * Hz)
    network = ff.Network([layer], encoder=ff.encoders.events, rule=rule, labels=labels)
    trainer = Trainer(network, presentation=50 * ms, dt=1 * ms)
    assert trainer.calibrated(events).trainer is trainer and not chosen(trainer, events)
    half = replace(trainer, network=replace(network, layers=[ff.Layer(7, initial_weight=0.3)]))
    assert not chosen(half, events)  # labels begin as the others do
    open_rule = replace(trainer, network=replace(network, rule=rule(eta="auto")))
    assert list(chosen(open_rule, events)) == ["network.rule.eta"]


def test_a_trained_model_holds_what_was_computed(events, tmp_path):
    model = Trainer(ff.Network([ff.Layer(7)]), mode="runtime").fit(events, 1, n_classes=3, progress=None)
    found = chosen(Trainer(ff.Network([ff.Layer(7)]), mode="runtime"), events, 3)
    assert model.network.layers[0].initial_weight == found["network.layers.0.initial_weight"]
    assert not model.network.open
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz", mode="runtime")
    assert np.array_equal(again.predict(events).goodness, model.predict(events).goodness)


def test_contrast_is_saved_with_the_model_and_used_in_answers(digits, tmp_path):
    few = rested(digits.train).take(slice(0, 30))
    trainer = Trainer(ff.Network([ff.Layer(20)]), mode="runtime")
    trainer.fit(few, 0, n_classes=10, progress=None).save(tmp_path / "model.npz")
    model = Model.load(tmp_path / "model.npz", mode="runtime")
    assert len(model.plan.inputs.offset) == 64 and model.plan.inputs.scale < 120
    spikes = model.predict(few.take(slice(0, 5))).input_spikes
    raw = replace(model, plan=replace(model.plan, inputs=replace(model.plan.inputs, offset=())))
    assert spikes.mean() < 0.5 * raw.predict(few.take(slice(0, 5))).input_spikes.mean()


def test_bright_images_with_a_resting_level_are_learnt(digits):
    train, test = rested(digits.train).take(slice(0, 600)), rested(digits.test).take(slice(0, 200))
    model = Trainer(ff.Network([ff.Layer(100)]), decay=0.9).fit(train, 6, seed=1, progress=None)
    assert model.score(test) > 0.7


# -- experiment files ---------------------------------------------------------------------
TEXT = """
[data]
source = "digits"
limit_train = 100
limit_test = 50
[network]
rule = {model = "eligibility_stdp", eta = "auto"}
[[network.layers]]
size = 20
initial_weight = "auto"
[training]
epochs = 1
mode = "runtime"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT)
    return path


def test_a_file_that_says_auto_or_nothing_is_computed_and_recorded(file):
    experiment, words = Experiment.load(file).calibrated()
    record = json.loads(json.dumps(experiment.resolved()))
    layer = record["network"]["layers"][0]
    assert f"network.layers.0.initial_weight = {layer['initial_weight']:g}" in words
    assert "computed from 64 training samples" in words
    assert "auto" not in json.dumps(record)
    again = Experiment.from_resolved(record)
    assert again.resolved() == record and again.calibrated() == (again, "")


def test_settings_can_be_overridden_one_by_one(file):
    words = ["network.layers.0.initial_weight=0.5", "training.offset=10", "training.presentation=30 ms"]
    experiment = Experiment.load(file, words).calibrated()[0]
    assert experiment.trainer.network.layers[0].initial_weight == 0.5
    assert experiment.trainer.offset == 10 and experiment.trainer.presentation == 30 * ms


def test_another_word_than_auto_is_refused(file):
    with pytest.raises(ExperimentError, match="initial_weight is 'automatic', expected .* or 'auto'"):
        Experiment.load(file, ["network.layers.0.initial_weight=automatic"])
    with pytest.raises(ExperimentError, match="eta.*'automatic' is not a quantity"):
        Experiment.load(file, ["network.rule.eta=automatic"])
    with pytest.raises(ModelError, match="offset has 3 values, but an image has 64 pixels"):
        images = Images(np.zeros((4, 1, 8, 8), np.uint8), np.arange(4))
        Trainer(ff.Network([ff.Layer(5)]), offset=[1, 2, 3], scale=9).plan(DataShape.of(images, 4))


def test_records_of_older_versions_keep_whole_grey_values(file):
    record = Experiment.load(file).calibrated()[0].resolved()
    for name in ("offset", "scale"):
        del record["training"][name]
    old = Experiment.from_resolved(record)
    assert (old.trainer.offset, old.trainer.scale) == (0, 255) and not old.trainer.open


def test_shipped_experiments_state_every_number():
    shipped = {name: Experiment.load(name).trainer.open for name in catalogue()}
    assert {name: keys for name, keys in shipped.items() if keys} == {}


@pytest.mark.parametrize("name", comparisons())
def test_shipped_comparisons_state_every_number(name):
    try:
        variants = Comparison.load(comparisons()[name], []).variants
    except ExperimentError as error:
        if "needs the package" not in str(error):
            raise
        pytest.skip(f"an optional package is missing: {error}")
    assert {one.name: one.experiment.trainer.open for one in variants if one.experiment.trainer.open} == {}


def test_a_rule_that_is_left_out_is_computed_with_the_first_weights(file):
    fixed = Experiment.load("digits", ["network.layers.0.initial_weight=0.1"]).trainer
    assert fixed.complete_network().rule.values["eta"] == 3e-4 and not fixed.open
    opened = Experiment.load("digits", ["network.layers.0.initial_weight=auto"]).trainer
    assert {"network.rule.eta", "network.rule.w_max"} <= set(opened.open)


# -- other data in the place of a file's own ---------------------------------------------------
def test_what_was_measured_on_other_data_is_not_expected(caplog):
    with caplog.at_level("INFO", "ffbrian"):
        other = Experiment.load("mnist", ["data.source=digits"])
    assert other.expected.test_accuracy is None and other.expected.minutes is None
    assert other.data.validation == 0.1
    assert "data.validation = 5000 was meant for the data of the file" in caplog.text
    train, validation = other.data.divide(other.data.load(), 1)
    assert len(validation) == round(0.1 * 1437)


def test_options_of_the_same_data_and_what_is_set_beside_them_stay():
    words = ["data.source=digits", "data.validation=100", "expected.test_accuracy=[0.5, 1.0]"]
    other = Experiment.load("mnist", words)
    assert other.data.validation == 100 and other.expected.test_accuracy == (0.5, 1.0)
    assert Experiment.load("bonn-eeg", ["data.source=bonn-eeg:seizure,fold=3,folds=10"]).data.validation == 45
    assert Experiment.load("mnist", ["training.epochs=1"]).expected == Experiment.load("mnist").expected


# -- ffbrian check ----------------------------------------------------------------------------
def test_check_says_what_reaches_the_network(main, small):
    status, out, err = main("check", small)
    assert status == 0, err
    figures = {line.rsplit("  ", 1)[0].strip(): line.rsplit("  ", 1)[1] for line in out.splitlines()[2:-2]}
    weight, s = 0.1, float(figures["S, summed squared input spikes"])
    assert float(figures["drive from below, spread in thresholds"].split()[0]) == pytest.approx(
        weight * np.sqrt(s), rel=0.01
    )
    assert float(figures["drive from the label"].split()[0]) == pytest.approx(weight * 20)
    assert "of the variance" in figures["drive from the label"]
    assert figures["input neurons that never spike"].endswith("of 64")
    assert float(figures["spikes per neuron and presentation"].split()[0]) > 0
    assert "auto, computed from 64 training samples: " in out and "network.rule.eta = " in out
    assert out.splitlines()[-1].startswith("a run takes about ")


def test_check_says_what_is_chosen_for_events(main, events, tmp_path):
    names = {"times_us": events.times_us, "units": events.units}
    names |= {"offsets": events.offsets, "labels": events.labels}
    arrays = {f"{part}_{name}": value for part in ("train", "test") for name, value in names.items()}
    np.savez(tmp_path / "events.npz", n_units=N_UNITS, **arrays)
    file, source = tmp_path / "events.toml", tmp_path / "events.npz"
    file.write_text(
        f'[data]\nsource = "npz:{source}"\n[[network.layers]]\nsize = 7\n[training]\nepochs = 1\n'
    )
    for words in ((), ("--set", "training.presentation=20 ms", "--set", "training.dt=1 ms")):
        status, out, err = main("check", file, *words)
        assert status == 0, err
        said = out.splitlines()[-2]
        for name, value in chosen(trainer_of(events), events).items():
            assert f"{name} = " in said and (not isinstance(value, str) or value in said)


def test_the_readout_suits_the_targets_where_the_encoder_is_chosen_for_the_data(digits):
    """A network that leaves both open gets spikes of fields and a linear readout for real-valued targets."""
    rng = np.random.default_rng(1)
    vectors = ff.datasets.from_arrays(rng.uniform(-1, 1, (30, 3)), rng.normal(size=30))
    network = ff.Network([ff.Layer(7)])
    found = Trainer(network, algorithm="random_features").calibrated(vectors, 2).trainer.network
    assert (found.encoder, found.readout) == (ff.encoders.field_spikes, ff.readouts.linear)
    images = Trainer(network, algorithm="random_features").calibrated(digits.train).trainer.network
    assert images.readout == ff.readouts.softmax
    chooses = replace(network, encoder=ff.encoders.field_spikes, readout=ff.readouts.softmax)
    with pytest.raises(
        ModelError, match="real-valued targets, but readout 'softmax' chooses between classes"
    ):
        Trainer(chooses, algorithm="random_features").calibrated(vectors, 2)


def test_check_of_a_function_says_nothing_of_labels(main, tmp_path):
    rng = np.random.default_rng(2)
    arrays = {f"x_{part}": rng.uniform(-1, 1, (30, 3)) for part in ("train", "test")}
    np.savez(
        tmp_path / "f.npz", **arrays, **{f"y_{part}": rng.normal(size=(30, 1)) for part in ("train", "test")}
    )
    file = tmp_path / "f.toml"
    file.write_text(
        f'[data]\nsource = "npz:{tmp_path / "f.npz"}"\n[learning]\nalgorithm = "random_features"\n'
        '[[network.layers]]\nsize = 7\n[training]\nepochs = 1\nmode = "runtime"\n'
    )
    status, out, err = main("check", file)
    assert status == 0, err
    assert "network.encoder = field_spikes" in out and "label" not in out
