"""How the time of a sample grows, drawn from what ``ffbrian bench --json FILE`` wrote.

``python figures/scaling.py FILE [figures/scaling.png]``
"""

import argparse
import json
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

import ffbrian as ff

REFERENCE = "a"
NAMES = {
    "ffbrian": "ffbrian",
    "kernel": "kernel by hand",
    "tuned": "stock Brian 2, tuned",
    "naive": "stock Brian 2, naive",
}
#: Panels: label of the horizontal axis, its value, what else must be as in the reference.
PANELS = (
    ("neurons", lambda found: found["sizes"][0], ("n_steps", "n_layers")),
    ("time steps", lambda found: found["n_steps"], ("sizes",)),
    ("samples", lambda found: found["n_samples"], ("sizes", "n_steps")),
    ("layers of 500 neurons", lambda found: found["n_layers"], ("n_steps", "width")),
)


def read(path):
    """The training workloads of a benchmark file."""
    found = [
        w | {"n_layers": len(w["sizes"]), "width": w["sizes"][0]}
        for w in json.loads(path.read_text())["workloads"]
    ]
    return [w for w in found if "one label" not in w["ms"]]


def series(workloads, value, fixed):
    """The workloads of one panel, in the order of its axis."""
    reference = next(w for w in workloads if w["workload"] == REFERENCE)
    alike = [w for w in workloads if all(w[key] == reference[key] for key in fixed)]
    by_value = {value(w): w for w in reversed(alike)}  # the reference, listed first, wins
    return [by_value[key] for key in sorted(by_value)]


def draw_panel(ax, workloads, label, value):
    """Time against one property, one line a variant."""
    is_total = label == "samples"
    for name, text in NAMES.items():
        points = [
            (value(w), w["ms"][name] * (w["n_samples"] if is_total else 1))
            for w in workloads
            if name in w["ms"]
        ]
        ax.plot(
            *zip(*points), "o-" if len(points) > 1 else "o", label=text, markersize=3.5
        ) if points else None
    ax.set(
        xscale="log", yscale="log", xlabel=label, ylabel="all samples (ms)" if is_total else "one sample (ms)"
    )
    ax.xaxis.set_major_locator(FixedLocator([value(w) for w in workloads]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter("{x:g}")


def draw(workloads):
    """The figure."""
    figure = Figure(figsize=(10.4, 2.9))
    panels = figure.subplots(1, len(PANELS))
    for ax, (label, value, fixed) in zip(panels, PANELS):
        draw_panel(ax, series(workloads, value, fixed), label, value)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(NAMES))
    return figure


def main():
    """Draw from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("figure", type=Path, nargs="?", default=Path(__file__).with_suffix(".png"))
    options = parser.parse_args()
    with rc_context(ff.plot.STYLE):
        draw(read(options.results)).savefig(options.figure)


if __name__ == "__main__":
    main()
