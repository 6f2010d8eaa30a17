"""What differs between time that is cut into presentations and a stream: when state is set back, and when the
next line of the schedule is read.
"""

from brian2 import Equations, second
from brian2.equations.equations import PARAMETER
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.learning.timing import COLUMNS
from ffbrian.models.text import statements

#: The common columns of the schedule, which both read.
ROW = """sample = int({sample})
dx = int({dx})
dy = int({dy})
truth = int({truth})
step = -1"""
NEXT_PRESENTATION = """index = index + 1
running = begin_presentation(index, {n_columns})
"""
#: A stream goes on to the next row when the present one is over; `over` and what follows are said of the
#: update that begins, and hold when it has ended.
NEXT_UPDATE = """due = int(over > 0 or index < 0)
index = index + due
tick = (tick + 1)*(1 - due)
running = continue_stream(index, due, {n_columns})
"""
FLOWING = """
tick : integer
over : integer
ended : integer
arrived : integer
shows : integer
labelled : integer
"""
WHAT_COMES = """shows = int(tick < off)
labelled = int(tick < off and tick >= label_on)
over = int(tick + 1 >= length)
ended = int(tick + 1 == off)
arrived = int(tick + 1 == reward_at or tick + 1 == late_at)"""


class Presentations:
    """Time is cut into presentations; all state is set back between two."""

    session_equations = ""
    linked = released = ""

    def __init__(self, bench):
        self.bench = bench

    def set_back(self, group, code):
        """Give a group, between two presentations, the state that one begins with."""
        self.bench.at_presentation(group, code, Moment.RESTORE, f"restore_{group.name}")

    def begin(self, group, fetched, start, name):
        """Let a population take the next sample: fetch it, then begin."""
        self.bench.at_presentation(group, block(*fetched.values(), start), Moment.ENCODE, name)

    def next_row(self, columns):
        """Statements that read the next line of the schedule."""
        names = {name: columns(name) for name in ("sample", "dx", "dy", "truth")}
        return NEXT_PRESENTATION.format(n_columns=self._n_columns()) + ROW.format(**names)

    def after_row(self):
        """Statements when all of the line has been read."""
        return ""

    def release(self, equations, code):
        """What is executed where a release is asked for."""
        return code

    def link(self, group):
        """Link what a group hears of the session."""
        names = [e.varname for e in Equations(block(self.linked, self.released)).values()]
        self.bench.link(group, self.bench.objects["session"], *(n for n in names if n in group.equations))

    def add_passed(self, session):
        """Tell rules how much time has passed since they were last executed."""
        session.passed = float(self.bench.clock.dt) * second

    def _n_columns(self):
        return len(self.bench.plan.schedule_columns())


class Streaming(Presentations):
    """Nothing is set back but counts for the results; samples and rewards come when the schedule says."""

    session_equations = FLOWING
    linked = "over : integer (linked)\nshows : integer (linked)"
    released = "arrived : integer (linked)"

    def set_back(self, group, code):
        self.link(group)
        if "n_spikes" in group.equations:
            counts = "n_spikes = n_spikes*(1 - over)"
            self.bench.at_presentation(group, counts, Moment.RESTORE, f"count_{group.name}")

    def begin(self, group, fetched, start, name):
        shown = (f"{variable} = shows*{variable}" for variable in fetched if variable != "label")
        self.bench.at_presentation(group, block(*fetched.values(), *shown), Moment.ENCODE, name)

    def next_row(self, columns):
        names = {name: columns(name) for name in ("sample", "dx", "dy", "truth")}
        return NEXT_UPDATE.format(n_columns=self._n_columns()) + ROW.format(**names)

    def after_row(self):
        columns = (f"{name} = int({self.bench.scheduled(name)})" for name in COLUMNS)
        passed = f"passed = {float(self.bench.clock.dt)!r}*second"
        wanted = "passed" in self.bench.objects["session"].equations
        return block(*columns, WHAT_COMES, passed if wanted else "")

    def release(self, equations, code):
        return on_arrival(equations, code)

    def add_passed(self, session):
        session.passed = 0 * second


def on_arrival(equations, code):
    """Statements that change variables only while ``arrived`` is 1.

    A value that is set anew, and that no equation changes, is there for one update and 0
    otherwise; every other one stays as it is.
    """
    return "\n".join(_masked(equations, *parse_statement(line)[:3]) for line in statements(code))


def _masked(equations, name, operation, expression):
    if name not in equations:
        return f"{name} {operation} {expression}"
    whole = expression if operation == "=" else f"{name} {operation[:-1]} ({expression})"
    is_brief = equations[name].type == PARAMETER and name not in get_identifiers(whole)
    rest = "" if is_brief else f" + {name}*(1 - arrived)"
    return f"{name} = ({whole})*arrived{rest}"


def of_plan(bench):
    """The timing of a plan."""
    return Streaming(bench) if bench.plan.stream else Presentations(bench)
