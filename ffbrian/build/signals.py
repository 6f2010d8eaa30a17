"""Signals of the network: their state, their release, and the neurons that hear them."""

from brian2 import linked_var

from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.models import beginning
from ffbrian.network import signals
from ffbrian.network.signals import MODULATOR


def holders(network):
    """The group that holds each signal of the network, by the signal's name (dict of str to str)."""
    return {name: f"signal_{name}" for name in network.signals}


def add(bench, told):
    """Make the signals of a network that learns, and let neurons hear them.

    Parameters
    ----------
    bench : Workbench
    told : dict of str to list of (str, str)
        What the algorithm tells a release: the groups and variables of which it is the sum.
    """
    network = bench.network
    if bench.plan.learns:
        for name in network.signals:
            _make(bench, name, told)
        for name, signal in network.signals.items():
            for other in signal.hears:
                link(bench, bench.objects[f"signal_{name}"], other)
        _add_releases(bench)
    else:
        modulator = network.modulator.hears if network.modulator else ()
        for name in sorted({*modulator, *(one for layer in network.layers for one in layer.neuron.hears)}):
            _rest(bench, name)
    _let_modulators_hear(bench)
    let_neurons_hear(bench)


def _make(bench, name, told):
    """The one neuron that holds a signal."""
    signal = bench.network.signals[name]
    parts = {one: {f"{one}_{k}": part for k, part in enumerate(told[one], 1)} for one in sorted(signal.told)}
    linked = [*(part for one in parts.values() for part in one), *signal.hears]
    sums = [f"{one} = {' + '.join(own)} : 1" for one, own in parts.items()]
    links = (f"{one} : 1 (linked)" for one in linked)
    equations = block(signal.equations, *links, *sums, bench.timing.released)
    group = bench.group(f"signal_{name}", 1, equations, namespace=bench.namespace(signal))
    bench.timing.link(group)
    for own in parts.values():
        for part, (owner, variable) in own.items():
            setattr(group, part, linked_var(bench.objects[owner], variable))


def _let_modulators_hear(bench):
    """Link what the modulators of all layers hear."""
    network = bench.network
    for group in (bench.objects.get(f"modulator_{number}") for number in network.learners()):
        for name in network.modulator.hears if group is not None and network.modulator else ():
            link(bench, group, name)


def linked_equations(model):
    """What a model hears, as variables that are linked (str)."""
    return "\n".join(f"{name} : 1 (linked)" for name in model.hears)


def link(bench, group, name):
    """Let a group hear a signal; ``"M"`` is that of all layers."""
    own = ("modulator", *(f"modulator_{number}" for number in bench.network.learners()))
    names = own if name == MODULATOR else (f"signal_{name}",)
    holder = next(bench.objects[one] for one in names if one in bench.objects)
    setattr(group, name, linked_var(holder, name))


def _add_releases(bench):
    """Releases in an order in which each finds what it reads."""
    order = signals.order(bench.network)
    place = order.index(MODULATOR)
    for rank, name in enumerate(order):
        if name != MODULATOR:
            moment = Moment.ANNOUNCE if rank < place else Moment.FOLLOW
            signal = bench.network.signals[name]
            code = bench.timing.release(signal.parsed(), signal.release)
            group = bench.objects[f"signal_{name}"]
            bench.at_presentation(group, code, moment, f"release_{rank:03d}_{name}")


def _rest(bench, name):
    """A signal in an evaluation: it stays what a training begins with."""
    first = first_values(bench.network.signals[name], bench.plan.dt)
    group = bench.group(f"signal_{name}", 1, "\n".join(f"{own} : 1" for own in first))
    for own, value in first.items():
        setattr(group, own, float(value[0]))


def first_values(signal, dt):
    """What a training begins with (dict of str to (1,) array)."""
    own = signal.parsed()
    return beginning.first_values(own, signal.initial, signal.kept, signal.values, 1, dt, None)


def let_neurons_hear(bench):
    """Link what the neurons of every layer, and of its copies, hear."""
    for number, layer in enumerate(bench.network.layers, 1):
        for group in (bench.objects.get(f"{kind}_{number}") for kind in ("layer", "candidates")):
            for name in layer.neuron.hears if group is not None else ():
                if name in group.equations:
                    link(bench, group, name)
