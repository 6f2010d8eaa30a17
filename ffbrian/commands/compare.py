"""run variants of an experiment and print one table

COMPARISON is a TOML file, or the name of a comparison that `ffbrian list` shows.
It has `base`, an experiment (a name, or a file beside this one), `common`, a
table of keys that all variants change, and [[variants]], each with a `name` and
the keys that it changes:

    base = "mnist"
    seeds = [1, 2, 3]
    common = {"training.epochs" = 3}
    [[variants]]
    name = "phase sign only"
    set = {"network.modulator.release" = "M = s"}

`seeds` replaces those of the base.  With `axis`, what is varied and its unit
(such as "dt (ms)"), each variant has its place `x` on it, and may do without a
name.  `folds` stands for variants: a number of folds that test every sample once,
or lists of speakers, such as [[0, 1], [2, 3]].  With [[alternatives]], written as
variants, every fold takes the one that is best on its own validation samples;
with `refit = true` it then learns from those samples as well.
Accuracies are drawn into comparison.png.  A variant that was finished before is not run again.  The last
line printed is the folder with the results.
"""

import sys
from dataclasses import replace
from pathlib import Path

from ffbrian.analyse import cross_validation
from ffbrian.analyse.comparison import Comparison, row, table
from ffbrian.commands import drawing
from ffbrian.commands.arguments import (
    add_code,
    add_executor,
    add_figures,
    add_overrides,
    allowed,
    command_line,
    executor,
)
from ffbrian.commands.run import calibrated, make_ready
from ffbrian.train import metrics
from ffbrian.train.experiment_files import comparisons, to_json
from ffbrian.train.progress import Display
from ffbrian.train.run_folder import Folder, write_text
from ffbrian.train.seeds import train_all

WHEN_INTERRUPTED = "the same command goes on with what has not finished yet."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("comparison", metavar="COMPARISON")
    add_overrides(parser, "change a key of all variants, such as training.epochs=1")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder of the results (default: runs/NAME)")
    add_executor(parser)
    add_figures(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    workers = executor(arguments)
    comparison = Comparison.load(
        comparisons().get(arguments.comparison, arguments.comparison), arguments.overrides
    )
    place = arguments.out or Path("runs") / Path(arguments.comparison).stem
    variants = [replace(one, experiment=allowed(one.experiment, arguments)) for one in comparison.variants]
    comparison = replace(comparison, variants=variants)
    rows = _rows(place, variants, workers)
    chosen = cross_validation.chosen(rows) if comparison.has_folds else []
    again = _rows(place, comparison.refits(chosen), workers)
    rows, chosen = rows + again, again or chosen
    pooled = cross_validation.pooled(chosen) if chosen else None
    record = {"title": comparison.title, "axis": comparison.axis, "variants": rows, "pooled": pooled}
    write_text(place / "metrics.json", to_json(record | {"versions": metrics.versions()}))
    words = table(rows, comparison.axis)
    words += f"\n{cross_validation.choices(chosen)}{cross_validation.sentence(pooled)}" if pooled else ""
    write_text(place / "table.md", words)
    if arguments.has_figures:
        drawing.compared(place, arguments.format)
    print(f"{comparison.title}\n\n{words}\n{place}")


def _rows(place, variants, workers):
    """A row of the table for each variant, trained unless it was before."""
    return [row(one, finished(place / one.folder, one.name, one.experiment, workers)) for one in variants]


def finished(path, name, experiment, chosen):
    """The folder of an experiment, trained and evaluated by an executor unless it was before."""
    print(f"== {name}", file=sys.stderr)
    experiment = calibrated(experiment)
    folder = Folder.known(path, name, experiment)
    if folder is None or not all(map(folder.is_finished, folder.seeds)):
        make_ready(experiment)
        folder = folder or Folder.create(path, experiment, command_line())
        train_all(folder, chosen, Display(len(folder.seeds) > 1))
    return folder
