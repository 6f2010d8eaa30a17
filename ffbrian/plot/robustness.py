"""Accuracy against the strength of a perturbation."""

import numpy as np

from ffbrian.plot.style import NEUTRAL, POSITIVE, axes_or_new, new_figure, styled

COLUMNS = 4


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
    points = dict(
        zip(
            curve["strengths"], zip(curve["accuracy"], curve["accuracy_sd"] or len(curve["accuracy"]) * [0.0])
        )
    )
    points |= {} if curve["clean_strength"] is None else {curve["clean_strength"]: (clean, 0.0)}
    x = sorted(points)
    accuracy, spread = 100 * np.array([points[strength] for strength in x]).T
    ax.axhline(100 * clean, color=NEUTRAL, ls="--", lw=0.8)
    ax.errorbar(
        x,
        accuracy,
        spread if curve["accuracy_sd"] else None,
        fmt="o-",
        color=POSITIVE,
        markersize=3.5,
        capsize=2,
    )
    if curve["scale"] == "log":
        ax.set_xscale("log", base=2)
        ax.set_xticks(x, [f"{strength:g}" for strength in x])
    ax.set_ylim(0, 103)
    ax.set_title(f"{curve['kind'].replace('_', ' ')}, area {curve['area']:.2f}")
    ax.set_xlabel(curve["axis"])
    ax.set_ylabel("accuracy (%)")
    return ax


@styled
def robustness(record, figure=None):
    """Every perturbation of a suite, one panel each.

    Parameters
    ----------
    record : dict
        ``metrics.json`` of ``ffbrian robustness``.
    figure : matplotlib.figure.Figure, optional

    Returns
    -------
    (n_perturbations,) object array of matplotlib.axes.Axes
        The dashed line is the accuracy without perturbation, bars are standard
        deviations over training seeds.
    """
    curves = record["curves"]
    n_columns = min(COLUMNS, len(curves))
    n_rows = -(-len(curves) // n_columns)
    figure = figure or new_figure(2.6 * n_columns, 2.3 * n_rows)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for ax, curve in zip(panels, curves):
        degradation(curve, record["clean_accuracy"], ax=ax)
    for ax in panels[len(curves) :]:
        ax.remove()
    return panels[: len(curves)]
