"""A figure of many runs: any result against anything that was varied."""

import numpy as np

from ffbrian.plot.comparison import spread_words
from ffbrian.plot.style import POSITIVE, axes_or_new, logarithmic, said_in, styled


@styled
def collection(points, xlabel, ylabel, ax=None):
    """One result of many runs against what was varied, or two results against each other.

    Parameters
    ----------
    points : sequence of (x, y) pairs
        Each of a run: x is a number or text, the same for all its seeds, or a
        sequence of numbers; y is a sequence of numbers, one a seed.
    xlabel, ylabel : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        Small points are single seeds, large ones means with standard
        deviations over seeds.  Text is listed in the order in which it comes.
    """
    ax = axes_or_new(ax)
    places = _places([x for x, _ in points])
    n_seeds = {len(y) for _, y in points}
    for (_, y), place in zip(points, places):
        ax.plot(np.broadcast_to(place, np.shape(y)), y, ".", color="black", ms=3, alpha=0.7, zorder=3)
        spread = np.std(y, ddof=1) if len(y) > 1 else None
        ax.errorbar(np.mean(place), np.mean(y), spread, color=POSITIVE, marker="o", ms=4, capsize=2, lw=1.0)
    if all(isinstance(x, str) for x, _ in points):
        names = list(dict.fromkeys(x for x, _ in points))
        ax.set_xticks(range(len(names)), names, rotation=30, ha="right")
    else:
        logarithmic(ax, np.concatenate([np.ravel(place) for place in places]))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    said_in(ax, f"{len(points)} runs, {spread_words(n_seeds)}")
    return ax


def _places(values):
    """Numbers to draw at; texts are numbered."""
    if not all(isinstance(value, str) for value in values):
        return [np.asarray(value, float) for value in values]
    names = list(dict.fromkeys(values))
    return [np.asarray(names.index(value), float) for value in values]
