"""Sweeps: one experiment at many points, the grid or a sample of the values that some keys may take."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ffbrian.analyse.comparison import base_file, check_header, words
from ffbrian.errors import ExperimentError
from ffbrian.files.safe_files import read_record
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import find, read, to_json
from ffbrian.train.experiment_tables import is_count, is_number
from ffbrian.train.run_folder import Folder, write_text

METHODS = ("grid", "random", "latin_hypercube")
SETTINGS = ("method", "points", "seed", "keys")
RANGE = ("low", "high", "scale", "unit", "whole")
SCALES = ("linear", "log")
#: Significant digits of a value that was drawn from a range: it is typed and read by people.
DIGITS = 4
RECORD = "sweep.json"


# -- what a key may be --------------------------------------------------------------------
@dataclass(frozen=True)
class Values:
    """A list of values.

    Attributes
    ----------
    values : tuple
    """

    values: tuple

    def at(self, share):
        """The value at a place from 0 to 1."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True)
class Range:
    """All numbers from one to another.

    Attributes
    ----------
    low, high : float
    scale : str
        ``"linear"``, or ``"log"``: equal factors are equally probable.
    unit : str
        Empty for plain numbers.
    whole : bool
        Whether only whole numbers are meant.
    """

    low: float
    high: float
    scale: str = "linear"
    unit: str = ""
    whole: bool = False

    def at(self, share):
        """The value at a place from 0 to 1: a number, or text with a unit."""
        value = float(f"{self._number(share):.{DIGITS}g}")
        value = min(max(round(self._number(share)), self.low), self.high) if self.whole else value
        return f"{value:g} {self.unit}" if self.unit else value

    def _number(self, share):
        if self.scale == "log":
            return self.low * (self.high / self.low) ** share
        ends = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        return ends[0] + share * (ends[1] - ends[0])


def _axis(where, value):
    """The values or the range that a key has in the file."""
    if isinstance(value, list) and value:
        return Values(tuple(value))
    if not isinstance(value, dict) or not {"low", "high"} <= set(value) <= set(RANGE):
        raise ExperimentError(
            f"{where} is {value!r}, expected a list of values such as [0.1, 0.2], or a range such as "
            '{low = 1e-4, high = 1e-2, scale = "log"} (also: unit, whole).'
        )
    low, high, scale = value["low"], value["high"], value.get("scale", "linear")
    if not (is_number(low) and is_number(high) and low < high) or scale not in SCALES:
        raise ExperimentError(
            f"{where} is {value!r}, expected low < high and a scale of {' or '.join(SCALES)}."
        )
    if scale == "log" and low <= 0:
        raise ExperimentError(f"{where} has low = {low:g}, but a logarithmic range begins above 0.")
    if not isinstance(value.get("unit", ""), str) or not isinstance(value.get("whole", False), bool):
        raise ExperimentError(f"{where} is {value!r}, expected a unit as text and whole = true or false.")
    return Range(**value)


# -- where the points are --------------------------------------------------------------------
def _grid(axes, _points, _seed):
    if not all(isinstance(axis, Values) for axis in axes):
        raise ExperimentError(
            'a grid needs a list of values for every key; for a range choose method = "latin_hypercube" or '
            '"random", and points.'
        )
    return list(itertools.product(*(axis.values for axis in axes)))


def _random(axes, points, seed):
    return _placed(axes, np.random.default_rng(seed).random((points, len(axes))))


def _latin_hypercube(axes, points, seed):
    from scipy.stats import qmc  # only here: it loads what no other command needs

    return _placed(axes, qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(points))


def _placed(axes, shares):
    return [tuple(axis.at(share) for axis, share in zip(axes, row)) for row in shares.tolist()]


PLACES = dict(zip(METHODS, (_grid, _random, _latin_hypercube)))


# -- the sweep -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Point:
    """One experiment of a sweep.

    Attributes
    ----------
    name : str
        Of its folder.
    values : dict of str to object
        What it changes, by key.
    experiment : Experiment
    """

    name: str
    values: dict
    experiment: Experiment


