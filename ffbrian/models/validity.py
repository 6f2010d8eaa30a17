"""When a signal can be read: a name may hold what belongs to the presentation before.

While a presentation goes on, synapses and neurons see spikes, traces, counts,
the phase `s` and the learning rate `eta`.  Goodness, and what is released from
it, come into being when the presentation has ended; until then the variable
still holds the value of the one before.  So ``M`` can be read in `consolidate`,
and at any moment only where a differential equation of the modulator keeps it
up to date.
"""

from brian2.equations.equations import DIFFERENTIAL_EQUATION, SUBEXPRESSION
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.checking import read_names

#: Why goodness cannot be read earlier.
GOODNESS = {
    "goodness": (
        "it is summed when that has ended, and until then it is of the presentation before; read it in "
        "release or consolidate"
    )
}


def moving(equations):
    """Names of the variables that follow a differential equation: they are valid at all times (set
    of str).
    """
    return {e.varname for e in equations.values() if e.type == DIFFERENTIAL_EQUATION}


def seen_by(names, equations):
    """Some names, and everything that the equations compute them from (set of str)."""
    found, waiting = set(), set(names)
    while waiting:
        found |= waiting
        computed = [
            equations[name] for name in waiting if name in equations and equations[name].type == SUBEXPRESSION
        ]
        waiting = set().union(*(get_identifiers(str(e.expr)) for e in computed)) - found
    return found


def at_any_time(equations, **codes):
    """What is read while a presentation goes on, by statements and by differential equations (sets of names
    by place).
    """
    moments = {where: read_names(code) for where, code in codes.items()}
    return moments | {
        f"equation of {e.varname!r}": get_identifiers(str(e.expr))
        for e in equations.values()
        if e.type == DIFFERENTIAL_EQUATION
    }


def check_moment(title, equations, moments, late, when="while the presentation goes on"):
    """Raise ModelError if something reads a signal before it is valid.

    Parameters
    ----------
    title : str
        Of the model.
    equations : brian2.Equations
        Of the place where the code runs.
    moments : mapping of str to set of str
        Names that are read at that moment, by place (see `at_any_time`).
    late : mapping of str to str
        Signals that are not valid yet, with what is said of them and what to do.
    when : str
        The moment in words.
    """
    for where, names in moments.items():
        for name in sorted(seen_by(names, equations) & set(late)):
            raise ModelError(f"{title}: {where} reads {name!r} {when}, but {late[name]}.")
