"""Inhibition within a layer, against the sums it stands for."""

import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff


@pytest.fixture(scope="module")
def train():
    """A few real digits (`Images`)."""
    return ff.datasets.load("digits").train.take(slice(0, 40))


def recording(train, inhibition, mode="runtime", variables=("v", "g")):
    """Model and recording of one digit in a layer of 30 neurons."""
    layer = ff.Layer(30, initial_weight=0.2, inhibition=inhibition)
    trainer = ff.Trainer(ff.Network(layer), presentation=40 * ms, mode=mode, float_type="float64")
    model = trainer.fit(train, 0, seed=2)
    return model, model.record(train[0], variables=variables if inhibition else ["v"], mode=mode)


@pytest.fixture(scope="module")
def recorded(train):
    """Recordings by kind of inhibition."""
    return {
        name: recording(train, model)[1]
        for name, model in [
            ("none", None),
            ("subtractive", ff.inhibition.subtractive),
            ("divisive", ff.inhibition.divisive),
        ]
    }


def test_the_interneuron_filters_the_spikes_of_its_layer(recorded):
    found = recorded["subtractive"]
    steps = np.round(np.asarray(found.spikes["layer_1"][1]) / 1e-3).astype(int)
    counts, expected = np.bincount(steps, minlength=80) / 30, np.zeros(80)
    decay, g = np.exp(-1 / 10), 0.0
    for step in range(80):
        g = 0.0 if step == 40 else g * decay
        g = expected[step] = g + counts[step]
    np.testing.assert_allclose(found["pool_layer_1.g"][:80, 0], expected, rtol=1e-9, atol=1e-12)
    assert expected.max() > 0.1


@pytest.mark.parametrize("kind", ["subtractive", "divisive"])
def test_inhibition_lowers_activity(recorded, kind):
    counts = {name: len(found.spikes["layer_1"][0]) for name, found in recorded.items()}
    assert 0 < counts[kind] < 0.9 * counts["none"]


@pytest.mark.parametrize("mode", ["runtime", "standalone"])
@pytest.mark.parametrize("kind", ff.inhibition.__all__)
def test_copies_for_all_labels_have_interneurons_of_their_own(train, kind, mode):
    layer = ff.Layer(20, initial_weight=0.2, inhibition=getattr(ff.inhibition, kind))
    model = ff.Trainer(ff.Network(layer), float_type="float64", mode=mode).fit(train, 1, seed=1)
    few = train.take(slice(0, 4))
    one_by_one = model.predict(few)
    np.testing.assert_allclose(
        ff.Model(model.plan, model.state, model.seed).predict(few).goodness,
        one_by_one.goodness,
        rtol=1e-5,
        atol=1e-6,
    )
    assert one_by_one.goodness.std() > 0


def test_strength_0_changes_nothing(train):
    plain, none = (
        ff.Trainer(ff.Network(ff.Layer(20, initial_weight=0.2, inhibition=kind)), mode="runtime").fit(
            train.take(slice(0, 10)), 1
        )
        for kind in (ff.inhibition.subtractive(strength=0), None)
    )
    np.testing.assert_array_equal(plain.state["synapses_1.w"], none.state["synapses_1.w"])


def test_wrong_inhibition_is_refused():
    with pytest.raises(ff.ModelError, match="on_spike sets 'h', but the equations have only g"):
        ff.inhibition.subtractive(on_spike="h = 1")
    with pytest.raises(ff.ModelError, match="inhibition is 3, expected an Inhibition"):
        ff.Layer(5, inhibition=3)


@pytest.mark.parametrize("mode", ["runtime", "standalone"])
def test_the_interneuron_gathers_what_arrives_in_a_step(train, mode):
    """Against weights and recorded spikes, by hand."""
    model, found = recording(train, ff.inhibition.rms_divisive, mode, ("v", "power"))
    weights = model.state["synapses_1.w"].reshape(64, 30)
    senders, times = found.spikes["inputs"]
    arrived = np.zeros((80, 30))
    np.add.at(arrived, np.rint(np.asarray(times) / 1e-3).astype(int), weights[np.asarray(senders)])
    label, when = found.spikes["labels"]
    own = model.state["label_synapses_1.w"].reshape(10, -1, 30)[:, 0]
    np.add.at(arrived, np.rint(np.asarray(when) / 1e-3).astype(int), own[np.asarray(label)])
    power = (arrived**2).mean(axis=1)
    assert np.ptp(power[power > 0]) > 0.01
    np.testing.assert_allclose(found["pool_layer_1.power"][:40, 0], power[:40], rtol=1e-6, atol=1e-12)


def test_a_neuron_that_spikes_more_than_the_others_gets_more(train):
    """With a gain that follows nothing the layer is as without; else some get more and some get less."""
    flat, sharp, none = (
        len(recording(train, kind, variables=("v",))[1].spikes["layer_1"][0])
        for kind in (
            ff.inhibition.channel_attention(sharpness=0),
            ff.inhibition.channel_attention(sharpness=3.0),
            None,
        )
    )
    assert flat == none != sharp


def test_more_wrong_inhibition_is_refused():
    with pytest.raises(ff.ModelError, match="on_arrival sets 'power' with '=', expected '\\+=' or '-='"):
        ff.inhibition.rms_divisive(on_arrival="power = afferent")
    with pytest.raises(ff.ModelError, match="each_step uses 'size', which is not defined"):
        ff.inhibition.rms_divisive(each_step="power = size")
    with pytest.raises(ff.ModelError, match="on_spike uses 'n_spikes', which is not defined"):
        ff.inhibition.channel_attention(on_spike="mean_spikes += n_spikes")
    with pytest.raises(ff.ModelError, match="on_arrival sets 'h', but the equations have only power"):
        ff.inhibition.rms_divisive(on_arrival="h = afferent")
