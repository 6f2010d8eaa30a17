"""The signals of a network: who hears them, when they are valid, in which order they are released."""

import keyword
from graphlib import CycleError, TopologicalSorter

from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.modulator import Modulator
from ffbrian.models.quantities import shortened
from ffbrian.models.signal import Signal
from ffbrian.models.text import ALWAYS, read_names
from ffbrian.models.validity import at_any_time, check_moment, seen_by

#: The name of the modulator, which goodness releases.
MODULATOR = "M"
#: Names that mean something else where a signal is read: what it may be told, …
TAKEN = {*ALWAYS, "w", "eta", "s", "goodness", "reward", "expected", "value", "label", "j", "ramp", "passed"}
#: … and what groups of neurons and synapses keep for their own use.
TAKEN |= {"connected", "delay", "lastupdate", "lastspike", "not_refractory", "sample", "dx", "dy", "step"}
TAKEN |= {"copy", "intensity", "event", "number", "signal", "surround", "population", "shown", "probing"}
TAKEN |= {"index", "logged", "rivals", "now", "over", "shows", "ended", "arrived"}


def read(given):
    """Modulator and further signals of a table of signals.

    Parameters
    ----------
    given : dict of str to Modulator or Signal, or None

    Returns
    -------
    modulator : Modulator or None
    signals : dict of str to Signal

    Raises
    ------
    ModelError
    """
    given = {} if given is None else given
    if not isinstance(given, dict):
        raise ModelError(
            f"Network: signals is {shortened(given)}, expected a table of names to signals, such as "
            '{"M": ff.modulators.opponent, "ACh": ff.signals.acetylcholine}.'
        )
    found = dict(given)
    modulator = found.pop(MODULATOR, None)
    if modulator is not None and not isinstance(modulator, Modulator):
        raise ModelError(f"Network: the signal 'M' is {shortened(modulator)}, expected a Modulator.")
    for name, signal in found.items():
        _check_signal(name, signal)
    return modulator, found


def _check_signal(name, signal):
    is_name = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
    if not is_name or "__" in name or name in TAKEN or name.endswith(("_pre", "_post")):
        raise ModelError(
            f"Network: the signal {shortened(name)} needs a name of letters, digits and single _ that means "
            "nothing else."
        )
    if not isinstance(signal, Signal):
        raise ModelError(
            f"Network: the signal {name!r} is {shortened(signal)}, expected a Signal such as "
            "ff.signals.acetylcholine; a Modulator is called 'M'."
        )
    own = signal.parsed()
    if name not in own.names or not own.dimensions[name].is_dimensionless:
        raise ModelError(
            f"Network: the signal {name!r} is {signal.title}, whose equations define "
            f"{', '.join(sorted(own.names)) or 'nothing'}; they must define {name!r} as a number without "
            "unit."
        )


def check(network):
    """Raise ModelError unless all that is heard is there, and valid when it is read.

    Parameters
    ----------
    network : Network
    """
    rule, modulator = network.rule, network.modulator
    _check_names(network)
    if rule is not None:
        _check_heard(network, rule, rule.parsed(), rule.at_spikes())
        _check_event_driven(rule)
    for layer in network.layers:
        _check_neuron(network, layer)
    pieces = [*([modulator] if modulator is not None else ()), *network.signals.values()]
    for piece in pieces:
        own = piece.parsed()
        _check_heard(network, piece, own, at_any_time(own))
    if any(MODULATOR in signal.hears for signal in network.signals.values()):
        _check_one_modulator(network)
    order(network)


def _check_names(network):
    """No signal is called what a variable or parameter of a model is called."""
    pieces = [piece for layer in network.layers for piece in (layer.neuron, layer.synapse, layer.inhibition)]
    pieces += [network.encoder, network.labels, network.rule, network.modulator, network.readout]
    for name in network.signals:
        others = [signal for other, signal in network.signals.items() if other != name]
        for piece in (*pieces, *others):
            if piece is not None and name in piece.own_names():
                raise ModelError(
                    f"Network: the signal {name!r} has the name of a variable or parameter of "
                    f"{piece.title}; rename one of them."
                )


