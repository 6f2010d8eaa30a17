"""All plausibility comparisons in four figures, drawn from what ``ffbrian compare`` measured.

    ffbrian compare NAME --out runs/NAME              # for every NAME in experiments/plausibility
    cp runs/NAME/metrics.json figures/plausibility/NAME.json
    python figures/plausibility.py                    # -> figures/plausibility-*.png, tables of
    docs/plausibility.md

The band is the base as it is, mean and standard deviation over seeds.
"""

import json
import re
import string
import sys
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

import ffbrian as ff
from ffbrian.commands.compare import table

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "plausibility.md"
#: The figures and the panels of each; comparisons that are not named are in the last one.
FIGURES = {
    "signals": ("dopamine", "reward-delay", "wake-sleep", "stdp-balance"),
    "wiring": ("polarity", "dale", "connectivity", "axonal-delay"),
    "labels": ("label-population", "label-drive", "homeostasis"),
    "neurons": ("time-step", "membrane-noise", "poisson"),
}
COLUMNS = 2
#: Where the accuracies of a panel begin, in percent, unless they fall lower.
LOWEST = 90
#: The comparison whose first variant is the base as it is.
BASE = "wake-sleep"


def results(folder=HERE / "plausibility"):
    """What was measured, by the name of the comparison."""
    paths = {path.stem: path for path in sorted(Path(folder).glob("*.json"))}
    order = [name for names in FIGURES.values() for name in names]
    names = [name for name in order if name in paths] + [name for name in paths if name not in order]
    return {name: json.loads(paths[name].read_text()) for name in names}


def shared_out(found):
    """The comparisons of every figure (dict of str to list of dict)."""
    *_, last = FIGURES
    home = {name: figure for figure, names in FIGURES.items() for name in names}
    return {
        figure: [one for name, one in found.items() if home.get(name, last) == figure] for figure in FIGURES
    }


def draw(found, base):
    """One panel for each comparison.

    Parameters
    ----------
    found : list of dict
        The comparisons, from `results`.
    base : dict
        The variant that is the base as it is.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = -(-len(found) // COLUMNS)
    band = [100 * (base["test_accuracy"] + sign * base["test_accuracy_sd"]) for sign in (-1, 1)]
    with rc_context(ff.plot.STYLE):
        figure = Figure(figsize=(3.5 * COLUMNS, 2.6 * rows))
        axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for ax, one in zip(ff.plot.letters(axes[: len(found)]), found):
            _panel(ax, one, band)
        for ax in axes[len(found) :]:
            ax.set_axis_off()
    return figure


def _panel(ax, one, band):
    (ax.axhspan if one["axis"] else ax.axvspan)(*band, color=ff.plot.D1, alpha=0.15, lw=0)
    ff.plot.comparison(one["variants"], one["axis"], ax=ax)
    lowest = min(min(variant["test_accuracies"]) for variant in one["variants"])
    ax.set(**{"ylim" if one["axis"] else "xlim": (min(LOWEST, 100 * lowest - 2), 100)})


def caption(found):
    """What the panels of a figure show, by letter (str)."""
    titles = [one["title"].split(":")[0] for one in found]
    return "; ".join(f"**{letter}** {title}" for letter, title in zip(string.ascii_lowercase, titles))


def page(text, found):
    """The page with its tables and the captions of its figures."""
    for name, shown in shared_out(found).items():
        line = f"![{name}](../figures/plausibility-{name}.png)"
        told = f"{line}\n\n{caption(shown)}.\n\n"
        text = re.sub(rf"{re.escape(line)}\n\n(\*\*a\*\* .*\n\n)?", lambda _, told=told: told, text)
    return fill(text, found)


def tables(found):
    """The page's tables, by the name of the comparison (Markdown)."""
    return {name: table(one["variants"], one["axis"]) for name, one in found.items()}


def fill(text, found):
    """The page with every table put where ``<!-- table NAME -->`` stands."""
    for name, lines in tables(found).items():
        text = re.sub(rf"(<!-- table {name} -->\n)(\|.*\n)*", lambda match: match[1] + lines, text)
    return text


def main(folder=HERE / "plausibility", out=HERE):
    """Draw the figures and fill the page."""
    found = results(folder)
    base = found[BASE]["variants"][0]
    for name, shown in shared_out(found).items():
        figure = draw(shown, base)
        with rc_context(ff.plot.STYLE):
            figure.savefig(Path(out) / f"plausibility-{name}.png", dpi=ff.plot.STYLE["savefig.dpi"])
    PAGE.write_text(page(PAGE.read_text(), found))


if __name__ == "__main__":
    main(*sys.argv[1:])
