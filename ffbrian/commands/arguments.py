"""Arguments that several commands share."""

import shlex
import sys

from ffbrian.errors import ExperimentError
from ffbrian.train.cluster import Dask, Running, Slurm
from ffbrian.train.seeds import Processes, n_processors


def add_overrides(parser, words="change a key of the file, as in run"):
    """Declare ``--set``, which may be given several times."""
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="overrides", help=words
    )


def add_figures(parser):
    """Declare ``--no-figures``."""
    parser.add_argument(
        "--no-figures",
        action="store_false",
        dest="has_figures",
        help="draw none; 'ffbrian plot' and 'ffbrian report' draw them later",
    )
    add_format(parser)


def add_code(parser):
    """Declare ``--allow-code``."""
    parser.add_argument(
        "--allow-code",
        action="store_true",
        dest="allows_code",
        help="import the module that training.negatives of kind 'function' names, and run its code",
    )


def allowed(experiment, arguments):
    """The experiment with the function that it names imported; raises ExperimentError if the user did not
    allow that.
    """
    if experiment.code is None or arguments.allows_code:
        return experiment.with_code()
    raise ExperimentError(
        f"training.negatives names {experiment.code!r}, and importing a module runs its code; if you trust "
        "it, add --allow-code."
    )


def add_jobs(parser):
    """Declare ``--jobs``."""
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=n_processors(),
        help="processes that share the work; results do not depend on it (default: one per processor)",
    )


def check_jobs(jobs):
    """Raise ExperimentError unless there is at least one process."""
    if jobs < 1:
        raise ExperimentError(f"--jobs {jobs}: expected at least 1.")


def add_executor(parser):
    """Declare ``--jobs``, ``--scheduler`` and ``--slurm``: who does the work."""
    add_jobs(parser)
    others = parser.add_mutually_exclusive_group()
    others.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="let the workers of a running Dask cluster do the work, such as tcp://node1:8786",
    )
    others.add_argument(
        "--slurm",
        action="store_true",
        help="let jobs of SLURM do the work, --jobs of them (their settings: dask-jobqueue's own file)",
    )


def executor(arguments, default=Processes):
    """Who does the work; raises ExperimentError or RunError if that cannot be.

    Parameters
    ----------
    arguments : argparse.Namespace
    default : callable
        The executor of a number of processes, for --jobs alone.
    """
    check_jobs(arguments.jobs)
    if arguments.scheduler is not None:
        return Dask(Running(arguments.scheduler))
    return Dask(Slurm(arguments.jobs)) if arguments.slurm else default(arguments.jobs)


def add_format(parser):
    """Declare ``--format`` of figures."""
    parser.add_argument(
        "--format",
        choices=("png", "svg", "pdf"),
        default="png",
        help="of the figures (default: png); svg and pdf have lines and text that can be edited",
    )


def command_line():
    """The words of this command, as they can be typed again (str)."""
    return shlex.join(["ffbrian", *sys.argv[1:]])
