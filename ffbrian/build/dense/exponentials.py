"""Exponentials that symbolic integration has torn apart, put together again.

To solve an equation, ``exp((17*mV - v)/(18*mV))`` is expanded to
``c*exp(v/mV)**(-1/18)``: a power more, and beyond the range of floating-point
numbers where ``v/mV`` is large although the whole is moderate.
"""

import ast

from brian2.parsing.rendering import NodeRenderer
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import deindent

_POWER, _PRODUCT, _QUOTIENT = ast.Pow, ast.Mult, ast.Div


def merge_exponentials(code):
    """Abstract code in which a product or power of exponentials is one exponential.

    Parameters
    ----------
    code : str
        Statements, one a line.

    Returns
    -------
    str
        The same statements; a line without such a product or power is left as it is.
    """
    return "\n".join(_merged_line(line) for line in deindent(code).split("\n"))


def _merged_line(line):
    if line.count("exp(") == 0 or line.lstrip().startswith("#"):
        return line
    variable, operation, expression, _ = parse_statement(line)
    tree = ast.parse(expression, mode="eval").body
    before = ast.dump(tree)
    merged = _Merger().visit(tree)
    if ast.dump(merged) == before:
        return line
    return f"{variable} {operation} {NodeRenderer().render_node(merged)}"


class _Merger(ast.NodeTransformer):
    """Merges bottom up: powers of an exponential, then products."""

    def visit_Call(self, node):
        self.generic_visit(node)
        is_root = getattr(node.func, "id", "") == "sqrt" and _exponent(node.args[0]) is not None
        return _exp(_times(ast.Constant(0.5), _exponent(node.args[0]))) if is_root else node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, _POWER) and _exponent(node.left) is not None:
            return _exp(_times(node.right, _exponent(node.left)))
        return _product(node) if isinstance(node.op, (_PRODUCT, _QUOTIENT)) else node


def _product(node):
    """A product whose exponentials are one factor, if there are several or one that divides."""
    above, below = _factors(node)
    exponents = [_exponent(factor) for factor in above], [_exponent(factor) for factor in below]
    multiplied, divided = ([e for e in side if e is not None] for side in exponents)
    if len(multiplied) < 2 and not divided:
        return node
    total = _sum(multiplied, divided)
    above, below = ([factor for factor in side if _exponent(factor) is None] for side in (above, below))
    numerator = _chain([*above, _exp(total)])
    return ast.BinOp(numerator, _QUOTIENT(), _chain(below)) if below else numerator


def _factors(node):
    """What is multiplied and what divides in a product, through its nested products."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        above, below = _factors(node.operand)
        return [ast.UnaryOp(ast.USub(), ast.Constant(1.0)), *above], below
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (_PRODUCT, _QUOTIENT)):
        return [node], []
    above, below = _factors(node.left)
    more_above, more_below = _factors(node.right)
    if isinstance(node.op, _QUOTIENT):
        more_above, more_below = more_below, more_above
    return above + more_above, below + more_below


def _exponent(node):
    """The argument of an exponential; None of anything else."""
    is_exponential = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "exp"
    return node.args[0] if is_exponential else None


def _exp(argument):
    return ast.Call(ast.Name("exp", ast.Load()), [argument], [])


def _times(left, right):
    return ast.BinOp(left, _PRODUCT(), right)


def _chain(factors):
    product = factors[0]
    for factor in factors[1:]:
        product = _times(product, factor)
    return product


def _sum(terms, subtracted):
    total = terms[0] if terms else ast.UnaryOp(ast.USub(), subtracted.pop(0))
    for term in terms[1:]:
        total = ast.BinOp(total, ast.Add(), term)
    for term in subtracted:
        total = ast.BinOp(total, ast.Sub(), term)
    return total
