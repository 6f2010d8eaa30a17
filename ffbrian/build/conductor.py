"""The one neuron that knows which presentation is on: the session."""

from ffbrian.build import inputs, learning, projections
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


def add(bench):
    """Make the session."""
    part, timing = learning.part(bench.plan), bench.timing
    own = (part.session_equations(bench.plan), *inputs.session_equations(bench.network.encoder))
    passed = "passed : second" if projections.reads_passed(bench) else ""
    session = bench.group("session", 1, block(SESSION, timing.session_equations, passed, *own))
    session.index = -1
    if passed:
        timing.add_passed(session)
    bench.write(session, bench.columns["sample"], "sample", "write_sample")
    return session


def add_schedule(bench):
    """Let the session read the schedule."""
    part, timing = learning.part(bench.plan), bench.timing
    after = getattr(part, "after_reading", lambda bench: "")
    code = block(
        part.before_reading(bench),
        timing.next_row(bench.scheduled),
        part.reading(bench),
        timing.after_row(),
        after(bench),
    )
    bench.at_presentation(bench.objects["session"], code, Moment.SCHEDULE, "next_presentation")
