"""The rule of ``kernel.cpp`` as Brian 2 users would write it, on the same spikes.

``python benchmarks/stock.py SPIKES WEIGHTS --neurons 500 --variant tuned``

Variants: ``naive`` (a presynaptic trace per synapse, event-driven), ``tuned``
(traces in the neuron groups, scalar delays) and ``dense`` (tuned, with the dense
pathway of ffbrian).  Prints one line of JSON; ``--output`` writes the final weights
and spike counts in the format of the kernel.  With ``--float64``, `tuned` and `dense`
give the weights of a kernel built with ``-DREAL=double``; `naive` counts the input
spikes of the present step already, as ``on_pre`` runs before ``on_post``.
"""

import argparse
import json
import tempfile
import time

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
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
from spikes import read_spikes

from ffbrian.dense import densify
from ffbrian.toolchain import compile_project

CONSTANTS = {"eta": 3e-4, "alpha": 1.0, "tau": 50 * ms, "forever": 1e6 * second}
TUNED = dict(model="", on_pre="v_post += w", on_post="elig += x_pre", clear="")
NAIVE = dict(
    model="dtrace_x/dt = -trace_x/forever : 1 (event-driven)",
    on_pre="v_post += w; trace_x += 1",
    on_post="elig += trace_x",
    clear="; trace_x = 0",
)


def raster(spikes):
    """Which unit spikes in which step, label neurons last: (n_steps_total, n_units)."""
    n_steps, n_inputs = spikes["n_steps"], spikes["n_inputs"]
    total = len(spikes["labels"]) * n_steps
    fires = np.zeros((total + 1, n_inputs + spikes["n_labels"]))
    step_of = np.repeat(np.arange(total), np.diff(spikes["offsets"]))
    fires[step_of, spikes["units"]] = 1
    label_of = np.repeat(spikes["labels"], n_steps)
    fires[np.arange(total), n_inputs + label_of] = 1
    return fires


def neurons(spikes, n_neurons, namespace):
    """The inputs, the layer and the neuron that holds the layer's goodness."""
    n_inputs = spikes["n_inputs"] + spikes["n_labels"]
    inputs = NeuronGroup(
        n_inputs, "x : 1", threshold="fires(t, i) > 0", reset="x += 1",
        namespace=namespace, name="inputs",
    )
    layer = NeuronGroup(
        n_neurons, "dv/dt = -v/tau : 1\na : 1\npolarity : 1",
        threshold="v > 1", reset="v -= 1; a += 1", method="exact",
        namespace=namespace, name="layer",
    )
    layer.polarity = 1 - 2 * (np.arange(n_neurons) % 2)
    modulator = NeuronGroup(
        1, "goodness : 1\nM : 1", namespace=namespace, name="modulator"
    )
    return inputs, layer, modulator


def connect(groups, weights, variant, namespace):
    """The plastic synapses and those that sum the goodness."""
    inputs, layer, modulator = groups
    rule = NAIVE if variant == "naive" else TUNED
    plastic = Synapses(
        inputs, layer, "w : 1\nelig : 1\nM : 1 (linked)\n" + rule["model"],
        on_pre=rule["on_pre"], on_post=rule["on_post"], method="exact",
        delay={"pre": 0 * ms, "post": 0 * ms}, namespace=namespace, name="plastic",
    )
    summing = Synapses(
        layer, modulator, on_pre="goodness_post += polarity_pre*(2*a_pre + 1)",
        delay=0 * ms, name="summing",
    )
    for synapses in (plastic, summing):
        synapses.connect()
    plastic.w = weights
    plastic.M = linked_var(modulator, "M")
    if variant == "dense":
        for synapses, silent in ((plastic, "x_pre"), (summing, None)):
            reason = densify(synapses, silent_row=silent)
            if reason:
                raise RuntimeError(reason)
    return plastic, summing, rule["clear"]


