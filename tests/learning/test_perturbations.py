"""Perturbations do what they say, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import Hz, ms, mV

import ffbrian as ff
from ffbrian.analyse.perturbations import (
    KINDS,
    DeadNeurons,
    GaussianNoise,
    InputRate,
    MembraneNoise,
    Quantization,
    SaltAndPepper,
    SpikeDeletion,
    SpikeJitter,
    StuckOff,
    StuckOn,
    ThresholdMismatch,
    WeightNoise,
    WeightOffset,
)
from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Events, Images
from ffbrian.errors import ModelError
from ffbrian.learning import forward_forward as schedule
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.encoder_spikes import as_events
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

N_NEURONS = 40


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def images():
    values = np.random.default_rng(1).integers(0, 256, (3, 1, 5, 5), np.uint8)
    return Images(values, np.arange(3) % 2)


def fresh(images, *layers):
    """A model with fresh weights, in runtime mode."""
    plan = ff.Trainer(ff.Network(layers), presentation=10 * ms).plan(DataShape.of(images, 2))
    return Model(plan, initial_state(plan, np.random.default_rng(2)), mode="runtime")


@pytest.fixture(scope="module")
def model(images):
    """One layer."""
    return fresh(images, ff.Layer(N_NEURONS, initial_weight=0.3))


@pytest.fixture(scope="module")
def expected(model, images):
    """What the model says, undisturbed."""
    return model.predict(images)


def weights(model):
    return {name: model.state[f"{name}.w"] for name in model.plan.synapse_sizes()}


@pytest.mark.parametrize(
    "kind",
    [GaussianNoise, SaltAndPepper, InputRate, WeightNoise, WeightOffset, StuckOn, StuckOff, DeadNeurons],
)
def test_the_clean_strength_changes_nothing(kind, model, images, rng):
    changed, shown = kind(kind.clean).apply(model, images, rng)
    assert changed.evaluation_plan().key() == model.evaluation_plan().key()
    assert np.array_equal(shown.values, images.values)
    assert all(np.array_equal(changed.state[name], model.state[name]) for name in model.state)


@pytest.mark.parametrize("kind", [SpikeDeletion, ThresholdMismatch])
def test_another_network_of_the_clean_strength_gives_the_same_goodness(kind, model, images, expected, rng):
    changed, shown = kind(kind.clean).apply(model, images, rng)
    found = changed.predict(shown)
    assert changed.plan.key() != model.plan.key() and expected.input_spikes.sum() > 50
    assert np.array_equal(found.goodness, expected.goodness) and np.array_equal(
        found.input_spikes, expected.input_spikes
    )


@pytest.mark.parametrize("kind", KINDS.values())
def test_equal_generators_give_equal_perturbations_and_arguments_stay(kind, model, images):
    strength = 2 if kind in (Quantization, InputRate) else 0.3
    before, values = {name: value.copy() for name, value in model.state.items()}, images.values.copy()
    first, second = (kind(strength).apply(model, images, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(first[0].state[name], second[0].state[name]) for name in first[0].state)
    assert first[0].plan == second[0].plan and np.array_equal(content(first[1]), content(second[1]))
    assert np.array_equal(images.values, values) and all(
        np.array_equal(model.state[name], before[name]) for name in before
    )


def content(split):
    return split.values if hasattr(split, "values") else split.times_us


# -- samples and spikes -----------------------------------------------------------
def test_gaussian_noise_has_its_deviation(model, rng):
    grey = Images(np.full((4, 1, 60, 60), 128, np.uint8), np.zeros(4, int))
    _, noisy = GaussianNoise(0.1).apply(model, grey, rng)
    assert noisy.values.astype(float).std() == pytest.approx(25.5, rel=0.03)


def test_salt_and_pepper_has_its_fraction(model, rng):
    grey = Images(np.full((4, 1, 60, 60), 128, np.uint8), np.zeros(4, int))
    values = SaltAndPepper(0.2).apply(model, grey, rng)[1].values
    assert np.mean(values == 0) == pytest.approx(0.1, abs=0.01) and np.mean(values == 255) == pytest.approx(
        0.1, abs=0.01
    )


def events(n_samples=40, n_events=500):
    times = np.sort(np.random.default_rng(0).integers(0, 10_000, (n_samples, n_events)), axis=1)
    units = np.random.default_rng(1).integers(0, 25, n_samples * n_events)
    return Events(times.ravel(), units, np.arange(n_samples + 1) * n_events, np.arange(n_samples) % 2, 25)


@pytest.fixture(scope="module")
def listener(model, images):
    """The model that reads events."""
    return as_events(model, images)[0]


def test_deleted_spikes_are_a_fraction_of_each_sample(listener, rng):
    before = events()
    _, after = SpikeDeletion(0.3).apply(listener, before, rng)
    assert len(after.times_us) / len(before.times_us) == pytest.approx(0.7, abs=0.02)
    for one, all_of_it in ((after[k].value, before[k].value) for k in range(len(before))):
        assert set(zip(one.times_us, one.units)) <= set(zip(all_of_it.times_us, all_of_it.units))


def test_jittered_spikes_move_by_their_deviation_and_stay_inside(listener, rng):
    before = Events(np.full(5000, 5000), np.zeros(5000, int), np.arange(51) * 100, np.zeros(50, int), 25)
    _, after = SpikeJitter(1.0).apply(listener, before, rng)
    assert after.times_us.std() == pytest.approx(1000, rel=0.05) and np.array_equal(
        after.offsets, before.offsets
    )
    _, far = SpikeJitter(50.0).apply(listener, before, rng)
    assert far.times_us.min() >= 0 and far.times_us.max() < 10_000


def test_the_input_rate_is_a_factor(model, images, rng):
    changed, _ = InputRate(0.5).apply(model, images, rng)
    assert changed.network.encoder.values["max_rate"] == 125 * Hz


# -- synapses -------------------------------------------------------------------
def test_weight_noise_is_relative(model, images, rng):
    noisy, clean = weights(WeightNoise(0.1).apply(model, images, rng)[0]), weights(model)
    ratio = np.concatenate([noisy[name] / clean[name] for name in clean])
    assert ratio.mean() == pytest.approx(1, abs=0.01) and ratio.std() == pytest.approx(0.1, rel=0.1)


def test_a_weight_offset_is_in_units_of_the_projection(model, images, rng):
    noisy, clean = weights(WeightOffset(0.5).apply(model, images, rng)[0]), weights(model)
    moved = noisy["synapses_1"] - clean["synapses_1"]
    assert moved.std() == pytest.approx(0.5 * np.sqrt(np.mean(clean["synapses_1"] ** 2)), rel=0.1)


@pytest.mark.parametrize("bits", [2, 3, 4, 6])
def test_quantized_weights_have_few_equidistant_levels(model, images, rng, bits):
    levels = np.unique(weights(Quantization(bits).apply(model, images, rng)[0])["synapses_1"]).astype(float)
    steps = levels / levels[levels > 0].min()
    assert 2**bits - 4 <= len(levels) <= 2**bits - 1 and np.allclose(steps, np.rint(steps), atol=1e-3)


def test_more_bits_are_nearer_to_the_weights(model, images, rng):
    clean = weights(model)["synapses_1"]
    errors = [
        np.square(weights(Quantization(bits).apply(model, images, rng)[0])["synapses_1"] - clean).mean()
        for bits in (2, 3, 4, 6, 8)
    ]
    assert errors == sorted(errors, reverse=True) and errors[-1] < 1e-3 * np.square(clean).mean()


def test_stuck_synapses_are_a_fraction_and_the_rest_stays(model, images, rng):
    for kind, value in ((StuckOn, lambda w: np.abs(w).max()), (StuckOff, lambda w: 0)):
        w, clean = weights(kind(0.1).apply(model, images, rng)[0])["synapses_1"], weights(model)["synapses_1"]
        stuck = w != clean
        assert stuck.mean() == pytest.approx(0.1, abs=0.03) and np.all(w[stuck] == value(clean))


# -- neurons ----------------------------------------------------------------------
def test_dead_neurons_are_counted_and_silent(model, images, rng):
    damaged, _ = DeadNeurons(0.3).apply(model, images, rng)
    silent = (damaged.state["synapses_1.w"].reshape(25, -1) == 0).all(axis=0) & (
        damaged.state["label_synapses_1.w"].reshape(2, -1) == 0
    ).all(axis=0)
    assert silent.sum() == round(0.3 * N_NEURONS)
    recording = damaged.record(images[0])
    assert not np.isin(recording.spikes["layer_1"][0], np.flatnonzero(silent)).any() and len(
        recording.spikes["layer_1"][0]
    )


def test_dead_neurons_lose_the_synapses_of_a_partial_connection(images, rng):
    partial = fresh(images, ff.Layer(8, connection=ff.connections.RandomConnection(0.5)), ff.Layer(4))
    state = DeadNeurons(0.5).apply(partial, images, rng)[0].state
    post = ff.connections.pairs(partial.network.layers[0].connection, (1, 5, 5), 8)[1]
    dead = [neuron for neuron in range(8) if not state["synapses_1.w"][post == neuron].any()]
    assert (
        len(dead) == 4 and np.count_nonzero(state["synapses_1.w"]) == np.isin(post, dead, invert=True).sum()
    )
    assert (state["synapses_2.w"].reshape(8, 4) == 0).all(axis=0).sum() == 2


def test_thresholds_have_their_deviation(model, images, rng):
    changed, _ = ThresholdMismatch(0.1).apply(model, images, rng)
    drawn = changed.state["layer_1.v_th"]
    assert (
        drawn.size == N_NEURONS
        and drawn.std() == pytest.approx(1.5e-3, rel=0.3)
        and drawn.mean() == pytest.approx(-50e-3, abs=1e-3)
    )
    low = replace(
        changed, state=changed.state | {"layer_1.v_th": np.where(np.arange(N_NEURONS) == 7, -64e-3, drawn)}
    )
    spikes = [
        np.bincount(one.record(images[0]).spikes["layer_1"][0], minlength=N_NEURONS)[7]
        for one in (changed, low)
    ]
    assert spikes[1] > spikes[0]


@pytest.mark.parametrize("kind", [ThresholdMismatch, MembraneNoise])
def test_networks_whose_copies_learnt_can_be_given_other_neurons(kind, images, rng):
    """While they learn, copies cannot keep what differs from neuron to neuron."""
    network = ff.Network(ff.Layer(8), rule=ff.plasticity.trace_product, modulator=ff.modulators.contrast)
    trainer = ff.Trainer(network, negatives=ff.AllNegatives(), presentation=10 * ms, mode="runtime")
    plan = trainer.plan(DataShape.of(images, 2))
    learnt = Model(plan, initial_state(plan, np.random.default_rng(2)), mode="runtime")
    changed, shown = kind(0.3).apply(learnt, images, rng)
    assert changed.predict(shown).goodness.shape == (3, 1, 2)


def test_membrane_noise_has_its_deviation_and_differs_between_labels():
    """Without input and leak the membrane is a random walk; sd at the end = strength * threshold distance."""
    split = Images(np.zeros((150, 1, 2, 2), np.uint8), np.zeros(150, int))
    network = ff.Network([ff.Layer(2, neuron=ff.neurons.lif(tau_m=1e6 * ms, v_floor=-1000 * mV))])
    plan = ff.Trainer(network, presentation=10 * ms).plan(DataShape.of(split, 3))
    quiet = Model(
        plan, {name: 0 * value for name, value in initial_state(plan, np.random.default_rng(0)).items()}
    )
    model, _ = MembraneNoise(0.1).apply(quiet, split, np.random.default_rng(4))
    plan = replace(model.evaluation_plan(), recorded=(("candidates_1", ("v",), None),))
    rows = schedule.evaluation(np.arange(len(split)), split.labels, np.array([0]), model.seed)
    with data_file(split, plan) as path:
        v = (
            open_plan(plan, "standalone")
            .run(rows, path, model.state_for(plan), {})
            .recordings["candidates_1_states"]["v"]
        )
    last = v[plan.n_steps - 1 : len(split) * plan.n_steps : plan.n_steps] + 65e-3
    assert last.shape == (150, 6)
    assert last.std() == pytest.approx(1.5e-3, rel=0.1)
    correlation = np.corrcoef(last.T) - np.eye(6)
    assert np.abs(correlation).max() < 0.35


# -- refusals -----------------------------------------------------------------------
def test_strengths_outside_their_range_are_refused():
    with pytest.raises(
        ModelError,
        match=r"'dead_neurons': strength is 1.5, expected a number from 0 to 1 \(fraction of the neurons\)",
    ):
        DeadNeurons(1.5)
    with pytest.raises(
        ModelError, match="'gaussian_noise': strength is -0.1, expected a number of at least 0"
    ):
        GaussianNoise(-0.1)
    with pytest.raises(ModelError, match="whole number of bits from 2 to 24"):
        Quantization(2.5)


def test_what_cannot_be_perturbed_is_named(model, listener, images, rng):
    with pytest.raises(ModelError, match="needs images, but events holds events; use spike_deletion"):
        GaussianNoise(0.1).apply(listener, events(2, 5), rng)
    with pytest.raises(ModelError, match="encoder 'events' has no parameter for its rate"):
        InputRate(0.5).apply(listener, events(2, 5), rng)
    with pytest.raises(ModelError, match="has no parameter 'v_peak', only tau_m"):
        ThresholdMismatch(0.1, threshold="v_peak").apply(model, images, rng)
    with pytest.raises(ModelError, match="has no differential equation of 'u', only v"):
        MembraneNoise(0.1, variable="u").apply(model, images, rng)
