"""Quantities as text: ``"50 ms"`` in an experiment file, ``50*ms`` in Python.

Only numbers and products, quotients and powers of Brian 2 unit names are read,
within bounds: a quantity may come from a file that somebody else wrote.
"""

import ast

import brian2
import numpy as np
from brian2.units.fundamentalunits import Quantity, Unit, get_dimensions, get_unit

from ffbrian.errors import ModelError

#: Characters of a quantity, and the highest power of a unit in it.
LONGEST, HIGHEST_POWER = 150, 16
#: Largest number of anything that is counted: indices in generated code have 32 bits.
MOST = 2**31 - 1
#: What stands for a setting that is computed from training samples (`ffbrian.train.calibration`).
AUTO = "auto"


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
        If the text is not a number followed by known units, or is too long, or
        if what it means is infinite.
    """
    if isinstance(text, (Quantity, int, float, np.number)) and not isinstance(text, bool):
        return _checked(text)
    words = str(text).strip()[: LONGEST + 1].split(None, 1)
    try:
        if sum(map(len, words)) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} characters")
        number, unit = float(words[0]), _unit(words[1]) if len(words) > 1 else 1
        if len(words) > 1 and not (np.isfinite(number * float(unit)) and float(unit)):
            raise ValueError("it is not finite")
    except (ValueError, SyntaxError, IndexError, TypeError, ArithmeticError) as error:
        raise ModelError(
            f"{shortened(text)} is not a quantity: expected a number and units that Brian 2 knows, such as "
            f"'50 ms' or '2 nS/cm**2' ({error.args[0] if error.args else error})."
        ) from None
    return number * unit


def shortened(text):
    """What somebody wrote, as an error shows it: quoted, and cut where it is long."""
    shown = repr(text)
    return shown if len(shown) <= LONGEST else f"{shown[:60]}… ({len(shown)} characters)"


def is_whole(value, lowest=0, highest=MOST):
    """Whether a value is a whole number (no truth value) within bounds."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and lowest <= value <= highest


def is_equal(value, other):
    """Whether two quantities have the same unit and value."""
    return get_dimensions(value) == get_dimensions(other) and bool(value == other)


def is_auto(value):
    """Whether a setting is left to be computed (an array is not)."""
    return isinstance(value, str) and value == AUTO


def is_real(value, lowest=-np.inf):
    """Whether a value is a finite number without unit (no truth value), and not below a bound."""
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return is_number and lowest <= value and abs(value) <= np.finfo(float).max


def _checked(number):
    """A number or Quantity as it is, if it is real and within the range of a float."""
    try:
        is_right = not np.iscomplexobj(number) and np.asarray(number, float) is not None
    except (OverflowError, TypeError, ValueError):
        is_right = False
    if not is_right:
        raise ModelError(
            f"{shortened(number)} is not a quantity: expected a real number below 1e308, such as 50*ms."
        )
    return number


def _unit(text):
    with np.errstate(all="ignore"):
        return _evaluate(ast.parse(text, mode="eval").body)


def _evaluate(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _power(_evaluate(node.left), _evaluate(node.right))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        left, right = _evaluate(node.left), _evaluate(node.right)
        return left * right if isinstance(node.op, ast.Mult) else left / right
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    unit = getattr(brian2, node.id, None) if isinstance(node, ast.Name) else None
    if not isinstance(unit, Unit):
        raise ValueError(f"{ast.unparse(node)} is not a unit")
    return unit


def _power(base, exponent):
    if not isinstance(base, Quantity) or isinstance(exponent, Quantity) or not abs(exponent) <= HIGHEST_POWER:
        raise ValueError(f"only units have powers, of {HIGHEST_POWER} at most")
    return base**exponent


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


def short_quantity(value):
    """The same without a point that no digit follows (``"50 ms"``)."""
    return show_quantity(value).replace(". ", " ")


def unit_name(dimensions):
    """The unit of `dimensions` as equation text: ``"volt"``, ``"1"``, ``"metre**2*second**-1"``."""
    if dimensions.is_dimensionless:
        return "1"
    unit = repr(get_unit(dimensions))
    if unit.isidentifier() and isinstance(getattr(brian2, unit, None), Unit):
        return unit
    powers = zip(("metre", "kilogram", "second", "amp", "kelvin", "mole", "candle"), dimensions._dims)
    return "*".join(f"{name}**{power:g}" for name, power in powers if power)
