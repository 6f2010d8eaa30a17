"""Arguments that several commands share."""

from ffbrian.errors import ExperimentError
from ffbrian.train.seeds import n_processors


def add_figures(parser):
    """Declare ``--no-figures``."""
    parser.add_argument(
        "--no-figures",
        action="store_false",
        dest="has_figures",
        help="draw none; 'ffbrian plot' draws them later",
    )


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
