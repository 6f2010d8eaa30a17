"""What neurons begin with: once in a training, or anew at every presentation.

A variable that is persistent, or constant and not the same at every draw,
takes its initial value once, when a training begins; it is saved with the
model.  Everything else is set when a presentation begins.
"""

import operator

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_UNITS
from brian2.equations.equations import PARAMETER, SUBEXPRESSION
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from ffbrian.models.checking import statements
from ffbrian.models.expressions import KNOWN, evaluate

#: Functions that give something else at every call.
RANDOM = {name for name, function in DEFAULT_FUNCTIONS.items() if not function.stateless}
#: What differs between presentations, of the names that every group offers.
CHANGING = {"t", "n_spikes", "xi", "lastspike", "not_refractory"}
_JOINS = {"+=": operator.add, "-=": operator.sub, "*=": operator.mul, "/=": operator.truediv}
_TYPES = {"integer": np.int32, "boolean": np.bool_}


def set_once(equations, code, persistent=(), fixed=()):
    """Names of the variables that take their initial value once in a training.

    Parameters
    ----------
    equations : brian2.Equations
    code : str
        Statements that set initial values.
    persistent : iterable of str
        Variables that keep their value from one presentation to the next.
    fixed : iterable of str
        Variables that nothing else sets, besides those flagged ``(constant)``.

    Returns
    -------
    tuple of str
        The persistent ones, and the fixed ones whose value draws random
        numbers or depends on what changes.
    """
    fixed = set(fixed) | {
        e.varname for e in equations.values() if e.type == PARAMETER and "constant" in e.flags
    }
    found, changing = list(persistent), RANDOM | CHANGING | (set(equations.names) - fixed) | set(persistent)
    for name, operation, expression, _ in map(parse_statement, statements(code)):
        if (
            name in fixed
            and name not in found
            and (operation != "=" or get_identifiers(expression) & changing)
        ):
            found.append(name)
            changing.add(name)
    return tuple(found)


def begin_again(code, once):
    """The statements of `code` that are executed at every presentation (list of str)."""
    return [line for line in statements(code) if parse_statement(line)[0] not in once]


def begin_once(code, once):
    """The others (list of str)."""
    return [line for line in statements(code) if parse_statement(line)[0] in once]


class _Names(dict):
    """Values by name; what equations compute is computed when it is asked for."""

    def __init__(self, values, equations):
        super().__init__(values)
        self.equations = equations

    def __missing__(self, name):
        if name not in self.equations or self.equations[name].type != SUBEXPRESSION:
            raise KeyError(name)
        return evaluate(str(self.equations[name].expr), self)


def first_values(equations, code, once, parameters, size, dt, rng, given=None):
    """What some variables begin a training with.

    Parameters
    ----------
    equations : brian2.Equations
    code : str
        Statements that set initial values; variables that they do not name
        begin at 0.
    once : iterable of str
        The wanted variables.
    parameters : mapping of str to float or Quantity
    size : int
        Neurons.
    dt : float
        Time step, seconds.
    rng : numpy.random.Generator or None
        For ``rand()``, ``randn()`` and ``poisson(lam)``.
    given : mapping of str to (size,) array, optional
        Values of variables that `code` does not set.

    Returns
    -------
    dict of str to (size,) array
        SI units.
    """
    names = _Names(KNOWN | {name: float(unit) for name, unit in DEFAULT_UNITS.items()}, equations)
    names |= {
        "rand": lambda: rng.random(size),
        "randn": lambda: rng.standard_normal(size),
        "poisson": lambda rate: rng.poisson(rate, size),
    }
    names |= {e.varname: np.zeros(size) for e in equations.values() if e.type != SUBEXPRESSION}
    names |= {
        "unit": np.arange(size),
        "i": np.arange(size),
        "N": size,
        "t": 0.0,
        "dt": dt,
        "n_spikes": np.zeros(size),
    }
    names |= {"lastspike": np.full(size, -1e4), "not_refractory": np.ones(size, bool)}
    names |= {name: float(value) for name, value in parameters.items()} | dict(given or {})
    for name, operation, expression, _ in map(parse_statement, statements(code)):
        value = evaluate(expression, names)
        names[name] = np.broadcast_to(
            value if operation == "=" else _JOINS[operation](names[name], value), (size,)
        )
    return {name: np.array(names[name], _TYPES.get(equations[name].var_type, float)) for name in once}
