"""What is made of a plasticity rule: without terms that are 0, and for copies of neurons."""

import ast
from dataclasses import dataclass, replace

import sympy
from brian2.parsing.statements import parse_statement
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.errors import ModelError
from ffbrian.models.text import parse_equations, statements

#: What a rule may hear of a modulator.
SIGNALS = ("M", "goodness", "s")


def effective(rule):
    """The rule without statements that add 0 and without traces nobody reads.

    Parameters
    ----------
    rule : PlasticityRule

    Returns
    -------
    PlasticityRule
        Equal results, less work.
    """
    zeros = {name for name, value in rule.values.items() if float(value) == 0}
    rule = replace(
        rule, **{where: _without_zero_terms(getattr(rule, where), zeros) for where in ("on_pre", "on_post")}
    )
    read = get_identifiers("\n".join((rule.equations, rule.on_pre, rule.on_post, rule.consolidate)))
    if not _is_read(rule, rule.post_equations, "_post", read):
        rule = replace(rule, post_equations="", on_post_spike="")
    if rule.pre_equations and not _is_read(rule, rule.pre_equations, "_pre", read):
        rule = replace(rule, pre_equations="", on_pre_spike="", silent_without="")
    return rule


def without_learning(rule):
    """The rule of a network that keeps its weights: no traces, no eligibility."""
    fields = (
        "pre_equations",
        "post_equations",
        "on_pre_spike",
        "on_post_spike",
        "equations",
        "kept",
        "on_pre",
        "on_post",
    )
    return replace(rule, **dict.fromkeys(fields, ""), consolidate="w = w", silent_without="")


@dataclass(frozen=True)
class OverCopies:
    """A rule for neurons that exist in one copy for each label.

    Attributes
    ----------
    credit : str
        Expression in a neuron of a copy: the factors of a weight's change that
        the postsynaptic side and the modulator decide.
    consolidate : str
        Statement in a synapse; ``credit_post`` is the credit of one copy, or
        the sum of those of several.
    signals : tuple of str
        What `credit` reads of the modulator.
    """

    credit: str
    consolidate: str
    signals: tuple


def over_copies(rule):
    """Divide a rule into what differs between copies and what they share.

    Parameters
    ----------
    rule : PlasticityRule
        Its traces are kept in the neurons, and `consolidate` adds one product
        to the weight, as in ``w = clip(w + eta*M*p_post*x_pre*y_post, -w_max, w_max)``.

    Returns
    -------
    OverCopies

    Raises
    ------
    ModelError
        If the rule keeps something in the synapse, or its change of weight is
        no product of a presynaptic and a postsynaptic part.
    """
    if rule.equations.strip() or rule.kept.strip() or rule.on_pre.strip() or rule.on_post.strip():
        raise ModelError(
            f"{rule.title}: keeps a state in the synapse or changes it at single spikes, which copies of a "
            "neuron cannot share; negatives of kind 'all' need a rule with traces in the neurons only, such "
            "as trace_product."
        )
    change, around = _change_of_weight(rule)
    factors = sympy.Mul.make_args(str_to_sympy(change))
    names = [{symbol.name for symbol in factor.free_symbols} for factor in factors]
    is_post = [any(name.endswith("_post") or name in SIGNALS for name in found) for found in names]
    if not any(is_post) or any(
        post and any(name == "w" or name.endswith("_pre") for name in found)
        for post, found in zip(is_post, names)
    ):
        raise _no_product(rule)
    post, rest = (
        sympy_to_str(sympy.Mul(*(factor for factor, belongs in zip(factors, is_post) if belongs == wanted)))
        for wanted in (True, False)
    )
    credit = word_substitute(post, {name: name.removesuffix("_post") for name in get_identifiers(post)})
    return OverCopies(
        credit,
        around.format(f"({rest})*credit_post"),
        tuple(name for name in SIGNALS if name in get_identifiers(credit)),
    )


@dataclass(frozen=True)
class OverPlaces:
    """A rule for a weight that many synapses share, one for each place that a trunk is shown.

    Attributes
    ----------
    change : str
        Expression in each of the synapses; the weight gets their sum.
    consolidate : str
        Statements of the weight, in which ``change`` is that sum.
    """

    change: str
    consolidate: str


def over_places(rule):
    """Divide a rule into what each synapse adds and what is made of the sum.

    Parameters
    ----------
    rule : PlasticityRule
        One statement that adds to the weight, or several of which only the first reads
        the neurons.

    Returns
    -------
    OverPlaces

    Raises
    ------
    ModelError
        If further statements read the neurons, or the rule acts at single spikes.
    """
    lines = statements(rule.consolidate)
    if len(lines) > 1:
        name, _, change, _ = parse_statement(lines[0])
        rest = word_substitute("\n".join(lines[1:]), {name: "change"})
    else:
        change, around = _change_of_weight(rule)
        rest = around.format("change")
    reads_neurons = any(name.endswith(("_pre", "_post")) for name in get_identifiers(rest))
    if reads_neurons or (rule.equations + rule.on_pre + rule.on_post).strip():
        raise ModelError(
            f"{rule.title}: cannot be summed over the places that a trunk is shown; trunks need a rule whose "
            "consolidate reads the neurons in its first statement only, such as polarity_perturbation."
        )
    return OverPlaces(change, rest)


def _change_of_weight(rule):
    """What `consolidate` adds to ``w``, and the statement around it."""
    try:
        (line,) = statements(rule.consolidate)
        _, operation, expression, _ = parse_statement(line)
        if operation == "+=":
            return expression, "w += {}"
        node = ast.parse(expression, mode="eval").body
        bounds = ""
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "clip":
            node, bounds = node.args[0], ", ".join(map(ast.unparse, node.args[1:]))
        if (
            operation != "="
            or not isinstance(node, ast.BinOp)
            or not isinstance(node.op, ast.Add)
            or ast.unparse(node.left) != "w"
        ):
            raise ValueError
    except (ValueError, IndexError):
        raise _no_product(rule) from None
    return ast.unparse(node.right), f"w = clip(w + {{}}, {bounds})" if bounds else "w = w + {}"


def _no_product(rule):
    return ModelError(
        f"{rule.title}: consolidate {rule.consolidate!r} cannot be summed over copies of a neuron; negatives "
        "of kind 'all' need one statement that adds a product of a presynaptic and a postsynaptic part to "
        'w, such as "w = clip(w + eta*M*p_post*x_pre*y_post, -w_max, w_max)".'
    )


def _without_zero_terms(code, zeros):
    return "\n".join(line for line in statements(code) if not _adds_zero(line, zeros))


def _adds_zero(line, zeros):
    _, operation, expression, _ = parse_statement(line)
    if operation not in ("+=", "-=") or not zeros & get_identifiers(expression):
        return False
    symbols = str_to_sympy(expression)
    return symbols.subs({symbol: 0 for symbol in symbols.free_symbols if symbol.name in zeros}) == 0


def _is_read(rule, equations, suffix, read):
    names = parse_equations(rule.title, equations).names
    return any(name + suffix in read for name in names)
