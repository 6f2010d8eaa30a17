"""Comparisons: variants of one experiment, from a TOML file, and the table of what they reached."""

import json
import statistics
from dataclasses import dataclass, replace
from pathlib import Path

from ffbrian.analyse import cross_validation
from ffbrian.analyse.audit import of_trainer
from ffbrian.build.data_shape import DataShape
from ffbrian.errors import ExperimentError
from ffbrian.files.safe_files import is_file
from ffbrian.train import metrics
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import read_known
from ffbrian.train.experiment_tables import is_number
from ffbrian.train.intervals import wilson
from ffbrian.train.measured import task_of

#: A variant's folder is called by its name.
LONGEST_NAME = 100
#: Columns of the table that say what learning took.
EFFORT = {
    "presentations": "presentations",
    "presentations_of_answer": "to answer",
    "seconds": "seconds",
    "signals": "signals",
}
#: What folds are parts of.
SOURCE = "data.source"
KEYS = ("title", "base", "seeds", "axis", "common", "folds", "alternatives", "refit", "variants")


@dataclass(frozen=True)
class Variant:
    """One of the experiments that are compared.

    Attributes
    ----------
    name : str
    x : float or None
        Its place on the axis of the comparison.
    experiment : Experiment
    fold : str or None
        Which part of the samples it tests, in a cross-validation.
    alternative : str or None
        Which of the settings it has that its fold chooses from.
    """

    name: str
    x: float | None
    experiment: Experiment
    fold: str | None = None
    alternative: str | None = None

    @property
    def folder(self):
        """Name of its folder within that of the comparison."""
        return plain(self.name)

    def refit(self):
        """The same settings, learnt from the validation samples as well (Variant)."""
        data = replace(self.experiment.data, validation=0)
        return replace(self, name=f"{self.name}, refit", experiment=replace(self.experiment, data=data))


