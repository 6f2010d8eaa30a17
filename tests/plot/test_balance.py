"""Rates, irregularity and balance of a recording, of spikes whose numbers are known."""

from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import ms, mV, second
from matplotlib.figure import Figure

from ffbrian import plot
from ffbrian.errors import RunError
from ffbrian.plot.balance import drives, rates, variation


def shown(start, stop, name="positive"):
    """A presentation, or a pause."""
    return SimpleNamespace(start=start * second, stop=stop * second, name=name)


@pytest.fixture
def recording():
    """A clock of 100 Hz and two Poisson neurons, in two presentations of one second; one silent neuron."""
    rng = np.random.default_rng(1)
    trains = [np.arange(0, 2, 0.01), *(np.cumsum(rng.exponential(0.02, 3000)) for _ in range(2))]
    trains = [train[train < 2] for train in trains]
    neurons = np.repeat(np.arange(3), [len(train) for train in trains])
    t = np.arange(2000) * ms
    wave = np.sin(np.arange(2000) / 50)[:, None] * np.ones(4)
    return SimpleNamespace(
        t=t,
        dt=1 * ms,
        spikes={"inputs": ([], [] * second), "layer_1": (neurons, np.concatenate(trains) * second)},
        sizes={"layer_1": 4},
        presentations=[shown(start, start + 1) for start in (0, 1)],
        traces={"layer_1.drive_fast": (3 + wave) * mV, "layer_1.drive_gaba": -2 * np.ones((2000, 4)) * mV},
    )


def test_a_clock_is_regular_and_a_poisson_process_is_not(recording):
    np.testing.assert_allclose(rates(recording, "layer_1")[[0, 3]], [100, 0])
    found = variation(recording, "layer_1")
    assert found[0] == pytest.approx(0, abs=1e-6) and len(found) == 3
    np.testing.assert_allclose(found[1:], 1, atol=0.25)


def test_intervals_over_a_pause_do_not_count(recording):
    recording.presentations = [shown(k / 10, (k + 1) / 10) for k in range(20)]
    recording.spikes["layer_1"] = (np.zeros(40, int), np.repeat(np.arange(20) / 10, 2) * second)
    recording.spikes["layer_1"][1][1::2] += 0.05 * second
    assert variation(recording, "layer_1")[0] == pytest.approx(0, abs=1e-6)


def test_a_rate_is_one_of_the_time_in_which_something_is_shown(recording):
    recording.presentations = [shown(0, 0.5), shown(0.5, 2, "pause")]
    np.testing.assert_allclose(rates(recording, "layer_1")[[0, 3]], [100, 0])
    recording.spikes["layer_1"] = (np.array([0, 0, 0]), np.array([0.1, 0.2, 1.9]) * second)
    np.testing.assert_allclose(rates(recording, "layer_1")[0], 2 / 0.5)


def test_excitation_and_inhibition_are_drawn_with_their_sum(recording):
    excitation, inhibition, unit = drives(recording, "layer_1")
    assert unit == "mV" and inhibition.max() == -2 and excitation.min() >= 2
    axes = Figure().subplots(1, 3)
    plot.balance(recording, axes=axes)
    axes[0].figure.draw_without_rendering()
    total = axes[2].lines[2].get_ydata()
    np.testing.assert_allclose(total, (excitation + inhibition).mean(1))
    mean = rates(recording, "layer_1").mean()
    assert f"layer_1: {mean:.0f} Hz" in axes[0].get_legend_handles_labels()[1]


def test_a_recording_without_drives_is_refused(recording):
    recording.traces = {}
    with pytest.raises(RunError, match="no drive of layer_1 was recorded"):
        plot.balance(recording)
