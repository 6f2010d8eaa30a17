"""Experiments: one TOML file with the data, the network, the training and what to expect.

Every key is checked; what the file leaves out has the default of the class
that it describes.  ``resolved()`` gives the experiment with nothing left out,
as it stands in ``metrics.json`` and ``experiment.json``.
"""

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from ffbrian import datasets, learning
from ffbrian.errors import ExperimentError, FFBrianError
from ffbrian.learning.negatives import KINDS, FunctionNegatives
from ffbrian.learning.task import TASKS
from ffbrian.network import connections
from ffbrian.network.from_tables import piece
from ffbrian.network.layer import Layer
from ffbrian.network.network import Network
from ffbrian.train.experiment_files import DEFAULT_LAYERS, find, override_key, read
from ffbrian.train.trainer import Trainer

#: Seed of the choice of samples under `limit_train` and `limit_test`: the same
#: samples whatever the seed of the run.
LIMIT_SEED = 0
DEFAULT_VALIDATION = 0.1
#: All counts and seeds fit an int32 of the compiled network.
LARGEST = 2**31
RECORD = ("name", "title", "seeds", "data", "network", "training", "expected")
#: Sections of newer records.
NEWER = ("learning", "task")
TRAINING = (
    "presentation",
    "dt",
    "negatives",
    "decay",
    "jitter",
    "chunk",
    "block",
    "float_type",
    "pathway",
    "mode",
)


@dataclass(frozen=True)
class Data:
    """The data of an experiment.

    Attributes
    ----------
    source : str
        A data spec, see `ffbrian.datasets.load`.
    folder : str
        Where the files are; empty for the default places.
    validation : float, int or dict
        Part of the training set kept for validation, a fraction or a count;
        0 for the part that the publishers chose, if they did;
        ``{"speakers": [10, 11]}`` for all that these speakers say.
    limit_train, limit_test : int
        Samples that are used of each set (before validation is taken away);
        0 for all.
    balanced : bool
        Whether samples of rarer classes are repeated in training until all
        classes are equally frequent.
    """

    source: str
    folder: str = ""
    validation: object = DEFAULT_VALIDATION
    limit_train: int = 0
    limit_test: int = 0
    balanced: bool = False

    def load(self):
        """The data set, cut to its limits (`Dataset`)."""
        data = datasets.load(self.source, self.folder or None)
        return replace(
            data, train=limited(data.train, self.limit_train), test=limited(data.test, self.limit_test)
        )

    def divide(self, data, seed):
        """Take the validation part away from the training set.

        Parameters
        ----------
        data : Dataset
            From `load`.
        seed : int

        Returns
        -------
        train, validation : Images or Events
            `validation` is None where there is none.
        """
        train, validation = self._held_out(data, seed)
        return (datasets.balanced(train) if self.balanced else train), validation

    def _held_out(self, data, seed):
        if not self.validation:
            return data.train, data.validation
        if isinstance(self.validation, dict):
            return datasets.split_groups(
                data.train, getattr(data.train, "speaker", None), self.validation["speakers"]
            )
        return datasets.split_validation(data.train, self.validation, seed)


def limited(split, limit):
    """A random choice of samples, the same in every process; all of them where the limit is 0 or beyond."""
    if not 0 < limit < len(split):
        return split
    return split.take(np.sort(np.random.default_rng(LIMIT_SEED).permutation(len(split))[:limit]))


@dataclass(frozen=True)
class Expected:
    """What an experiment should give.

    Attributes
    ----------
    test_accuracy, test_relative_l2 : (low, high) or None
    minutes : float or None
        Run time on two cores, with the first build.
    """

    test_accuracy: tuple | None = None
    test_relative_l2: tuple | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Experiment:
    """An experiment, ready to run.

    Attributes
    ----------
    name, title : str
    seeds : tuple of int
    data : Data
    trainer : Trainer
        With the network.
    epochs : int
    expected : Expected
    """

    name: str
    title: str
    seeds: tuple
    data: Data
    trainer: Trainer
    epochs: int
    expected: Expected

    @classmethod
    def load(cls, place, overrides=(), seed=None):
        """Read an experiment.

        Parameters
        ----------
        place : str or path
            A TOML file, or the name of an experiment that ffbrian ships.
        overrides : iterable of str
            ``"training.epochs=3"``, ``"network.layers.0.size=100"``.
        seed : int, optional
            Instead of the seeds of the file.

        Raises
        ------
        ExperimentError
            For an unknown file, section, key or name, or a value of the wrong
            kind or unit.
        """
        path = find(place)
        table = read(path)
        for override in overrides:
            override_key(table, override)
        if seed is not None:
            table["seeds"] = [seed]
        return _named(str(path), _from_table, path.stem, table)

    def resolved(self):
        """The experiment with all defaults, plain text and numbers (JSON)."""
        training = self.trainer.to_dict()
        network, learnt = training.pop("network"), training.pop("learning")
        task = {"task": {"kind": training.pop("task")}} if "task" in training else {}
        expected = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in vars(self.expected).items()
        }
        return {
            "name": self.name,
            "title": self.title,
            "seeds": list(self.seeds),
            "data": dict(vars(self.data)),
            "network": network,
            "learning": learnt,
            "training": {"epochs": self.epochs} | training,
            "expected": expected,
        } | task

    @classmethod
    def from_resolved(cls, record):
        """The inverse of `resolved`.

        Raises
        ------
        ExperimentError
            If the record is not one that `resolved` gives: it may have been
            damaged, or written by another version, or by hand.
        """
        _check_keys("the record", record, (*RECORD, *NEWER), RECORD)
        _check("name", record["name"], isinstance(record["name"], str) and record["name"], "text")
        try:
            network = Network.from_dict(_table("network", record["network"]))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise ExperimentError(
                f"network is no description that this version of ffbrian writes ({type(error).__name__}: "
                f"{error})."
            ) from None
        return _assembled(record["name"], record, network)

    @property
    def code(self):
        """The user's own function that training would import and call, ``"module:function"``; None if there
        is none.
        """
        negatives = getattr(self.trainer.algorithm, "negatives", None)
        return (
            negatives.function
            if isinstance(negatives, FunctionNegatives) and not negatives.is_imported
            else None
        )

    def with_code(self):
        """The same experiment with that function imported: this runs the code of its module.

        Raises
        ------
        ModelError
            If there is no such function.
        """
        if self.code is None:
            return self
        return replace(
            self, trainer=replace(self.trainer, negatives=self.trainer.algorithm.negatives.imported())
        )


