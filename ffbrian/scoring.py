"""What is made of the layers' spikes when a presentation ends: goodness, modulators, readout."""
from brian2 import Synapses, linked_var, ms
from brian2.utils.stringtools import word_substitute

from ffbrian import groups
from ffbrian.groups import block
from ffbrian.orders import CLEAR, CONSOLIDATE, RELEASE, RESTORE


def goodness(builder, name, neurons, layer, n_copies, column):
    """Neurons that collect the goodness of a layer or of its candidates."""
    group = builder.group(name, n_copies, "goodness : 1\nlogged : 1\nindex : integer (linked)\nprobing : 1 (linked)")
    builder.link(group, builder.objects["session"], "index", "probing")
    clear = "goodness = (1 - probing)*goodness" if n_copies > 1 else "goodness = 0"
    builder.at_presentation(group, clear, CLEAR, f"clear_{name}")
    collect(builder, name, neurons, group, layer.size)
    builder.write(group, f"{column} + i", "goodness", f"write_{name}")
    return group


def collect(builder, name, neurons, group, size):
    """Let every `size` neurons add their contributions to the goodness of one collector."""
    modulator = builder.network.modulator
    names = set(modulator.parsed("neuron_equations").names) | {"n_spikes", "unit"}
    contribution = word_substitute(modulator.contribution, {n: f"{n}_pre" for n in names})
    builder.collect(f"collect_{name}", neurons, group, f"goodness_post += ({contribution})/{float(size)!r}", size, modulator)


def add_modulators(builder):
    """Goodness of each layer, and the modulators that it releases."""
    for number, layer in enumerate(builder.network.layers, 1):
        neurons = builder.objects[f"layer_{number}"]
        goodness(builder, f"goodness_{number}", neurons, layer, 1, builder.columns[f"goodness_{number}"])
        builder.add_count(f"spikes_{number}", neurons)
    numbers = range(1, len(builder.network.layers) + 1)
    for number in numbers:
        add_modulator(builder, number, list(numbers) if builder.network.modulator.is_shared else [number])


def add_modulator(builder, number, sources):
    """One modulator, released by the goodness of the layers in `sources`."""
    modulator, name = builder.network.modulator, f"modulator_{number}"
    total = " + ".join(f"goodness_{k}" for k in sources)
    linked = "\n".join(f"goodness_{k} : 1 (linked)" for k in sources)
    compared = f"rivals = {alone(modulator)} : 1" if modulator.comparison else ""
    equations = block(modulator.equations, linked, f"goodness = {total} : 1", compared, "s : 1 (linked)\nindex : integer (linked)\nlogged : 1")
    group = builder.group(name, 1, equations, namespace=builder.namespace(modulator))
    builder.link(group, builder.objects["session"], "s", "index")
    for k in sources:
        setattr(group, f"goodness_{k}", linked_var(builder.objects[f"goodness_{k}"], "goodness"))
    builder.at_presentation(group, modulator.release, RELEASE, f"release_{name}")
    builder.write(group, builder.columns[name], "M", f"write_{name}")


def alone(modulator):
    """The comparison of a label that is shown alone: with itself, and with the neutral point 0."""
    return " + ".join(f"({word_substitute(modulator.comparison, {'rival': rival})})" for rival in ("goodness", "0"))


def add_readout(builder):
    """One neuron per class that reads the spikes of all layers."""
    readout, session = builder.network.readout, builder.objects["session"]
    equations = block(readout.equations, "target : 1\nlogged : 1\nindex : integer (linked)\ntruth : integer (linked)")
    group = builder.group("readout", builder.plan.inputs.n_classes, equations, namespace=builder.namespace(readout))
    builder.link(group, session, "index", "truth")
    own = readout.parsed()
    builder.at_presentation(group, groups.clear_code(own), RESTORE, "restore_readout")
    for number, _ in enumerate(builder.network.layers, 1):
        synapses = builder.add(Synapses(builder.objects[f"layer_{number}"], group, "w : 1\ns : 1 (linked)\neta : 1 (linked)", on_pre=readout.on_pre, delay=0 * ms, clock=builder.step_clock, name=f"readout_synapses_{number}", namespace=builder.namespace(readout)))
        synapses.connect()
        builder.link(synapses, session, "s", "eta")
        if builder.plan.learns:
            builder.at_presentation(synapses, readout.learn, CONSOLIDATE, f"learn_readout_{number}")
    builder.at_presentation(group, block("target = int(i == truth)", readout.respond), RELEASE, "respond_readout")
    builder.write(group, f"{builder.columns['readout_0']} + i", readout.response, "write_readout")
