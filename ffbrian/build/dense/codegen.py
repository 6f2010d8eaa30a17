"""Code generation of the dense pathway inside Brian's ``cpp_standalone`` device.

Brian's generator still writes the body of every loop from the user's equations.
Only the loops around that body change: the indices of a synapse come from the
loop counters instead of index arrays, and a small plan says what the compiler
may assume.
"""

from dataclasses import dataclass, replace

import numpy as np
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.preferences import prefs
from brian2.core.variables import Constant
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError

PRE, POST, SYNAPSE = "_presynaptic_idx", "_postsynaptic_idx", "_idx"
DENSE_TEMPLATES = ("synapses", "stateupdate", "synapses_copies")


@dataclass(frozen=True)
class LoopPlan:
    """What the loops around one block of generated code may do.

    Attributes
    ----------
    is_vectorised : bool
        No iteration of the inner loop depends on another one.
    is_row_major : bool
        A post pathway may visit the rows in the outer loop and the spikes in
        the inner one without changing any result.
    silent_array : str or None
        Name of the C++ array whose zeros mark rows that can be skipped.
    narrowed : tuple of str
        Constants that Brian declares double although the network computes in
        float32: one of them would halve the width of the loop.
    """

    is_vectorised: bool
    is_row_major: bool
    silent_array: str | None = None
    narrowed: tuple[str, ...] = ()


class Accesses:
    """Which arrays a block of statements reads and writes, under which index."""

    def __init__(self, generator, statements):
        read, write, _, _ = generator.arrays_helper(statements)
        index_of = generator.variable_indices
        self.written = {(generator.variables[name], index_of[name]) for name in write}
        self.read = {(generator.variables[name], index_of[name]) for name in read}
        self.names = set(read) | set(write)
        self.is_stateful = _calls_stateful_function(generator.variables, statements)

    def writes(self, index):
        """Whether any array is written under this index."""
        return any(written_index == index for _, written_index in self.written)

    @property
    def has_alias(self):
        """Whether a written array is also accessed under another index."""
        return any(
            array is other and index != other_index
            for array, index in self.written
            for other, other_index in self.read | self.written
        )


def _calls_stateful_function(variables, statements):
    used = set().union(*(get_identifiers(s.expr) for s in statements), set())
    functions = (variables[name] for name in used if name in variables)
    return any(isinstance(f, Function) and not f.stateless for f in functions)


def plan_loops(accesses, silent_array):
    """Decide the loops for a block of code from its array accesses.

    The code of the synapse (i, j) sees what (i, j') and (i', j) did before, with
    j' < j in the order of the spikes and i' < i.  Both orders of the loops respect
    this, so they give the same result unless one neuron variable is accessed from
    both sides or a function keeps a state (random numbers).

    Parameters
    ----------
    accesses : Accesses
        The arrays that the block reads and writes.
    silent_array : str or None
        The array declared by ``silent_row``, if any.

    Returns
    -------
    LoopPlan
        The most permissive plan that leaves all results as they are.
    """
    is_plain = not accesses.is_stateful and not accesses.has_alias
    writes_pre, writes_post = accesses.writes(PRE), accesses.writes(POST)
    may_skip = is_plain and not writes_pre and not writes_post
    return LoopPlan(
        is_vectorised=is_plain and not writes_pre,
        is_row_major=is_plain,
        silent_array=silent_array if may_skip else None,
    )


def narrowed_constants(variables, statements):
    """The floating-point constants of a block, if the network is in float32."""
    if prefs.core.default_float_dtype != np.float32:
        return ()
    used = set().union(*(get_identifiers(s.expr) for s in statements), set())
    return tuple(
        name
        for name in sorted(used)
        if isinstance(variables.get(name), Constant) and np.issubdtype(variables[name].dtype, np.floating)
    )


class DenseGenerator(CPPCodeGenerator):
    """Brian's C++ generator, with the neuron indices given by loop counters."""

    uses_silent_rows = True

    def translate_to_read_arrays(self, read, write, indices):
        if self.template_name in DENSE_TEMPLATES:
            indices = set(indices) - {PRE, POST}
        return super().translate_to_read_arrays(read, write, indices)

    def translate_statement_sequence(self, scalar_statements, vector_statements):
        scalar, vector, keywords = super().translate_statement_sequence(scalar_statements, vector_statements)
        if self.template_name in DENSE_TEMPLATES:
            statements = vector_statements[None]
            narrowed = narrowed_constants(self.variables, statements)
            keywords["plan"] = replace(self._plan(statements), narrowed=narrowed)
        return scalar, vector, keywords

    def _plan(self, statements):
        silent = getattr(self.owner, "_dense_silent_array", None)
        silent = silent if self.uses_silent_rows else None
        return plan_loops(Accesses(self, statements), silent)


class DenseUpdateGenerator(DenseGenerator):
    """For clock-driven equations of a Synapses, to which no row is silent."""

    uses_silent_rows = False


class CopiesGenerator(DenseGenerator):
    """For projections that only read the weights of another Synapses."""

    uses_silent_rows = False

    def _plan(self, statements):
        accesses = Accesses(self, statements)
        if accesses.writes(SYNAPSE):
            raise ModelError(
                f"{self.name}: projection copies share their weights, so their code "
                "may only read synaptic variables; write to variables of the target."
            )
        if {"i", "j"} & accesses.names:
            raise ModelError(
                f"{self.name}: the code of projection copies reads 'i' or 'j', which "
                "are not defined there; use a variable of the neurons instead."
            )
        return plan_loops(accesses, None)


class DenseCodeObject(CPPStandaloneCodeObject):
    """A code object whose templates are the dense ones, where there are any."""

    templater = CPPStandaloneCodeObject.templater.derive("ffbrian.build.dense")
    generator_class = DenseGenerator


class DenseUpdateCodeObject(DenseCodeObject):
    """The dense code object for clock-driven updates (no row is skipped)."""

    generator_class = DenseUpdateGenerator


class CopiesCodeObject(DenseCodeObject):
    """The dense code object for projection copies."""

    generator_class = CopiesGenerator


class LearningCopiesCodeObject(DenseCodeObject):
    """The dense code object for the consolidation of projection copies."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "ffbrian.build.dense", templates_dir="copies_templates"
    )


# Brian's clip compares in double precision; this one stays in the type of its
# argument, so that loops over float32 vectorise at full width.
_CLIP = """
template <typename T>
static inline T _clip(const T value, const double a_min, const double a_max)
{
    const T low = a_min, high = a_max;
    const T raised = value < low ? low : value;
    return raised > high ? high : raised;
}
"""
DEFAULT_FUNCTIONS["clip"].implementations.add_implementation(DenseCodeObject, code=_CLIP, name="_clip")
