"""From a plan to Brian 2 objects: the recipe, one line a part.

The time of a run is cut into presentations.  What happens between two of them, and
in which order, stands in `clockwork`; what is simulated and learnt in them is
assembled by the part of the plan's algorithm in `ffbrian.build.learning`.
"""

import contextlib

from brian2 import Network
from brian2.core.base import BrianObject
from brian2.utils.logger import BrianLogger

from ffbrian.build import conductor, inputs, learning, monitors
from ffbrian.errors import ModelError


def build(bench):
    """Make all objects of a plan.

    Parameters
    ----------
    bench : Workbench
        Holds them afterwards.

    Returns
    -------
    brian2.Network
    """
    conductor.add(bench)
    inputs.add(bench, learning.input_extra(bench.plan))
    learning.part(bench.plan).assemble(bench)
    if not bench.plan.learns:
        monitors.add_synops(bench)
    conductor.add_schedule(bench)
    monitors.add(bench)
    for thing in bench.objects.values():
        refuse_names_twice(thing)
    return Network(list(bench.objects.values()))


def refuse_names_twice(thing):
    """Raise ModelError if a variable has a parameter's name: Brian would read the variable instead."""
    twice = sorted(set(getattr(thing, "namespace", None) or ()) & set(thing.variables))
    if twice:
        raise ModelError(
            f"{thing.name}: {twice[0]!r} is a parameter of one piece and a variable of another; rename one "
            "of them."
        )


@contextlib.contextmanager
def unremarked():
    """Keep Brian from remarking that the objects of a network that failed were used in none."""
    known = {id(reference()) for reference in BrianObject.__instances__()}
    try:
        yield
    except BaseException:
        for made in [reference() for reference in BrianObject.__instances__()]:
            if made is not None and id(made) not in known:
                made._network = "failed"  # what Brian's destructor asks for
        raise


def refusal(error):
    """The innermost reason Brian gives, with the object it concerns."""
    text, cause = str(error), error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    where = next((word for word in text.splitlines() if "object named" in word), "")
    return f"Brian 2 refused the network: {where} {type(cause).__name__}: {cause}".replace(
        "Error encountered with object named", "in the object"
    )


def quiet():
    """Silence Brian's notes on the choice of integration methods."""
    BrianLogger.suppress_name("method_choice")
    BrianLogger.suppress_name("resolution_conflict")
