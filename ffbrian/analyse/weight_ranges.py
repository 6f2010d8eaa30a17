"""The range in which the code of a network keeps its weights."""

import ast

import numpy as np
from brian2 import Function
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from ffbrian.analyse.code_reader import CONSTANT
from ffbrian.models.expressions import KNOWN, evaluate


def _clip_bounds(statement):
    """The two bounds of ``w = clip(expression, low, high)``, or None."""
    _, operation, expression, _ = parse_statement(statement)
    node = ast.parse(expression.strip(), mode="eval").body
    if operation == "=" and isinstance(node, ast.Call) and ast.unparse(node.func) == "clip":
        return tuple(ast.unparse(bound) for bound in node.args[1:])
    return None


def _values(reader, synapses, expression, namespace):
    """An expression of constants for each synapse, or None if it changes as the network runs."""
    known = dict(KNOWN)
    for name in get_identifiers(expression):
        if name in synapses.variables:
            if not all(
                place.where == CONSTANT or reader.is_constant(place.key)
                for place in reader.places(synapses, name)
            ):
                return None
            known[name] = np.asarray(getattr(synapses, name)[:])
        elif name not in known:
            value = synapses.namespace.get(name, namespace.get(name))
            if value is None or isinstance(value, Function):
                return None
            known[name] = np.asarray(value)
    return np.broadcast_to(np.asarray(evaluate(expression, known), float), (len(synapses),))


def ranges(reader, synapses, namespace):
    """Lowest and highest weight of every synapse, as far as the code bounds them."""
    low, high = np.full(len(synapses), np.inf), np.full(len(synapses), -np.inf)
    for write in reader.updates(synapses):
        if write.target.name not in reader.weights(synapses):
            continue
        bounds = _clip_bounds(write.statement)
        ends = [_values(reader, synapses, text, namespace) for text in bounds] if bounds else [None, None]
        low = np.minimum(low, -np.inf if ends[0] is None else ends[0])
        high = np.maximum(high, np.inf if ends[1] is None else ends[1])
    return low, high


def range_text(low, high):
    """Lowest and highest weights in words."""
    ends = sorted({(float(a) + 0.0, float(b) + 0.0) for a, b in zip(low, high)})
    return (
        " or ".join(f"[{a:g}, {b:g}]" for a, b in ends[:3])
        if ends and np.isfinite(ends).all()
        else "no bounds that the code states"
    )
