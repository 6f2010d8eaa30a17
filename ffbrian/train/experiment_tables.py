"""Tables of experiment files, checked key by key, and what they stand for."""

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from ffbrian import datasets, learning
from ffbrian.errors import ExperimentError, FFBrianError
from ffbrian.learning.decay import COSINE
from ffbrian.learning.negatives import KINDS, FunctionNegatives
from ffbrian.learning.task import TASKS
from ffbrian.models.quantities import AUTO
from ffbrian.network import connections
from ffbrian.network.from_tables import graph, piece, signals_of
from ffbrian.network.layer import Layer
from ffbrian.network.network import Network
from ffbrian.network.trunk import Trunk
from ffbrian.train.experiment_files import DEFAULT_LAYERS
from ffbrian.train.trainer import Trainer

#: Seed of the choice of samples under `limit_train` and `limit_test`: the same
#: samples whatever the seed of the run.
LIMIT_SEED = 0

DEFAULT_VALIDATION = 0.1


#: All counts and seeds fit an int32 of the compiled network.
LARGEST = 2**31


TRAINING = (
    "presentation",
    "dt",
    "negatives",
    "decay",
    "jitter",
    "distortion",
    "looks",
    "chunk",
    "block",
    "float_type",
    "pathway",
    "mode",
    "offset",
    "scale",
    "timing",
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


# -- from tables to objects --------------------------------------------------------
def in_place(where, make, *arguments, **settings):
    """Call `make`; put the place into its errors."""
    try:
        return make(*arguments, **settings)
    except FFBrianError as error:
        raise ExperimentError(f"{where}: {error}") from None


def check_keys(where, table, known, required=()):
    """Raise ExperimentError unless this is a table with known keys and those that it needs."""
    if not isinstance(table, dict):
        raise ExperimentError(f"{where} is {table!r}, expected a table of keys and values.")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ExperimentError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(known)}.")
    missing = [key for key in required if key not in table]
    if missing:
        raise ExperimentError(f"{where} lacks {missing[0]!r}; it needs {', '.join(required)}.")


def check(where, value, is_right, wanted):
    """A value that is right; raises ExperimentError if it is not."""
    if not is_right:
        raise ExperimentError(f"{where} is {value!r}, expected {wanted}.")
    return value


def is_number(value):
    """Whether a TOML value is a finite integer or float (and no truth value)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def is_count(value):
    """Whether a TOML value is a whole number from 0 to 2**31 - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def as_table(where, value):
    """A copy of a table; raises ExperimentError if the value is none."""
    return dict(check(where, value, isinstance(value, dict), "a table of keys and values"))


def read_seeds(seeds):
    """The seeds of a run (tuple of int)."""
    is_list = (
        isinstance(seeds, list) and seeds and all(map(is_count, seeds)) and len(set(seeds)) == len(seeds)
    )
    return tuple(
        check("seeds", seeds, is_list, "a list of different whole numbers of at least 0, such as [1, 2, 3]")
    )


