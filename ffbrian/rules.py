"""What is left of a plasticity rule once terms with a factor of 0 are gone."""
from dataclasses import replace

from brian2.parsing.statements import parse_statement
from brian2.parsing.sympytools import str_to_sympy
from brian2.utils.stringtools import get_identifiers

from ffbrian.description import parse_equations


def statements(code):
    """The statements of a block of code, one by one."""
    return [line.strip() for line in code.replace(";", "\n").splitlines() if line.strip()]


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
    rule = replace(rule, **{where: _without_zero_terms(getattr(rule, where), zeros) for where in ("on_pre", "on_post")})
    read = get_identifiers("\n".join((rule.equations, rule.on_pre, rule.on_post, rule.consolidate)))
    if not _is_read(rule, rule.post_equations, "_post", read):
        rule = replace(rule, post_equations="", on_post_spike="")
    if not _is_read(rule, rule.pre_equations, "_pre", read):
        rule = replace(rule, pre_equations="", on_pre_spike="")
    return rule


def without_learning(rule):
    """The rule of a network that keeps its weights: no traces, no eligibility."""
    fields = ("pre_equations", "post_equations", "on_pre_spike", "on_post_spike", "equations", "on_pre", "on_post")
    return replace(rule, **dict.fromkeys(fields, ""), consolidate="w = w", silent_without="")


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
