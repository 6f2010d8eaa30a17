"""A trained network in plain Brian 2 spikes as it does in ffbrian."""

import runpy
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms
from marks import long_but

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.network import connections
from ffbrian.train.recorder import sent_spikes
from ffbrian.train.run_folder import Folder
from ffbrian.train.trained import Model

N_CLASSES, SHAPE = 3, (1, 4, 5)


@pytest.fixture(autouse=True)
def numpy_target():
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = "auto"


def model_of(*layers, dt=1e-3, float_type="float64", **pieces):
    """A model with random weights that presentations of 40 ms drive well."""
    plan = Plan(
        ff.Network(layers, **pieces),
        DataShape("values", SHAPE, N_CLASSES),
        round(0.04 / dt),
        dt,
        float_type=float_type,
    )
    rng = np.random.default_rng(3)
    state = {
        f"{name}.w": rng.normal(0.1, 0.25, size).clip(-1, 1).astype(float_type)
        for name, size in plan.synapse_sizes().items()
    }
    for number, layer in enumerate(layers, 1):
        state |= {
            f"layer_{number}.{name}": rng.uniform(0, 1e-3, layer.size) for name in layer.neuron.persistent
        }
    return Model(plan, state)


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)


def steps_and_neurons(times, neurons, dt, end):
    steps = np.rint(np.asarray(times) / dt).astype(int)
    return sorted(
        (step, neuron) for step, neuron in zip(steps.tolist(), np.array(neurons).tolist()) if step < end
    )


def compare(model, image, label=1):
    """Spikes of every layer, as ffbrian and as plain Brian 2 simulate them."""
    plan = model.plan
    recording = model.record(
        presentations=[(image, label, "evaluation")], variables=[], neurons=[], pause=False
    )
    network = model.to_brian(image, label)
    network.run(plan.n_steps * plan.dt * b2.second, namespace={})
    for number, _ in enumerate(plan.network.layers, 1):
        neurons, times = recording.spikes[f"layer_{number}"]
        monitor = network[f"layer_{number}_spikes"]
        expected = steps_and_neurons(times, neurons, plan.dt, plan.n_steps)
        assert len(expected) > 50
        assert steps_and_neurons(monitor.t, monitor.i, plan.dt, plan.n_steps) == expected
        goodness = np.mean(network[f"layer_{number}"].contribution)
        assert goodness == pytest.approx(recording.presentations[0].goodness[number - 1], abs=1e-4)
    return network


@pytest.mark.parametrize(
    "neuron",
    long_but(
        [
            "lif",
            "adaptive_lif",
            "izhikevich",
            "adex",
            "conductance_lif",
            "hodgkin_huxley",
            "mixed_lif",
            "quadratic",
        ],
        "lif",
        "izhikevich",
        "hodgkin_huxley",
    ),
)
def test_every_neuron_model_spikes_at_the_same_steps(neuron, image):
    dt = 1e-4 if neuron in ("adex", "hodgkin_huxley") else 1e-3
    compare(model_of(ff.Layer(20, neuron=getattr(ff.neurons, neuron)), dt=dt), image)


@pytest.mark.parametrize("float_type", ["float64", "float32"])
def test_two_layers(image, float_type):
    compare(model_of(ff.Layer(20), ff.Layer(15), float_type=float_type), image)


@pytest.mark.parametrize(
    "settings",
    [
        dict(inhibition=ff.inhibition.subtractive),
        dict(delay=5 * ms),
        dict(connection=connections.RandomConnection(0.5)),
        dict(
            connection=connections.LocalConnection(2), delay=3 * ms, neuron=ff.neurons.lif(refractory="2 ms")
        ),
        dict(synapse=ff.synapses.two_exponentials),
    ],
    ids=[
        "inhibition",
        "delays",
        "random connection",
        "patches, delays, refractory neurons",
        "two time constants",
    ],
)
def test_connections_delays_and_inhibition(image, settings):
    compare(model_of(ff.Layer(20, **settings), ff.Layer(15)), image)


def test_the_compiled_network_gives_the_same_goodness(image):
    """As the network of an evaluation, in single precision and compiled, computes it."""
    encoder = ff.encoders.rate(start="phase = 0.5")  # no random numbers, which differ between C++ and numpy
    model = model_of(ff.Layer(20), float_type="float32", encoder=encoder)
    goodness = model.predict(ff.datasets.Images(image[None], np.array([1]), name="one")).goodness[0, 0]
    assert len(set(goodness.tolist())) == N_CLASSES
    for label in range(N_CLASSES):
        network = model.to_brian(image, label)
        network.run(40 * ms, namespace={})
        assert np.mean(network["layer_1"].contribution) == pytest.approx(goodness[label], rel=1e-5)


