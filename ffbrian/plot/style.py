"""One look for all figures: colours that colour-blind readers can tell apart (Okabe & Ito 2008).

The style is applied inside each function and undone when it returns.
"""

import functools

import matplotlib as mpl
import numpy as np
from brian2.units.fundamentalunits import get_dimensions

POSITIVE, NEGATIVE, NEUTRAL = "#0072B2", "#D55E00", "#6E6E6E"
D1, D2 = "#009E73", "#AA4499"
CYCLE = ("#0072B2", "#E69F00", "#009E73", "#AA4499", "#56B4E9", "#D55E00")
PHASE_COLOURS = {"positive": POSITIVE, "negative": NEGATIVE, "evaluation": NEUTRAL, "pause": "white"}
DIVERGING, SEQUENTIAL = "RdBu_r", "Blues"

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
