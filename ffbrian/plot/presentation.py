"""What happens in a presentation, from input spikes to weights, on one time axis."""

import numpy as np

from ffbrian.plot.style import CYCLE, D1, D2, NEUTRAL, PHASE_COLOURS, in_unit, label_panel, new_figure, styled
from ffbrian.plot.traces import (
    default_neurons,
    draw_membrane,
    end,
    legend,
    milliseconds,
    neuron_colours,
    polarity_colours,
    raster,
    shade,
)

HEIGHTS = {
    "input": 1.5,
    "label": 0.9,
    "layer": 1.3,
    "membrane": 1.5,
    "goodness": 1.0,
    "modulator": 0.9,
    "eligibility": 1.1,
    "weight": 1.1,
}
#: What one member of a population is called, other than a neuron.
KINDS = {"inputs": "input", "labels": "label"}
STYLES = ("-", (0, (3, 1)), ":", "-.")


@styled
def presentation(recording, layer="layer_1", neurons=None, n_synapses=4, figure=None):
    """Input, label, membranes, goodness, modulator, eligibility and weight.

    Parameters
    ----------
    recording : Recording
        Panels for variables that were not recorded are left out.
    layer : str
    neurons : sequence of int, optional
        Whose membrane is drawn; default: the most active of each polarity.
    n_synapses : int
        Those that change most are drawn.
    figure : matplotlib.figure.Figure or SubFigure, optional
        Empty; default: a new one, 7.2 inches wide.

    Returns
    -------
    dict of str to matplotlib.axes.Axes
        ``"input"``, ``"label"``, ``"layer"``, ``"membrane"``, ``"goodness"``,
        ``"modulator"``, ``"eligibility"`` and ``"weight"``.
    """
    number = layer.split("_")[1]
    draw = {
        "input": _inputs,
        "label": _labels,
        "layer": _layer,
        "membrane": _membrane,
        "goodness": _goodness,
        "modulator": _modulator,
        "eligibility": _eligibility,
        "weight": _weight,
    }
    needs = {"membrane": f"{layer}.v", "eligibility": f"synapses_{number}.elig"}
    panels = [name for name in draw if needs.get(name, f"modulator_{number}.M") in recording.traces]
    axes = _stack(figure, panels)
    neurons = default_neurons(recording, layer) if neurons is None else list(neurons)
    synapses = changed_synapses(recording, f"synapses_{number}", n_synapses, neurons)
    for name, ax in axes.items():
        draw[name](ax, recording, layer, neurons, synapses)
        ax.set_xlabel("")
        shade(ax, recording, titles=name == panels[0])
    axes[panels[-1]].set_xlabel("time (ms)")
    return axes


def _stack(figure, panels):
    """Axes below each other that share the time axis."""
    heights = [HEIGHTS.get(name, 1.0) for name in panels]
    figure = figure or new_figure(7.2, 0.6 + 0.92 * sum(heights))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    if hasattr(figure, "align_ylabels"):
        figure.align_ylabels(axes)
    return dict(zip(panels, axes))


def changed_synapses(recording, projection, n, neurons=()):
    """Columns of the synapses whose weight moves most, shared among the neurons.

    Parameters
    ----------
    recording : Recording
    projection : str
        For example ``"synapses_1"``.
    n : int
    neurons : sequence of int
        Only synapses onto these; empty, or none of them recorded: onto all.

    Returns
    -------
    list of int
    """
    moved = np.abs(np.diff(recording[f"{projection}.w"], axis=0)).sum(axis=0)
    post = recording.indices[projection][:, 1]
    targets = [neuron for neuron in neurons if neuron in post] or list(dict.fromkeys(post.tolist()))
    ranked = {
        neuron: np.flatnonzero(post == neuron)[np.argsort(-moved[post == neuron], kind="stable")]
        for neuron in targets
    }
    turns = [column for rank in zip(*ranked.values()) for column in rank]
    return [int(column) for column in turns[:n]]


def synapse_name(recording, projection, column):
    """``"12 → 7"``."""
    pre, post = recording.indices[projection][column]
    return f"{pre} → {post}"


def _inputs(ax, recording, *_):
    raster(recording.spikes["inputs"], size=recording.sizes["inputs"], ax=ax)
    ax.set_ylabel("input\n(index)")


