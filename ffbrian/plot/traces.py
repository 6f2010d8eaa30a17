"""Single panels on the time axis of a recording: rasters, membranes, shading of phases."""

import numpy as np

from ffbrian.plot.style import (
    CYCLE,
    D1,
    D2,
    NEUTRAL,
    PHASE_COLOURS,
    axes_or_new,
    in_unit,
    label_panel,
    styled,
)

MS = 1e3


def milliseconds(times):
    """Times as plain numbers in ms."""
    return MS * np.asarray(times, float)


def shade(ax, recording, titles=False):
    """Shade the phases of a recording; name them above the axes if wanted."""
    for shown in recording.presentations:
        start, stop = milliseconds(shown.start), milliseconds(shown.stop)
        colour = PHASE_COLOURS[shown.name]
        ax.axvspan(start, stop, color=colour, alpha=0.09, lw=0, zorder=0)
        ax.axvline(stop, color=NEUTRAL, lw=0.6, ls=":", zorder=1)
        if titles and shown.truth is not None:
            ax.text(
                (start + stop) / 2,
                1.03,
                f"{shown.name} phase\n{'no label' if shown.label is None else f'label {shown.label}'} shown",
                transform=ax.get_xaxis_transform(),
                ha="center",
                va="bottom",
                color=colour,
                fontweight="bold",
                fontsize=9,
            )
    ax.set_xlim(-0.01 * end(recording), end(recording))  # a spike at 0 does not hide in the axis


def end(recording):
    """Where the time axis ends, ms: early in a pause that comes last."""
    last = recording.presentations[-1]
    start, stop = milliseconds(last.start), milliseconds(last.stop)
    return start + 0.4 * (stop - start) if last.name == "pause" and len(recording.presentations) > 1 else stop


def legend(ax, **settings):
    """A legend to the right of the axes, where it covers nothing."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="center left", bbox_to_anchor=(1.005, 0.5), handlelength=1.2, borderaxespad=0.2, **settings
        )


def polarity_colours(recording, layer):
    """One colour a neuron: D1 and D2, or neutral where there is one polarity."""
    polarity = recording.polarity[layer]
    if len(np.unique(polarity)) < 2:
        return np.full(len(polarity), NEUTRAL, object)
    return np.where(polarity > 0, D1, D2).astype(object)


@styled
def raster(spikes, colours=None, size=None, ax=None):
    """Spikes of a population.

    Parameters
    ----------
    spikes : (array, Quantity)
        Neurons and times; ``recording.spikes["layer_1"]``.
    colours : sequence of colours, optional
        One for every neuron.
    size : int, optional
        Number of neurons.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, (neurons, times) = axes_or_new(ax), spikes
    n = size or int(np.max(neurons, initial=0)) + 1
    colour = NEUTRAL if colours is None else np.asarray(colours)[neurons].tolist()
    ax.scatter(
        milliseconds(times),
        neurons,
        s=14.0 if n <= 30 else max(3.0, min(9.0, 1200 / n)),
        c=colour,
        marker="|" if n <= 30 else "o",
        linewidths=1.2 if n <= 30 else 0,
    )
    ax.set_ylim(-0.5 - 0.02 * n, n - 0.5 + 0.02 * n)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("neuron (index)")
    return ax


@styled
def membrane(recording, neurons=None, layer="layer_1", variable="v", ax=None):
    """Membrane traces with threshold and spikes.

    Parameters
    ----------
    recording : Recording
    neurons : sequence of int, optional
        Default: the most active of each polarity.
    layer, variable : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, 6.4, 2.4)
    draw_membrane(
        ax, recording, default_neurons(recording, layer) if neurons is None else neurons, layer, variable
    )
    shade(ax, recording, titles=True)
    legend(ax)
    return ax


def draw_membrane(ax, recording, neurons, layer, variable="v"):
    """The traces alone, without shading and legend."""
    values, unit = in_unit(recording[f"{layer}.{variable}"])
    colours = neuron_colours(recording, layer, neurons)
    for neuron, colour in zip(neurons, colours):
        ax.plot(
            *broken(recording, values[:, neuron]), color=colour, label=neuron_name(recording, layer, neuron)
        )
    threshold = recording.threshold(layer)
    if threshold is not None and variable == "v":
        ax.axhline(in_unit(threshold)[0].item(), color="black", ls="--", lw=0.8, label="threshold")
    _mark_spikes(ax, recording, layer, neurons, colours)
    ax.set_xlabel("time (ms)")
    label_panel(ax, "membrane" if variable == "v" else variable, unit)


def broken(recording, values):
    """Times in ms and values, with a gap where the state is set back between presentations."""
    starts = np.searchsorted(
        np.asarray(recording.t),
        [float(p.start) - float(recording.dt) / 2 for p in recording.presentations[1:]],
    )
    return np.insert(milliseconds(recording.t), starts, np.nan), np.insert(values, starts, np.nan)


def _mark_spikes(ax, recording, layer, neurons, colours):
    """A tick above the traces for every spike, one row a neuron."""
    low, top = ax.get_ylim()
    step = 0.13 * (top - low)
    fired, times = recording.spikes[layer]
    for row, (neuron, colour) in enumerate(zip(neurons, colours)):
        ax.vlines(
            milliseconds(times)[fired == neuron],
            top + (row + 0.25) * step,
            top + (row + 1) * step,
            color=colour,
            lw=1.4,
        )
    ax.set_ylim(low, top + (len(neurons) + 0.4) * step)


def default_neurons(recording, layer):
    """The first recorded neuron of each polarity."""
    chosen = np.asarray(recording.neurons[layer])
    kinds = recording.polarity[layer][chosen]
    return [int(chosen[kinds == kind][0]) for kind in np.unique(kinds)[::-1]]


def neuron_colours(recording, layer, neurons):
    """Distinct colours; D1 and D2 where one of each is shown."""
    colours = [polarity_colours(recording, layer)[neuron] for neuron in neurons]
    return (
        colours
        if len(set(colours)) == len(colours) and NEUTRAL not in colours
        else [CYCLE[k % len(CYCLE)] for k in range(len(neurons))]
    )


def neuron_name(recording, layer, neuron):
    """``"neuron 7 (D1)"``."""
    polarity = recording.polarity[layer]
    kind = "" if len(np.unique(polarity)) < 2 else " (D1)" if polarity[neuron] > 0 else " (D2)"
    return f"neuron {neuron}{kind}"
