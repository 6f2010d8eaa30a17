"""Parameters that differ from neuron to neuron: drawn once from the seed, saved, recorded, refused."""

import numpy as np
import pytest
from brian2 import ms, mV

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.network.layer import from_record, record
from ffbrian.train.experiment import Experiment

N = 12


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 4))


def fit(network, data, seed=1):
    return ff.Trainer(network, mode="runtime").fit(data, epochs=1, seed=seed, progress=None)


def network(**differing):
    return ff.Network([ff.Layer(N, initial_weight=0.2, per_neuron=differing)])


def test_values_come_from_the_seed_and_are_saved_and_recorded(digits, tmp_path):
    net = network(tau_m="20*ms*exp(0.5*randn())", v_th=np.linspace(-52, -48, N) * mV)
    model, again, other = (fit(net, digits, seed) for seed in (1, 1, 2))
    tau = model.state["layer_1.tau_m"]
    assert len(np.unique(tau)) == N and (tau > 0).all()
    np.testing.assert_array_equal(tau, again.state["layer_1.tau_m"])
    assert (tau != other.state["layer_1.tau_m"]).any()
    np.testing.assert_allclose(model.state["layer_1.v_th"], np.linspace(-0.052, -0.048, N), rtol=1e-6)
    model.save(tmp_path / "model.npz")
    loaded = ff.Model.load(tmp_path / "model.npz", mode="runtime")
    found = np.asarray(loaded.record(digits[0], variables=["tau_m"]).traces["layer_1.tau_m"])
    np.testing.assert_array_equal(found[0], tau)
    np.testing.assert_array_equal(loaded.predict(digits).goodness, model.predict(digits).goodness)


def test_a_neuron_with_its_own_time_constant_decays_with_it(digits):
    """Without input the membrane goes from v = -55 mV to rest by exp(-t/tau), neuron by neuron."""
    started = ff.neurons.lif(initial="v = -55*mV")
    taus = np.linspace(10, 60, N)
    layer = ff.Layer(N, started, initial_weight=1e-12, per_neuron={"tau_m": taus * ms})
    model = ff.Model(
        ff.Trainer(ff.Network([layer]), mode="runtime", float_type="float64").plan(DataShape.of(digits, 10)),
        {
            "synapses_1.w": np.zeros(64 * N),
            "label_synapses_1.w": np.zeros(10 * N),
            "layer_1.tau_m": taus / 1000,
        },
        mode="runtime",
    )
    v = np.asarray(model.record(digits[0], variables=["v"]).traces["layer_1.v"])
    steps = np.arange(1, 20)[:, None]
    np.testing.assert_allclose(v[:19], -0.065 + 0.010 * np.exp(-steps / taus), rtol=1e-5)


def test_equal_values_give_what_the_parameter_gives(digits):
    plain = fit(ff.Network([ff.Layer(N, ff.neurons.lif(tau_m=30 * ms), initial_weight=0.2)]), digits)
    listed = fit(network(tau_m=["30 ms"] * N), digits)
    np.testing.assert_allclose(listed.state["synapses_1.w"], plain.state["synapses_1.w"], atol=1e-6)


def test_a_layer_and_its_values_survive_as_text():
    layer = ff.Layer(N, per_neuron={"tau_m": "20*ms + i*ms", "v_th": np.full(N, -50) * mV})
    assert from_record(record(layer)) == layer
    assert "for each neuron tau_m = 20*ms + i*ms; v_th = 12 values from -0.05 to -0.05 volt" in str(
        ff.Network([layer])
    )


def test_a_file_says_what_differs():
    change = 'network.layers.0.per_neuron={tau_m="20*ms + 60*ms*rand()"}'
    experiment = Experiment.load("digits", [change])
    assert experiment.trainer.network.layers[0].per_neuron == {"tau_m": "20*ms + 60*ms*rand()"}


@pytest.mark.parametrize(
    "value, sentence",
    [
        ([20.0] * 3 * ms * 1000 * ms, "has unit"),
        (np.array([20, -1, 3]) * ms, "divides by it; give times above 0"),
        (20 * ms, "has a single value, expected 3"),
        ([1, "20 ms", "x"], "is not a quantity"),
    ],
)
def test_values_that_do_not_fit_are_refused(value, sentence):
    with pytest.raises(ff.ModelError, match=sentence):
        ff.Layer(3, per_neuron={"tau_m": value})


def test_a_draw_that_is_no_time_is_refused_when_the_training_begins(digits):
    with pytest.raises(ff.ModelError, match="'tau_m' has values down to -.* give times above 0"):
        fit(network(tau_m="-20*ms*rand()"), digits)
