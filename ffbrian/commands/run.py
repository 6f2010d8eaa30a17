"""train and evaluate an experiment

EXPERIMENT is a TOML file or the name of an experiment that `ffbrian list` shows.
The last line printed is the folder with the results.
"""

import sys
import time
from functools import partial
from pathlib import Path

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
from ffbrian.train import intervals, metrics
from ffbrian.train.experiment import Experiment
from ffbrian.train.measured import task_of
from ffbrian.train.progress import Display
from ffbrian.train.run_folder import Folder, default_path, refuse_used
from ffbrian.train.seeds import prepare, summarise, train_all


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT")
    add_overrides(parser, "change a key of the file, such as training.epochs=3 or network.layers.0.size=100")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="folder of the results (default: runs/NAME-TIME)"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, help="run this seed only, instead of those of the file"
    )
    add_executor(parser)
    add_figures(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    started = time.perf_counter()
    experiment = Experiment.load(arguments.experiment, arguments.overrides, arguments.seed)
    if arguments.out is not None:
        refuse_used(arguments.out)
    executor(arguments)
    experiment = allowed(experiment, arguments)
    experiment = calibrated(experiment)
    make_ready(experiment)
    folder = Folder.create(arguments.out or default_path(experiment), experiment, command_line())
    finish(folder, arguments, started)


def calibrated(experiment):
    """The experiment with what is ``"auto"`` computed; says what."""
    experiment, words = experiment.calibrated()
    if words:
        print(words, file=sys.stderr, flush=True)
    return experiment


def make_ready(experiment):
    """Check and compile everything, and say how long it took."""
    started = time.perf_counter()
    print(
        f"{experiment.title}\npreparing data and network (a new network is compiled once) ...",
        file=sys.stderr,
        flush=True,
    )
    prepare(experiment)
    print(f"ready after {time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)


def finish(folder, arguments, started):
    """Train what is not finished yet, and print the results."""
    train_all(
        folder,
        executor(arguments),
        Display(len(folder.seeds) > 1),
        partial(drawing.standard, form=arguments.format) if arguments.has_figures else None,
    )
    with folder.resumable():
        runs = summarise(folder)
        if len(runs) > 1 and arguments.has_figures:
            drawing.standard(folder.path, arguments.format)
    print_results(runs, folder.experiment.expected, time.perf_counter() - started)
    warn(runs)
    print(folder.path)


def _gain_words(run):
    """The layers that were silent before training, and the factors of their initial weights."""
    raised = [
        f"{layer.replace('_', ' ')} × {gain:.2f}"
        for layer, gain in run.get("initial_gains", {}).items()
        if gain != 1
    ]
    return f"; initial weights raised: {', '.join(raised)}" if raised else ""


def warn(runs):
    """Repeat on stderr what went wrong without an error."""
    for run in runs:
        for words in run.get("warnings", []):
            print(f"warning: seed {run['seed']}: {words}", file=sys.stderr)


def _interval_words(record):
    interval = record.get("test_accuracy_interval")
    return f" ({intervals.words(*interval)})" if interval else ""


def print_baselines(runs, task):
    """Print what simple classifiers, or random features, make of the same split, if it was measured."""
    found = runs[0].get("baselines", {}) if len(runs) == 1 else metrics.summary(runs).get("baselines", {})
    words = [
        f"{name.replace('_', ' ')} {task.words(one[f'test_{task.primary}'])}" for name, one in found.items()
    ]
    if words:
        kind = "without spikes" if task.kind == "classification" else "without learning in layers"
        print(f"{kind}, on the same split: {', '.join(words)}")


def print_results(runs, expected, seconds):
    """Print accuracies, and whether they are what the experiment expects."""
    task = task_of(runs[0])
    name, title = task.primary, task.primary.replace("_", " ")
    for run in runs:
        found = run.get(f"validation_{name}")
        validation = "" if found is None else f", validation {task.words(found)}"
        print(
            f"seed {run['seed']}: test {task.words(run[f'test_{name}'])}{_interval_words(run)}, train "
            f"{task.words(run[f'train_{name}'])}{validation}{_gain_words(run)}"
        )
    mean = sum(run[f"test_{name}"] for run in runs) / len(runs)
    if len(runs) > 1:
        means = metrics.summary(runs)
        print(
            f"test {title} {task.words(mean)} ± {task.words(means[f'test_{name}_sd'])} over {len(runs)} "
            f"seeds{_interval_words(means)}"
        )
    print_baselines(runs, task)
    limits = getattr(expected, f"test_{name}")
    if limits:
        low, high = limits
        print(
            f"expected test {title} {task.words(low)} to {task.words(high)}: "
            f"{'met' if low <= mean <= high else 'missed'}"
        )
    limit = (
        ""
        if expected.minutes is None
        else (
            f", expected at most {expected.minutes:g} min: "
            f"{'met' if seconds <= 60 * expected.minutes else 'missed'}"
        )
    )
    print(f"run time {seconds / 60:.1f} min{limit}")
