"""Accuracy against the strength of a perturbation."""

import numpy as np

from ffbrian.plot.comparison import spread_words
from ffbrian.plot.style import CYCLE, NEUTRAL, POSITIVE, axes_or_new, letters, new_figure, said_in, styled

#: What is perturbed, in the order of the panels; kinds that are not named are drawn with the neurons.
PERTURBED = {
    "input": ("gaussian_noise", "salt_and_pepper", "input_rate", "spike_deletion", "spike_jitter"),
    "synapses": ("weight_noise", "weight_offset", "quantization", "stuck_on", "stuck_off"),
    "neurons": (),
}
PANEL_WIDTH, PANEL_HEIGHT = 3.6, 3.6


@styled
def degradation(curve, clean, ax=None):
    """Accuracy under one perturbation.

    Parameters
    ----------
    curve : dict
        As `ffbrian.analyse.degradation.curve` gives it.
    clean : float
        Accuracy without perturbation.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, 2.6, 2.2)
    x, accuracy, spread = points(curve, clean)
    ax.axhline(100 * clean, color=NEUTRAL, ls="--", lw=0.8)
    ax.errorbar(x, 100 * accuracy, spread, fmt="o-", color=POSITIVE, markersize=3.5, capsize=2)
    if curve["scale"] == "log":
        ax.set_xscale("log", base=2)
        ax.set_xticks(x, [f"{strength:g}" for strength in x])
    ax.set(ylim=(0, 103), xlabel=curve["axis"], ylabel="accuracy (%)")
    ax.set_title(f"{_words(curve)}, area {curve['area']:.2f}")
    return ax


def points(curve, clean):
    """The curve with the point at which nothing is perturbed, where there is one.

    Returns
    -------
    x, accuracy : (n,) arrays
        Ascending strengths, and fractions.
    spread : (n,) array or None
        Standard deviations over seeds, percent; NaN, and so no bar, where nothing is perturbed.
    """
    found = dict(
        zip(
            curve["strengths"], zip(curve["accuracy"], curve["accuracy_sd"] or len(curve["accuracy"]) * [0.0])
        )
    )
    found |= {} if curve["clean_strength"] is None else {curve["clean_strength"]: (clean, np.nan)}
    x = sorted(found)
    accuracy, spread = np.array([found[strength] for strength in x]).T
    return np.array(x, float), accuracy, 100 * spread if curve["accuracy_sd"] else None


def normalised(curve, x):
    """Strengths as shares of the strongest: 0 where nothing is perturbed, negative on the way to less.

    Without a strength that changes nothing, as for the bits of a weight, the
    weakest perturbation is 0.

    Parameters
    ----------
    curve : dict
    x : (n,) array
        Strengths.

    Returns
    -------
    (n,) array
    """
    scaled = np.log2(x) if curve["scale"] == "log" else np.asarray(x, float)
    clean = curve["clean_strength"]
    if clean is None:
        weakest = scaled[-1] if curve["accuracy"][-1] >= curve["accuracy"][0] else scaled[0]
        moved = np.abs(scaled - weakest)
    else:
        moved = scaled - (np.log2(clean) if curve["scale"] == "log" else clean)
    return moved / (np.abs(moved).max() or 1.0)


@styled
def robustness(record, figure=None):
    """Every perturbation of a suite: a panel for the input, the synapses and the neurons.

    Parameters
    ----------
    record : dict
        ``metrics.json`` of ``ffbrian robustness``.
    figure : matplotlib.figure.Figure, optional

    Returns
    -------
    (n_panels,) object array of matplotlib.axes.Axes
        Curves of accuracy, as a share of that without perturbation, against
        strength, as a share of the strongest; the legend names the strongest.
        Bars are standard deviations over training seeds.
    """
    groups = grouped(record["curves"])
    figure = figure or new_figure(PANEL_WIDTH * len(groups), PANEL_HEIGHT)
    panels = figure.subplots(1, len(groups), squeeze=False, sharey=True)[0]
    for ax, (name, curves) in zip(panels, groups.items()):
        for colour, curve in zip(CYCLE, curves):
            _relative(ax, curve, record["clean_accuracy"], colour)
        ax.axhline(100, color=NEUTRAL, ls="--", lw=0.8)
        ax.set(ylim=(0, 106), xlabel=f"perturbed {name}: strength / strongest")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), handlelength=1.4, fontsize=7)
    said_in(panels[-1], spread_words({len(record.get("seeds", [0]))}))
    panels[0].set_ylabel("accuracy kept (% of that without)")
    return letters(panels)


def grouped(curves):
    """Curves by what is perturbed, without empty groups (dict of str to list of dict)."""
    home = {kind: name for name, kinds in PERTURBED.items() for kind in kinds}
    groups = {name: [one for one in curves if home.get(one["kind"], "neurons") == name] for name in PERTURBED}
    return {name: found for name, found in groups.items() if found}


def _relative(ax, curve, clean, colour):
    x, accuracy, spread = points(curve, clean)
    place = normalised(curve, x)
    order = np.argsort(place)
    strongest = f"{curve['axis']}: {x[np.abs(place).argmax()]:g}"
    label = f"{_words(curve)}, area {curve['area']:.2f} ({strongest})"
    ax.errorbar(
        place[order],
        100 * accuracy[order] / clean,
        None if spread is None else spread[order] / clean,
        fmt="o-",
        color=colour,
        markersize=3,
        capsize=2,
        lw=1.1,
        label=label,
    )


def _words(curve):
    return curve["kind"].replace("_", " ")
