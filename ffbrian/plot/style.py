"""One look for all figures: colours that colour-blind readers can tell apart (Okabe & Ito 2008).

The style is applied inside each function and undone when it returns.
"""

import functools
import string

import matplotlib as mpl
import numpy as np
from brian2.units.fundamentalunits import get_dimensions

POSITIVE, NEGATIVE, NEUTRAL = "#0072B2", "#D55E00", "#6E6E6E"
D1, D2 = "#009E73", "#AA4499"
CYCLE = ("#0072B2", "#E69F00", "#009E73", "#AA4499", "#56B4E9", "#D55E00")
PHASE_COLOURS = {"positive": POSITIVE, "negative": NEGATIVE, "evaluation": NEUTRAL, "pause": "white"}
DIVERGING, SEQUENTIAL = "RdBu_r", "Blues"
#: How the small letters above the axes are found again.
NOTE = "note"
#: From this ratio of its ends on an axis is logarithmic.
LOGARITHMIC_FROM = 9

STYLE = {
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.wspace": 0.05,
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "lines.linewidth": 1.3,
    "axes.linewidth": 0.8,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
#: Units to draw in, by SI unit: name and factor.
UNITS = {
    "V": ("mV", 1e3),
    "A": ("pA", 1e12),
    "S": ("nS", 1e9),
    "s": ("ms", 1e3),
    "Hz": ("Hz", 1.0),
    "1": ("1", 1.0),
}


def styled(function):
    """Draw in the package's style; matplotlib's settings are put back."""

    @functools.wraps(function)
    def draw(*arguments, **settings):
        with mpl.rc_context(STYLE):
            return function(*arguments, **settings)

    return draw


def axes_or_new(ax, width=4.2, height=3.0):
    """The axes given, or those of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height))[1]


def new_figure(width, height):
    """A new figure, shown by notebooks and interactive sessions."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width, height))


def logarithmic(ax, x):
    """Make the horizontal axis logarithmic where what is drawn spans a large ratio, with plain numbers on it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x : (n,) array
        All that is drawn.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    if x.min() <= 0 or x.max() / x.min() < LOGARITHMIC_FROM:
        return
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(_apart(x)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())


def _apart(x):
    """The values that are far enough from each other for a label, on a logarithmic axis."""
    kept = []
    for value in np.unique(x):
        if not kept or value / kept[-1] >= (x.max() / x.min()) ** 0.08:
            kept.append(value)
    return kept


def said_in(ax, text):
    """Say in a figure what its points and bars are, in small letters above the axes, on the right."""
    words = ax.text(
        1.0, 1.01, text, transform=ax.transAxes, ha="right", va="bottom", fontsize=7, color=NEUTRAL
    )
    words.set_gid(NOTE)


def letters(axes):
    """Name the panels of a figure a, b, c ..., above their left ends.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes

    Returns
    -------
    sequence of matplotlib.axes.Axes
    """
    for letter, ax in zip(string.ascii_lowercase, axes):
        ax.set_title(letter, loc="left", fontweight="bold")
    return axes


def in_unit(quantity):
    """Plain numbers to draw, and the name of their unit.

    Parameters
    ----------
    quantity : Quantity or array

    Returns
    -------
    values : array
    unit : str
    """
    from brian2 import amp, hertz, second, siemens, volt

    dimensions = get_dimensions(quantity)
    for name, unit in (("1", 1), ("V", volt), ("A", amp), ("S", siemens), ("s", second), ("Hz", hertz)):
        if dimensions is get_dimensions(unit):
            shown, factor = UNITS[name]
            return np.asarray(quantity, float) * factor, shown
    return np.asarray(quantity, float), str(dimensions)


def label_panel(ax, text, unit="1"):
    """Label the vertical axis of a stacked panel; ``"1"`` marks a plain number."""
    ax.set_ylabel(f"{text}\n({unit})")
