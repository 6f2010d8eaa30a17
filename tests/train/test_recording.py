"""Recordings against hand arithmetic, an independent simulation and the compiled network."""

from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms, mV, volt
from tiny import N_NEURONS, N_STEPS, tiny

import ffbrian as ff
from ffbrian.analyse import stdp_window
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.errors import RunError
from ffbrian.train.recorder import record, recordable
from ffbrian.train.recording import Recording
from ffbrian.train.trained import Model


@pytest.fixture(scope="module")
def model():
    return tiny()


@pytest.fixture(scope="module")
def sample():
    image = np.array([[[0, 80, 255], [140, 0, 200]]], np.uint8)
    return ff.datasets.Sample(image, 1)


@pytest.fixture(scope="module")
def recording(model, sample):
    return model.record(sample, label=2, neurons=[0, 3, 5])


def test_phases_labels_and_units(recording):
    assert [(p.name, p.label, p.truth) for p in recording.presentations] == [
        ("positive", 1, 1),
        ("negative", 2, 1),
        ("pause", None, None),
    ]
    assert recording["v"].shape == (3 * N_STEPS, N_NEURONS)
    assert b2.have_same_dimensions(recording["v"], volt)
    assert recording.threshold("layer_1") == -50 * mV
    neurons, times = recording.spikes["labels"]
    assert set(neurons[times < 19.5 * ms].tolist()) == {1} and set(neurons[times > 19.5 * ms].tolist()) == {2}


def test_variables_as_in_the_first_example(model, sample):
    recording = model.record(sample, label=2, variables=["v", "a", "M", "elig"])
    for name in ("layer_1.v", "layer_1.a", "modulator_1.M", "synapses_1.elig", "label_synapses_1.elig"):
        assert name in recording.traces
    assert "inputs.x" not in recording.traces


def test_a_trace_that_the_rule_does_not_need_is_named(model, sample):
    with pytest.raises(
        RunError,
        match="'y' is a trace of plasticity rule 'eligibility_stdp' that nothing reads, "
        "because its factor is 0",
    ):
        model.record(sample, variables=["y"])


def test_the_model_keeps_its_weights(model, sample):
    before = {name: value.copy() for name, value in model.state.items()}
    model.record(sample, learning_rate=0.1)
    assert all(np.array_equal(before[name], value) for name, value in model.state.items())


def test_goodness_and_modulator_by_hand(recording):
    neurons, times = recording.spikes["layer_1"]
    for shown in recording.presentations[:2]:
        inside = (times >= shown.start) & (times < shown.stop)
        counts = np.bincount(neurons[inside], minlength=N_NEURONS)
        goodness = np.mean(recording.polarity["layer_1"] * counts**2)
        assert counts.sum() > 5
        assert shown.goodness[0] == pytest.approx(goodness, rel=1e-6)
        assert shown.modulator[0] == pytest.approx(
            shown.phase / (1 + np.exp(shown.phase * goodness)), rel=1e-6
        )
        last = np.searchsorted(recording.t / ms, shown.stop / ms - 0.5) - 1
        assert recording["goodness_1.so_far"][last, 0] == pytest.approx(goodness)


@pytest.mark.parametrize("projection", ["synapses_1", "label_synapses_1"])
def test_weight_change_is_eta_times_modulator_times_polarity_times_eligibility(recording, projection):
    weights, eligibility = recording[f"{projection}.w"], recording[f"{projection}.elig"]
    polarity = recording.polarity["layer_1"][recording.indices[projection][:, 1]]
    assert np.abs(eligibility).max() > 1
    for number, shown in enumerate(recording.presentations[:2]):
        end = (number + 1) * N_STEPS
        expected = (
            float(recording.parameters[projection]["eta"])
            * shown.modulator[0]
            * polarity
            * eligibility[end - 1]
        )
        np.testing.assert_allclose(weights[end] - weights[end - 1], expected, rtol=1e-6, atol=1e-15)
        assert np.all(weights[end - 1] == weights[end - N_STEPS])


def test_eligibility_counts_pairs_of_spikes(recording):
    fired, at = recording.spikes["layer_1"]
    sent, when = recording.spikes["inputs"]
    at, when = np.round(at / ms).astype(int), np.round(when / ms).astype(int)
    for column, (pre, post) in enumerate(recording.indices["synapses_1"]):
        posts, pres = at[(fired == post) & (at < N_STEPS)], when[(sent == pre) & (when < N_STEPS)]
        expected = sum(np.exp(-(p - q) * 1e-3 / 100) for p in posts for q in pres if q < p)
        assert recording["synapses_1.elig"][N_STEPS - 1, column] == pytest.approx(
            expected, rel=1e-9, abs=1e-12
        )