def plain(name):
    """A name as a file name: letters and digits, with "-" for all else."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")


@dataclass(frozen=True)
class Comparison:
    """Variants of one experiment.

    Attributes
    ----------
    title : str
    axis : str or None
        What is varied, with its unit; None where variants have names only.
    variants : tuple of Variant
    has_folds : bool
        Whether the variants are folds, which test every sample once.
    has_refit : bool
        Whether folds, once they have chosen, learn from their validation samples as well.
    """

    title: str
    axis: str | None
    variants: tuple
    has_folds: bool = False
    has_refit: bool = False

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
        table, path = read_known(path, KEYS), Path(path)
        check_header(path, table, ("title", "base", "axis"))
        base = base_file(path, table.get("base", ""))
        common = words({"seeds": table["seeds"]} if "seeds" in table else {}) + words(table.get("common", {}))
        if "folds" in table and "base" in table:
            source = Experiment.load(base, [*common, *overrides]).data.source
            table = _with_folds(path, table, source)
        _check(path, table)
        variants = tuple(_variant(path, base, one, common, overrides) for one in table["variants"])
        _check_refit(path, table, variants)
        title, has_refit = table.get("title", path.stem), table.get("refit", False)
        return cls(title, table.get("axis"), variants, "folds" in table, has_refit)

    def refits(self, chosen):
        """What every fold chose, to be learnt from all of its training samples.

        Parameters
        ----------
        chosen : list of dict
            A row for each fold, from `cross_validation.chosen`.

        Returns
        -------
        list of Variant
            Empty where the comparison asks for none.
        """
        by_name = {one.name: one for one in self.variants}
        return [by_name[row["name"]].refit() for row in chosen] if self.has_refit else []


def _check_refit(path, table, variants):
    """Refuse a key ``refit`` that is no truth value, or with which nothing more would be learnt."""
    wanted = table.get("refit", False)
    if not isinstance(wanted, bool):
        raise ExperimentError(f"{path}: refit is {wanted!r}, expected true or false.")
    if wanted and "alternatives" not in table:
        raise ExperimentError(f"{path}: refit is of what folds choose; give folds and alternatives, too.")
    if wanted and not all(one.experiment.data.validation for one in variants):
        raise ExperimentError(
            f"{path}: refit learns from validation samples as well, and data.validation is 0; give it a "
            "part of the training samples, or leave out refit."
        )


def _variant(path, base, one, common, overrides):
    own = one.get("set", {})
    fold = {SOURCE: own[SOURCE]} if "fold" in one else {}  # a part of what the overrides name
    try:
        changed = Experiment.load(base, [*common, *words(own), *overrides, *words(fold)])
    except ExperimentError as error:
        raise ExperimentError(f"{path}: variant {_name(one)!r}: {error}") from None
    return Variant(_name(one), one.get("x"), changed, one.get("fold"), one.get("alternative"))


def _with_folds(path, table, source):
    """The table of a cross-validation with its variants written out, parts of some data."""
    if "variants" in table or "axis" in table:
        raise ExperimentError(f"{path}: folds are the variants; leave out variants and axis.")
    alternatives = _alternatives(path, table)
    folds = cross_validation.variants(path, source, table["folds"])
    return table | {"variants": cross_validation.crossed(folds, alternatives)}


def _alternatives(path, table):
    """The settings that every fold chooses from."""
    if "alternatives" not in table:
        return []
    found = tables_of(path, table, "alternatives", "comparison")
    for number, one in enumerate(found, 1):
        _check_variant(path, {}, number, one)
        if SOURCE in one.get("set", {}):
            raise ExperimentError(
                f"{path}: alternative {_name(one)!r} sets {SOURCE}, which the folds divide; set it in common."
            )
    return found


def _check(path, table):
    if "alternatives" in table and "folds" not in table:
        raise ExperimentError(f"{path}: alternatives are what folds choose from; give folds, too.")
    variants = tables_of(path, table, "variants", "comparison")
    for number, one in enumerate(variants, 1):
        _check_variant(path, table, number, one)
    names = list(map(_name, variants))
    folders = list(map(plain, names))
    if not all(folders) or len({folder.casefold() for folder in folders}) < len(names):
        raise ExperimentError(
            f"{path}: every variant needs a 'name' of its own, which differs in letters and digits, because "
            f"its folder is called by it; found {names}."
        )


def tables_of(path, table, key, what):
    """The tables that a file lists under a key; refuses a file without one, or without a base."""
    found = table.get(key)
    is_list = isinstance(found, list) and found and all(isinstance(one, dict) for one in found)
    if "base" in table and is_list:
        return found
    raise ExperimentError(f"{path} is no {what}: it needs 'base', an experiment, and at least one [[{key}]].")


def check_header(path, table, texts):
    """Refuse a file whose title, base or axis is no text, or whose common changes are no table."""
    for key in texts:
        if not isinstance(table.get(key, ""), str):
            raise ExperimentError(f"{path}: {key} is {table[key]!r}, expected text.")
    if not isinstance(table.get("common", {}), dict):
        raise ExperimentError(f"{path}: common is {table['common']!r}, expected a table of keys and values.")


def _check_variant(path, table, number, one):
    name = _name(one)
    where = f"{path}: variant {name!r}" if isinstance(name, str) else f"{path}: variant {number}"
    known = ("name", "x", "set") if "axis" in table else ("name", "set")
    known += ("fold", "alternative") if "folds" in table else ()
    if set(one) - set(known):
        raise ExperimentError(
            f"{where} has the unknown key {sorted(set(one) - set(known))[0]!r}; known are {', '.join(known)}."
        )
    if "axis" in table and not is_number(one.get("x")):
        raise ExperimentError(
            f"{where} has x = {one.get('x')!r}; with the axis {table['axis']!r} every variant needs a "
            "number, its place on it."
        )
    if not isinstance(name, str) or len(plain(name)) > LONGEST_NAME:
        raise ExperimentError(
            f"{path}: variant {number} is called {name!r}, expected a 'name' of at most {LONGEST_NAME} "
            "letters."
        )
    if not isinstance(one.get("set", {}), dict):
        raise ExperimentError(f"{where} has set = {one['set']!r}, expected a table of keys and values.")


def _name(one):
    """A variant's name: its own, or its place on the axis."""
    return one.get("name", f"{one['x']:g}" if is_number(one.get("x")) else None)


def base_file(path, base):
    """The experiment that a file names: one beside it, or one that ffbrian ships."""
    beside = path.parent / base
    return str(beside) if is_file(beside) else base