def _labels(ax, recording, *_):
    raster(recording.spikes["labels"], size=recording.sizes["labels"], ax=ax)
    ax.set_ylabel("label\n(index)")


def _layer(ax, recording, layer, *_):
    colours = polarity_colours(recording, layer)
    raster(recording.spikes[layer], colours, recording.sizes[layer], ax=ax)
    for colour, name in ((D1, "D1"), (D2, "D2")):
        if colour in colours:
            ax.scatter([], [], color=colour, s=9, label=name)
    ax.set_ylabel(f"{layer.replace('_', ' ')}\n(index)")
    legend(ax)


def _membrane(ax, recording, layer, neurons, _):
    draw_membrane(ax, recording, neurons, layer)
    legend(ax)


def _goodness(ax, recording, layer, *_):
    number = layer.split("_")[1]
    t, value = milliseconds(recording.t), recording[f"goodness_{number}.so_far"][:, 0]
    for shown in recording.presentations:
        inside = (t >= milliseconds(shown.start) - 1e-9) & (t < milliseconds(shown.stop) - 1e-9)
        ax.plot(t[inside], value[inside], color=_phase_colour(shown))
    ax.axhline(0, color=NEUTRAL, lw=0.6)
    label_panel(ax, "goodness\nso far", "spikes²")


def _modulator(ax, recording, layer, *_):
    number = layer.split("_")[1]
    ax.step(
        milliseconds(recording.t),
        recording[f"modulator_{number}.M"][:, 0],
        where="post",
        color=NEUTRAL,
        lw=0.7,
    )
    ax.axhline(0, color=NEUTRAL, lw=0.6)
    released = [
        p for p in recording.presentations if p.phase and milliseconds(p.stop) <= end(recording) + 1e-6
    ]
    for shown in released:
        value, stop = shown.modulator[int(number) - 1], milliseconds(shown.stop)
        ax.plot([stop, stop], [0, value], color=_phase_colour(shown), lw=2.5, marker="o", ms=4, markevery=[1])
        ax.annotate(
            f"M = {value:+#.2g}".replace("-", "−"),
            (stop, value),
            (-6, 3 if value >= 0 else -3),
            textcoords="offset points",
            ha="right",
            va="bottom" if value >= 0 else "top",
            fontsize=8,
            color=_phase_colour(shown),
        )
    ax.margins(y=0.4)
    label_panel(ax, "modulator\nM")


def _synapses(ax, recording, layer, neurons, synapses, values, label):
    """One line a synapse: the colour of its neuron, another line style for each."""
    projection = f"synapses_{layer.split('_')[1]}"
    colours = dict(zip(neurons, neuron_colours(recording, layer, neurons)))
    seen = dict.fromkeys(colours, 0)
    for k, column in enumerate(synapses):
        post = int(recording.indices[projection][column, 1])
        colour = colours.get(post, CYCLE[k % len(CYCLE)])
        ax.step(
            milliseconds(recording.t),
            values[:, column],
            where="post",
            color=colour,
            ls=STYLES[seen.get(post, 0) % len(STYLES)],
            label=label(projection, column),
        )
        seen[post] = seen.get(post, 0) + 1


def _eligibility(ax, recording, layer, neurons, synapses):
    values, unit = in_unit(recording[f"synapses_{layer.split('_')[1]}.elig"])
    _synapses(
        ax,
        recording,
        layer,
        neurons,
        synapses,
        values,
        lambda projection, column: synapse_name(recording, projection, column),
    )
    label_panel(ax, "eligibility", unit)
    legend(ax, title="synapse (from → to)")


def _weight(ax, recording, layer, neurons, synapses):
    values = recording[f"synapses_{layer.split('_')[1]}.w"]
    _synapses(
        ax,
        recording,
        layer,
        neurons,
        synapses,
        1e3 * (values - values[0]),
        lambda projection, column: (
            f"{synapse_name(recording, projection, column)}: {values[0, column]:+.3f}".replace("-", "−")
        ),
    )
    label_panel(ax, "weight\nchange", "10⁻³")
    legend(ax, title="weight at the beginning")


def _phase_colour(shown):
    return NEUTRAL if shown.name == "pause" else PHASE_COLOURS[shown.name]


