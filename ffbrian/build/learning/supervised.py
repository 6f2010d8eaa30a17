"""What algorithms with a readout assemble in common: layers without labels."""

from ffbrian.build import layers, projections
from ffbrian.build.group_text import block
from ffbrian.build.layers import NeuronExtra
from ffbrian.network import connections


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
    source = bench.objects["inputs"]
    for number, layer in enumerate(bench.network.layers, 1):
        group = layers.make(bench, f"layer_{number}", layer, number, what)
        pairs = connections.pairs(layer.connection, bench.plan.shapes()[number - 1], layer.size)
        longest = round(float(layer.delay) / bench.plan.dt)
        name = f"synapses_{number}"
        projections.add(bench, name, source, group, layer, "in", signals, pairs, longest, tried=tried)
        bench.add_count(f"spikes_{number}", group)
        source = group