def test_membranes_equal_stock_brian_fed_with_the_recorded_spikes(model, recording):
    """An independent network: SpikeGeneratorGroups through the same weights onto a hand-written neuron."""
    b2.prefs.codegen.target = "numpy"
    try:
        expected, spikes = _stock_brian(model, recording)
    finally:
        b2.prefs.codegen.target = "auto"
    first = slice(0, N_STEPS)
    np.testing.assert_allclose(np.asarray(recording["v"])[first], expected, rtol=0, atol=1e-12)
    neurons, times = recording.spikes["layer_1"]
    assert (
        sorted(zip(np.round(times / ms).astype(int)[times < 19.5 * ms], neurons[times < 19.5 * ms])) == spikes
    )


def _stock_brian(model, recording):
    clock = b2.Clock(1 * ms)
    neurons = b2.NeuronGroup(
        N_NEURONS,
        "dv/dt = (-65*mV - v)/(50*ms) : volt\nw_in : 1",
        threshold="v > -50*mV",
        reset="v -= 15*mV",
        method="exact",
        clock=clock,
        name="by_hand",
    )
    neurons.v = -65 * mV
    neurons.run_regularly("v = clip(v + 15*mV*w_in, -80*mV, 1*volt)\nw_in = 0", clock=clock, when="end")
    parts = [neurons]
    for name, projection in (("inputs", "synapses_1"), ("labels", "label_synapses_1")):
        i, t = recording.spikes[name]
        chosen = t < 19.5 * ms
        source = b2.SpikeGeneratorGroup(
            recording.sizes[name], i[chosen], t[chosen], clock=clock, name=f"by_hand_{name}"
        )
        synapses = b2.Synapses(
            source, neurons, "w : 1", on_pre="w_in_post += w", clock=clock, name=f"by_hand_{name}_synapses"
        )
        synapses.connect()
        synapses.w = model.state[f"{projection}.w"]
        parts += [source, synapses]
    states = b2.StateMonitor(
        neurons, "v", record=True, clock=clock, when="end", order=10, name="by_hand_states"
    )
    fired = b2.SpikeMonitor(neurons, name="by_hand_spikes")
    b2.Network(*parts, states, fired).run(20 * ms, namespace={})
    return np.asarray(states.v).T, sorted(zip(np.round(fired.t / ms).astype(int), np.array(fired.i)))


def test_membrane_decays_exponentially_when_nothing_arrives(sample):
    """One sparse input neuron: between its spikes v goes back to rest with tau_m."""
    model = tiny(
        encoder=ff.encoders.rate(max_rate=100 * b2.Hz), labels=ff.encoders.labels(max_rate=1 * b2.Hz)
    )
    state = {name: np.full_like(value, 0.3) for name, value in model.state.items()}
    image = np.zeros((1, 2, 3), np.uint8)
    image[0, 0, 0] = 255
    recording = replace(model, state=state).record(presentations=[(image, 0, "evaluation")], pause=False)
    v, times = (
        np.asarray(recording["v"])[:N_STEPS, 0],
        np.round(recording.spikes["inputs"][1] / ms).astype(int),
    )
    quiet = [k for k in range(times[0] + 1, N_STEPS) if k not in times]
    assert len(quiet) > 10
    for k in quiet:
        assert v[k] + 0.065 == pytest.approx((v[k - 1] + 0.065) * np.exp(-1 / 50), rel=1e-9)
    assert v[times[0]] == pytest.approx(-0.065 + 0.3 * 0.015)


def test_two_layers_and_one_of_them_by_name(sample):
    model = tiny(layers=2)
    recording = model.record(sample, variables=["layer_2.v"], neurons={"layer_2": [4]})
    assert "layer_2.v" in recording.traces and "layer_1.v" not in recording.traces
    assert recording["synapses_2.w"].shape[1] == N_NEURONS
    assert recording.indices["synapses_2"][:, 1].tolist() == [4] * N_NEURONS
    np.testing.assert_array_equal(
        recording["synapses_2.w"][0], model.state["synapses_2.w"].reshape(N_NEURONS, -1)[:, 4]
    )
    assert recording["synapses_1.w"].shape[1] == 0


def test_events_are_recorded_too():
    network = ff.Network(layers=[ff.Layer(4)], encoder=ff.encoders.events)
    plan = Plan(network, DataShape("events", (5,), 2), 10)
    model = Model(
        plan, {f"{name}.w": np.full(size, 0.1, np.float32) for name, size in plan.synapse_sizes().items()}
    )
    spikes = ff.datasets.Spikes(np.array([0, 2500, 7100]), np.array([3, 1, 3], np.int32))
    recording = model.record(spikes, label=0, variables=["v"])
    neurons, times = recording.spikes["inputs"]
    first = times < 9.5 * ms
    assert sorted(zip(np.round(times[first] / ms).astype(int).tolist(), neurons[first].tolist())) == [
        (0, 3),
        (2, 1),
        (7, 3),
    ]


