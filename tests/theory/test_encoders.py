"""Encoders: spike counts and times against closed forms."""

import numpy as np
import pytest
from brian2 import Equations, Network, NeuronGroup, SpikeMonitor, TimedArray, ms, seed
from ffbrian.equations import encoders

import ffbrian as ff

INTENSITY = np.array([0.0, 0.05, 0.2, 0.5, 0.75, 1.0])


def encode(model, intensity, n_steps=20, dt=1.0, event=None, label=0, n_presentations=2):
    """Spike steps of each neuron from each presentation's begin: [presentation][neuron] (`dt` in ms)."""
    n = len(intensity)
    seed(5)
    table = np.zeros((1, n)) if event is None else event
    values = model.values | {"events": TimedArray(table, dt=dt * ms)}
    equations = Equations(model.equations) + Equations("intensity : 1\nlabel : 1\nevent = events(t, i) : 1")
    group = NeuronGroup(
        n,
        equations,
        threshold=model.threshold,
        reset=model.reset or None,
        namespace=values,
        method="euler",
        dt=dt * ms,
    )
    group.intensity, group.label = intensity, label
    if model.start:
        group.run_regularly(model.start, dt=n_steps * dt * ms, when="start")
    spikes = SpikeMonitor(group)
    Network(group, spikes, *group.contained_objects).run(n_presentations * n_steps * dt * ms, namespace={})
    steps, neuron = np.round(np.asarray(spikes.t) / (dt * 1e-3)).astype(int), np.asarray(spikes.i)
    return [
        [steps[(steps // n_steps == number) & (neuron == k)] % n_steps for k in range(n)]
        for number in range(n_presentations)
    ]


def encode_twice(model, intensity, **options):
    """As `encode`, for codes that must repeat themselves exactly."""
    first, second = encode(model, intensity, **options)
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one, other)
    return first


@pytest.mark.parametrize("dt", [1.0, 0.1])
def test_latency_is_the_logarithm_of_the_intensity(dt):
    spikes = encode_twice(encoders.latency, INTENSITY, n_steps=round(20 / dt), dt=dt)
    assert [len(train) for train in spikes] == [0, 1, 1, 1, 1, 1]
    expected = np.ceil(6 * np.log(1 / INTENSITY[1:]) / dt - 1e-9)
    np.testing.assert_array_equal(np.concatenate(spikes), expected)


def test_latency_leaves_out_what_comes_after_the_presentation():
    spikes = encode_twice(encoders.latency, [np.exp(-19 / 6) * 1.001, np.exp(-20 / 6) * 0.999])
    assert [list(train) for train in spikes] == [[19], []]


@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_phase_is_one_minus_the_intensity_in_every_cycle(dt):
    intensity = np.array([0.0, 0.1, 0.3, 0.6, 0.9, 1.0])
    spikes = encode_twice(encoders.phase, intensity, n_steps=round(20 / dt), dt=dt)
    for value, train in zip(intensity[1:], spikes[1:]):
        np.testing.assert_array_equal(train, np.round((1 - value + np.array([0, 1])) * 10 / dt))
    assert len(spikes[0]) == 0


def test_burst_has_its_spikes_at_its_interval():
    spikes = encode_twice(encoders.burst, INTENSITY, n_steps=200, dt=0.1)
    for value, train in zip(INTENSITY, spikes):
        n = np.ceil(5 * value)
        interval = 10 - 8 * value
        np.testing.assert_allclose(train * 0.1, np.arange(n) * interval, atol=0.051)


def test_longest_burst_fits_the_presentation():
    spikes = encode_twice(encoders.burst, np.linspace(0.01, 1, 100))
    assert [len(train) for train in spikes] == [
        int(np.ceil(5 * value - 1e-12)) for value in np.linspace(0.01, 1, 100)
    ]


def test_rate_gives_regular_spikes_at_the_rate_of_the_intensity():
    first, second = encode(encoders.rate, INTENSITY, n_steps=400)
    for value, one in zip(INTENSITY, first):
        assert abs(len(one) - 250 * value * 0.4) <= 1
        assert len(one) < 2 or np.ptp(np.diff(one)) <= 1
    assert any(list(one) != list(other) for one, other in zip(first, second))  # the first phase is random


def test_rate_mean_count_of_a_short_presentation_is_unbiased():
    counts = [len(train) for train in encode(encoders.rate, np.full(4000, 0.37), n_presentations=1)[0]]
    assert np.mean(counts) == pytest.approx(250 * 0.37 * 0.02, abs=4 * 0.5 / np.sqrt(4000))


def test_poisson_count_has_the_mean_and_variance_of_independent_steps():
    counts = np.array(
        [len(train) for train in encode(encoders.poisson, np.full(5000, 0.8), n_presentations=1)[0]]
    )
    p = 250 * 0.8 * 1e-3
    assert counts.mean() == pytest.approx(20 * p, rel=0.03)
    assert counts.var() == pytest.approx(20 * p * (1 - p), rel=0.1)


def test_labels_fire_in_every_step_and_others_never():
    spikes = encode_twice(encoders.labels, np.zeros(3), label=[0, 1, 0])
    assert [len(train) for train in spikes] == [0, 20, 0]


def test_events_fire_where_the_data_say():
    table = np.zeros((40, 2))
    table[[3, 4, 17], [0, 1, 0]] = 1
    first, _ = encode(encoders.events, np.zeros(2), event=table)
    assert [list(train) for train in first] == [[3, 17], [4]]


@pytest.mark.parametrize("encoder, is_alike", [(encoders.pixel_currents, True), (encoders.rate, False)])
def test_pixels_as_currents_leave_nothing_to_chance(encoder, is_alike):
    """The same image at two places of a set: alike as currents, with other phases as spikes."""
    data = ff.datasets.load("digits").train.take(np.array([0, 1, 2, 3, 0]))
    synapse = {"synapse": ff.synapses.graded} if is_alike else {}
    network = ff.Network([ff.Layer(8, initial_weight=0.3, **synapse)], encoder=encoder)
    trainer = ff.Trainer(network, presentation=20 * ms, algorithm="random_features", mode="runtime")
    answers = trainer.fit(data, 1, seed=1, n_classes=10, progress=None).predict(data).goodness
    assert np.ptp(answers) > 0
    assert np.array_equal(answers[0], answers[4]) == is_alike
