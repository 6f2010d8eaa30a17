"""Model text as MathML, which browsers show without any script.

The order of terms is that of the text.
"""

import ast
from html import escape

from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.parsing.statements import parse_statement

GREEK = dict(
    alpha="α", beta="β", gamma="γ", delta="δ", Delta="Δ", epsilon="ε", eta="η", theta="θ", kappa="κ", mu="μ",
    nu="ν", xi="ξ", rho="ρ", sigma="σ", tau="τ", phi="φ", psi="ψ", omega="ω", inf="∞",
)  # fmt: skip
SIGNS = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mod: "mod",
    ast.FloorDiv: "div",
    ast.USub: "−",
    ast.UAdd: "+",
    ast.Not: "not",
}
SIGNS |= {ast.Lt: "&lt;", ast.LtE: "≤", ast.Gt: "&gt;", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
SIGNS |= {ast.And: "and", ast.Or: "or"}
#: Between the factors of a product, whose names may have several letters.
TIMES = "<mo lspace='0.1em' rspace='0.1em'>&#8290;</mo>"
#: How tightly an operation binds; what is looser than its surroundings gets brackets.
BOOLEAN, COMPARISON, MODULO, SUM, PRODUCT, SIGN, POWER, FRACTION, ATOM = range(9)
BINDING = {ast.Add: SUM, ast.Sub: SUM, ast.Mult: PRODUCT, ast.Mod: MODULO, ast.FloorDiv: MODULO}


def math(*lines):
    """Lines of MathML as one displayed formula (str)."""
    rows = "".join(f'<mtr><mtd style="text-align: left">{line}</mtd></mtr>' for line in lines)
    return f'<math display="block"><mtable>{rows}</mtable></math>'


def inline(line):
    """A line of MathML within a text (str)."""
    return f"<math>{line}</math>"


def symbol(name):
    """A variable: ``tau_m`` becomes τ with the index m."""
    base, _, index = name.partition("_")
    if not base or not index or (len(base) > 1 and base not in GREEK):
        return f"<mi>{GREEK.get(name, escape(name))}</mi>"
    return f"<msub><mi>{GREEK.get(base, base)}</mi><mtext>{escape(index)}</mtext></msub>"


def expression(text):
    """An expression or condition of model text."""
    return _of(ast.parse(text.strip(), mode="eval").body)[0]


def equation(one):
    """One of Brian 2's equations (`SingleEquation`)."""
    left = symbol(one.varname)
    if one.type == DIFFERENTIAL_EQUATION:
        left = f"<mfrac><mrow><mi>d</mi>{left}</mrow><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>"
    return f"{left}<mo>=</mo>{expression(one.expr.code)}"


def statement(line):
    """A statement, as an assignment; ``a += 1`` becomes a ← a + 1."""
    name, operation, text, _ = parse_statement(line)
    changed = text if operation == "=" else f"{name} {operation[:-1]} ({text})"
    return f"{symbol(name)}<mo>←</mo>{expression(changed)}"


# -- one kind of node each: MathML, and how tightly it binds -----------------------------------
def _of(node):
    return KINDS.get(type(node), _text)(node)


def _inside(node, least):
    """A part of an operation, in brackets where it binds less tightly than `least`."""
    inner, binding = _of(node)
    return inner if binding >= least else f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"


def _name(node):
    return symbol(node.id), ATOM


def _constant(node):
    return f"<mn>{escape(str(node.value))}</mn>", ATOM


def _binop(node):
    if isinstance(node.op, ast.Div):
        return f"<mfrac><mrow>{_of(node.left)[0]}</mrow><mrow>{_of(node.right)[0]}</mrow></mfrac>", FRACTION
    if isinstance(node.op, ast.Pow):
        return f"<msup>{_row(_inside(node.left, ATOM))}{_row(_of(node.right)[0])}</msup>", POWER
    own = BINDING[type(node.op)]
    if own == MODULO:
        word = f"<mspace width='0.3em'/><mtext>{SIGNS[type(node.op)]}</mtext><mspace width='0.3em'/>"
        return word.join(_inside(one, PRODUCT) for one in (node.left, node.right)), own
    sign = TIMES if isinstance(node.op, ast.Mult) else f"<mo>{SIGNS[type(node.op)]}</mo>"
    right = own + isinstance(node.op, ast.Sub)
    return f"{_inside(node.left, own)}{sign}{_inside(node.right, right)}", own


def _row(inner):
    return f"<mrow>{inner}</mrow>"


def _unaryop(node):
    own = COMPARISON if isinstance(node.op, ast.Not) else SIGN
    return f"<mo>{SIGNS[type(node.op)]}</mo>{_inside(node.operand, own)}", own


def _compare(node):
    signs = [f"<mo>{SIGNS[type(one)]}</mo>" for one in node.ops]
    parts = [sign + _inside(one, SUM) for sign, one in zip(signs, node.comparators)]
    return _inside(node.left, SUM) + "".join(parts), COMPARISON


def _boolop(node):
    word = f"<mspace width='0.4em'/><mtext>{SIGNS[type(node.op)]}</mtext><mspace width='0.4em'/>"
    return word.join(_inside(one, COMPARISON) for one in node.values), BOOLEAN


def _call(node):
    arguments = "<mo>,</mo>".join(_of(one)[0] for one in node.args)
    return f"{symbol(node.func.id)}<mrow><mo>(</mo>{arguments}<mo>)</mo></mrow>", ATOM


def _text(node):
    return f"<mtext>{escape(ast.unparse(node))}</mtext>", ATOM


KINDS = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.BinOp: _binop,
    ast.UnaryOp: _unaryop,
    ast.Compare: _compare,
    ast.BoolOp: _boolop,
    ast.Call: _call,
}