# -- from tables to objects --------------------------------------------------------
def _named(where, make, *arguments, **settings):
    """Call `make`; put the place into its errors."""
    try:
        return make(*arguments, **settings)
    except FFBrianError as error:
        raise ExperimentError(f"{where}: {error}") from None


def _check_keys(where, table, known, required=()):
    if not isinstance(table, dict):
        raise ExperimentError(f"{where} is {table!r}, expected a table of keys and values.")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ExperimentError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(known)}.")
    missing = [key for key in required if key not in table]
    if missing:
        raise ExperimentError(f"{where} lacks {missing[0]!r}; it needs {', '.join(required)}.")


def _check(where, value, is_right, wanted):
    if not is_right:
        raise ExperimentError(f"{where} is {value!r}, expected {wanted}.")
    return value


def is_number(value):
    """Whether a TOML value is a finite integer or float (and no truth value)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def is_count(value):
    """Whether a TOML value is a whole number from 0 to 2**31 - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def _table(where, value):
    return dict(_check(where, value, isinstance(value, dict), "a table of keys and values"))


def _from_table(name, table):
    if "variants" in table:
        raise ExperimentError("it compares experiments; run it with 'ffbrian compare'.")
    _check_keys(
        "the experiment", table, [key for key in (*RECORD, *NEWER) if key != "name"], ("data", "training")
    )
    return _assembled(name, table, _network(table.get("network", {})))


def _assembled(name, table, network):
    """An experiment from a table whose network has been read."""
    data, training = _data(table["data"]), _table("training", table["training"])
    _check_keys("training", training, ("epochs", *TRAINING), ("epochs", "presentation"))
    epochs = training.pop("epochs")
    _check("training.epochs", epochs, is_count(epochs), "a whole number of at least 0")
    trainer = _trainer(network, training, table.get("learning", {}), _task(table.get("task", {})))
    title = table.get("title", name)
    _check("title", title, isinstance(title, str), "text")
    return Experiment(
        name,
        title,
        _seeds(table.get("seeds", [0])),
        data,
        trainer,
        epochs,
        _expected(table.get("expected", {})),
    )


def _seeds(seeds):
    is_list = (
        isinstance(seeds, list) and seeds and all(map(is_count, seeds)) and len(set(seeds)) == len(seeds)
    )
    return tuple(
        _check("seeds", seeds, is_list, "a list of different whole numbers of at least 0, such as [1, 2, 3]")
    )


def _data(table):
    _check_keys("data", table, [f.name for f in fields(Data)], ("source",))
    for key in ("source", "folder"):
        _check(f"data.{key}", table.get(key, ""), isinstance(table.get(key, ""), str), "text")
    for key in ("limit_train", "limit_test"):
        _check(
            f"data.{key}",
            table.get(key, 0),
            is_count(table.get(key, 0)),
            "a whole number of samples (0 for all)",
        )
    _check(
        "data.balanced",
        table.get("balanced", False),
        isinstance(table.get("balanced", False), bool),
        "true or false",
    )
    part = table.get("validation", DEFAULT_VALIDATION)
    _check(
        "data.validation",
        part,
        _names_speakers(part) or is_number(part) and part >= 0,
        "a fraction such as 0.1, a number of samples, or speakers such as {speakers = [10, 11]}",
    )
    places = {"source": _absolute_source(table["source"])}
    if table.get("folder"):
        places["folder"] = str(Path(os.path.expanduser(table["folder"])).absolute())
    return Data(**(table | places))


def _names_speakers(part):
    speakers = part.get("speakers") if isinstance(part, dict) and len(part) == 1 else None
    return isinstance(speakers, list) and bool(speakers) and all(map(is_count, speakers))


