"""A bench for single models: groups made from a description, run by stock Brian 2."""

from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import (
    Equations,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    TimedArray,
    ms,
    prefs,
    set_device,
    start_scope,
)

from ffbrian.models.synapse import SynapseModel
from ffbrian.network.network import Layer

#: Synapses that bring no spikes but a constant input, `level`, which differs from neuron to neuron.
CONSTANT_DRIVE = SynapseModel(
    name="constant drive",
    equations="drive = level : volt\nlevel : volt (constant)",
    on_pre="",
    accumulators=(),
)
CONSTANT_CURRENT = SynapseModel(
    name="constant current",
    equations="I_syn = level : amp\nlevel : amp (constant)",
    on_pre="",
    accumulators=(),
)


@pytest.fixture(autouse=True)
def numpy_runtime():
    """Every test here runs in Brian's runtime mode, without a compiler."""
    before = prefs.codegen.target
    set_device("runtime")
    prefs.codegen.target = "numpy"
    start_scope()
    yield
    prefs.codegen.target = before


def simulate(neuron, synapse=None, duration=100 * ms, dt=0.1 * ms, n=1, arriving=None, record=(), **values):
    """Run unconnected neurons of one model.

    Parameters
    ----------
    neuron : NeuronModel
    synapse : SynapseModel, optional
        Default: the one a layer of these neurons gets.
    duration, dt : Quantity
    n : int
    arriving : dict of str to ndarray, optional
        Values of the accumulators: (n_steps, n).
    record : sequence of str
    **values
        Variables set before the run.

    Returns
    -------
    SimpleNamespace
        `spikes` (list of n arrays, in second), `t` and one array (n_steps, n)
        for each name in `record`, in SI units.
    """
    layer = Layer(n, neuron, synapse)
    group = _group(layer, dt)
    group.unit = np.arange(n)
    for name, value in values.items():
        setattr(group, name, value)
    group.run_regularly(neuron.initial, dt=2 * duration, when="start", order=-1)
    network = Network(group)
    arriving = arriving or {}
    code = [f"{name} = {name}_at(t, i)" for name in arriving] + [
        layer.synapse.on_input if arriving else "",
        neuron.limit,
    ]
    group.namespace.update({f"{name}_at": TimedArray(table, dt=dt) for name, table in arriving.items()})
    if "".join(code):
        network.add(group.run_regularly("\n".join(code), when="after_synapses"))
    network.add(*group.contained_objects)
    spikes = SpikeMonitor(group)
    states = StateMonitor(group, record, record=True) if record else SimpleNamespace(t=[])
    network.add([spikes, states] if record else spikes)
    network.run(duration, namespace={})
    trains = [np.asarray(spikes.t)[np.asarray(spikes.i) == k] for k in range(n)]
    return SimpleNamespace(
        spikes=trains,
        t=np.asarray(states.t),
        **{name: np.asarray(getattr(states, name)).T for name in record},
    )


def _group(layer, dt):
    neuron = layer.neuron
    equations = layer.equations() + Equations("unit : integer (constant)")
    for name in layer.synapse.accumulators:
        equations += Equations(f"{name} : 1")
    return NeuronGroup(
        layer.size,
        equations,
        threshold=neuron.threshold,
        reset=neuron.reset,
        refractory=neuron.refractory or False,
        method=neuron.method or None,
        namespace=neuron.values | layer.synapse.values,
        dt=dt,
    )


def one_spike(weights, n_steps=1000, step=0):
    """Accumulator table (n_steps, n): one spike arrives in `step`, with each of `weights`."""
    table = np.zeros((n_steps, len(weights)))
    table[step] = weights
    return table


def split_by_sign(table):
    """Accumulators of the conductance synapse from signed weights."""
    return {"afferent_e": np.clip(table, 0, None), "afferent_i": np.clip(-table, 0, None)}


def accumulators(synapse, table):
    """Accumulator tables of any shipped synapse from signed weights."""
    return split_by_sign(table) if "afferent_e" in synapse.accumulators else {"afferent": table}


def rates(result, after=0.0):
    """Rate of each neuron in Hz, from the intervals after a time in second."""
    late = [train[train >= after] for train in result.spikes]
    return np.array([(len(train) - 1) / (train[-1] - train[0]) if len(train) > 1 else 0.0 for train in late])
