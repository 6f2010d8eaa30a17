"""How active, irregular and balanced the neurons of a recording are."""

import numpy as np

from ffbrian.errors import RunError
from ffbrian.plot.style import CYCLE, NEGATIVE, POSITIVE, in_unit, letters, new_figure, said_in, styled

#: Intervals that a neuron must have for their coefficient of variation.
LEAST_INTERVALS = 4


def rates(recording, population):
    """Spikes per second of every neuron of a population while samples are shown, (n_neurons,) array, Hz."""
    neurons, times = (np.asarray(one) for one in recording.spikes[population])
    shown = [one for one in recording.presentations if one.name != "pause"]
    spans = [(float(one.start) - 1e-9, float(one.stop) - 1e-9) for one in shown]
    inside = np.any([(times >= start) & (times < stop) for start, stop in spans], axis=0)
    duration = sum(stop - start for start, stop in spans)
    return np.bincount(neurons[inside].astype(int), minlength=recording.sizes[population]) / duration


def variation(recording, population, least=LEAST_INTERVALS):
    """Coefficient of variation of the intervals between the spikes of a neuron.

    Intervals that reach from one presentation into the next are left out.  It is 0 for a
    clock, 1 for a Poisson process.

    Parameters
    ----------
    recording : Recording
    population : str
    least : int
        Intervals that a neuron must have.

    Returns
    -------
    (n,) array
        Of the neurons that have so many.
    """
    neurons, times = (np.asarray(one, float) for one in recording.spikes[population])
    begins = [float(shown.start) for shown in recording.presentations]
    found = []
    for neuron in np.unique(neurons):
        own = np.sort(times[neurons == neuron])
        is_within = np.diff(np.searchsorted(begins, own + 1e-9)) == 0
        intervals = np.diff(own)[is_within]
        if len(intervals) >= least:
            found.append(intervals.std() / intervals.mean())
    return np.array(found)


@styled
def balance(recording, population="layer_1", axes=None):
    """Rates and irregularity of all populations, excitation and inhibition of one.

    Parameters
    ----------
    recording : Recording
        With the drives of `population`: traces whose names begin with ``drive_``, one for
        each synapse model that reaches it.
    population : str
        ``"layer_1"`` or another.
    axes : sequence of three matplotlib.axes.Axes, optional

    Returns
    -------
    array of matplotlib.axes.Axes

    Raises
    ------
    RunError
        If no drive was recorded.
    """
    axes = new_figure(9.6, 3.0).subplots(1, 3) if axes is None else np.ravel(axes)
    layers = [name for name in recording.spikes if name.startswith("layer_")]
    for colour, name in zip(CYCLE, layers):
        own = rates(recording, name)
        axes[0].hist(
            own, 30, density=True, histtype="step", color=colour, label=f"{name}: {own.mean():.0f} Hz"
        )
        found = variation(recording, name)
        if len(found):
            label = f"{name}: {found.mean():.2f}"
            axes[1].hist(found, 20, density=True, histtype="step", color=colour, label=label)
    axes[0].set(xlabel="rate (Hz)", ylabel="probability density (1/Hz)")
    axes[1].set(xlabel="CV of the intervals (1)", ylabel="probability density (1)")
    said_in(axes[1], f"neurons with {LEAST_INTERVALS} intervals or more")
    _drives(recording, population, axes[2])
    for ax in axes:
        if ax.get_legend_handles_labels()[0]:
            ax.legend()
    return letters(axes)


def drives(recording, population):
    """What excites and what inhibits the neurons of a population, two (n_times, n_neurons) arrays, and their
    unit.
    """
    parts = [name for name in recording.traces if name.startswith(f"{population}.drive_")]
    if not parts:
        raise RunError(
            f"balance: no drive of {population} was recorded; record variables whose names begin with "
            "'drive_', which neurons have that synapses of several models reach."
        )
    shown = [in_unit(recording.traces[name]) for name in parts]
    values = np.array([one for one, _ in shown])
    return np.clip(values, 0, None).sum(0), np.clip(values, None, 0).sum(0), shown[0][1]


def _drives(recording, population, ax):
    excitation, inhibition, unit = drives(recording, population)
    t, _ = in_unit(recording.t)
    for label, colour, values in (
        ("excitation", POSITIVE, excitation),
        ("inhibition", NEGATIVE, inhibition),
        ("both", "black", excitation + inhibition),
    ):
        ax.plot(t, values.mean(1), color=colour, lw=0.9, label=label)
    ax.axhline(0, color="black", lw=0.5)
    ax.set(xlabel="time (ms)", ylabel=f"drive ({unit})")
    said_in(ax, f"mean of {excitation.shape[1]} neurons of {population}")
