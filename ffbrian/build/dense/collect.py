"""Sums over the neurons of each copy of a population, without index arrays."""

from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.devices import get_device
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from ffbrian.build.dense.codegen import POST, PRE, narrowed_constants


class CollectGenerator(CPPCodeGenerator):
    """Brian's C++ generator, with both indices given by loop counters."""

    def translate_to_read_arrays(self, read, write, indices):
        return super().translate_to_read_arrays(read, write, set(indices) - {PRE, POST})

    def translate_statement_sequence(self, scalar_statements, vector_statements):
        scalar, vector, keywords = super().translate_statement_sequence(scalar_statements, vector_statements)
        keywords["narrowed"] = narrowed_constants(self.variables, vector_statements[None])
        return scalar, vector, keywords


class CollectCodeObject(CPPStandaloneCodeObject):
    """A code object that adds in the order of the neurons."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "ffbrian.build.dense", templates_dir="collect_templates"
    )
    generator_class = CollectGenerator


def collect_copies(synapses, runs_while=None, onto_neurons=False):
    """Let the ``run_regularly`` of a Synapses use loop counters for its indices.

    Parameters
    ----------
    synapses : brian2.Synapses
        From ``n_copies * size`` neurons to `n_copies` collectors, the neuron ``k`` being
        connected to the collector ``k // size`` alone; with ``cpp_standalone`` as
        active device.
    runs_while : (brian2.NeuronGroup, str), optional
        As in `vectorise`: while that variable is 0, nothing is added.
    onto_neurons : bool
        The targets are not `n_copies` collectors but the `size` neurons that
        there are copies of, and the neuron ``k`` is connected to ``k % size``.

    Returns
    -------
    None
    """
    n_parts = len(synapses.source) // len(synapses.target)
    synapses._n_copies, synapses._copy_size = (
        (n_parts, len(synapses.target)) if onto_neurons else (len(synapses.target), n_parts)
    )
    synapses._onto_neurons = onto_neurons
    synapses._runs_while = (
        get_device().get_array_name(runs_while[0].variables[runs_while[1]]) if runs_while else ""
    )
    synapses.codeobj_class = CollectCodeObject
