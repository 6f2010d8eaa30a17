"""Whether an integration method takes the equations of neurons and synapses, before anything is built."""

import functools

from brian2 import Equations
from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.stateupdaters.base import UnsupportedEquationsException
from brian2.stateupdaters.exact import get_linear_system
from brian2.stateupdaters.exponential_euler import get_conditionally_linear_system

from ffbrian.errors import ModelError

#: What a method asks of the equations, and what takes others.
NEEDS = {
    "exact": ("linear equations", '"exponential_euler" or "rk2"'),
    "linear": ("linear equations", '"exponential_euler" or "rk2"'),
    "exponential_euler": ("equations in which each variable stands linearly", '"rk2" or "euler"'),
}


def check(title, equations, method):
    """Raise ModelError if a method does not take some equations, naming one that does.

    Parameters
    ----------
    title : str
        Of the model.
    equations : brian2.Equations
        Of the neuron and what reaches it.
    method : str
        Those that take everything, and none, pass.
    """
    found = refused(equations, method)
    if found:
        needs, others = NEEDS[method]
        raise ModelError(
            f"{title}: the method {method!r} takes {needs}, but the equation of {found!r} is none; "
            f"write method={others}."
        )


def refused(equations, method):
    """The variable whose equation a method does not take (str); empty if there is none."""
    return _refused("\n".join(map(_without_unit, equations.values())), method) if method in NEEDS else ""


def _without_unit(equation):
    """An equation as text; units do not matter here."""
    left = f"d{equation.varname}/dt" if equation.type == DIFFERENTIAL_EQUATION else equation.varname
    return f"{left} : 1" if equation.type == PARAMETER else f"{left} = {equation.expr} : 1"


@functools.lru_cache(maxsize=256)
def _refused(text, method):
    equations = Equations(text)
    read = get_conditionally_linear_system if method == "exponential_euler" else get_linear_system
    if _is_read(read, equations):
        return ""
    names = sorted(equations.diff_eq_names)
    return next((name for name in names if not _is_read(read, _alone(equations, name))), names[0])


def _is_read(read, equations):
    try:
        found = read(equations, None)
    except (UnsupportedEquationsException, ValueError):
        return False
    return read is get_conditionally_linear_system or not _only_grows(*found)


def _alone(equations, name):
    """The equations without the differential ones of other variables."""
    others = equations.diff_eq_names - {name}
    return Equations([one for one in equations.values() if one.varname not in others])


def _only_grows(_, coefficients, constants):
    """Whether some variable has a constant derivative, which the exact solution divides by."""
    rows = range(len(constants))
    return any(not any(coefficients.row(k)) and constants[k] != 0 for k in rows)
