"""When the dense pathway gives the same result as Brian's, and why not."""

from brian2.devices import get_device
from brian2.groups.subgroup import Subgroup
from brian2.synapses.synapses import Synapses


def why_not_dense(synapses):
    """Say why a Synapses object has to keep Brian's own pathway.

    Parameters
    ----------
    synapses : brian2.Synapses
        Connected, and not run yet.

    Returns
    -------
    str or None
        One sentence naming the cause; None if the dense pathway is legal.
    """
    return _first_reason(synapses, (_shape_reason, _delay_reason, _connection_reason))


def why_not_sparse(synapses):
    """Say why a Synapses object that was connected pair by pair has to keep Brian's spike queue.

    Parameters
    ----------
    synapses : brian2.Synapses
        Connected, and not run yet.

    Returns
    -------
    str or None
        One sentence naming the cause; None if the rows of a sparse matrix will do.
    """
    return _first_reason(synapses, (_shape_reason, _delay_reason, _calls_reason))


def _first_reason(synapses, checks):
    if not is_cpp_standalone():
        return f"{synapses.name}: the active device is not cpp_standalone."
    for check in checks:
        reason = check(synapses)
        if reason is not None:
            return f"{synapses.name}: {reason}"
    return None


def is_cpp_standalone():
    """Whether Brian's active device writes C++ projects."""
    return hasattr(get_device(), "main_queue")


def _shape_reason(synapses):
    for role, group in (("source", synapses.source), ("target", synapses.target)):
        if isinstance(group, Subgroup):
            return f"its {role} '{group.name}' is a subgroup."
        if isinstance(group, Synapses):
            return f"its {role} '{group.name}' is itself a Synapses object."
    if synapses.multisynaptic_index is not None:
        return "it has a multisynaptic_index, so pairs may have several synapses."
    if synapses.summed_updaters:
        names = ", ".join(sorted(synapses.summed_updaters))
        return f"it has summed variables ({names})."
    return None


def _delay_reason(synapses):
    for pathway in synapses._pathways:
        reason = delay_reason(pathway)
        if reason is not None:
            return reason
    return None


def delay_reason(pathway):
    """Say why the delay of a pathway excludes the dense loop, or return None."""
    if not pathway._delays.scalar:
        return (
            f"its pathway '{pathway.objname}' has one delay per synapse; "
            f"give delay={{'{pathway.objname}': 0*ms}} if there is none."
        )
    if any(value != 0 for value in _assigned_values(pathway._delays)):
        return f"its pathway '{pathway.objname}' has a delay."
    return None


def _assigned_values(variable):
    """All values that the script assigned to a scalar array so far."""
    device = get_device()
    array_name = device.get_array_name(variable, access_data=False)
    for kind, arguments in device.main_queue:
        if kind == "set_by_single_value" and arguments[0] == array_name:
            yield float(arguments[2])
        elif kind in ("set_by_constant", "set_by_array", "set_array_by_array"):
            if arguments[0] == array_name:
                yield float("nan")
        elif kind == "run_code_object" and _writes(arguments[0], variable):
            yield float("nan")


def _writes(code_object, variable):
    is_assignment = code_object.template_name.startswith("group_variable_set")
    return is_assignment and any(v is variable for v in code_object.variables.values())


def _calls_reason(synapses):
    creators = creation_code_objects(synapses)
    if not creators:
        return "it has no synapses; call connect() first."
    if len(creators) > 1:
        return "it was connected by several calls of connect."
    return None


def _connection_reason(synapses):
    reason = _calls_reason(synapses)
    if reason is None and not _is_full_connection(synapses, creation_code_objects(synapses)[0]):
        return "it is not connected all-to-all by one plain connect()."
    return reason


def creation_code_objects(synapses):
    """The code objects that create the synapses, in the order of the calls."""
    queue = get_device().main_queue
    return [
        arguments[0]
        for kind, arguments in queue
        if kind == "run_code_object" and _creates(arguments[0], synapses)
    ]


def _creates(code_object, synapses):
    is_creator = code_object.template_name.startswith("synapses_create")
    return is_creator and code_object.owner.name == synapses.name


def _is_full_connection(synapses, creator):
    """Compare the creation code with the one that a plain connect() generates."""
    synapses.connect()
    reference = creation_code_objects(synapses)[-1]
    forget_code_object(reference)
    return _named_alike(reference) == _named_alike(creator)


def _named_alike(code_object):
    return str(code_object.code.cpp_file).replace(code_object.name, "creation")


def forget_code_object(code_object):
    """Remove a code object from the project that the device is writing."""
    device = get_device()
    device.code_objects.pop(code_object.name)
    device.main_queue.remove(("run_code_object", (code_object,)))
