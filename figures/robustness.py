"""Draw ``robustness.png`` from the table of measurements in ``docs/robustness.md``.

    python figures/robustness.py

The measurements themselves take hours; the page says with which commands.
"""

import re
import sys
from pathlib import Path

from ffbrian.analyse.perturbations import KINDS
from ffbrian.analyse.run_figures import save_robustness

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "robustness.md"
ROW = re.compile(r"^\| ([a-z ]+) \((.+)\) \| (.+ → .+) \| ([\d.]+) ± [\d.]+ \|$", re.M)
CLEAN = re.compile(r"([\d.]+) % of these 1,000 test images")
#: Perturbations whose strengths are factors.
LOGARITHMIC = ("input_rate",)


def record(text):
    """What the page says, as ``metrics.json`` of ``ffbrian robustness`` has it (dict)."""
    curves = [_curve(*row) for row in ROW.findall(text)]
    return {"seeds": [1, 2, 3], "clean_accuracy": float(CLEAN.search(text)[1]) / 100, "curves": curves}


def _curve(words, axis, points, area):
    kind = words.replace(" ", "_")
    numbers = [[float(part) for part in re.findall(r"[\d.]+", point)] for point in points.split(", ")]
    strengths, accuracy, spread = zip(*numbers)
    return {
        "kind": kind,
        "axis": axis,
        "scale": "log" if kind in LOGARITHMIC else "linear",
        "clean_strength": KINDS[kind].clean,
        "strengths": strengths,
        "accuracy": [one / 100 for one in accuracy],
        "accuracy_sd": [one / 100 for one in spread],
        "area": float(area),
    }


if __name__ == "__main__":
    save_robustness(record(PAGE.read_text()), Path(sys.argv[1] if len(sys.argv) > 1 else HERE))
