"""Install the dense loops on a Synapses object."""

import weakref

from brian2.codegen.codeobject import create_runner_codeobj
from brian2.core.variables import ArrayVariable
from brian2.devices import get_device
from brian2.groups.group import CodeRunner

from ffbrian.build.dense import legality
from ffbrian.build.dense.codegen import PRE, DenseCodeObject, DenseUpdateCodeObject
from ffbrian.errors import ModelError


def densify(synapses, silent_row=None):
    """Replace the spike queue of an all-to-all Synapses by dense loops.

    The synapse from neuron ``i`` to neuron ``j`` lies at ``i*N_post + j``, so
    the loops need neither a queue nor index arrays, and the inner one runs over
    contiguous memory.  The code of all pathways, of clock-driven equations and of
    every ``run_regularly`` (also of those created later) stays the user's.

    Parameters
    ----------
    synapses : brian2.Synapses
        Connected by one plain ``connect()``, all pathways with a scalar delay of
        zero, before the network runs, with ``cpp_standalone`` as active device.
    silent_row : str, optional
        A presynaptic variable such as ``"x_pre"``.  The caller states that where
        it is exactly 0, the code of the post pathways and of ``run_regularly``
        leaves the synapse unchanged; these rows are then skipped.

    Returns
    -------
    str or None
        None if the dense loops are installed; otherwise one sentence saying why
        Brian's own pathway stays.

    Raises
    ------
    ffbrian.errors.ModelError
        If `silent_row` does not name a variable of the presynaptic neurons.
    """
    if is_dense(synapses):
        return None
    reason = legality.why_not_dense(synapses)
    if reason is not None:
        return reason
    synapses._dense_silent_array = silent_array(synapses, silent_row)
    synapses.codeobj_class = DenseCodeObject
    _replace_creation(synapses)
    for pathway in synapses._pathways:
        make_pathway_dense(pathway, DenseCodeObject)
    _make_updates_dense(synapses)
    return None


def is_dense(synapses):
    """Whether the dense loops are installed on a Synapses object."""
    return synapses.codeobj_class is DenseCodeObject


def make_pathway_dense(pathway, code_object_class, **template_keywords):
    """Let a pathway read the events of its source instead of a queue."""
    events = pathway.source.variables[pathway.eventspace_name]
    pathway.codeobj_class = code_object_class
    pathway.template_kwds = dict(
        pathway.template_kwds,
        event_array=get_device().get_array_name(events),
        event_count_index=events.size - 1,
        **template_keywords,
    )
    _create_effect_only(pathway)


def _create_effect_only(pathway):
    """Leave out the code object that pushes the spikes into the queue."""
    reference = weakref.ref(pathway)

    def create_code_objects(run_namespace):
        pathway = reference()
        _refuse_late_delay(pathway)
        effect = pathway.create_default_code_object(run_namespace)
        pathway.code_objects[:] = [weakref.proxy(effect)]

    pathway.create_code_objects = create_code_objects


def _refuse_late_delay(pathway):
    reason = legality.delay_reason(pathway)
    if reason is not None:
        raise ModelError(
            f"{pathway.synapses.name}: {reason[:-1]}, set after the dense pathway was "
            "installed; set delays before, and Brian's own pathway will be used."
        )


def silent_array(synapses, silent_row):
    """The name of the array whose zeros mark rows that can be skipped, or None."""
    if silent_row is None:
        return None
    variable = synapses.variables.get(silent_row)
    is_presynaptic = synapses.variables.indices.get(silent_row) == PRE
    if not isinstance(variable, ArrayVariable) or not is_presynaptic:
        raise ModelError(
            f"{synapses.name}: silent_row='{silent_row}' is not a stored variable of "
            "the presynaptic neurons; name one of them with the ending '_pre'."
        )
    return get_device().get_array_name(variable)


def _replace_creation(synapses):
    """Allocate all synapses at once, at the place of the stock creation code."""
    queue = get_device().main_queue
    (stock,) = legality.creation_code_objects(synapses)
    place = queue.index(("run_code_object", (stock,)))
    legality.forget_code_object(stock)
    dense = create_runner_codeobj(
        synapses,
        "",
        "synapses_create_dense",
        run_namespace={},
        name=f"{synapses.name}_create_dense",
        check_units=False,
    )
    queue.insert(place, ("run_code_object", (dense,)))


def _make_updates_dense(synapses):
    clock_driven = (synapses.state_updater, synapses.subexpression_updater)
    for runner in synapses.contained_objects:
        if isinstance(runner, CodeRunner) and runner.template == "stateupdate":
            is_clock_driven = any(runner is updater for updater in clock_driven)
            runner.codeobj_class = DenseUpdateCodeObject if is_clock_driven else DenseCodeObject