def test_readout_responds_as_in_ffbrian(image):
    model = model_of(ff.Layer(20), readout=ff.readouts.delta)
    runtime = Model(model.plan, model.state, mode="runtime")
    split = ff.datasets.Images(image[None], np.array([0]), name="one")
    network = model.to_brian(image, 0)
    network.run(40 * ms, namespace={})
    assert model.state["label_synapses_1.w"].any(), "labels would be heard, but none is shown"
    np.testing.assert_allclose(network["readout"].y, runtime.predict(split).goodness[0, 0], rtol=1e-5)


def test_without_a_sample_nothing_is_shown_until_spikes_are_given(image):
    model = model_of(ff.Layer(20))
    network = model.to_brian()
    network["inputs"].set_spikes([0, 3], [0, 5] * ms)
    network.run(40 * ms, namespace={})
    weights = model.state["synapses_1.w"].reshape(20, 20)
    by_hand = np.clip(-0.065 + 0.015 * weights[0], -0.08, None)
    for step in range(1, 40):
        by_hand = -0.065 + (by_hand + 0.065) * np.exp(-1 / 50)
        fired = by_hand > -0.05
        by_hand = np.clip(by_hand - 0.015 * fired + 0.015 * weights[3] * (step == 5), -0.08, None)
    np.testing.assert_allclose(np.asarray(network["layer_1"].v), by_hand, atol=1e-12)


def test_a_sample_without_a_label_is_refused(image):
    with pytest.raises(ff.DataError, match="no label; give the one to show as label="):
        model_of(ff.Layer(20)).to_brian(image)


def test_the_command_writes_a_script_that_needs_brian_only(main, finished, tmp_path):
    folder, _ = finished
    status, out, err = main("export", "brian", folder, "-o", tmp_path / "network.py", "--sample", 3)
    assert (status, out.strip().splitlines()[-1]) == (0, str(tmp_path / "network.py")), err
    assert "import ffbrian" not in (tmp_path / "network.py").read_text()
    made = runpy.run_path(str(tmp_path / "network.py"))
    model = ff.Model.load(folder / "model.npz")
    sample = Folder.open(folder).experiment.data.load().test[3]
    recording = model.record(
        presentations=[(sample, sample.label, "evaluation")], variables=[], neurons=[], pause=False
    )
    neurons, times = recording.spikes["layer_1"]
    monitor, dt, n_steps = made["layer_1_spikes"], model.plan.dt, model.plan.n_steps
    assert monitor.num_spikes > 50
    assert steps_and_neurons(monitor.t, monitor.i, dt, n_steps) == steps_and_neurons(
        times, neurons, dt, n_steps
    )


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--sample", 100], "--sample 100: the test set has the samples 0 to 99"),
        (["--seed", 8], "no finished run of seed 8; finished are 3"),
    ],
)
def test_wrong_words_are_refused(main, finished, tmp_path, words, sentence):
    status, _, err = main("export", "brian", finished[0], "-o", tmp_path / "network.py", *words)
    assert status == 2 and sentence in err
    assert not list(Path(tmp_path).iterdir())


@pytest.mark.parametrize(
    "form, file, sentence",
    [
        ("nir", "a.nir", "NIR cannot say; train with limit="),
        ("nir", "a.py", "expected a file that ends in .nir"),
        ("brian", "a.nir", "expected a file that ends in .py"),
    ],
)
def test_what_cannot_be_written_is_refused(main, finished, tmp_path, form, file, sentence):
    status, _, err = main("export", form, finished[0], "-o", tmp_path / file)
    assert status == 2 and sentence in err
    assert not list(tmp_path.iterdir())


def test_spikes_of_inputs_do_not_depend_on_the_label(image):
    model = model_of(ff.Layer(20))
    first, second = (sent_spikes(model, image, label) for label in (0, 2))
    assert np.array_equal(first["inputs"][1], second["inputs"][1]) and len(first["inputs"][0]) > 50
    assert {*first["labels"][0].tolist()} == {0} and {*second["labels"][0].tolist()} == {2}
