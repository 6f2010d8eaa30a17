"""A network in words: its models, and the populations and projections that it stands for."""

from brian2 import second

from ffbrian.models.quantities import short_quantity
from ffbrian.network import per_neuron
from ffbrian.network.connections import AllToAll
from ffbrian.network.distributions import Values
from ffbrian.network.projection import SIGNS
from ffbrian.network.routes import UpTo


def network(net):
    """What `print` shows of a network (str)."""
    layers = enumerate(net.layers, 1)
    own = _layer if net.is_stack else _population
    pieces = (net.rule, net.modulator, *net.signals.values(), net.readout)
    rest = [str(net.encoder), f"{net.labels}\n    neurons per class: {net.label_size}"]
    rest += [str(piece) for piece in pieces if piece is not None]
    return "\n".join(["Network", *(own(net, number, layer) for number, layer in layers), *rest, *graph(net)])


def graph(net):
    """Populations and projections, one a line (list of str)."""
    populations = [
        f"    {net.called(f'layer_{number}')}: {layer.size} {layer.neuron.name or 'own'}"
        for number, layer in enumerate(net.layers, 1)
    ]
    shown = [f"    {net.called('inputs')}: {net.encoder.name or 'own'}"]
    if any(route.source == "labels" for route in net.routes()):
        shown.append(f"    {net.called('labels')}: {net.label_size} for each class")
    return [
        "populations",
        *shown,
        *populations,
        "projections",
        *(f"    {line}" for line in projections(net)),
        *hearing(net),
    ]


def hearing(net):
    """Signals besides the modulator, and who hears them (list of str)."""
    readers = {"the rule": net.rule, "the modulator": net.modulator}
    readers |= {net.called(f"layer_{number}"): layer.neuron for number, layer in enumerate(net.layers, 1)}
    readers |= net.signals
    heard = {
        name: ", ".join(one for one, piece in readers.items() if name in getattr(piece, "hears", ()))
        for name in net.signals
    }
    lines = [
        f"    {name} ({net.signals[name].name or 'own'}): heard by {who or 'nobody'}"
        for name, who in heard.items()
    ]
    return ["signals", *lines] if lines else []


def projections(net):
    """Every projection in a line (list of str)."""
    return [
        f"{net.called(one.source)} → {net.called(f'layer_{one.target}')} ({one.name}): {route(one)}"
        for one in net.routes()
    ]


def route(one):
    """A projection without its ends (str)."""
    parts = [
        one.synapse.name or "own synapses",
        "all to all" if isinstance(one.connection, AllToAll) else str(one.connection),
        f"weights {spread(one)}",
        *([f"delays {delay(one.delay)}"] if one.is_delayed else []),
        *([SIGNS[one.sign]] if one.sign else []),
        "plastic" if one.is_plastic else "fixed",
    ]
    return ", ".join(parts)


def spread(one):
    """Where a projection's weights begin (str)."""
    weight = one.initial_weight
    return f"N(0, {weight:g})" if isinstance(weight, float) else str(weight)


def delay(given):
    """Delays in words."""
    if isinstance(given, UpTo):
        return f"up to {_time(given.longest)}"
    return str(given) if isinstance(given, (str, Values)) else f"of {_time(given)}"


def _time(seconds):
    return short_quantity(seconds * second)


def _layer(net, number, layer):
    delayed = f", delays up to {layer.delay}" if layer.delay else ""
    return (
        f"layer {number}: {layer.size} neurons, initial weights {layer.spread()}, from below "
        f"{layer.connection}{delayed}{per_neuron.words(layer.per_neuron)}\n" + _models(layer)
    )


def _population(net, number, layer):
    return (
        f"{net.called(f'layer_{number}')}: {layer.size} neurons{per_neuron.words(layer.per_neuron)}\n"
        + _models(layer)
    )


def _models(layer):
    models = [layer.neuron, layer.synapse, *([layer.inhibition] if layer.inhibition else [])]
    return "\n".join("    " + line for model in models for line in model.lines())
