"""A figure of a comparison: test accuracy of every variant."""

import numpy as np

from ffbrian.plot.style import NEUTRAL, POSITIVE, axes_or_new, logarithmic, said_in, styled


@styled
def comparison(variants, axis=None, ax=None, colour=POSITIVE, label=None):
    """Test accuracy of variants of an experiment, mean and standard deviation over seeds.

    Parameters
    ----------
    variants : sequence of dict
        Each with ``name``, ``test_accuracy`` (fraction), ``test_accuracy_sd``
        (or None), ``test_accuracies`` of the single seeds, and ``x`` where
        there is an axis, as in the ``metrics.json`` of ``ffbrian compare``.
    axis : str, optional
        What `x` is, with its unit.  Without it the variants are listed from
        top to bottom.
    ax : matplotlib.axes.Axes, optional
    colour : str
        Of the means.
    label : str, optional
        For a legend.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, height=3.0 if axis else 0.9 + 0.3 * len(variants))
    said_in(ax, spread_words({len(one["test_accuracies"]) for one in variants}))
    mean, spread, seeds = _percent(variants)
    if axis is None:
        return _listed(ax, [one["name"] for one in variants], mean, spread, seeds, colour)
    x = np.array([one["x"] for one in variants], float)
    for place, values in zip(x, seeds):
        ax.plot(np.full(len(values), place), values, ".", color="black", ms=3, alpha=0.7, zorder=3)
    ax.errorbar(x, mean, spread, color=colour, marker="o", ms=4, capsize=2, lw=1.3, label=label)
    logarithmic(ax, x)
    ax.set(xlabel=axis, ylabel="test accuracy (%)")
    return ax


@styled
def learning_curves(variants, ax=None):
    """Validation accuracy of variants against the presentations that they have used.

    Parameters
    ----------
    variants : sequence of dict
        Each with ``name`` and ``curve`` (``presentations`` and ``validation``, a fraction,
        after every epoch), as in the ``metrics.json`` of ``ffbrian compare``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, width=5.2)
    for one in variants:
        ax.plot(
            one["curve"]["presentations"],
            100 * np.array(one["curve"]["validation"]),
            marker=".",
            ms=4,
            label=one["name"],
        )
    ax.set(xscale="log", xlabel="presentations", ylabel="validation accuracy (%)")
    ax.legend(loc="best")
    return ax


def spread_words(counts):
    """What bars are of, from the numbers of seeds of all points (str)."""
    low, high = min(counts), max(counts)
    counted = f"{low}" if low == high else f"{low} to {high}"
    return f"mean ± s.d., n = {counted} seeds" if high > 1 else "n = 1 seed"


def _percent(variants):
    mean = np.array([100 * one["test_accuracy"] for one in variants])
    spread = np.array([100 * (one["test_accuracy_sd"] or 0) for one in variants])
    return mean, spread, [100 * np.array(one["test_accuracies"]) for one in variants]


def _listed(ax, names, mean, spread, seeds, colour):
    """One line for each variant, the first on top."""
    place = -np.arange(len(names))
    for y, values in zip(place, seeds):
        ax.plot(values, np.full(len(values), y), ".", color="black", ms=3, alpha=0.7, zorder=3)
    ax.errorbar(mean, place, xerr=spread, color=colour, marker="o", ms=4, capsize=2, ls="none")
    ax.set(xlabel="test accuracy (%)", ylim=(place.min() - 0.6, 0.6))
    ax.set_yticks(place, names)
    ax.grid(axis="y", color=NEUTRAL, alpha=0.15)
    return ax
