"""The one neuron that knows which presentation is on: the session."""

from ffbrian.build import inputs, learning
from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block

SESSION = """
index : integer
sample : integer
truth : integer
dx : integer
dy : integer
step : integer
eta : 1
running : 1
logged : 1
"""
#: The common columns of the schedule; an algorithm reads its own after them.
NEXT_PRESENTATION = """
index = index + 1
running = begin_presentation(index, {n_columns})
sample = int({sample})
dx = int({dx})
dy = int({dy})
truth = int({truth})
step = -1
"""


def add(bench):
    """Make the session."""
    part = learning.part(bench.plan.algorithm)
    equations = block(
        SESSION, part.session_equations(bench.plan), *inputs.session_equations(bench.network.encoder)
    )
    session = bench.group("session", 1, equations)
    session.index = -1
    bench.write(session, bench.columns["sample"], "sample", "write_sample")
    return session


def add_schedule(bench):
    """Let the session read the schedule."""
    part = learning.part(bench.plan.algorithm)
    columns = {name: bench.scheduled(name) for name in ("sample", "dx", "dy", "truth")}
    common = NEXT_PRESENTATION.format(n_columns=len(bench.plan.schedule_columns()), **columns)
    code = block(part.before_reading(bench), common, part.reading(bench))
    bench.at_presentation(bench.objects["session"], code, Moment.SCHEDULE, "next_presentation")
