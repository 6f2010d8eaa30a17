"""Synapses of which few pairs exist: rows without a queue, inside ``cpp_standalone``.

Brian's queue copies the number of every synapse that a spike reaches, and reads it
again.  Without a delay that is not needed: synapses that were listed row by row are
found from the neuron that spikes, in the same order, so all sums are the same.
"""

import numpy as np
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from ffbrian.build.dense import legality
from ffbrian.build.dense.codegen import POST, PRE, Accesses, DenseCodeObject, DenseGenerator
from ffbrian.build.dense.install import make_pathway_dense


class SparseGenerator(DenseGenerator):
    """Brian's C++ generator, with the neuron indices given by the rows of a sparse matrix."""

    uses_silent_rows = False

    def translate_statement_sequence(self, scalar_statements, vector_statements):
        scalar, vector, keywords = super().translate_statement_sequence(scalar_statements, vector_statements)
        accesses = Accesses(self, vector_statements[None])
        is_plain = not accesses.is_stateful and not accesses.has_alias
        keywords["is_independent"] = {
            "pre": is_plain and not accesses.writes(PRE),
            "post": is_plain and not accesses.writes(POST),
        }
        return scalar, vector, keywords


class SparseCodeObject(DenseCodeObject):
    """A code object of a pathway that reads the rows of a sparse matrix."""

    templater = CPPStandaloneCodeObject.templater.derive(
        "ffbrian.build.dense", templates_dir="sparse_templates"
    )
    generator_class = SparseGenerator


def sparsify(synapses, pairs):
    """Replace the spike queue of a Synapses by the rows of a sparse matrix.

    Parameters
    ----------
    synapses : brian2.Synapses
        Connected by one ``connect(i=..., j=...)``, all pathways with a scalar delay of
        zero, before the network runs, with ``cpp_standalone`` as active device.
    pairs : (pre, post) int arrays
        The pairs that were connected.

    Returns
    -------
    str or None
        None if the loops are installed; otherwise one sentence saying why Brian's
        own pathway stays.
    """
    reason = legality.why_not_sparse(synapses)
    if reason is None and not is_sorted(*pairs):
        reason = f"{synapses.name}: its pairs are not listed row by row, or one stands twice."
    if reason is None:
        for pathway in synapses._pathways:
            make_pathway_dense(pathway, SparseCodeObject)
    return reason


def is_sorted(pre, post):
    """Whether pairs stand row by row, every one once."""
    pre, post = np.asarray(pre, np.int64), np.asarray(post, np.int64)
    return bool(np.all((np.diff(pre) > 0) | ((np.diff(pre) == 0) & (np.diff(post) > 0))))