def _check_heard(network, reader, equations, moments):
    """Everything that a piece hears is there, and it reads it in time."""
    for name in reader.hears:
        if name in reader.own_names():
            raise ModelError(f"{reader.title}: hears {name!r}, which is its own; leave it out of hears.")
        if name == MODULATOR:
            late = network.modulator.late if network.modulator is not None else {}
        elif name in network.signals:
            late = network.signals[name].late(name)
        else:
            known = ", ".join((MODULATOR, *network.signals))
            raise ModelError(
                f"{reader.title}: hears {name!r}, which is no signal of the network; known are {known}. "
                f'Add it, such as signals={{"{name}": ff.Signal(…)}}.'
            )
        if not _is_read(reader, name):
            raise ModelError(
                f"{reader.title}: hears {name!r}, but reads it in no equation or statement; use it there, or "
                "leave it out of hears."
            )
        check_moment(reader.title, equations, moments, late)


def _is_read(reader, name):
    """Whether a name, or the postsynaptic one of it, stands in any text of a piece."""
    texts = [value for key, value in vars(reader).items() if isinstance(value, str) and key != "name"]
    return any({name, f"{name}_post"} & get_identifiers(text) for text in texts)


def _check_event_driven(rule):
    own = rule.parsed()
    for e in own.values():
        seen = seen_by(get_identifiers(str(e.expr)), own) if "event-driven" in e.flags else set()
        for name in sorted(seen & set(rule.hears)):
            raise ModelError(
                f"{rule.title}: equation of {e.varname!r} reads {name!r}, but it is integrated from spike to "
                "spike and would see the last value only; write (clock-driven) instead of (event-driven)."
            )


def _check_neuron(network, layer):
    neuron, own = layer.neuron, layer.equations()
    moments = at_any_time(own, reset=neuron.reset, limit=neuron.limit)
    moments |= {where: get_identifiers(getattr(neuron, where)) for where in ("threshold", "refractory")}
    if MODULATOR in neuron.hears:
        raise ModelError(
            f"{neuron.title}: hears 'M', which the goodness of its own population releases; let it hear a "
            "Signal of the network, such as ff.signals.dopamine."
        )
    _check_heard(network, neuron, own, moments)


def _check_one_modulator(network):
    modulator, n_learners = network.modulator, len(network.learners())
    if modulator is not None and n_learners > 1 and not modulator.is_shared:
        hearing = next(name for name, one in network.signals.items() if MODULATOR in one.hears)
        raise ModelError(
            f"Network: the signal {hearing!r} hears 'M', but each of {n_learners} populations has an 'M' of "
            "its own; give the modulator is_shared=True."
        )


def order(network):
    """Names of all signals, 'M' among them, in the order in which they are released (tuple of str).

    Raises
    ------
    ModelError
        If each waits for the other.
    """
    pieces = {MODULATOR: network.modulator} | network.signals
    waits = {
        name: {other for other in getattr(piece, "hears", ()) if other in _released_with(piece)}
        for name, piece in pieces.items()
    }
    try:
        return tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise ModelError(
            f"Network: the releases of the signals {', '.join(sorted(set(error.args[1])))} wait for each "
            "other; let one of them read the other in a differential equation, or not at all."
        ) from None


def _released_with(piece):
    """Everything that a release reads (set of str)."""
    return seen_by(read_names(piece.release), piece.parsed()) if piece is not None else set()


def needed_by(rule):
    """Signals that a rule reads, 'M' among them (tuple of str)."""
    return (*((MODULATOR,) if MODULATOR in rule.reads_of_others() else ()), *rule.hears)


def check_projection(projection, names):
    """Raise ModelError unless a projection says rightly what it hears.

    Parameters
    ----------
    projection : Projection
    names : iterable of str
        Signals of the network.
    """
    heard, names = projection.hears, {MODULATOR, *names}
    if heard is None:
        return
    if projection.rule is None:
        raise ModelError(
            f"{projection.title}: hears {', '.join(heard)}, but has no rule that could; leave hears out."
        )
    for name in heard:
        if name not in names:
            raise ModelError(
                f"{projection.title}: hears {name!r}, which is no signal of the network; there are "
                f"{', '.join(sorted(names))}."
            )
    missing = [name for name in needed_by(projection.rule) if name not in heard]
    if missing:
        raise ModelError(
            f"{projection.title}: hears {', '.join(heard) or 'nothing'}, but {projection.rule.title} reads "
            f"{missing[0]!r} too; add it, or choose another rule."
        )