def read_data(table):
    """`Data` from the section ``[data]``."""
    check_keys("data", table, [f.name for f in fields(Data)], ("source",))
    for key in ("source", "folder"):
        check(f"data.{key}", table.get(key, ""), isinstance(table.get(key, ""), str), "text")
    for key in ("limit_train", "limit_test"):
        check(
            f"data.{key}",
            table.get(key, 0),
            is_count(table.get(key, 0)),
            "a whole number of samples (0 for all)",
        )
    check(
        "data.balanced",
        table.get("balanced", False),
        isinstance(table.get("balanced", False), bool),
        "true or false",
    )
    part = table.get("validation", DEFAULT_VALIDATION)
    check(
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


def read_task(table):
    """The name of the task, None where the data decide."""
    check_keys("task", table, ("kind",))
    kind = table.get("kind")
    return check("task.kind", kind, kind is None or kind in TASKS, f"one of {', '.join(TASKS)}")


def _learning(table):
    """The algorithm of a ``[learning]`` table; None for an empty one, which leaves the short forms valid."""
    check_keys("learning", table, [*table] if isinstance(table, dict) else ())
    if not table:
        return None
    table = {"algorithm": "forward_forward"} | table
    kind = table.pop("algorithm")
    check("learning.algorithm", kind, kind in learning.HOMES, f"one of {', '.join(learning.HOMES)}")
    known = {f.name: f for f in fields(learning.class_of(kind))}
    check_keys(f"learning (algorithm {kind})", table, known)
    if "negatives" in table:
        table["negatives"] = in_place("learning.negatives", _negatives, table["negatives"])
    return in_place("learning", learning.class_of(kind), **table)


def read_trainer(network, table, settings, task):
    """`Trainer` from ``[training]``, ``[learning]`` and ``[task]``."""
    if "decay" in table:
        is_known = is_number(table["decay"]) or table["decay"] == COSINE
        check("training.decay", table["decay"], is_known, "a number, or 'cosine'")
    for key, wanted in (("jitter", is_count), ("chunk", is_count), ("block", is_count)):
        if key in table:
            check(
                f"training.{key}",
                table[key],
                wanted(table[key]),
                "a whole number",
            )
    for key, known in (
        ("float_type", ("float32", "float64")),
        ("pathway", ("dense", "stock")),
        ("mode", ("standalone", "runtime")),
    ):
        if key in table:
            check(f"training.{key}", table[key], table[key] in known, " or ".join(map(repr, known)))
    if "negatives" in table:
        table = table | {"negatives": in_place("training.negatives", _negatives, table["negatives"])}
    return in_place("training", Trainer, network, algorithm=_learning(settings), task=task, **table)


def _negatives(table):
    table = {"kind": table} if isinstance(table, str) else table
    table = as_table("negatives", table)
    check_keys("it", table, [*table], ("kind",))
    check(
        "kind",
        table["kind"],
        isinstance(table["kind"], str) and table["kind"] in KINDS,
        f"one of {', '.join(KINDS)}",
    )
    kind = KINDS[table["kind"]]
    check_keys(f"kind {table['kind']!r}", table, ["kind", *(f.name for f in fields(kind))])
    for key in set(table) - {"kind"}:
        is_text = kind is FunctionNegatives
        check(
            key,
            table[key],
            isinstance(table[key], str) if is_text else is_number(table[key]),
            'text, "module:function"' if is_text else "a number",
        )
    return kind(**{key: value for key, value in table.items() if key != "kind"})


#: Keys of the table ``[network]``: those of a stack, and those of named populations.
NETWORK_KEYS = (
    *("layers", "encoder", "rule", "modulator", "labels", "label_size", "readout", "trunks"),
    *("populations", "projections", "signals"),
)


def read_network(table):
    """`Network` from the section ``[network]``."""
    check_keys("network", table, NETWORK_KEYS)
    if "populations" in table:
        return _graph(table)
    layers = table.get("layers", [dict(layer) for layer in DEFAULT_LAYERS])
    check(
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
            parts[key] = in_place(f"network.{key}", piece, key, table[key])
    trunks = table.get("trunks", [])
    check("network.trunks", trunks, isinstance(trunks, list), "one [[network.trunks]] table for each trunk")
    parts["trunks"] = tuple(_trunk(f"network.trunks.{number}", trunk) for number, trunk in enumerate(trunks))
    parts["signals"] = in_place("network.signals", signals_of, table)
    if "label_size" in table:
        parts["label_size"] = table["label_size"]
    return Network(**parts)


def _graph(table):
    """A network of named populations."""
    beside = sorted(set(table) - {"populations", "projections", "signals", "readout"})
    check("network", beside, not beside, "nothing beside populations, projections, signals and readout")
    readout = {}
    if "readout" in table:
        readout["readout"] = in_place("network.readout", piece, "readout", table["readout"])
    return in_place("network", Network, **in_place("network", graph, table), **readout)


def _layer(where, table):
    check_keys(where, table, [f.name for f in fields(Layer)], ("size",))
    parts = {
        key: in_place(f"{where}.{key}", piece, key, table[key])
        for key in ("neuron", "synapse", "inhibition")
        if key in table
    }
    if "connection" in table:
        parts["connection"] = in_place(
            f"{where}.connection",
            connections.from_dict,
            {"kind": table["connection"]} if isinstance(table["connection"], str) else table["connection"],
        )
    for key in ("initial_weight", "label_weight"):
        weight = table.get(key, 0)
        check(
            f"{where}.{key}",
            weight,
            weight == AUTO or is_number(weight) and 0 <= weight < np.inf,
            "a number of at least 0 without unit, or 'auto'",
        )
    return in_place(where, Layer, **(table | parts))


def _trunk(where, table):
    """A trunk: the keys of a layer and its own."""
    known = [f.name for f in fields(Trunk) if f.name != "layer"]
    check_keys(where, table, [f.name for f in fields(Layer)] + known, ("size",))
    parts = {key: table[key] for key in known if key in table}
    if "encoder" in parts:
        parts["encoder"] = in_place(f"{where}.encoder", piece, "encoder", parts["encoder"])
    layer = _layer(where, {key: value for key, value in table.items() if key not in known})
    return in_place(where, Trunk, layer, **parts)


def read_expected(table):
    """`Expected` from the section ``[expected]``."""
    check_keys("expected", table, [f.name for f in fields(Expected)])
    ranges, minutes = {}, table.get("minutes")
    for key, highest in (("test_accuracy", 1), ("test_relative_l2", np.inf)):
        limits = table.get(key)
        is_range = (
            isinstance(limits, list)
            and len(limits) == 2
            and all(map(is_number, limits))
            and 0 <= limits[0] <= limits[1] <= highest
        )
        check(
            f"expected.{key}", limits, limits is None or is_range, "lowest and highest, such as [0.95, 1.0]"
        )
        ranges[key] = limits and tuple(limits)
    check("expected.minutes", minutes, minutes is None or is_number(minutes), "a number")
    return Expected(**ranges, minutes=minutes)
