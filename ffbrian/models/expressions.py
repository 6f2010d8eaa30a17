"""Model text read as a tree: without comments, within bounds, and evaluated without running it.

Model text may come from a file that somebody else wrote.  Only numbers, names,
operators and calls of named functions are read; what would keep a computer busy
for ever, such as ``9**9**9**9``, is refused before anything looks at its value.
"""

import ast
import operator

import numpy as np
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS

#: Characters of one field of a model, and of one expression in it.
LONGEST_TEXT, LONGEST = 20_000, 2_000
#: Levels of a tree, and the highest power (with powers of powers multiplied).
DEEPEST, HIGHEST_POWER = 60, 64
_NODES = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
)
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
_COMPARE = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not}
_BOOLEAN = {ast.And: np.logical_and, ast.Or: np.logical_or}
#: Functions and constants that any expression may name and that give the same every time.
KNOWN = {name: function.pyfunc for name, function in DEFAULT_FUNCTIONS.items() if function.stateless} | {
    name: constant.value for name, constant in DEFAULT_CONSTANTS.items()
}
KNOWN |= {"int": np.trunc}
_ODD_LINE_ENDS = frozenset("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


class BeyondBounds(ValueError):
    """An expression that is too long, too deep or too large, or more than an expression; its text is the
    reason.
    """


def without_comments(text):
    """Model text as it runs.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        As Python reads lines: a comment goes from ``#`` to the end of its line,
        a backslash in it included; any other line that ends in a backslash goes
        on in the next.  Text without either is given back as it is.
    """
    if "#" not in text and "\\" not in text and not _ODD_LINE_ENDS & set(text):
        return text
    lines = [(line, line.partition("#")[0].rstrip()) for line in text.splitlines()]
    kept = [code if "#" in line else line.rstrip() for line, code in lines if code or "#" not in line]
    return "\n".join(kept).replace("\\\n", " ")


def read(text):
    """The tree of an expression.

    Parameters
    ----------
    text : str

    Returns
    -------
    ast.expr

    Raises
    ------
    SyntaxError
        If the text is no expression.
    BeyondBounds
        If it is too long, too deep or too large, or has parts that model text cannot have.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise BeyondBounds(f"it has {len(text)} characters; an expression may have {LONGEST}")
    if not text.isascii():
        raise BeyondBounds(
            f"it has the character {next(c for c in text if not c.isascii())!r}; names are written with a-z, "
            "0-9 and _"
        )
    try:
        tree = ast.parse(text, mode="eval").body
    except (RecursionError, MemoryError):
        raise BeyondBounds(f"it is nested in more than {DEEPEST} levels") from None
    _check_depth(tree)
    for node in ast.walk(tree):
        _check_node(node)
    if _degree(tree) > HIGHEST_POWER:
        raise BeyondBounds(f"it has a power of more than {HIGHEST_POWER}")
    return tree


def check_equations_bounds(text):
    """Raise BeyondBounds if the text of equations holds what `read` would refuse; looks at nothing else.

    Before Brian 2 does: it computes ``9**9**9`` as soon as it sees equations.
    """
    if len(text) > LONGEST_TEXT:
        raise BeyondBounds(f"they have {len(text)} characters; {LONGEST_TEXT} are possible")
    first, *others = without_comments(text).split(":")
    _check_right_side(first)
    for part in others:
        unit, _, equation = part.strip().partition("\n")
        _check_unit(unit)
        _check_right_side(equation)


def _check_right_side(equation):
    """Look at an expression; what is none is left to Brian 2, which says so."""
    expression = " ".join(equation.partition("=")[2].split())
    try:
        read(expression) if expression else None
    except SyntaxError:
        return


def _check_unit(unit):
    """The same for a unit with its flags in parentheses."""
    if "**" not in unit:
        return
    unit = unit.strip()
    for text in (unit, unit.rpartition("(")[0]):
        try:
            read(text)
            return
        except SyntaxError:
            continue
    raise BeyondBounds(f"the unit {unit[:60]!r} cannot be read")


def _check_depth(tree):
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise BeyondBounds(
        f"it is nested in more than {DEEPEST} levels, or has as many terms; name parts of it in equations of "
        "their own"
    )


def _check_node(node):
    if (
        not isinstance(node, _NODES)
        or isinstance(node, ast.Call)
        and (not isinstance(node.func, ast.Name) or node.keywords)
    ):
        raise BeyondBounds(f"{ast.unparse(node)!r} is nothing that model text can have")
    if isinstance(node, ast.Constant) and not isinstance(node.value, (int, float)):
        raise BeyondBounds(f"{ast.unparse(node)!r} is no number")
    number = _number(node)
    if number is not None and not abs(number) < np.inf:
        raise BeyondBounds("a number in it is too large")
    is_division = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod))
    if is_division and _number(node.right) == 0:
        raise BeyondBounds(f"{ast.unparse(node)!r} divides by 0")


def _number(node):
    """The value of a part without names (float), or None."""
    if isinstance(node, ast.Constant):
        return _float(node.value) if isinstance(node.value, (int, float)) else None
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        inner = _number(node.operand)
        return None if inner is None else float(_UNARY[type(node.op)](inner))
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _number(node.left), _number(node.right)
        with np.errstate(all="ignore"):
            return (
                None
                if left is None or right is None
                else float(_BINARY[type(node.op)](np.float64(left), np.float64(right)))
            )
    return None


def _float(number):
    try:
        return float(number)
    except OverflowError:
        return np.inf


def _degree(node):
    """The highest power of a name, powers of powers and products included."""
    below = [_degree(child) for child in ast.iter_child_nodes(node)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        exponent = _number(node.right)
        return max(below[0], 1) * max(1.0, abs(1.0 if exponent is None else exponent))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        return below[0] + below[-1]
    return max(below, default=float(isinstance(node, ast.Name)))


def evaluate(text, values):
    """The value of an expression.

    Parameters
    ----------
    text : str
    values : mapping
        Numbers, arrays and functions by the names that the expression uses.

    Returns
    -------
    number or array
        Without units.

    Raises
    ------
    KeyError
        For a name that `values` lacks.
    SyntaxError, BeyondBounds
        As `read`.
    """
    with np.errstate(all="ignore"):
        return _value(read(text), values)


def _value(node, values):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, bool) else float(node.value)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_value(node.operand, values))
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Call):
        return _value(node.func, values)(*(_value(argument, values) for argument in node.args))
    if isinstance(node, ast.BoolOp):
        return _BOOLEAN[type(node.op)].reduce([_value(part, values) for part in node.values])
    sides = [_value(part, values) for part in (node.left, *node.comparators)]
    return np.logical_and.reduce(
        [_COMPARE[type(compare)](*pair) for compare, pair in zip(node.ops, zip(sides, sides[1:]))]
    )


def divisors(text):
    """Names that something in an expression is divided by (set of str)."""
    found = set()
    for node in ast.walk(read(text)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found |= _factors(node.right)
    return found


def _factors(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left) | _factors(node.right)
    return {node.id} if isinstance(node, ast.Name) else set()
