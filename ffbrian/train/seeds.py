"""Train and evaluate the seeds of a run, one after the other or side by side."""

import contextlib
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import wait

import numpy as np

from ffbrian import errors, stopping
from ffbrian.build.data_shape import DataShape
from ffbrian.errors import FFBrianError, RunError
from ffbrian.run.backends import open_plan
from ffbrian.train import metrics
from ffbrian.train.experiment_files import to_json
from ffbrian.train.initial_state import initial_state
from ffbrian.train.progress import show_notes
from ffbrian.train.run_folder import Folder, locked, write_text
from ffbrian.train.trained import Model

#: How often the parent of several trainings looks whether it was told to stop.
POLL_SECONDS = 0.1


def n_processors():
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare(experiment):
    """Do all that can fail before anything is written: data, plans, compilation.

    Parameters
    ----------
    experiment : Experiment

    Raises
    ------
    DataError, ModelError, BuildError
    """
    data, trainer = experiment.data.load(), experiment.trainer
    for seed in experiment.seeds:
        stopping.check()
        experiment.data.divide(data, seed)
    plan = trainer.plan(DataShape.of(data.train, data.n_classes))
    model = Model(plan, initial_state(plan, np.random.default_rng(0)), mode=trainer.mode)
    model.check_data(data.test)
    for needed in (plan, model.evaluation_plan()) if experiment.epochs else (model.evaluation_plan(),):
        stopping.check()
        open_plan(needed, trainer.mode)


@dataclass(frozen=True)
class Task:
    """One seed of a run.

    Attributes
    ----------
    folder : Folder
    seed : int
    jobs : int
        Processes that share an evaluation.
    draw : callable, optional
        Called with the folder of the seed when that is finished and has no
        figures yet; at the top of a module, so that other processes find it.
    """

    folder: Folder
    seed: int
    jobs: int = 1
    draw: Callable | None = None

    @property
    def title(self):
        """Which one of many it is (str)."""
        return f"{self.folder.path.name}, seed {self.seed}"

    def execute(self, report):
        """Train from the newest checkpoint or from the start, measure, draw.

        Parameters
        ----------
        report : callable
            Called with `Progress`.
        """
        place = self.folder.of(self.seed)
        place.mkdir(exist_ok=True)
        with locked(place):
            if not self.folder.is_finished(self.seed):
                self._train(place, report)
            if self.draw is not None and not (place / "figures").exists():
                self.draw(place)

    def _train(self, place, report):
        started = time.perf_counter()
        experiment = self.folder.experiment
        data = experiment.data.load()
        stopping.check()
        train, validation = experiment.data.divide(data, self.seed)
        trainer, checkpoint = replace(experiment.trainer, jobs=self.jobs), place / "checkpoint.npz"
        model = trainer.fit(
            train,
            experiment.epochs,
            seed=self.seed,
            validation=validation,
            n_classes=data.n_classes,
            checkpoint=checkpoint,
            progress=report,
            resume=checkpoint.exists(),
        )
        record = metrics.measure(experiment, self.seed, model, train, validation, data.test)
        model.save(place / "model.npz")
        record["wall_seconds"] = round(time.perf_counter() - started, 3)
        write_text(place / "metrics.json", to_json(record))


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, one for each task that is running; a single one works in this process.

    Attributes
    ----------
    jobs : int
        Processes; where there are more of them than tasks, they share the evaluations.
    """

    jobs: int = 1

    def outcomes(self, tasks, display):
        """Execute tasks.

        Parameters
        ----------
        tasks : sequence of Task
        display : Display

        Yields
        ------
        task : Task
        error : FFBrianError or None
            In the order in which they end.
        """
        side_by_side = max(1, min(self.jobs, len(tasks)))
        tasks = [replace(task, jobs=max(1, self.jobs // side_by_side)) for task in tasks]
        return (_side_by_side if side_by_side > 1 else _one_by_one)(tasks, side_by_side, display)


def train_all(folder, executor, display, draw=None):
    """Finish all seeds of a run.

    Parameters
    ----------
    folder : Folder
    executor : Processes, or another object with its method
    display : Display
    draw : callable, optional
        As of `Task`.

    Raises
    ------
    Interrupted
        On Ctrl-C; the message says how to go on.
    """
    tasks = [Task(folder, seed, draw=draw) for seed in folder.seeds]
    with folder.resumable(), contextlib.closing(display):
        with contextlib.closing(executor.outcomes(tasks, display)) as outcomes:
            for _, error in outcomes:
                if error is not None:
                    raise error


def summarise(folder):
    """The metrics of every seed; of several, their means are written into the folder.

    Parameters
    ----------
    folder : Folder
        All of whose seeds are finished.

    Returns
    -------
    list of dict
    """
    runs = [folder.metrics(seed) for seed in folder.seeds]
    if len(runs) > 1:
        write_text(folder.path / "metrics.json", to_json(metrics.summary(runs)))
    return runs


def _one_by_one(tasks, _, display):
    for task in tasks:
        try:
            task.execute(lambda progress: display.show(task.seed, progress))
            error = None
        except FFBrianError as raised:
            if stopping.is_asked():
                raise
            error = raised
        yield task, error


# -- several processes ---------------------------------------------------------------
def _side_by_side(tasks, n_processes, display):
    waiting, running = list(tasks), {}
    try:
        while waiting or running:
            while waiting and len(running) < n_processes:
                connection, process = _start(waiting[0])
                running[connection] = (waiting.pop(0), process)
            stopping.check()
            for connection in wait(list(running), POLL_SECONDS):
                yield from _listen(connection, running, display)
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join()


def _start(task):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, task))
    resource_tracker.ensure_running()  # now: where it starts, signals are not held any more
    with stopping.held():
        process.start()
    theirs.close()
    return ours, process


def _listen(connection, running, display):
    """Take one message of a process: its progress, its end or its error; yields what has ended."""
    task, process = running[connection]
    try:
        kind, content = connection.recv()
    except EOFError:
        kind, content = "gone", None
    if kind == "progress":
        return display.show(task.seed, content)
    del running[connection]
    process.join()
    yield task, _error(kind, content, task, process.exitcode)


def _error(kind, content, task, status):
    """What went wrong in a process that has ended; None if nothing did."""
    if kind == "gone":
        return RunError(
            f"The process of seed {task.seed} ended with status {status}; go on with: "
            f"{task.folder.resume_command()}"
        )
    return getattr(errors, content[0])(content[1]) if kind == "error" else None


def _work(connection, task):
    """What a process does: one task.  It ends itself when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and says SIGTERM
    stopping.listen([signal.SIGTERM])
    stopping.release()
    show_notes()
    try:
        task.execute(lambda progress: connection.send(("progress", progress)))
        connection.send(("done", None))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except FFBrianError as error:
        if not stopping.is_asked():
            connection.send(("error", (type(error).__name__, str(error))))
    except Exception:
        traceback.print_exc()
        raise SystemExit(1) from None
