"""Figures of a comparison: the test score of every variant, and what it took."""

import numpy as np

from ffbrian.errors import RunError
from ffbrian.plot.style import CYCLE, NEUTRAL, POSITIVE, axes_or_new, logarithmic, said_in, styled

MARKERS = "os^D"
#: By the name of a test score: where those of the single seeds are, its factor, and its name on an axis.
SCORES = {
    "test_accuracy": ("test_accuracies", 100, "accuracy (%)"),
    "test_relative_l2": ("test_relative_l2_each", 1, "relative L2"),
}


def score_of(variants):
    """The name of the test score that all variants have (str).

    Raises
    ------
    RunError
        If there is none.
    """
    found = [name for name in SCORES if variants and all(name in one for one in variants)]
    if not found:
        raise RunError(f"comparison: expected variants that all have the same of {', '.join(SCORES)}.")
    return found[0]


@styled
def comparison(variants, axis=None, ax=None, colour=POSITIVE, label=None):
    """Test scores of variants of an experiment, mean and standard deviation over seeds.

    Parameters
    ----------
    variants : sequence of dict
        Each with ``name``, ``test_accuracy`` (fraction), ``test_accuracy_sd``
        (or None), ``test_accuracies`` of the single seeds, or the same of
        ``test_relative_l2``, and ``x`` where there is an axis, as in the
        ``metrics.json`` of ``ffbrian compare``.
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
    mean, spread, seeds, title = _scores(variants)
    said_in(ax, spread_words(set(map(len, seeds))))
    if axis is None:
        return _listed(ax, [one["name"] for one in variants], mean, spread, seeds, title, colour)
    x = np.array([one["x"] for one in variants], float)
    for place, values in zip(x, seeds):
        ax.plot(np.full(len(values), place), values, ".", color="black", ms=3, alpha=0.7, zorder=3)
    ax.errorbar(x, mean, spread, color=colour, marker="o", ms=4, capsize=2, lw=1.3, label=label)
    logarithmic(ax, x)
    ax.set(xlabel=axis, ylabel=f"test {title}")
    return ax


@styled
def effort(variants, ax=None):
    """Test scores of variants against the presentations that they learnt from.

    Parameters
    ----------
    variants : sequence of dict
        As of `comparison`, with ``presentations``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, width=6.4, height=3.6)
    mean, spread, seeds, title = _scores(variants)
    for number, one in enumerate(variants):
        ax.errorbar(
            one["presentations"],
            mean[number],
            spread[number],
            color=CYCLE[number % len(CYCLE)],
            marker=MARKERS[number // len(CYCLE) % len(MARKERS)],
            ms=5,
            capsize=2,
            ls="none",
            label=one["name"],
        )
    said_in(ax, spread_words(set(map(len, seeds))))
    ax.set(xscale="log", xlabel="presentations", ylabel=f"test {title}")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return ax


@styled
def learning_curves(variants, ax=None):
    """Validation scores of variants against the presentations that they have used.

    Parameters
    ----------
    variants : sequence of dict
        Each with ``name``, its test score and ``curve`` (``presentations`` and
        ``validation``, after every epoch), as in the ``metrics.json`` of ``ffbrian compare``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes_or_new(ax, width=5.2)
    _, factor, title = SCORES[score_of(variants)]
    for one in variants:
        ax.plot(
            one["curve"]["presentations"],
            factor * np.array(one["curve"]["validation"]),
            marker=".",
            ms=4,
            label=one["name"],
        )
    ax.set(xscale="log", xlabel="presentations", ylabel=f"validation {title}")
    ax.legend(loc="best")
    return ax


def spread_words(counts):
    """What bars are of, from the numbers of seeds of all points (str)."""
    low, high = min(counts), max(counts)
    counted = f"{low}" if low == high else f"{low} to {high}"
    return f"mean ± s.d., n = {counted} seeds" if high > 1 else "n = 1 seed"


def _scores(variants):
    """Means, spreads, scores of the single seeds, and what they are called on an axis."""
    name = score_of(variants)
    each, factor, title = SCORES[name]
    mean = np.array([factor * one[name] for one in variants])
    spread = np.array([factor * (one[f"{name}_sd"] or 0) for one in variants])
    return mean, spread, [factor * np.array(one[each]) for one in variants], title


def _listed(ax, names, mean, spread, seeds, title, colour):
    """One line for each variant, the first on top."""
    place = -np.arange(len(names))
    for y, values in zip(place, seeds):
        ax.plot(values, np.full(len(values), y), ".", color="black", ms=3, alpha=0.7, zorder=3)
    ax.errorbar(mean, place, xerr=spread, color=colour, marker="o", ms=4, capsize=2, ls="none")
    ax.set(xlabel=f"test {title}", ylim=(place.min() - 0.6, 0.6))
    ax.set_yticks(place, names)
    ax.grid(axis="y", color=NEUTRAL, alpha=0.15)
    return ax