@styled
def anatomy(recording, synapse=None, projection="synapses_1", figure=None):
    """How one synapse changes: spikes, traces, eligibility, modulator, weight.

    Parameters
    ----------
    recording : Recording
    synapse : (int, int), optional
        Pre- and postsynaptic neuron; default: the synapse that changes most.
    projection : str
    figure : matplotlib.figure.Figure or SubFigure, optional

    Returns
    -------
    dict of str to matplotlib.axes.Axes
        ``"pre"``, ``"pre traces"``, ``"post"``, ``"post traces"``,
        ``"eligibility"``, ``"modulator"`` and ``"weight"``, where recorded.
    """
    column = (
        changed_synapses(recording, projection, 1)[0]
        if synapse is None
        else _column(recording, projection, synapse)
    )
    pre, post = (int(k) for k in recording.indices[projection][column])
    number = projection.rsplit("_", 1)[1]
    source, layer = _source(projection), f"layer_{number}"
    traces = {"pre traces": _traces(recording, source), "post traces": _traces(recording, layer)}
    panels = [
        "pre",
        *(["pre traces"] if traces["pre traces"] else []),
        "post",
        *(["post traces"] if traces["post traces"] else []),
        *(["eligibility"] if f"{projection}.elig" in recording.traces else []),
        "modulator",
        "weight",
    ]
    axes = _stack(figure, panels)
    _event_panel(axes["pre"], recording, source, pre, f"pre\n{KINDS.get(source, 'neuron')} {pre}")
    _post_panel(axes["post"], recording, layer, post)
    for panel, neuron in (("pre traces", pre), ("post traces", post)):
        for name in traces[panel]:
            axes[panel].step(
                milliseconds(recording.t), recording[name][:, neuron], where="post", label=name.split(".")[1]
            )
        if panel in axes:
            label_panel(axes[panel], panel.replace(" ", "\n"))
            legend(axes[panel])
    _synapse_panels(axes, recording, projection, layer, column)
    for name, ax in axes.items():
        shade(ax, recording, titles=name == "pre")
        ax.set_xlabel("")
    axes["weight"].set_xlabel("time (ms)")
    return axes


def _source(projection):
    kind, number = projection.rsplit("_", 1)
    return "labels" if kind.startswith("label") else "inputs" if number == "1" else f"layer_{int(number) - 1}"


def _column(recording, projection, synapse):
    found = np.flatnonzero((recording.indices[projection] == np.asarray(synapse)).all(axis=1))
    if not len(found):
        raise ValueError(
            f"synapse {tuple(synapse)} of {projection} was not recorded; record it with "
            f"neurons=[{synapse[1]}]."
        )
    return int(found[0])


def _traces(recording, group):
    """Dimensionless variables of a population other than its membrane's."""
    return [
        name
        for name, value in recording.traces.items()
        if name.split(".")[0] == group and not hasattr(value, "dim")
    ]


def _event_panel(ax, recording, group, neuron, label):
    neurons, times = recording.spikes[group]
    ax.vlines(milliseconds(times)[neurons == neuron], 0, 1, color="black", lw=1.4)
    ax.set_ylim(-0.1, 1.1)
    ax.set_yticks([])
    ax.set_ylabel(f"{label}\n(spikes)")


def _post_panel(ax, recording, layer, neuron):
    if f"{layer}.v" in recording.traces:
        draw_membrane(ax, recording, [neuron], layer)
        legend(ax)
    else:
        _event_panel(ax, recording, layer, neuron, "post")


def _synapse_panels(axes, recording, projection, layer, column):
    t, post = milliseconds(recording.t), int(recording.indices[projection][column, 1])
    (colour,) = neuron_colours(recording, layer, [post])
    if "eligibility" in axes:
        values, unit = in_unit(recording[f"{projection}.elig"])
        axes["eligibility"].step(t, values[:, column], where="post", color=colour)
        label_panel(axes["eligibility"], "eligibility", unit)
    _modulator(axes["modulator"], recording, layer)
    weights = recording[f"{projection}.w"][:, column]
    axes["weight"].step(t, weights, where="post", color=colour)
    axes["weight"].ticklabel_format(axis="y", useOffset=False)
    label_panel(axes["weight"], "weight")
