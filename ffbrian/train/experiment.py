"""Experiments: one TOML file with the data, the network, the training and what to expect.

Every key is checked; what the file leaves out has the default of the class
that it describes.  ``resolved()`` gives the experiment with nothing left out,
as it stands in ``metrics.json`` and ``experiment.json``.
"""

import copy
import logging
from dataclasses import dataclass, replace

from ffbrian.errors import ExperimentError
from ffbrian.learning.negatives import FunctionNegatives
from ffbrian.network.network import Network
from ffbrian.train.experiment_files import find, override_key, read
from ffbrian.train.experiment_tables import (
    TRAINING,
    Data,
    Expected,
    as_table,
    check,
    check_keys,
    in_place,
    is_count,
    read_data,
    read_expected,
    read_network,
    read_seeds,
    read_task,
    read_trainer,
)
from ffbrian.train.trainer import WHOLE_RANGE, Trainer

LOG = logging.getLogger("ffbrian")
RECORD = ("name", "title", "seeds", "data", "network", "training", "expected")
#: Sections of newer records.
NEWER = ("learning", "task")


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
        seeds = () if seed is None else (f"seeds=[{seed}]",)
        return cls.from_table(path, read(path), (*overrides, *seeds))

    @classmethod
    def from_table(cls, path, table, overrides=()):
        """The experiment in a table that was read from a file; the table stays as it is."""
        before, table = table, copy.deepcopy(table)
        for override in overrides:
            override_key(table, override)
        for key in of_other_data(before, table, overrides):
            section, _, name = key.partition(".")
            value = table[section].pop(name)
            LOG.info("%s = %s was meant for the data of the file and is left out for others", key, value)
        return in_place(str(path), _from_table, path.stem, table)

    def calibrated(self):
        """The experiment with every setting that is ``"auto"`` computed, and what was computed, in words.

        Returns
        -------
        experiment : Experiment
            Itself, if nothing is open.
        words : str
            Empty, if nothing is open.
        """
        if not self.trainer.open:
            return self, ""
        data = self.data.load()
        found = self.trainer.calibrated(data.train, data.n_classes)
        return replace(self, trainer=found.trainer), found.words()

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
        check_keys("the record", record, (*RECORD, *NEWER), RECORD)
        check("name", record["name"], isinstance(record["name"], str) and record["name"], "text")
        try:
            network = Network.from_dict(as_table("network", record["network"]))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise ExperimentError(
                f"network is no description that this version of ffbrian writes ({type(error).__name__}: "
                f"{error})."
            ) from None
        training = WHOLE_RANGE | as_table("training", record["training"])
        return _assembled(record["name"], record | {"training": training}, network)

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


def of_other_data(before, table, overrides):
    """Keys that hold for the data of a file only, where overrides have put other data in their place.

    What was measured, and a validation part that is no fraction: a number of
    samples, or speakers.  What an override sets stays.

    Parameters
    ----------
    before, table : dict
        The file's table and the same with overrides.
    overrides : iterable of str

    Returns
    -------
    list of str
    """
    old, new = (one.get("data", {}) for one in (before, table))
    if not isinstance(new, dict) or _data_name(old) == _data_name(new):
        return []
    part, expected = new.get("validation"), table.get("expected", {})
    own = ["data.validation"] if isinstance(part, dict) or is_count(part) and part > 1 else []
    own += [f"expected.{name}" for name in expected] if isinstance(expected, dict) else []
    set_here = [override.partition("=")[0].strip() for override in overrides]
    return [key for key in own if not any(key == one or key.startswith(f"{one}.") for one in set_here)]


def _data_name(data):
    """The data set without its options; of a user's own file the whole path."""
    source = str(data.get("source", "")) if isinstance(data, dict) else ""
    return source if source.startswith("npz:") else source.partition(":")[0]


def _from_table(name, table):
    if "variants" in table:
        raise ExperimentError("it compares experiments; run it with 'ffbrian compare'.")
    if "sweep" in table:
        raise ExperimentError("it describes a sweep; run it with 'ffbrian sweep'.")
    check_keys(
        "the experiment", table, [key for key in (*RECORD, *NEWER) if key != "name"], ("data", "training")
    )
    return _assembled(name, table, read_network(table.get("network", {})))


def _assembled(name, table, network):
    """An experiment from a table whose network has been read."""
    data, training = read_data(table["data"]), as_table("training", table["training"])
    check_keys("training", training, ("epochs", *TRAINING), ("epochs",))
    epochs = training.pop("epochs")
    check("training.epochs", epochs, is_count(epochs), "a whole number of at least 0")
    trainer = read_trainer(network, training, table.get("learning", {}), read_task(table.get("task", {})))
    title = table.get("title", name)
    check("title", title, isinstance(title, str), "text")
    return Experiment(
        name,
        title,
        read_seeds(table.get("seeds", [0])),
        data,
        trainer,
        epochs,
        read_expected(table.get("expected", {})),
    )
