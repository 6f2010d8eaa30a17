"""Vectorised loops over the neurons of a group, inside ``cpp_standalone``.

Brian's own templates leave it to the compiler to find out that two neurons do
not depend on each other, which it cannot.  Here the generator looks at what the
code reads and writes, and says so where it is true.
"""

import numpy as np
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.devices import get_device
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from ffbrian.build.dense.arithmetic import TYPED, TypedArithmetic
from ffbrian.build.dense.codegen import SYNAPSE, Accesses, DenseCodeObject


class NeuronGenerator(CPPCodeGenerator):
    """Brian's C++ generator, which also tells what the loop around its code may do."""

    def translate_to_read_arrays(self, read, write, indices):
        _, repeated = self._repeated_indices(indices)
        return super().translate_to_read_arrays(read, write, set(indices) - set(repeated))

    def translate_statement_sequence(self, scalar_statements, vector_statements):
        scalar, vector, keywords = super().translate_statement_sequence(scalar_statements, vector_statements)
        accesses = Accesses(self, vector_statements[None])
        only_own = all(index in (SYNAPSE, "0") for _, index in accesses.written)
        keywords["is_vectorised"] = only_own and not accesses.is_stateful and not accesses.has_alias
        keywords.setdefault("narrowed", ())
        _, _, indices, _ = self.arrays_helper(vector_statements[None])
        keywords["copy_size"], keywords["repeated"] = self._repeated_indices(indices)
        return scalar, vector, keywords

    def _repeated_indices(self, indices):
        """Index arrays that count 0, 1, ... anew in every copy of a population, with the size of a copy."""
        if self.template_name != "stateupdate":
            return 0, ()
        sizes = {name: _period(get_device().array_cache.get(self.variables[name])) for name in indices}
        size = max(sizes.values(), default=0)
        return size, tuple(sorted(name for name in sizes if size and sizes[name] == size))


def _period(values):
    """The length of a run 0, 1, ..., n - 1 that an array repeats, or 0."""
    if values is None or np.size(values) < 2 or values[0] != 0:
        return 0
    zeros = np.flatnonzero(values == 0)
    size = int(zeros[1]) if len(zeros) > 1 else len(values)
    is_repeated = len(values) % size == 0 and np.array_equal(values, np.arange(len(values)) % size)
    return size if is_repeated else 0


class NeuronCodeObject(CPPStandaloneCodeObject):
    """Code objects of groups whose loops are vectorised where that is legal."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "ffbrian.build.dense", templates_dir="neuron_templates"
    )
    generator_class = NeuronGenerator


class UpdateGenerator(NeuronGenerator, TypedArithmetic):
    """For what every neuron does in every step."""


class UpdateCodeObject(NeuronCodeObject):
    """Code objects of state updates and thresholds."""

    generator_class = UpdateGenerator
    class_name = "ffbrian update"  # Brian names the classes that have a function to those that lack it


def vectorise(group, runs_while=None):
    """Let the loops over a group's neurons be vectorised.

    Parameters
    ----------
    group : brian2.NeuronGroup
        Before the network runs, with ``cpp_standalone`` as active device.
    runs_while : (brian2.NeuronGroup, str), optional
        A group of one neuron and one of its variables: while that is 0 the
        neurons of `group` rest, that is, nothing of them is computed and they
        send no spikes.

    Returns
    -------
    None
    """
    group._runs_while = _array(*runs_while) if runs_while else ""
    group.codeobj_class = NeuronCodeObject
    every_step = (group.state_updater, *group.thresholder.values())
    for runner in group.contained_objects:
        is_update = any(runner is update for update in every_step)
        runner.codeobj_class = UpdateCodeObject if is_update else NeuronCodeObject


def _array(group, name):
    return get_device().get_array_name(group.variables[name])


DEFAULT_FUNCTIONS["clip"].implementations.add_implementation(
    NeuronCodeObject,
    code=DEFAULT_FUNCTIONS["clip"].implementations[DenseCodeObject].get_code(None),
    name="_clip",
)
for _name in TYPED:
    DEFAULT_FUNCTIONS[_name].implementations.add_implementation(
        UpdateCodeObject, code=None, name=f"_typed_{_name}"
    )
