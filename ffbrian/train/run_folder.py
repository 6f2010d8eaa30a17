"""The folder of a run: what lies where, and that nobody else writes there.

``DIR/experiment.json``
    The resolved experiment: all that `resume`, `evaluate` and `plot` need.
``DIR/metrics.json``, ``DIR/model.npz``, ``DIR/checkpoint.npz``, ``DIR/figures/``
    Of the run.  With several seeds each has these in ``DIR/seed-N/``, and
    ``DIR/metrics.json`` holds the mean.
"""

import contextlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from ffbrian import stopping
from ffbrian.errors import ExperimentError, FFBrianError, RunError, typed
from ffbrian.files.safe_files import lasting, read_record, refuse_link, remove_leftovers
from ffbrian.files.safe_files import locked as locked_file
from ffbrian.train import measured
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import to_json

FILES = ("experiment.json", "metrics.json", "model.npz", "checkpoint.npz")
FORMAT = 1


class Interrupted(KeyboardInterrupt):
    """The user stopped the command; the message says how to go on."""


@dataclass(frozen=True)
class Folder:
    """The folder of a run.

    Attributes
    ----------
    path : Path
    experiment : Experiment
    command : str
        The command line that made it, for its report.
    """

    path: Path
    experiment: Experiment
    command: str = ""

    @classmethod
    def create(cls, path, experiment, command=""):
        """Make the folder, which must not hold a run yet."""
        refuse_used(path)
        path.mkdir(parents=True, exist_ok=True)
        record = {"format": FORMAT, "command": command, "experiment": experiment.resolved()}
        write_text(path / "experiment.json", to_json(record))
        return cls(path, experiment, command)

    @classmethod
    def open(cls, path):
        """Open the folder of a run.

        Raises
        ------
        RunError
            If it holds none, or one that cannot be read.
        """
        path = Path(path)
        if not (path / "experiment.json").is_file():
            raise RunError(
                f"{path} holds no run: there is no experiment.json in it; "
                f"give the folder that 'ffbrian run' named in its last line."
            )
        record = read_record(
            path / "experiment.json", "it is needed to go on; start a new run in another folder"
        )
        try:
            return cls(
                path, Experiment.from_resolved(record.get("experiment")), str(record.get("command", ""))
            )
        except FFBrianError as error:
            raise RunError(
                f"{path / 'experiment.json'} is damaged or was written by another version of ffbrian "
                f"({error})."
            ) from None

    @classmethod
    def known(cls, path, name, experiment):
        """The folder of an experiment of several, if there is one already; None otherwise.

        Raises
        ------
        RunError, ExperimentError
            If it is a link, cannot be read, or holds another experiment.
        """
        refuse_link(path)
        if not (path / "experiment.json").exists():
            return None
        found = cls.open(path)
        if found.experiment.resolved() != experiment.resolved():
            raise ExperimentError(
                f"{path} holds another variant under the name {name!r}; choose another folder with --out."
            )
        return replace(found, experiment=experiment)

    @property
    def seeds(self):
        """The seeds of the experiment."""
        return self.experiment.seeds

    def of(self, seed):
        """Where the files of a seed are; raises RunError if that is a link to another place."""
        if len(self.seeds) == 1:
            return self.path
        refuse_link(self.path / f"seed-{seed}")
        return self.path / f"seed-{seed}"

    def is_finished(self, seed):
        """Whether a seed was trained and evaluated."""
        return (self.of(seed) / "metrics.json").is_file()

    def metrics(self, seed):
        """What was measured of a seed; raises RunError if the file is damaged."""
        return measured.read_seed(self.of(seed) / "metrics.json", seed)

    def finished_seeds(self):
        """The seeds that are finished; raises RunError if there are none."""
        finished = [seed for seed in self.seeds if self.is_finished(seed)]
        if not finished:
            raise RunError(f"{self.path} holds no finished run; finish it with: {self.resume_command()}")
        return finished

    def extended(self, epochs):
        """The same run with more epochs: what was measured goes, checkpoints stay and are gone on from.

        Raises
        ------
        RunError
            If the run has that many already, or a finished seed has no checkpoint.
        """
        if not self.experiment.epochs < epochs < 2**31:
            raise RunError(
                f"--epochs {epochs}: {self.path} has {self.experiment.epochs}; give a larger number."
            )
        places = [self.of(seed) for seed in self.seeds]
        for place in places:
            if (place / "metrics.json").is_file() and not (place / "checkpoint.npz").is_file():
                raise RunError(f"{place} has no checkpoint.npz to go on from; start a new run.")
        for place in {self.path, *places}:
            (place / "metrics.json").unlink(missing_ok=True)
            shutil.rmtree(place / "figures", ignore_errors=True)
        experiment = replace(self.experiment, epochs=epochs)
        record = {"format": FORMAT, "command": self.command, "experiment": experiment.resolved()}
        write_text(self.path / "experiment.json", to_json(record))
        return replace(self, experiment=experiment)

    def finished_places(self):
        """Folders of single seeds and of all together, where these are finished; RunError if none is."""
        places = [self.of(seed) for seed in self.finished_seeds()]
        together = [self.path] if (self.path / "metrics.json").is_file() else []
        return places + [place for place in together if place not in places]

    def resume_command(self):
        """What to type to go on."""
        return f"ffbrian resume {typed(self.path)}"

    @contextlib.contextmanager
    def resumable(self):
        """While this lasts, an interruption says how to go on."""
        try:
            yield
        except (KeyboardInterrupt, FFBrianError, OSError) as error:
            if isinstance(error, KeyboardInterrupt) or stopping.is_asked():
                raise Interrupted(f"interrupted; go on with: {self.resume_command()}") from None
            raise


def default_path(experiment):
    """``runs/<name>-<time>``, one that does not exist."""
    stem = Path("runs") / f"{experiment.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    paths = (stem, *(stem.with_name(f"{stem.name}-{k}") for k in range(2, 1000)))
    return next(path for path in paths if not path.exists())


def refuse_used(path):
    """Raise RunError if a run cannot be written into this folder."""
    found = [name for name in FILES if (path / name).exists()] + [p.name for p in path.glob("seed-*")]
    if found:
        raise RunError(
            f"{path} already holds a run ({found[0]}); go on with 'ffbrian resume {typed(path)}', or choose "
            "another folder with --out."
        )
    existing = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise RunError(
            f"{path} cannot be made: {existing} is not a folder that can be written; choose another with "
            "--out."
        )


def write_text(path, text):
    """Write a text file, replacing an old one only when all is written."""
    with lasting(path) as file:
        file.write(text.encode())


@contextlib.contextmanager
def locked(path):
    """Keep other processes from training in this folder; raises RunError if one does."""
    with locked_file(
        path / ".lock", f"{path} is in use: another ffbrian process trains there; wait until it ends."
    ):
        remove_leftovers(path)
        yield
