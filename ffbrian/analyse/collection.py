"""What many runs reached, gathered from their folders: one row a seed, and the best by validation alone."""

import contextlib
import csv
import io
import statistics
from dataclasses import dataclass
from pathlib import Path

from ffbrian.analyse.sweep import RECORD
from ffbrian.errors import RunError
from ffbrian.files.safe_files import read_record
from ffbrian.train.measured import task_of
from ffbrian.train.run_folder import Folder

#: Results of a row, in this order, where a run has them.
RESULTS = (
    "validation_accuracy",
    "train_accuracy",
    "test_accuracy",
    "test_balanced_accuracy",
    "validation_relative_l2",
    "train_relative_l2",
    "test_relative_l2",
    "input_spikes",
    "wall_seconds",
)
#: Parts of an experiment that say nothing about what a run did.
LEFT_OUT = ("name", "title", "seeds", "expected")


@dataclass(frozen=True)
class Collection:
    """Finished runs.

    Attributes
    ----------
    varied : tuple of str
        Keys in which the runs differ.
    rows : tuple of dict
        Each with ``run``, ``seed``, the varied keys and results; the number of
        rows is that of the trainings.
    n_unfinished : int
        Trainings that are not finished.
    larger_is_better : bool
        Of the validation score.
    """

    varied: tuple
    rows: tuple
    n_unfinished: int
    larger_is_better: bool

    @classmethod
    def of(cls, place):
        """Gather all finished runs in a folder and below it.

        Raises
        ------
        RunError
            If there are none, or one is damaged.
        """
        place = Path(place)
        folders = [Folder.open(path.parent) for path in sorted(place.rglob("experiment.json"))]
        finished = [(folder, seed) for folder in folders for seed in folder.seeds if folder.is_finished(seed)]
        if not finished:
            raise RunError(
                f"{place} holds no finished run; give the folder that 'ffbrian sweep', 'compare' or 'run' "
                "named in its last line."
            )
        changes = _changes(place, [folder for folder, _ in finished])
        records = [folder.metrics(seed) for folder, seed in finished]
        rows = [
            _row(place, folder, seed, record, changes[folder.path])
            for (folder, seed), record in zip(finished, records)
        ]
        return cls(
            tuple(next(iter(changes.values()))),
            tuple(rows),
            sum(len(folder.seeds) for folder in folders) - len(finished),
            task_of(records[0]).larger_is_better,
        )

    @property
    def columns(self):
        """Names of the columns of the table (list of str)."""
        return [
            "run",
            "seed",
            *self.varied,
            *(key for key in RESULTS if any(key in row for row in self.rows)),
        ]

    @property
    def validation(self):
        """The column that chooses the best, or None where a run has no validation data."""
        name = next((key for key in RESULTS if key.startswith("validation") and key in self.columns), None)
        return name if name and all(name in row for row in self.rows) else None

    def csv(self):
        """The table as CSV (str)."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue()

    def points(self):
        """Rows by run (dict of str to list of dict)."""
        names = dict.fromkeys(row["run"] for row in self.rows)
        return {name: [row for row in self.rows if row["run"] == name] for name in names}

    def best(self):
        """The run with the best mean validation score, whatever it does on the test set.

        Returns
        -------
        name : str or None
            None where there are no validation data: nothing is chosen by test data.
        rows : list of dict
        """
        if self.validation is None:
            return None, []
        sign, points = 1 if self.larger_is_better else -1, self.points()
        name = max(points, key=lambda one: sign * mean(points[one], self.validation))
        return name, points[name]


def drawable(collection, x, y):
    """Points for `ffbrian.plot.collection`, and what stands at its axes.

    Parameters
    ----------
    collection : Collection
    x, y : str
        Columns.

    Returns
    -------
    points : list of (x, y)
    xlabel, ylabel : str

    Raises
    ------
    RunError
        For an unknown column, or one that is missing in a run or holds text on the vertical axis.
    """
    for name in (x, y):
        if name not in collection.columns or any(row.get(name) in (None, "") for row in collection.rows):
            raise RunError(
                f"{name!r} is no column that every run has; known are {', '.join(collection.columns)}."
            )
    if not all(isinstance(row[y], (int, float)) for row in collection.rows):
        raise RunError(f"{y!r} holds text; the vertical axis needs numbers.")
    numbers, unit = _numbers([row[x] for row in collection.rows])
    values = iter(numbers)
    points = [
        ([next(values) for _ in rows], [row[y] for row in rows]) for rows in collection.points().values()
    ]
    points = [(place[0] if len(set(place)) == 1 else place, y) for place, y in points]
    return points, f"{x} ({unit})" if unit else x, y.replace("_", " ")


def _numbers(values):
    """Quantities such as ``"20 ms"`` as numbers of one unit; texts where they are no quantities."""
    if all(isinstance(value, (int, float)) for value in values):
        return values, ""
    pairs = [str(value).partition(" ") for value in values]
    units = {unit for _, _, unit in pairs}
    with contextlib.suppress(ValueError):
        if len(units) == 1:
            return [float(number) for number, _, _ in pairs], units.pop()
    return [str(value) for value in values], ""


def mean(rows, column):
    """Mean of a column (float)."""
    return statistics.fmean(row[column] for row in rows)


def _row(place, folder, seed, record, values):
    where = folder.path.relative_to(place).as_posix()
    known = {key: record[key] for key in RESULTS if record.get(key) is not None}
    return {"run": where if where != "." else folder.path.name, "seed": seed} | values | known


def _changes(place, folders):
    """What each run changes, by its path: what the sweep says, or else where the experiments differ."""
    told = _of_sweep(place)
    if told and all(folder.path in told for folder in folders):
        return {folder.path: told[folder.path] for folder in folders}
    flat = {folder.path: dict(_flat(folder.experiment.resolved())) for folder in folders}
    keys = list(dict.fromkeys(key for values in flat.values() for key in values))
    varied = [key for key in keys if len({repr(values.get(key)) for values in flat.values()}) > 1]
    return {path: {key: values.get(key, "") for key in varied} for path, values in flat.items()}


def _of_sweep(place):
    if not (place / RECORD).is_file():
        return {}
    record = read_record(place / RECORD, "sweep in another folder")
    try:
        return {place / point["folder"]: dict(point["values"]) for point in record["points"]}
    except (KeyError, TypeError, ValueError):
        raise RunError(
            f"{place / RECORD} is damaged: it does not name points; sweep in another folder."
        ) from None


def _flat(value, name=""):
    """Keys and values of tables in tables, with dotted names."""
    if isinstance(value, (dict, list)) and value:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            if name or key not in LEFT_OUT:
                yield from _flat(part, f"{name}.{key}" if name else str(key))
    else:
        yield name, value
