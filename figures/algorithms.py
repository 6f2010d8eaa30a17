"""All learning algorithms on all tasks in one figure, drawn from what ``ffbrian compare`` measured.

    ffbrian compare algorithms --out runs/algorithms          # and the other names of `TASKS`
    cp runs/algorithms/metrics.json figures/algorithms/algorithms.json
    python figures/algorithms.py           # -> figures/algorithms.png, tables of docs/learning_algorithms.md

What was not measured has no panel.
"""

import itertools
import json
import sys
from pathlib import Path

import plausibility
from matplotlib import rc_context, rcParams
from matplotlib.figure import Figure

import ffbrian as ff

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "learning_algorithms.md"
#: What the comparisons measured, in the order of the panels.
TASKS = {
    "algorithms": "digits, 30 neurons",
    "algorithms-mnist": "MNIST, 10,000 images",
    "mnist-60000": "MNIST, 60,000 images",
    "algorithms-mexican-hat": "Mexican hat",
    "algorithms-poisson": "Poisson equation",
}
COLUMNS, MARKERS = 3, "os^"
#: Limits of the axes that are logarithmic, equal in all panels.
PRESENTATIONS, ERRORS = (3e4, 1.2e7), (0.01, 1)
#: What scores are called on an axis, and their factor.
SCORES = {"test_accuracy": ("test accuracy (%)", 100), "test_relative_l2": ("test relative L2", 1)}


def algorithm(variant):
    """The algorithm that a variant is named after (str)."""
    return variant["name"].replace(",", " ").split()[0]


def looks(found):
    """Colour and marker of every algorithm (dict of str to dict)."""
    names = dict.fromkeys(algorithm(one) for record in found.values() for one in record["variants"])
    pairs = zip(names, itertools.product(MARKERS, rcParams["axes.prop_cycle"].by_key()["color"]))
    return {name: {"marker": marker, "color": colour} for name, (marker, colour) in pairs}


def draw(found):
    """One panel for each task: test score against presentations.

    Parameters
    ----------
    found : dict of str to dict
        What `ffbrian compare` wrote, by the name of the comparison.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = -(-(len(found) + 1) // COLUMNS)
    with rc_context(ff.plot.STYLE):
        look = looks(found)
        figure = Figure(figsize=(2.9 * COLUMNS, 2.6 * rows), layout="constrained")
        axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for ax, (name, record) in zip(ff.plot.letters(axes[: len(found)]), found.items()):
            _panel(ax, record["variants"], look)
            ax.set_title(TASKS[name])
        for ax in axes[len(found) :]:
            ax.set_axis_off()
        key = axes[len(found)]
        handles = [key.plot([], [], ls="", label=name, **of)[0] for name, of in look.items()]
        key.legend(handles=handles, loc="center", title="mean ± s.d. of the seeds")
    return figure


def _panel(ax, variants, look):
    score = next(name for name in SCORES if variants[0].get(name) is not None)
    title, factor = SCORES[score]
    for one in variants:
        mean, spread = factor * one[score], factor * (one[f"{score}_sd"] or 0)
        ax.errorbar(one["presentations"], mean, spread, ms=4, capsize=2, **look[algorithm(one)])
    ax.set(xscale="log", xlim=PRESENTATIONS, xlabel="presentations", ylabel=title)
    if score == "test_relative_l2":
        ax.set(yscale="log", ylim=ERRORS)


def results(folder):
    """What was measured, by the name of the comparison."""
    paths = {name: Path(folder) / f"{name}.json" for name in TASKS}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def main(folder=HERE / "algorithms", out=HERE):
    """Draw the figure and fill the page."""
    found = results(folder)
    with rc_context(ff.plot.STYLE):
        draw(found).savefig(Path(out) / "algorithms.png", dpi=ff.plot.STYLE["savefig.dpi"])
    PAGE.write_text(plausibility.fill(PAGE.read_text(), found))


if __name__ == "__main__":
    main(*sys.argv[1:])