@dataclass(frozen=True)
class Sweep:
    """One experiment at many points.

    Attributes
    ----------
    title : str
    method : str
    points : tuple of Point
    """

    title: str
    method: str
    points: tuple

    @classmethod
    def load(cls, path, overrides=()):
        """Read a sweep: an experiment's file with a ``[sweep]``, or one that names its `base`.

        Parameters
        ----------
        path : path
        overrides : iterable of str
            As of ``ffbrian run --set``, for all points.

        Raises
        ------
        ExperimentError
            For an unknown key, or a point that is no valid experiment.
        """
        path = Path(path)
        table = read(path)
        settings = table.pop("sweep", None)
        axes, method, places = _named(path, _places, settings)
        table, common = _base(path, table)
        width = max(3, len(str(len(places))))
        points = []
        for number, place in enumerate(places, 1):
            values = dict(zip(axes, place))
            changes = [*common, *words(values), *overrides]
            points.append(
                Point(f"point-{number:0{width}d}", values, _experiment(path, table, values, changes))
            )
        return cls(table.get("title", path.stem), method, tuple(points))

    def record(self):
        """What stands in ``sweep.json`` (dict)."""
        points = [{"folder": point.name, "values": point.values} for point in self.points]
        return {"title": self.title, "method": self.method, "points": points}

    def write(self, place):
        """Write ``sweep.json`` into the sweep's folder; raises RunError if another sweep is there."""
        path, found = Path(place) / RECORD, None
        if path.exists():
            found = read_record(path, "sweep in another folder, named with --out")
        if found is not None and found != self.record():
            raise ExperimentError(
                f"{place} holds another sweep ({found.get('title')!r}); choose another folder with --out."
            )
        write_text(path, to_json(self.record()))

    def folder(self, place, point, command=""):
        """The run folder of a point, made by a command line unless it is there."""
        path = Path(place) / point.name
        found = Folder.known(path, point.name, point.experiment)
        return found or Folder.create(path, point.experiment, command)


def _named(path, make, *arguments):
    try:
        return make(*arguments)
    except ExperimentError as error:
        raise ExperimentError(f"{path}: {error}") from None


def _places(settings):
    """Keys, method and the values of every point, from the table ``[sweep]``."""
    if not isinstance(settings, dict) or not isinstance(settings.get("keys"), dict) or not settings["keys"]:
        raise ExperimentError(
            "it describes no sweep: it needs [sweep] with 'keys', such as "
            'keys = {"network.rule.eta" = [1e-4, 1e-3]}.'
        )
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise ExperimentError(f"sweep has the unknown key {unknown[0]!r}; known are {', '.join(SETTINGS)}.")
    method = settings.get("method", "grid")
    if method not in METHODS:
        raise ExperimentError(f"sweep.method is {method!r}, expected one of {', '.join(METHODS)}.")
    axes = [_axis(f"sweep.keys.{key!r}", value) for key, value in settings["keys"].items()]
    points, seed = settings.get("points"), settings.get("seed", 0)
    if method == "grid" and points is not None:
        raise ExperimentError("sweep.points is for random and latin_hypercube; a grid has its values.")
    if method != "grid" and not (is_count(points) and points > 0) or not is_count(seed):
        raise ExperimentError(
            f"sweep has points = {points!r} and seed = {seed!r}; method {method!r} needs a whole number of "
            "points above 0, and a seed of at least 0."
        )
    return list(settings["keys"]), method, PLACES[method](axes, points, seed)


def _base(path, table):
    """The experiment's table, and what is common to all points as words."""
    if "base" not in table:
        return table, []
    known = ("title", "base", "seeds", "common")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ExperimentError(
            f"{path} has the unknown key {unknown[0]!r}; beside 'base' and 'sweep' there may be title, seeds "
            "and common."
        )
    check_header(path, table, ("title", "base"))
    own = {key: table[key] for key in ("title", "seeds") if key in table}
    return read(find(base_file(path, table["base"]))) | own, words(table.get("common", {}))


def _experiment(path, table, values, changes):
    try:
        return Experiment.from_table(path, table, changes)
    except ExperimentError as error:
        told = ", ".join(f"{key} = {value!r}" for key, value in values.items())
        raise ExperimentError(f"at {told}: {error}") from None


def share(tasks, number, total):
    """Every `total`-th task, beginning with the `number`-th: the part of one job of an array (list)."""
    return tasks[number - 1 :: total]


def part_of(text):
    """``"3/8"`` as two numbers; raises ExperimentError for anything else."""
    left, slash, right = text.partition("/")
    if not (slash and left.isdecimal() and right.isdecimal() and 1 <= int(left) <= int(right)):
        raise ExperimentError(f"--task {text}: expected the number of this job and of all, such as 3/8.")
    return int(left), int(right)
