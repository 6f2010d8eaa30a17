"""State updates and thresholds at the width of the processor's vectors.

Brian's generator writes a loop over the neurons that a compiler could compute
eight at a time but for a few details of the text: constants in double precision,
which promote everything around them; ``pow`` and ``exprel`` with branches; a
condition that is an ``if``.  Here the same statements are written without them.
In float64 the functions remain the exact ones of the C library.
"""

from copy import copy

import numpy as np
from brian2.codegen.generators.cpp_generator import (
    CPPCodeGenerator,
    floordiv_support_code,
    hightype_support_code,
    mod_support_code,
)
from brian2.core.functions import Function
from brian2.core.preferences import prefs
from brian2.core.variables import Constant
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.build.dense.exponentials import merge_exponentials

#: Functions that ``arithmetic.h`` has for both floating-point types.
TYPED = (
    *("exp", "log", "log10", "log1p", "expm1", "exprel", "sqrt"),
    *("sin", "cos", "tan", "sinh", "cosh", "tanh"),
)
_POWER = "#define _brian_pow(x, y) (_typed_pow((x), (y)))\n"
_SHADOW = "_float_"


class FloatRenderer(CPPNodeRenderer):
    """Renders an expression of float32 variables without a double in it."""

    def render_Constant(self, node):
        text = super().render_Constant(node)
        return f"{text}f" if isinstance(node.value, float) and np.isfinite(node.value) else text

    def render_Name(self, node):
        return "(float)INFINITY" if node.id == "inf" else super().render_Name(node)


class MaskRenderer(CPPNodeRenderer):
    """Renders a condition all of whose parts are evaluated: bits instead of branches."""

    expression_ops = CPPNodeRenderer.expression_ops | {"And": "&", "Or": "|"}


class FloatMaskRenderer(MaskRenderer, FloatRenderer):
    """Renders such a condition on float32 variables."""


class TypedArithmetic(CPPCodeGenerator):
    """A generator of statements in the type of their variables, without branches."""

    universal_support_code = hightype_support_code + mod_support_code + floordiv_support_code + _POWER

    def translate(self, code, dtype):
        return super().translate({block: merge_exponentials(text) for block, text in code.items()}, dtype)

    def translate_statement_sequence(self, scalar_statements, vector_statements):
        statements = vector_statements[None]
        created = [s for s in (*scalar_statements[None], *statements) if s.op == ":="]
        self._local_types = {s.var: np.dtype(s.dtype) for s in created}
        scalar, vector, keywords = super().translate_statement_sequence(scalar_statements, vector_statements)
        written = [case for s in statements for case in (self._cases(s) or [s])]
        narrow = (self._doubles(s) for s in written if self._is_narrow(s))
        return scalar, vector, keywords | {"narrowed": sorted(set().union(*narrow))}

    def translate_statement(self, statement):
        is_condition = np.dtype(statement.dtype) == bool and not _divides_whole_numbers(statement)
        if self._cases(statement):
            return self._selected(statement)
        if statement.scalar or not (is_condition or self._is_narrow(statement)):
            return super().translate_statement(statement)
        kind = f"{'const ' if statement.constant else ''}{self.c_data_type(statement.dtype)} "
        target = f"{kind}{statement.var} =" if statement.op == ":=" else f"{statement.var} {statement.op}"
        return f"{target} {self._value(statement)};"

    def _cases(self, statement):
        """A statement for every value of its conditions, such as ``unless refractory``; none where Brian's
        ``if`` stays.
        """
        if statement.scalar or not statement.used_boolean_variables:
            return []
        found = []
        for expression in statement.boolean_simplified_expressions.values():
            found.append(copy(statement))
            found[-1].expr, found[-1].used_boolean_variables = expression, None
        return found if all(map(self._is_narrow, found)) else []

    def _selected(self, statement):
        """All cases are evaluated, and one of them is taken: a mask instead of a branch."""
        kind, cases = self.c_data_type(statement.dtype), self._cases(statement)
        names = [f"_case_{k}_{statement.var}" for k in range(len(cases))]
        lines = [f"const {kind} {name} = {self._value(case)};" for name, case in zip(names, cases)]
        *conditions, _ = (
            " & ".join(f"(bool){name}" if is_true else f"!{name}" for name, is_true in values)
            for values in statement.boolean_simplified_expressions
        )
        choice = "".join(f"({one}) ? {name} : " for one, name in zip(conditions, names)) + names[-1]
        target = f"{kind} {statement.var} =" if statement.op == ":=" else f"{statement.var} {statement.op}"
        return "\n".join([*lines, f"{target} {choice};"])

    def translate_to_statements(self, statements, conditional_write_vars):
        lines = []
        for statement in statements:
            mask = conditional_write_vars.get(statement.var)
            lines.append(self._masked(statement, mask) if mask else self.translate_statement(statement))
        return lines

    def _masked(self, statement, mask):
        """An assignment that keeps the old value where the mask is 0."""
        variable, value = statement.var, self._value(statement)
        if _divides_whole_numbers(statement):
            return f"if ({mask}) {self.translate_statement(statement)}"
        operation = statement.op.removesuffix("=")
        value = f"{variable} {operation} ({value})" if operation else value
        return f"{variable} = {mask} ? {value} : {variable};"

    def _value(self, statement):
        """The right-hand side in C++."""
        is_condition, is_narrow = np.dtype(statement.dtype) == bool, self._is_narrow(statement)
        names = dict(self.func_name_replacements)
        if is_narrow:
            names |= {name: _SHADOW + name for name in self._doubles(statement)}
        if is_condition:
            names |= {"timestep": "_typed_timestep"}
        renderers = {
            (False, False): CPPNodeRenderer,
            (False, True): FloatRenderer,
            (True, False): MaskRenderer,
            (True, True): FloatMaskRenderer,
        }
        renderer = renderers[is_condition, is_narrow](auto_vectorise=self.auto_vectorise)
        return renderer.render_expr(word_substitute(statement.expr, names)).strip()

    def _is_narrow(self, statement):
        """Whether a statement has to do with numbers in float32 only, and conditions."""
        names = get_identifiers(statement.expr) | {statement.var}
        return prefs.core.default_float_dtype == np.float32 and all(map(self._is_float, names))

    def _is_float(self, name):
        variable = self.variables.get(name)
        if isinstance(variable, Function):
            return name in TYPED or name in ("clip", "abs")
        if isinstance(variable, Constant):
            return np.issubdtype(variable.dtype, np.floating)
        kind = self._local_types.get(name, getattr(variable, "dtype", None))
        return name in ("dt", "inf") or (kind is not None and np.dtype(kind) in (np.float32, bool))

    def _doubles(self, statement):
        """Numbers that a statement reads in float64 although they do not change in the loop."""
        names = get_identifiers(statement.expr) - {"inf"}
        return {name for name in names if self._is_double(name)}

    def _is_double(self, name):
        variable = self.variables.get(name)
        return (isinstance(variable, Constant) or name == "dt") and variable.dtype == np.float64


def _divides_whole_numbers(statement):
    """Whether it is wrong to evaluate a statement where its mask is 0: a division by 0 would end the run."""
    return any(sign in statement.expr for sign in ("//", "%"))
