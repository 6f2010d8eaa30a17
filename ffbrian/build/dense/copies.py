"""Copies of a projection that share the weights of one Synapses object.

Several candidates (the labels of a sample, say) are evaluated in parallel by
copies of the same neurons.  All copies read one weight matrix, so a copy costs
neither memory nor synapses of its own.
"""

from brian2 import Quantity, Synapses, second

from ffbrian.build.dense.codegen import CopiesCodeObject, LearningCopiesCodeObject
from ffbrian.build.dense.install import is_dense, make_pathway_dense, silent_array
from ffbrian.errors import ModelError


def project_copies(
    source,
    target,
    weights,
    n_copies,
    code="afferent_post += w",
    rows_shared=True,
    name="copies*",
    namespace=None,
    event="spike",
    scalars="",
):
    """Send the spikes of copied neurons through the weights of another Synapses.

    With ``weights`` from ``n_rows`` to ``n_columns`` neurons, a spike of the source
    neuron ``c*n_rows + i`` runs `code` for the targets ``c*n_columns + k``,
    ``0 <= k < n_columns``, with the synaptic variables of the synapse ``(i, k)``.

    Parameters
    ----------
    source : brian2.NeuronGroup or other spike source
        ``n_copies * n_rows`` neurons, copy after copy.  Without shared rows:
        as many neurons as `weights` has rows, a multiple of `n_copies`.
    target : brian2.NeuronGroup
        ``n_copies * n_columns`` neurons, copy after copy.
    weights : brian2.Synapses
        Already made dense by :func:`ffbrian.build.dense.densify`.
    n_copies : int
        Number of copies.
    code : str
        What a spike does: reads synaptic variables of `weights`, variables of
        `source` (``_pre``) and of `target`, writes variables of `target`.
    rows_shared : bool
        True: every copy uses the same rows.  False: the source neuron ``r`` uses
        row ``r`` of `weights` and reaches the copy it belongs to, as in a label
        population with weights of its own for every label.
    name : str
        Name of the new Synapses; its pathway is called ``pre``.
    namespace : dict, optional
        Names that `code` refers to, as for any Synapses.
    event : str
        The event of `source` that is transmitted.
    scalars : str
        Equations of linked scalars that further code may read (see `learn_copies`).

    Returns
    -------
    brian2.Synapses
        An object without synapses of its own, to be added to the network
        together with `weights`.

    Raises
    ------
    ffbrian.errors.ModelError
        If `weights` is not dense or the sizes do not fit; when the network is
        run, also if `code` writes a synaptic variable or reads ``i`` or ``j``.
    """
    rows, columns = _copy_shape(source, target, weights, n_copies, rows_shared)
    copies = Synapses(
        source,
        target,
        scalars or None,
        on_pre=code,
        on_event=event,
        delay=Quantity(0, dim=second.dim),
        namespace=namespace,
        clock=source.clock,
        name=name,
    )
    copies.connect(condition=False)
    copies.add_dependency(weights)
    _refer_to_synaptic_variables(copies, weights)
    copies.pre.template = "synapses_copies"
    copies._loops = {"rows_per_copy": rows, "columns_per_copy": columns, "rows_shared": rows_shared}
    make_pathway_dense(copies.pre, CopiesCodeObject, **copies._loops)
    return copies


def learn_copies(copies, silent_row=""):
    """Let the ``run_regularly`` of projection copies change the weights that they refer to.

    The code runs for every copy in turn, for every pair of its neurons, with the
    synaptic variables of the synapse between them.

    Parameters
    ----------
    copies : brian2.Synapses
        Made by :func:`project_copies`.
    silent_row : str, optional
        As in :func:`densify`.

    Returns
    -------
    None
    """
    copies._dense_silent_array = silent_array(copies, silent_row or None)
    copies.codeobj_class = LearningCopiesCodeObject


def _copy_shape(source, target, weights, n_copies, rows_shared):
    """Rows and columns of one copy, after checking that the sizes fit."""
    if not is_dense(weights):
        raise ModelError(
            f"{weights.name}: projection copies need the dense pathway; call densify "
            "first and see the reason it returns."
        )
    rows, columns = len(weights.source), len(weights.target)
    n_sources = rows * n_copies if rows_shared else rows
    _check_size("source", source, n_sources, weights, n_copies)
    _check_size("target", target, columns * n_copies, weights, n_copies)
    if n_sources % n_copies:
        raise ModelError(f"{weights.name}: its {rows} rows cannot be divided among {n_copies} copies.")
    return n_sources // n_copies, columns


def _check_size(role, group, expected, weights, n_copies):
    if len(group) != expected:
        raise ModelError(
            f"{group.name}: as {role} of {n_copies} copies of '{weights.name}' it needs "
            f"{expected} neurons, it has {len(group)}."
        )


def _refer_to_synaptic_variables(copies, weights):
    for name in sorted(variable.name for variable in weights._registered_variables):
        if name.startswith("_") or name == "lastupdate":
            continue
        if name in copies.variables:
            raise ModelError(
                f"{copies.name}: '{name}' is a variable of '{weights.name}' and also of "
                f"'{copies.target.name}'; rename one of them."
            )
        copies.variables.add_reference(name, weights, index="_idx")
