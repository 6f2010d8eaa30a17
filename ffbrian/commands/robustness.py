"""measure what trained networks keep under noise and damage

SUITE is a TOML file with `base`, an experiment (a name, or a file beside this
one), `common`, a table of keys that it changes, `samples`, the number of test
samples (0 for all), `draws`, the number of random draws of each perturbation,
and [[perturbations]], each with a `kind` and `strengths`:

    base = "mnist-hard"
    samples = 2000
    draws = 3
    [[perturbations]]
    kind = "gaussian_noise"
    strengths = [0.1, 0.2, 0.3]
    expected = [{strength = 0.3, accuracy = 0.6}]

The networks are trained first, unless they were before or --run names a
finished run.  A perturbation that was measured before is not measured again.
The last line printed is the folder with the results.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ffbrian.analyse.degradation import check
from ffbrian.analyse.robustness_suite import Suite, measure, table, verdicts
from ffbrian.build.data_shape import DataShape
from ffbrian.commands import drawing
from ffbrian.commands.arguments import add_code, add_format, add_jobs, add_overrides, allowed, check_jobs
from ffbrian.commands.compare import finished
from ffbrian.train.experiment_files import suites
from ffbrian.train.initial_state import initial_state
from ffbrian.train.run_folder import Folder, write_text
from ffbrian.train.seeds import Processes
from ffbrian.train.trained import Model

WHEN_INTERRUPTED = "the same command goes on with what was not measured yet."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("suite", metavar="SUITE")
    parser.add_argument(
        "--run",
        metavar="DIR",
        help="measure the networks of this finished run instead of training those of the suite",
    )
    add_overrides(parser, "change a key of the experiment, such as data.source=digits")
    parser.add_argument(
        "--samples", metavar="N", type=int, help="test samples, 0 for all (default: as the suite says)"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder of the results (default: runs/NAME)")
    add_format(parser)
    add_jobs(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    check_jobs(arguments.jobs)
    suite = Suite.load(_find(arguments.suite), arguments.overrides)
    suite = suite if arguments.samples is None else replace(suite, samples=max(0, arguments.samples))
    place = arguments.out or Path("runs") / Path(arguments.suite).stem
    folder = Folder.open(arguments.run) if arguments.run else _trained(suite, place / "training", arguments)
    record = measure(suite, folder, place / "metrics.json", arguments.jobs)
    write_text(place / "table.md", table(record))
    drawing.robustness(record, place, arguments.format)
    print(f"{record['title']}\n\n{table(record)}")
    for line in verdicts(suite, record) if suite.is_of(folder.experiment) else ():
        print(line)
    print(place)


def _trained(suite, path, arguments):
    """The folder of the suite's networks; what cannot be perturbed is refused before they are trained."""
    data, trainer = suite.experiment.data.load(), suite.experiment.trainer
    plan, rng = trainer.plan(DataShape.of(data.train, data.n_classes)), np.random.default_rng(0)
    model = Model(plan, initial_state(plan, rng), mode=trainer.mode)
    check(model)
    for sweep in suite.sweeps:
        sweep.perturbations[-1].apply(model, data.test.take(slice(0, 1)), rng)
    return finished(
        path, suite.experiment.title, allowed(suite.experiment, arguments), Processes(arguments.jobs)
    )


def _find(name):
    """The file of a suite: a path, or the name of one that ffbrian ships."""
    return name if Path(name).is_file() else suites().get(name, name)
