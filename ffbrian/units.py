"""Quantities as text: ``"50 ms"`` in an experiment file, ``50*ms`` in Python.

Only numbers and products, quotients and integer powers of Brian 2 unit names
are read; nothing is evaluated.
"""
import ast
import operator

import brian2
import numpy as np
from brian2.units.fundamentalunits import Quantity, Unit, get_dimensions, get_unit

from ffbrian.errors import ModelError

_OPERATORS = {ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}


def parse_quantity(text):
    """Read a quantity.

    Parameters
    ----------
    text : str, int, float or Quantity
        For example ``"50 ms"``, ``"2 nS/cm**2"``, ``0.02`` or ``50*ms``.

    Returns
    -------
    float or Quantity
        In SI units; a plain float where the text names no unit.

    Raises
    ------
    ModelError
        If the text is not a number followed by known units.
    """
    if isinstance(text, (Quantity, int, float, np.number)) and not isinstance(text, bool):
        return text
    words = str(text).strip().split(None, 1)
    try:
        number = float(words[0])
        unit = _evaluate(ast.parse(words[1], mode="eval").body) if len(words) > 1 else 1
    except (ValueError, SyntaxError, IndexError, KeyError, TypeError) as error:
        raise ModelError(f"{text!r} is not a quantity: expected a number and units that Brian 2 knows, such as '50 ms' or '2 nS/cm**2' ({error.args[0] if error.args else error}).") from None
    return number * unit


def _evaluate(node):
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    unit = getattr(brian2, node.id, None) if isinstance(node, ast.Name) else None
    if not isinstance(unit, Unit):
        raise KeyError(f"{ast.unparse(node)} is not a unit")
    return unit


def format_quantity(value):
    """Write a quantity as text that `parse_quantity` reads back exactly.

    Parameters
    ----------
    value : float or Quantity
        A scalar.

    Returns
    -------
    str
        SI number and base units, for example ``"0.05 second"``.
    """
    dimensions = get_dimensions(value)
    number = repr(float(np.asarray(value)))
    return number if dimensions.is_dimensionless else f"{number} {unit_name(dimensions)}"


def show_quantity(value):
    """Write a quantity for a reader, in the best fitting unit (``"50 ms"``)."""
    if get_dimensions(value).is_dimensionless:
        return f"{float(value):g}"
    return Quantity(value).in_best_unit(python_code=False)


def unit_name(dimensions):
    """The unit of `dimensions` as equation text: ``"volt"``, ``"1"``, ``"metre**2*second**-1"``."""
    if dimensions.is_dimensionless:
        return "1"
    unit = repr(get_unit(dimensions))
    if unit.isidentifier() and isinstance(getattr(brian2, unit, None), Unit):
        return unit
    powers = zip(("metre", "kilogram", "second", "amp", "kelvin", "mole", "candle"), dimensions._dims)
    return "*".join(f"{name}**{power:g}" for name, power in powers if power)
