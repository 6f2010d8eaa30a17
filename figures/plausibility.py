"""All plausibility comparisons on one page, drawn from what ``ffbrian compare`` measured.

    ffbrian compare NAME --out runs/NAME              # for every NAME in experiments/plausibility
    cp runs/NAME/metrics.json figures/plausibility/NAME.json
    python figures/plausibility.py                    # -> figures/plausibility.png, tables of
    docs/plausibility.md

The band is the base as it is, mean and standard deviation over seeds.
"""

import json
import re
import sys
import textwrap
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

import ffbrian as ff
from ffbrian.commands.compare import table

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "plausibility.md"
#: Order of the panels; comparisons that are not named follow.
ORDER = (
    "dopamine",
    "reward-delay",
    "wake-sleep",
    "time-step",
    "stdp-balance",
    "polarity",
    "dale",
    "connectivity",
    "axonal-delay",
    "membrane-noise",
    "poisson",
    "label-population",
    "label-drive",
    "homeostasis",
)
COLUMNS = 4
#: Letters of a line of a title.
TITLE_WIDTH = 27
#: Where the accuracies of a panel begin, in percent, unless they fall lower.
LOWEST = 90
#: The comparison whose first variant is the base as it is.
BASE = "wake-sleep"


def results(folder=HERE / "plausibility"):
    """What was measured, by the name of the comparison."""
    paths = {path.stem: path for path in sorted(Path(folder).glob("*.json"))}
    names = [name for name in ORDER if name in paths] + [name for name in paths if name not in ORDER]
    return {name: json.loads(paths[name].read_text()) for name in names}


def draw(found):
    """One panel for each comparison.

    Parameters
    ----------
    found : dict
        From `results`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, base = -(-len(found) // COLUMNS), found[BASE]["variants"][0]
    band = [100 * (base["test_accuracy"] + sign * base["test_accuracy_sd"]) for sign in (-1, 1)]
    with rc_context(ff.plot.STYLE):
        figure = Figure(figsize=(3.5 * COLUMNS, 2.5 * rows))
        axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for ax, one in zip(axes, found.values()):
            (ax.axhspan if one["axis"] else ax.axvspan)(*band, color=ff.plot.D1, alpha=0.15, lw=0)
            ff.plot.comparison(one["variants"], one["axis"], ax=ax)
            lowest = min(min(variant["test_accuracies"]) for variant in one["variants"])
            ax.set(**{"ylim" if one["axis"] else "xlim": (min(LOWEST, 100 * lowest - 2), 100)})
            ax.set_title(
                textwrap.fill(one["title"].split(":")[0], TITLE_WIDTH, break_on_hyphens=False),
                fontsize="medium",
            )
        for ax in axes[len(found) :]:
            ax.set_axis_off()
    return figure


def tables(found):
    """The page's tables, by the name of the comparison (Markdown)."""
    return {name: table(one["variants"], one["axis"]) for name, one in found.items()}


def fill(text, found):
    """The page with every table put where ``<!-- table NAME -->`` stands."""
    for name, lines in tables(found).items():
        text = re.sub(rf"(<!-- table {name} -->\n)(\|.*\n)*", lambda match: match[1] + lines, text)
    return text


def main(folder=HERE / "plausibility", out=HERE / "plausibility.png"):
    """Draw the figure and fill the page."""
    found = results(folder)
    figure = draw(found)
    with rc_context(ff.plot.STYLE):
        figure.savefig(out, dpi=ff.plot.STYLE["savefig.dpi"])
    PAGE.write_text(fill(PAGE.read_text(), found))


if __name__ == "__main__":
    main(*sys.argv[1:])