def test_save_and_load(recording, tmp_path):
    recording.save(tmp_path / "r.npz")
    loaded = Recording.load(tmp_path / "r.npz")
    assert loaded.presentations == recording.presentations
    assert loaded.parameters == recording.parameters
    for name, value in recording.traces.items():
        assert np.array_equal(loaded[name], value) and b2.have_same_dimensions(loaded[name], value)
    assert all(np.array_equal(loaded.spikes[name][1], t) for name, (_, t) in recording.spikes.items())


@pytest.mark.parametrize(
    "settings, words",
    [
        (dict(variables=["volt"]), ["'volt'", "layer_1: v", "synapses_1: w, elig"]),
        (dict(neurons=[99]), ["99", "layer_1", "0 to 11"]),
        (dict(label=7), ["label is 7", "0 to 2"]),
        (dict(seed="x"), ["seed is 'x'", "a whole number"]),
        (dict(learning_rate="fast"), ["learning_rate is 'fast'", "a number of at least 0"]),
        (
            dict(presentations=[(np.zeros((1, 2, 3), np.uint8), 0, "up")]),
            ["either a sample or presentations"],
        ),
    ],
)
def test_errors_say_what_is_known(model, sample, settings, words):
    with pytest.raises((ff.RunError, ff.DataError)) as caught:
        model.record(sample, **settings)
    assert all(word in str(caught.value) for word in words)


def test_wrong_phase_and_wrong_image(model):
    with pytest.raises(ff.DataError, match="phase is 'up', expected one of positive, negative, evaluation"):
        model.record(presentations=[(np.zeros((1, 2, 3), np.uint8), 0, "up")])
    with pytest.raises(ff.DataError, match=r"shape \(1, 4, 4\)"):
        model.record(np.zeros((4, 4), np.uint8), label=0)


def test_what_was_not_recorded_is_named(recording):
    with pytest.raises(ff.RunError, match="'u' was not recorded; it holds .*layer_1.v"):
        recording["u"]


def test_recordable_lists_dimensions(model):
    known = recordable(model.plan)
    assert known["layer_1"]["v"] is volt.dim
    assert "y" not in known["layer_1"], "nobody reads it while A_minus is 0"


RULES = "calcium dale_stdp decaying_stdp homeostatic_stdp trace_product triplet".split()


@pytest.mark.parametrize("rule", RULES)
def test_defaults_can_be_recorded_of_every_rule(rule, sample):
    model = tiny(rule=getattr(ff.plasticity, rule)())
    recording = model.record(sample, label=2, neurons=[0])
    assert {f"synapses_1.{name}" for name in recordable(model.plan)["synapses_1"]} <= {*recording.traces}


def test_what_a_synapse_reads_from_neurons_is_recorded_there(sample):
    model = tiny(rule=ff.plasticity.calcium())
    with pytest.raises(ff.RunError, match="'ca' is no variable"):
        model.record(sample, variables=["ca"])
    calcium = model.record(sample, label=2, variables=["ca_in", "y"])
    assert calcium["layer_1.y"].shape[1] == N_NEURONS


def test_compiled_and_runtime_recordings_are_equal(model, sample, recording):
    compiled = record(model, sample, label=2, neurons=[0, 3, 5], mode="standalone")
    assert list(compiled.traces) == list(recording.traces)
    for name, value in recording.traces.items():
        np.testing.assert_allclose(
            np.asarray(compiled[name]), np.asarray(value), rtol=1e-12, atol=1e-13, err_msg=name
        )
    for name, (neurons, times) in recording.spikes.items():
        np.testing.assert_array_equal(compiled.spikes[name][0], neurons)
        np.testing.assert_allclose(compiled.spikes[name][1], times)


def test_stdp_window_equals_the_exponentials():
    rule = ff.plasticity.eligibility_stdp(A_minus=0.5, tau_plus=17 * ms, eta=1e-3)
    lags, change = stdp_window.window(rule)
    expected = np.where(lags > 0, np.exp(-abs(lags) / (17 * ms)), -0.5 * np.exp(-abs(lags) / (34 * ms)))
    np.testing.assert_allclose(change, expected, rtol=1e-9)


def test_a_network_that_learns_without_labels_is_shown_none():
    readout = ff.readouts.delta
    unlabelled = tiny(readout=readout)
    image = np.full((1, 2, 3), 200, np.uint8)
    shown = [(image, 1, "positive"), (image, None, "evaluation")]
    with pytest.raises(ff.DataError, match="label is None, but the network knows the labels 0 to 2"):
        unlabelled.record(presentations=shown)
    found = unlabelled.record(presentations=shown[:1])
    assert len(found.spikes["inputs"][0]) and not len(found.spikes["labels"][0])
    first, pause = found.presentations
    assert (first.name, first.label, first.truth, pause.name) == ("positive", None, 1, "pause")
    ff.plot.presentation(found)
