"""The rule of ``kernel.cpp`` as Brian 2 users would write it, on the same spikes.

``python -m ffbrian.benchmarks.stock SPIKES WEIGHTS DIRECTORY --sizes 500 --variant tuned``

writes and compiles a project in DIRECTORY, whose ``main`` prints the milliseconds of
processor time of its loop.  Variants: ``tuned`` (traces in the neuron groups, scalar
delays) and ``naive`` (a presynaptic trace in every synapse, event-driven).  `naive`
counts the input spikes of the present step already, as ``on_pre`` runs before
``on_post``.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    Synapses,
    TimedArray,
    defaultclock,
    device,
    linked_var,
    ms,
    prefs,
    second,
    set_device,
)
from ffbrian.benchmarks.product import connection
from ffbrian.benchmarks.spikes import Spikes

from ffbrian.network import connections
from ffbrian.run.toolchain import compile_project

CONSTANTS = {"eta": 3e-4, "alpha": 1.0, "tau": 50 * ms, "tau_plus": 100 * second}
TRACE = "dx/dt = -x/tau_plus : 1"
TUNED = dict(model="", on_pre="v_post += w", on_post="elig += x_pre", clear="")
NAIVE = dict(
    model="dtrace_x/dt = -trace_x/tau_plus : 1 (event-driven)",
    on_pre="v_post += w; trace_x += 1",
    on_post="elig += trace_x",
    clear="; trace_x = 0",
)
STOPWATCH = dict(
    before_network_run="const std::clock_t _begin = std::clock();",
    after_network_run=(
        'std::cout << "{\\"milliseconds\\": " << 1e3 * (std::clock() - _begin) / CLOCKS_PER_SEC << "}" << '
        "std::endl;"
    ),
)


def raster(spikes):
    """Which input unit spikes in which step: (n_steps_total + 1, n_inputs) float."""
    total = len(spikes.labels) * spikes.n_steps
    fires = np.zeros((total + 1, spikes.n_inputs))
    fires[np.repeat(np.arange(total), np.diff(spikes.offsets)), spikes.units] = 1
    return fires


def layer(number, size, variant, is_source, learns):
    """The neurons of a layer and, if it learns, the one that holds its goodness."""
    trace, add = (TRACE, "; x += 1") if is_source and variant != "naive" else ("", "")
    neurons = NeuronGroup(
        size,
        f"dv/dt = -v/tau : 1\na : 1\npolarity : 1\n{trace}",
        threshold="v > 1",
        reset=f"v -= 1; a += 1{add}",
        method="exact",
        name=f"layer_{number}",
    )
    neurons.polarity = 1 - 2 * (np.arange(size) % 2)
    modulator = NeuronGroup(1, "goodness : 1\nM : 1", name=f"modulator_{number}") if learns else None
    return neurons, modulator


def connect(name, source, target, weights, variant, modulator, pairs=None):
    """Plastic synapses, or ones that only transmit if there is no modulator; all-to-all without `pairs`."""
    rule = NAIVE if variant == "naive" else TUNED
    model, on_post = (
        ("w : 1\nelig : 1\nM : 1 (linked)\n" + rule["model"], rule["on_post"])
        if modulator
        else ("w : 1", None)
    )
    delays = {"pre": 0 * ms, "post": 0 * ms} if modulator else {"pre": 0 * ms}
    on_pre = rule["on_pre"] if modulator else TUNED["on_pre"]
    synapses = Synapses(
        source, target, model, on_pre=on_pre, on_post=on_post, method="exact", delay=delays, name=name
    )
    synapses.connect(**({} if pairs is None else dict(zip("ij", pairs))))
    synapses.w = weights
    if modulator:
        synapses.M = linked_var(modulator, "M")
    return synapses


def learn_at_the_end(neurons, modulator, plastic, variant, presentation):
    """Goodness is summed and becomes weight at the first step after a presentation."""
    size, clear, number = len(neurons), (NAIVE if variant == "naive" else TUNED)["clear"], neurons.name[-1]
    summing = Synapses(
        neurons,
        modulator,
        on_pre="goodness_post += polarity_pre*(2*a_pre + 1)",
        delay=0 * ms,
        name=f"summing_{number}",
    )
    summing.connect()
    modulator.run_regularly(
        f"""M = phase(t - dt/2)/(1 + exp(phase(t - dt/2)*alpha*goodness/{size}))
            goodness = 0""",
        dt=presentation,
        when="start",
        order=0,
    )
    for synapses in plastic:
        synapses.run_regularly(
            f"w = clip(w + eta*M*polarity_post*elig, -1, 1); elig = 0{clear}",
            dt=presentation,
            when="start",
            order=1,
        )
    return summing


def inputs(spikes, variant, presentation):
    """The input and label populations."""
    trace, add = (TRACE, "x += 1") if variant != "naive" else ("", "")
    groups = [
        NeuronGroup(
            spikes.n_inputs, trace, threshold="fires(t, i) > 0", reset=add, method="exact", name="inputs"
        ),
        NeuronGroup(
            spikes.n_labels, trace, threshold="shown(t) == i", reset=add, method="exact", name="labels"
        ),
    ]
    if trace:
        for group in groups:
            group.run_regularly("x = 0", dt=presentation, when="start", order=2)
    return groups


def network(spikes, weights, sizes, variant, learns, probability=1.0):
    """All objects; the plastic synapses are called ``synapses_1``, ``label_synapses_1``, ..."""
    presentation = spikes.n_steps * ms
    (source, labels), objects = inputs(spikes, variant, presentation), []
    objects += [source, labels]
    for number, size in enumerate(sizes, 1):
        neurons, modulator = layer(number, size, variant, number < len(sizes), learns)
        pairs = connections.pairs(connection(probability if number == 1 else 1), (len(source),), size)
        n_below = len(source) * size if pairs is None else len(pairs[0])
        below, from_labels, weights = np.split(weights, [n_below, n_below + len(labels) * size])
        plastic = [
            connect(f"synapses_{number}", source, neurons, below, variant, modulator, pairs),
            connect(f"label_synapses_{number}", labels, neurons, from_labels, variant, modulator),
        ]
        objects += [neurons, *plastic]
        if learns:
            objects += [modulator, learn_at_the_end(neurons, modulator, plastic, variant, presentation)]
        trace = "; x = 0" if "x" in neurons.variables else ""
        neurons.run_regularly(f"v = 0; a = 0{trace}", dt=presentation, when="start", order=2)
        neurons.run_regularly("v = clip(v, -1, inf)", when="start", order=3)
        source = neurons
    return Network(objects)


def recurrent(spikes, weights, sizes, variant):
    """Two layers with plastic synapses each way, those back called ``back_synapses_1``."""
    presentation = spikes.n_steps * ms
    objects = list(inputs(spikes, variant, presentation))
    (first, first_m), (second, second_m) = (layer(k, n, variant, True, True) for k, n in enumerate(sizes, 1))
    source, labels = objects
    arriving = [[("", source), ("label_", labels), ("back_", second)], [("", first), ("label_", labels)]]
    for number, (neurons, modulator) in enumerate(((first, first_m), (second, second_m)), 1):
        plastic = []
        for kind, sender in arriving[number - 1]:
            own, weights = np.split(weights, [len(sender) * len(neurons)])
            name = f"{kind}synapses_{number}"
            plastic.append(connect(name, sender, neurons, own, variant, modulator))
        objects += [neurons, modulator, *plastic]
        objects.append(learn_at_the_end(neurons, modulator, plastic, variant, presentation))
        clear = "v = 0; a = 0" + ("; x = 0" if "x" in neurons.variables else "")
        neurons.run_regularly(clear, dt=presentation, when="start", order=2)
        neurons.run_regularly("v = clip(v, -1, inf)", when="start", order=3)
    return Network(objects)


def build(spikes, weights, sizes, variant, directory, probability, is_recurrent=False):
    """Write and compile the project; returns the files of the final weights."""
    set_device("cpp_standalone", directory=directory, build_on_run=False)
    defaultclock.dt = 1 * ms
    presentation = spikes.n_steps * ms
    namespace = CONSTANTS | {
        "fires": TimedArray(raster(spikes), dt=1 * ms, name="fires"),
        "phase": TimedArray(spikes.phases.astype(float), dt=presentation, name="phase"),
        "shown": TimedArray(spikes.labels.astype(float), dt=presentation, name="shown"),
    }
    for slot, code in STOPWATCH.items():
        device.insert_code(slot, code)
    learns = bool(np.any(spikes.phases))
    net = (
        recurrent(spikes, weights, sizes, variant)
        if is_recurrent
        else network(spikes, weights, sizes, variant, learns, probability)
    )
    net.run(len(spikes.labels) * presentation + 1 * ms, namespace=namespace)
    device.build(directory=directory, compile=False, run=False)
    compile_project(directory)
    kinds = ("", "label_", "back_")
    names = [f"{kind}synapses_{k}" for k in range(1, len(sizes) + 1) for kind in kinds]
    names = [name for name in names if name in net]
    return [Path(device.get_array_filename(net[name].variables["w"])).name for name in names]


def main():
    """Build one variant from the command line; prints the weight files as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("spikes")
    parser.add_argument("weights")
    parser.add_argument("directory")
    parser.add_argument("--sizes", default="500")
    parser.add_argument("--variant", choices=("tuned", "naive"), default="tuned")
    parser.add_argument("--probability", type=float, default=1.0)
    parser.add_argument("--recurrent", action="store_true")
    parser.add_argument("--presentations", type=int, default=100)
    options = parser.parse_args()
    prefs.core.default_float_dtype = np.float32
    spikes = Spikes.read(options.spikes).first(options.presentations)
    sizes = [int(size) for size in options.sizes.split(",")]
    files = build(
        spikes,
        np.fromfile(options.weights, "<f4"),
        sizes,
        options.variant,
        options.directory,
        options.probability,
        options.recurrent,
    )
    print(json.dumps(files))


if __name__ == "__main__":
    main()