def words(table):
    """Keys and values as `--set` takes them."""
    return [f"{key}={_toml(value)}" for key, value in table.items()]


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def row(variant, folder):
    """What a finished variant reached: one row of the table (dict)."""
    runs = [folder.metrics(seed) for seed in folder.seeds]
    name = task_of(runs[0]).primary
    scores = [run[f"test_{name}"] for run in runs]
    spread = statistics.stdev(scores) if len(runs) > 1 else None
    validation = [run.get(f"validation_{name}") for run in runs]
    means = {
        f"test_{name}": statistics.fmean(scores),
        f"test_{name}_sd": spread,
        f"validation_{name}": None if None in validation else statistics.fmean(validation),
    }
    balanced = [
        run["test_balanced_accuracy"] for run in runs if "test_balanced_accuracy" in run
    ]  # runs of older versions lack it
    means["test_balanced_accuracy"] = statistics.fmean(balanced) if len(balanced) == len(runs) else None
    samples = runs[0].get("samples", {}).get("test")
    means["test_accuracy_interval"] = (
        [*wilson(means["test_accuracy"], samples)] if samples and name == "accuracy" else None
    )
    means |= effort(variant.experiment, runs, name)
    each = "test_accuracies" if name == "accuracy" else f"test_{name}_each"
    return (
        {"name": variant.name, "x": variant.x, "fold": variant.fold, "alternative": variant.alternative}
        | means
        | {each: scores, "seeds": [run["seed"] for run in runs]}
        | {"test_samples": samples, "baselines": metrics.baselines_of_means(runs, f"test_{name}")}
    )


def effort(experiment, runs, score):
    """What learning took: presentations, seconds, signals, and how the score rose.

    Parameters
    ----------
    experiment : Experiment
    runs : list of dict
        Metrics of its seeds.
    score : str

    Returns
    -------
    dict
        ``presentations`` of training (every member of a population counts), those
        ``presentations_of_answer``, ``seconds`` of training, ``signals`` (the most
        broadcast values that one synapse reads), and ``curve`` with the means over seeds
        of ``presentations`` and ``validation`` score, epoch by epoch.
    """
    trainer, samples = experiment.trainer, runs[0].get("samples", {}).get("train", 0)
    of_epoch = samples * trainer.algorithm.presentations_of_sample()
    histories = [run["epochs"] for run in runs]
    validation = [[entry.get(f"validation_{score}") for entry in history] for history in histories]
    is_whole = all(None not in scores for scores in validation)
    inputs = DataShape("values", (1, 1, 1), len(runs[0].get("confusion") or [0]))
    found = of_trainer(trainer)
    return {
        "presentations": of_epoch * experiment.epochs,
        "presentations_of_answer": trainer.looks * trainer.algorithm.presentations_of_answer(inputs),
        "seconds": statistics.fmean(sum(entry["wall_seconds"] for entry in one) for one in histories),
        "signals": max((len(one["broadcast"]) for one in found.synapses.values()), default=0),
        "curve": {
            "presentations": [of_epoch * (k + 1) for k in range(experiment.epochs)],
            "validation": [statistics.fmean(scores) for scores in zip(*validation)] if is_whole else [],
        },
    }


def table(rows, axis=None):
    """The results as a Markdown table (str)."""
    known = ("validation_accuracy", "test_accuracy", "validation_relative_l2", "test_relative_l2")
    shown = [key for key in known if any(row.get(key) is not None for row in rows)]
    told = [key for key in EFFORT if all(key in row for row in rows)]  # results of older versions lack them
    heads = [
        axis or "variant",
        *(f"{key.removesuffix('_accuracy').removesuffix('_relative_l2')} %" for key in shown),
        *(EFFORT[key] for key in told),
        "seeds",
    ]
    lines = [heads, ["---"] * len(heads)]
    lines += [
        [
            row["name"],
            *(_percent(row.get(key), row.get(f"{key}_sd")) for key in shown),
            *(f"{row[key]:,.0f}" for key in told),
            str(len(row["seeds"])),
        ]
        for row in rows
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _percent(mean, spread):
    return "–" if mean is None else f"{100 * mean:.2f}" + ("" if spread is None else f" ± {100 * spread:.2f}")
