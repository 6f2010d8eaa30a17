"""What is made of the layers' spikes when a presentation ends: goodness and modulators."""

from brian2 import linked_var
from brian2.utils.stringtools import word_substitute

from ffbrian.build.clockwork import Moment
from ffbrian.build.group_text import block
from ffbrian.build.signals import linked_equations


def goodness(bench, name, neurons, layer, n_copies, column):
    """Neurons that collect the goodness of a layer or of its candidates."""
    group = bench.group(
        name, n_copies, "goodness : 1\nlogged : 1\nindex : integer (linked)\nprobing : 1 (linked)"
    )
    bench.link(group, bench.objects["session"], "index", "probing")
    clear = "goodness = (1 - probing)*goodness" if n_copies > 1 else "goodness = 0"
    bench.at_presentation(group, clear, Moment.CLEAR, f"clear_{name}")
    collect(bench, name, neurons, group, layer.size)
    bench.write(group, f"{column} + i", "goodness", f"write_{name}")
    return group


def collect(bench, name, neurons, group, size):
    """Let every `size` neurons add their contributions to the goodness of one collector."""
    modulator = bench.network.modulator
    names = set(modulator.parsed("neuron_equations").names) | {"n_spikes", "unit"}
    contribution = word_substitute(modulator.contribution, {n: f"{n}_pre" for n in names})
    bench.collect(
        f"collect_{name}",
        neurons,
        group,
        f"goodness_post += ({contribution})/{float(size)!r}",
        size,
        modulator,
    )


def add_modulators(bench):
    """Goodness of each layer that learns, and the modulators that it releases."""
    numbers = bench.network.learners()
    for number, layer in enumerate(bench.network.layers, 1):
        neurons = bench.objects[f"layer_{number}"]
        if number in numbers:
            goodness(bench, f"goodness_{number}", neurons, layer, 1, bench.columns[f"goodness_{number}"])
        bench.add_count(f"spikes_{number}", neurons)
    for number in numbers:
        add_modulator(bench, number, list(numbers) if bench.network.modulator.is_shared else [number])


def add_modulator(bench, number, sources):
    """One modulator, released by the goodness of the layers in `sources`."""
    modulator, name = bench.network.modulator, f"modulator_{number}"
    total = " + ".join(f"goodness_{k}" for k in sources)
    linked = "\n".join(f"goodness_{k} : 1 (linked)" for k in sources)
    compared = f"rivals = {alone(modulator)} : 1" if modulator.comparison else ""
    equations = block(
        modulator.equations,
        linked,
        f"goodness = {total} : 1",
        compared,
        "s : 1 (linked)\nindex : integer (linked)\nlogged : 1",
        linked_equations(modulator),
    )
    group = bench.group(name, 1, equations, namespace=bench.namespace(modulator))
    bench.link(group, bench.objects["session"], "s", "index")
    for k in sources:
        setattr(group, f"goodness_{k}", linked_var(bench.objects[f"goodness_{k}"], "goodness"))
    bench.at_presentation(group, modulator.release, Moment.RELEASE, f"release_{name}")
    bench.write(group, bench.columns[name], "M", f"write_{name}")


def alone(modulator):
    """The comparison of a label that is shown alone: with itself, and with the neutral point 0."""
    return " + ".join(
        f"({word_substitute(modulator.comparison, {'rival': rival})})" for rival in ("goodness", "0")
    )
