"""What algorithms with a readout assemble in common: layers without labels."""

from ffbrian.build import layers, projections
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra


def session_equations(plan):
    """Nothing besides what every session holds."""
    return ""


def before_reading(bench):
    """Nothing is drawn."""
    return ""


def reading(bench):
    """Nothing besides the common columns is read."""
    return ""


def extra(bench, equations="", **more):
    """What the readout's synapses need of every neuron, and what an algorithm adds."""
    readout = bench.network.readout
    learns = bench.plan.learns
    trace, on_spike = (readout.pre_equations, readout.on_pre_spike) if learns else ("", "")
    return NeuronExtra(block(trace, equations), on_spike=bench.with_ramp(on_spike), models=(readout,), **more)


def add_layers(bench, what, signals, tried=""):
    """All layers, one behind the other.

    Parameters
    ----------
    bench : Workbench
    what : NeuronExtra
    signals : iterable of str
        Broadcast values that the rule may read.
    tried : str
        As in `ffbrian.build.projections.add`.
    """
    for number, layer in enumerate(bench.network.layers, 1):
        layers.make(bench, f"layer_{number}", layer, number, what)
    for route in bench.plan.routes():
        source, target = bench.objects[route.source], bench.objects[f"layer_{route.target}"]
        projections.add(bench, route, source, target, signals, tried=tried)
    for number, _ in enumerate(bench.network.layers, 1):
        bench.add_count(f"spikes_{number}", bench.objects[f"layer_{number}"])