def schedule(groups, plastic, clear, presentation, n_neurons):
    """Learn and clear at the first step after each presentation."""
    inputs, layer, modulator = groups
    at_start = dict(dt=presentation, when="start")
    modulator.run_regularly(
        f"""M = phase(t - dt/2)/(1 + exp(phase(t - dt/2)*alpha*goodness/{n_neurons}))
            goodness = 0""",
        order=0, **at_start,
    )
    plastic.run_regularly(
        "w = clip(w + eta*M*polarity_post*elig, -1, 1); elig = 0" + clear,
        order=1, **at_start,
    )
    layer.run_regularly("v = 0; a = 0", order=2, **at_start)
    inputs.run_regularly("x = 0", order=2, **at_start)
    layer.run_regularly("v = clip(v, -1, inf)", when="start", order=3)


def build(spikes, weights, variant, n_neurons, directory):
    """Write and compile the project.

    Returns
    -------
    tuple
        The plastic synapses, the spike monitor and the seconds of the compiler.
    """
    set_device("cpp_standalone", directory=directory, build_on_run=False)
    defaultclock.dt = 1 * ms
    presentation = spikes["n_steps"] * ms
    namespace = CONSTANTS | {
        "fires": TimedArray(raster(spikes), dt=1 * ms, name="fires"),
        "phase": TimedArray(
            spikes["phases"].astype(float), dt=presentation, name="phase"
        ),
    }
    groups = neurons(spikes, n_neurons, namespace)
    plastic, summing, clear = connect(groups, weights, variant, namespace)
    schedule(groups, plastic, clear, presentation, n_neurons)
    monitor = SpikeMonitor(groups[1], name="monitor")
    network = Network(*groups, plastic, summing, monitor)
    network.run(len(spikes["labels"]) * presentation + 1 * ms, namespace=namespace)
    device.build(directory=directory, compile=False, run=False)
    start = time.perf_counter()
    compile_project(directory)
    return plastic, monitor, time.perf_counter() - start


def measure(options, directory):
    """Build, run and return what is reported."""
    spikes = read_spikes(options.spikes)
    n = len(spikes["labels"]) if options.presentations is None else options.presentations
    spikes.update(labels=spikes["labels"][:n], phases=spikes["phases"][:n])
    spikes["offsets"] = spikes["offsets"][: n * spikes["n_steps"] + 1]
    spikes["units"] = spikes["units"][: spikes["offsets"][-1]]
    if not options.float64:
        prefs.core.default_float_dtype = np.float32
    weights = np.fromfile(options.weights, "<f4")
    plastic, monitor, seconds = build(
        spikes, weights, options.variant, options.neurons, directory
    )
    device.run(directory, "results", True, [])
    if options.output:
        write_output(options.output, plastic, monitor, spikes)
    return {
        "variant": options.variant,
        "ms_per_presentation": 1e3 * device._last_run_time / n,
        "post_spikes_per_presentation": monitor.num_spikes / n,
        "compile_seconds": seconds,
    }


def write_output(path, plastic, monitor, spikes):
    """Final weights and spikes per presentation, as the kernel writes them."""
    step = np.rint(np.asarray(monitor.t / ms)).astype(int)
    n = len(spikes["labels"])
    counts = np.bincount(step // spikes["n_steps"], minlength=n)[:n]
    with open(path, "wb") as file:
        file.write(np.asarray(plastic.w[:], "<f8").tobytes())
        file.write(counts.astype("<i4").tobytes())


def main():
    """Measure one variant from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("spikes")
    parser.add_argument("weights")
    parser.add_argument("--neurons", type=int, default=500)
    parser.add_argument("--variant", choices=("tuned", "naive", "dense"), default="tuned")
    parser.add_argument("--presentations", type=int, help="only the first ones")
    parser.add_argument("--directory", help="keep the C++ project here")
    parser.add_argument("--float64", action="store_true")
    parser.add_argument("--output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(options, options.directory or temporary)))


if __name__ == "__main__":
    main()
