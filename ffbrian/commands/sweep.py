"""run an experiment at many points: a grid, random ones or a Latin hypercube

SWEEP is a TOML file: an experiment with a table [sweep], or one that names its
`base` (an experiment) and has `seeds` and `common` as a comparison does.
[sweep] has `keys`, each with a list of values or a range, and a `method`:

    base = "digits-quick"
    seeds = [1, 2]
    common = {"data.validation" = 0.2, "training.epochs" = 3}
    [sweep]
    method = "latin_hypercube"
    points = 12
    [sweep.keys]
    "network.rule.eta" = {low = 1e-4, high = 1e-2, scale = "log"}
    "network.layers.0.size" = [50, 100, 200]

Methods are `grid` (lists only), `random` and `latin_hypercube` (with `points`,
and a `seed` of the choice).  The work is done by Dask (pip install
"ffbrian[dask]"): by processes of this machine, by a running cluster
(--scheduler) or by jobs of SLURM (--slurm).  --task 3/8 does one of eight
shares without Dask, for job arrays.  A worker that is killed loses nothing, and
the same command goes on with what has not finished yet; `ffbrian collect DIR`
gathers the results.  The last line printed is the folder with the results.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ffbrian.analyse.sweep import Sweep, part_of, share
from ffbrian.commands.arguments import add_code, add_executor, add_overrides, allowed, command_line, executor
from ffbrian.errors import RunError
from ffbrian.files.safe_files import locked
from ffbrian.train.cluster import Dask, Local
from ffbrian.train.progress import Display
from ffbrian.train.seeds import Task, summarise

WHEN_INTERRUPTED = "the same command goes on with what has not finished yet."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("sweep", metavar="SWEEP", type=Path)
    add_overrides(parser, "change a key of all points, such as training.epochs=1")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder of the results (default: runs/NAME)")
    parser.add_argument(
        "--task",
        metavar="I/N",
        help="do the I-th of N shares in this process, without Dask (for job arrays)",
    )
    add_executor(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    chosen = _executor(arguments)
    part = part_of(arguments.task) if arguments.task else (1, 1)
    sweep = Sweep.load(arguments.sweep, arguments.overrides)
    place = (arguments.out or Path("runs") / arguments.sweep.stem).absolute()
    folders = _folders(sweep, place, arguments)
    tasks = share([Task(folder, seed) for folder in folders for seed in folder.seeds], *part)
    waiting = [task for task in tasks if not task.folder.is_finished(task.seed)]
    print(
        f"{sweep.title}: {len(sweep.points)} points, {len(tasks)} trainings, {len(waiting)} of them to do",
        file=sys.stderr,
    )
    failed = _work(chosen, waiting)
    for folder in folders:
        if all(map(folder.is_finished, folder.seeds)):
            summarise(folder)
    if failed:
        told = "; ".join(f"{task.title}: {error}" for task, error in failed)
        raise RunError(f"{len(failed)} of {len(waiting)} trainings failed, all others are finished: {told}")
    print(arguments.out or Path("runs") / arguments.sweep.stem)


def _executor(arguments):
    if arguments.task is None:
        return executor(arguments, lambda jobs: Dask(Local(jobs).begun()))
    return OneByOne(executor(arguments))


@dataclass(frozen=True)
class OneByOne:
    """Tasks one after the other, each with all that an executor has.

    Attributes
    ----------
    inner : Processes, or another executor
    """

    inner: object

    def outcomes(self, tasks, display):
        """As `ffbrian.train.seeds.Processes.outcomes`."""
        for task in tasks:
            yield from self.inner.outcomes([task], display)


def _folders(sweep, place, arguments):
    """The run folder of every point; jobs of an array make them one after the other."""
    place.mkdir(parents=True, exist_ok=True)
    with locked(place / ".lock"):
        sweep.write(place)
        points = [replace(point, experiment=allowed(point.experiment, arguments)) for point in sweep.points]
        return [sweep.folder(place, point, command_line()) for point in points]


def _work(chosen, tasks):
    """What failed, as pairs of task and error; the others go on."""
    failed, display = [], Display(True)
    try:
        for number, (task, error) in enumerate(chosen.outcomes(tasks, display) if tasks else (), 1):
            verdict = "finished" if error is None else "failed"
            display.say(f"{task.title} {verdict} ({number} of {len(tasks)})")
            failed += [] if error is None else [(task, error)]
    finally:
        display.close()
    return failed