def _absolute_source(source):
    """A spec that names the same file from every folder."""
    kind, colon, path = source.partition(":")
    return f"npz:{Path(os.path.expanduser(path)).absolute()}" if kind == "npz" and path else source


def _task(table):
    _check_keys("task", table, ("kind",))
    kind = table.get("kind")
    return _check("task.kind", kind, kind is None or kind in TASKS, f"one of {', '.join(TASKS)}")


def _learning(table):
    """The algorithm of a ``[learning]`` table; None for an empty one, which leaves the short forms valid."""
    _check_keys("learning", table, [*table] if isinstance(table, dict) else ())
    if not table:
        return None
    table = {"algorithm": "forward_forward"} | table
    kind = table.pop("algorithm")
    _check("learning.algorithm", kind, kind in learning.HOMES, f"one of {', '.join(learning.HOMES)}")
    known = {f.name: f for f in fields(learning.class_of(kind))}
    _check_keys(f"learning (algorithm {kind})", table, known)
    if "negatives" in table:
        table["negatives"] = _named("learning.negatives", _negatives, table["negatives"])
    return _named("learning", learning.class_of(kind), **table)


def _trainer(network, table, settings, task):
    for key, wanted in (("decay", is_number), ("jitter", is_count), ("chunk", is_count), ("block", is_count)):
        if key in table:
            _check(
                f"training.{key}",
                table[key],
                wanted(table[key]),
                "a number" if wanted is is_number else "a whole number",
            )
    for key, known in (
        ("float_type", ("float32", "float64")),
        ("pathway", ("dense", "stock")),
        ("mode", ("standalone", "runtime")),
    ):
        if key in table:
            _check(f"training.{key}", table[key], table[key] in known, " or ".join(map(repr, known)))
    if "negatives" in table:
        table = table | {"negatives": _named("training.negatives", _negatives, table["negatives"])}
    return _named("training", Trainer, network, algorithm=_learning(settings), task=task, **table)


def _negatives(table):
    table = {"kind": table} if isinstance(table, str) else table
    table = _table("negatives", table)
    _check_keys("it", table, [*table], ("kind",))
    _check(
        "kind",
        table["kind"],
        isinstance(table["kind"], str) and table["kind"] in KINDS,
        f"one of {', '.join(KINDS)}",
    )
    kind = KINDS[table["kind"]]
    _check_keys(f"kind {table['kind']!r}", table, ["kind", *(f.name for f in fields(kind))])
    for key in set(table) - {"kind"}:
        is_text = kind is FunctionNegatives
        _check(
            key,
            table[key],
            isinstance(table[key], str) if is_text else is_number(table[key]),
            'text, "module:function"' if is_text else "a number",
        )
    return kind(**{key: value for key, value in table.items() if key != "kind"})


def _network(table):
    _check_keys("network", table, [f.name for f in fields(Network)])
    layers = table.get("layers", [dict(layer) for layer in DEFAULT_LAYERS])
    _check(
        "network.layers",
        layers,
        isinstance(layers, list) and layers,
        "one [[network.layers]] table for each layer",
    )
    parts = {
        "layers": tuple(_layer(f"network.layers.{number}", layer) for number, layer in enumerate(layers))
    }
    for key in ("encoder", "labels", "rule", "modulator", "readout"):
        if key in table:
            parts[key] = _named(f"network.{key}", piece, key, table[key])
    if "label_size" in table:
        parts["label_size"] = table["label_size"]
    return Network(**parts)


def _layer(where, table):
    _check_keys(where, table, [f.name for f in fields(Layer)], ("size",))
    parts = {
        key: _named(f"{where}.{key}", piece, key, table[key])
        for key in ("neuron", "synapse", "inhibition")
        if key in table
    }
    if "connection" in table:
        parts["connection"] = _named(
            f"{where}.connection",
            connections.from_dict,
            {"kind": table["connection"]} if isinstance(table["connection"], str) else table["connection"],
        )
    for key in ("initial_weight", "label_weight"):
        weight = table.get(key, 0)
        _check(
            f"{where}.{key}",
            weight,
            is_number(weight) and 0 <= weight < np.inf,
            "a number of at least 0 without unit",
        )
    return _named(where, Layer, **(table | parts))


def _expected(table):
    _check_keys("expected", table, [f.name for f in fields(Expected)])
    ranges, minutes = {}, table.get("minutes")
    for key, highest in (("test_accuracy", 1), ("test_relative_l2", np.inf)):
        limits = table.get(key)
        is_range = (
            isinstance(limits, list)
            and len(limits) == 2
            and all(map(is_number, limits))
            and 0 <= limits[0] <= limits[1] <= highest
        )
        _check(
            f"expected.{key}", limits, limits is None or is_range, "lowest and highest, such as [0.95, 1.0]"
        )
        ranges[key] = limits and tuple(limits)
    _check("expected.minutes", minutes, minutes is None or is_number(minutes), "a number")
    return Expected(**ranges, minutes=minutes)
