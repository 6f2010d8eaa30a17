"""Numbers of single synapses, as text over their ends or as arrays."""

from dataclasses import dataclass

import numpy as np
from brian2 import Quantity
from brian2.core.namespace import DEFAULT_UNITS
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions

from ffbrian.errors import ModelError
from ffbrian.models.expressions import KNOWN, evaluate
from ffbrian.models.quantities import parse_quantity, shortened, unit_name
from ffbrian.models.text import check_condition, check_expression, dimension_table

#: What text about a synapse may name: its ends, and how many neurons there are at either.
ENDS = dimension_table(i="1", j="1", N_pre="1", N_post="1")


@dataclass(frozen=True, repr=False)
class Values:
    """One value for each neuron or synapse.

    Attributes
    ----------
    numbers : tuple of float
        In SI units.
    unit : str
        As in equations.
    """

    numbers: tuple
    unit: str = "1"

    def __post_init__(self):
        object.__setattr__(self, "numbers", tuple(self.numbers))

    def array(self):
        """The numbers as (n,) array."""
        return np.array(self.numbers)

    def to_dict(self):
        """The values as a plain table."""
        return {"numbers": list(self.numbers), "unit": self.unit}

    def __repr__(self):
        return f"{len(self.numbers)} values from {min(self.numbers):g} to {max(self.numbers):g} {self.unit}"


def listed(title, where, value):
    """Values, an array, a list of quantities, or a table of numbers and unit as a flat `Quantity`."""
    if isinstance(value, dict) and set(value) == {"numbers", "unit"}:
        value = Values(**value)
    if isinstance(value, Values):
        unit = parse_quantity(f"1 {value.unit}") if value.unit != "1" else 1
        return Quantity(value.array(), dim=get_dimensions(unit))
    try:
        if isinstance(value, (list, tuple)):
            quantities = [parse_quantity(one) for one in value]
            (unit,) = {get_dimensions(one) for one in quantities} or {DIMENSIONLESS}
            return Quantity([float(one) for one in quantities], dim=unit)
        return Quantity(np.asarray(value, float), dim=get_dimensions(value))
    except (TypeError, ValueError) as error:
        raise ModelError(
            f'{title}: {where} is {shortened(value)}, expected text such as "20*ms + 60*ms*rand()" or '
            f"values, all in one unit ({error})."
        ) from None


def read(title, where, value, wanted):
    """A number, an expression or values of single synapses, checked.

    Parameters
    ----------
    title, where : str
        For the sentences of errors.
    value : number, Quantity, str or array
    wanted : Dimension

    Returns
    -------
    float (SI units), str or Values

    Raises
    ------
    ModelError
    """
    if isinstance(value, str):
        try:
            value = parse_quantity(value)
        except ModelError:
            check_expression(title, where, value, ENDS, wanted)
            return value
    found = listed(title, where, value)
    if get_dimensions(found) != wanted:
        raise ModelError(
            f"{title}: {where} has unit {unit_name(get_dimensions(found))}, expected {unit_name(wanted)}."
        )
    if not np.isfinite(found).all():
        raise ModelError(f"{title}: {where} has values that are not finite.")
    if np.ndim(found) == 0:
        return float(found)
    return Values(tuple(np.ravel(np.asarray(found)).tolist()), unit_name(wanted))


def read_condition(title, text):
    """Raise ModelError unless text is a condition on the ends of a synapse."""
    check_condition(title, "condition", text, ENDS)


def evaluated(text, i, j, n_pre, n_post, rng):
    """What an expression or condition is for each of some synapses.

    Parameters
    ----------
    text : str
    i, j : (n,) int arrays
    n_pre, n_post : int
    rng : numpy.random.Generator
        For ``rand()``, ``randn()`` and ``poisson(lam)``.

    Returns
    -------
    (n,) array
    """
    names = KNOWN | {name: float(unit) for name, unit in DEFAULT_UNITS.items()}
    names |= {
        "rand": lambda: rng.random(len(i)),
        "randn": lambda: rng.standard_normal(len(i)),
        "poisson": lambda rate: rng.poisson(rate, len(i)),
    }
    return np.broadcast_to(
        evaluate(text, names | {"i": i, "j": j, "N_pre": n_pre, "N_post": n_post}), (len(i),)
    )
