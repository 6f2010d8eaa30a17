"""run variants of an experiment and print one table

COMPARISON is a TOML file with `base`, an experiment (a name, or a file beside
this one), `common`, a table of keys that all variants change, and [[variants]],
each with a `name` and the keys that it changes:

    base = "mnist"
    common = {"training.epochs" = 3}
    [[variants]]
    name = "phase sign only"
    set = {"network.modulator.release" = "M = s"}

A variant that was finished before is not run again.  The last line printed is
the folder with the results.
"""
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from ffbrian.commands import metrics
from ffbrian.commands.folder import Folder, write_text
from ffbrian.commands.run import add_figures, add_jobs, check_jobs, make_ready
from ffbrian.commands.training import train_all
from ffbrian.errors import ExperimentError
from ffbrian.experiment import Experiment, catalogue, read, to_json
from ffbrian.progress import Display

KEYS = ("title", "base", "common", "variants")


@dataclass(frozen=True)
class Comparison:
    """Variants of one experiment.

    Attributes
    ----------
    title : str
    variants : tuple of (str, Experiment)
    """

    title: str
    variants: tuple

    @classmethod
    def load(cls, path, overrides=()):
        """Read a comparison.

        Parameters
        ----------
        path : path
        overrides : iterable of str
            As of ``ffbrian run --set``; they come last.

        Raises
        ------
        ExperimentError
            For an unknown key, two variants of one name, or a variant that is
            no valid experiment.
        """
        table, path = read(path), Path(path)
        _check(path, table)
        base = _base(path, table["base"])
        common = _words(table.get("common", {}))
        variants = [(one["name"], Experiment.load(base, [*common, *_words(one.get("set", {})), *overrides])) for one in table["variants"]]
        return cls(table.get("title", path.stem), tuple(variants))


def _check(path, table):
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise ExperimentError(f"{path} has the unknown key {unknown[0]!r}; known are {', '.join(KEYS)}.")
    variants = table.get("variants")
    if "base" not in table or not isinstance(variants, list) or not variants:
        raise ExperimentError(f"{path} is no comparison: it needs 'base', an experiment, and at least one [[variants]].")
    names = [one.get("name") for one in variants]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise ExperimentError(f"{path}: every variant needs a 'name' of its own; found {names}.")
    for one in variants:
        if set(one) - {"name", "set"}:
            raise ExperimentError(f"{path}: variant {one['name']!r} has the unknown key {sorted(set(one) - {'name', 'set'})[0]!r}; known are name, set.")


def _base(path, base):
    beside = path.parent / base
    return str(beside) if beside.is_file() else base


def _words(table):
    """Keys and values as `--set` takes them."""
    return [f"{key}={_toml(value)}" for key, value in table.items()]


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("comparison", metavar="COMPARISON")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], dest="overrides", help="change a key of all variants, such as training.epochs=1")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder of the results (default: runs/NAME)")
    add_jobs(parser)
    add_figures(parser)
    parser.set_defaults(has_figures=False)


def execute(arguments):
    """Run the command; returns the exit status."""
    check_jobs(arguments.jobs)
    comparison = Comparison.load(_find(arguments.comparison), arguments.overrides)
    place = arguments.out or Path("runs") / Path(arguments.comparison).stem
    rows = [_row(name, _finished(place / _plain(name), name, experiment, arguments.jobs)) for name, experiment in comparison.variants]
    write_text(place / "metrics.json", to_json({"title": comparison.title, "variants": rows}))
    write_text(place / "table.md", table(rows))
    print(f"{comparison.title}\n\n{table(rows)}\n{place}")


def _find(name):
    folders = {path.parent for path in catalogue().values()}
    known = {path.stem: path for folder in folders for path in folder.glob("comparisons/*.toml")}
    if Path(name).is_file() or name not in known:
        return name
    return known[name]


def _plain(name):
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")


def _finished(path, name, experiment, jobs):
    """The folder of a variant, trained and evaluated."""
    print(f"== {name}", file=sys.stderr)
    folder = Folder.open(path) if (path / "experiment.json").exists() else None
    if folder is not None and folder.experiment.resolved() != experiment.resolved():
        raise ExperimentError(f"{path} holds another variant under the name {name!r}; choose another folder with --out.")
    if folder is None or not all(map(folder.is_finished, folder.seeds)):
        make_ready(experiment)
        folder = folder or Folder.create(path, experiment)
        train_all(folder, jobs, Display(len(folder.seeds) > 1), False)
    return folder


def _row(name, folder):
    runs = [folder.metrics(seed) for seed in folder.seeds]
    accuracies = [run["test_accuracy"] for run in runs]
    spread = statistics.stdev(accuracies) if len(runs) > 1 else None
    validation = [run["validation_accuracy"] for run in runs]
    return {"name": name, "test_accuracy": statistics.fmean(accuracies), "test_accuracy_sd": spread, "validation_accuracy": None if None in validation else statistics.fmean(validation), "seeds": [run["seed"] for run in runs], "versions": metrics.versions()}


def table(rows):
    """The results as a Markdown table (str)."""
    lines = ["| variant | validation % | test % | seeds |", "|---|---|---|---|"]
    for row in rows:
        spread = "" if row["test_accuracy_sd"] is None else f" ± {100 * row['test_accuracy_sd']:.2f}"
        validation = "–" if row["validation_accuracy"] is None else f"{100 * row['validation_accuracy']:.2f}"
        lines.append(f"| {row['name']} | {validation} | {100 * row['test_accuracy']:.2f}{spread} | {len(row['seeds'])} |")
    return "\n".join(lines) + "\n"
