"""A network in NIR, read back and simulated by others, spikes as it does in ffbrian."""

import sys
from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest

import ffbrian as ff
from export.test_export_brian import N_CLASSES, SHAPE, model_of
from ffbrian.export import nir_graph
from ffbrian.train.recorder import sent_spikes

nir = pytest.importorskip("nir", reason='nir is not installed: pip install ".[nir]"')
HARD = ff.neurons.lif(reset="v = v_rest", limit="")
SLOW = ff.synapses.exponential
LAYERS = {
    "LIF": [ff.Layer(20, neuron=HARD)],
    "CubaLIF": [ff.Layer(20, neuron=HARD, synapse=SLOW)],
    "two layers": [ff.Layer(20, neuron=HARD), ff.Layer(15, neuron=HARD, synapse=SLOW)],
}


@pytest.fixture(autouse=True)
def numpy_target():
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = "auto"


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)


def written(model, path):
    model.to_nir(path)
    return nir.read(path)


def sent(model, image, label):
    """The spikes of inputs and labels, (n_steps, n_inputs + n_labels) 0 or 1."""
    plan, spikes = model.plan, sent_spikes(model, image, label)
    train = np.zeros((plan.n_steps, plan.n_inputs + N_CLASSES))
    for name, first in (("inputs", 0), ("labels", plan.n_inputs)):
        neurons, times = spikes[name]
        train[np.rint(np.asarray(times) / plan.dt).astype(int), first + neurons] = 1
    return train


def fired(model, image, label, layer):
    """The spikes of a layer in ffbrian, (n_steps, n_neurons) 0 or 1."""
    recording = model.record(
        presentations=[(image, label, "evaluation")], variables=[], neurons=[], pause=False
    )
    neurons, times = recording.spikes[layer]
    steps = np.rint(np.asarray(times) / model.plan.dt).astype(int)
    train = np.zeros((model.plan.n_steps + 1, recording.sizes[layer]))
    train[steps, neurons] = 1
    return train[: model.plan.n_steps]


class Interpreter:
    """Simulates a graph of Input, Linear, LIF, CubaLIF and Output nodes.

    Leaks are exact; a spike arrives at the end of its step, as a pulse of one step.
    """

    def __init__(self, graph):
        self.graph, self.dt = graph, float(graph.metadata["dt"])
        self.neurons = {
            name: node for name, node in graph.nodes.items() if isinstance(node, (nir.LIF, nir.CubaLIF))
        }
        self.v = {name: node.v_leak.copy() for name, node in self.neurons.items()}
        self.current = {name: np.zeros_like(v) for name, v in self.v.items()}

    def run(self, train):
        """Spikes of every layer by name, (n_steps, n_neurons) each."""
        steps = [self.step(spikes) for spikes in train]
        return {name: np.array([step[name] for step in steps]) for name in self.neurons}

    def step(self, spikes):
        sent = {"input": spikes} | {
            name: self.leak_and_fire(name, node) for name, node in self.neurons.items()
        }
        for name, node in self.neurons.items():
            self.receive(name, node, self.arriving(name, sent))
        return sent

    def arriving(self, name, sent):
        maps = [source for source, target in self.graph.edges if target == name]
        below = {target: source for source, target in self.graph.edges if target in maps}
        return sum(self.graph.nodes[one].weight @ sent[below[one]] for one in maps)

    def leak_and_fire(self, name, node):
        if isinstance(node, nir.CubaLIF):
            self.v[name] = cuba_membrane(node, self.v[name], self.current[name], self.dt)
            self.current[name] = self.current[name] * np.exp(-self.dt / node.tau_syn)
        else:
            self.v[name] = node.v_leak + (self.v[name] - node.v_leak) * np.exp(-self.dt / node.tau)
        spikes = self.v[name] > node.v_threshold
        self.v[name] = np.where(spikes, node.v_reset, self.v[name])
        return spikes.astype(float)

    def receive(self, name, node, pulse):
        if isinstance(node, nir.CubaLIF):
            self.current[name] = self.current[name] + node.w_in * pulse * self.dt / node.tau_syn
        else:
            self.v[name] = self.v[name] + node.r * pulse * self.dt / node.tau


def cuba_membrane(node, v, current, dt):
    """Closed form of a leaky membrane under an exponentially decaying current."""
    fast, slow = np.exp(-dt / node.tau_syn), np.exp(-dt / node.tau_mem)
    gain = node.r * current * node.tau_syn / (node.tau_mem - node.tau_syn)
    return node.v_leak + (v - node.v_leak) * slow + gain * (slow - fast)


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_a_graph_that_was_read_back_spikes_at_the_same_steps(layers, image, tmp_path):
    model = model_of(*layers)
    found = Interpreter(written(model, tmp_path / "a.nir")).run(sent(model, image, 2))
    for name, spikes in found.items():
        expected = fired(model, image, 2, name)
        assert expected.sum() > 50
        np.testing.assert_array_equal(spikes, expected)


@pytest.mark.parametrize("kind, tolerance", [("LIF", 0), ("CubaLIF", 3)])
def test_snntorch_spikes_as_ffbrian(kind, tolerance, image, tmp_path):
    """At snnTorch's fixed time step of 0.1 ms; a spike acts in its own step there, one step earlier.

    Its Euler steps of two decaying variables are less exact than ffbrian's, hence a tolerance of 0.3 ms.
    """
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed: pip install torch snntorch nirtorch"
    )
    imported = pytest.importorskip(
        "snntorch.import_nir", reason="snnTorch is not installed: pip install snntorch nirtorch"
    )
    model = model_of(*LAYERS[kind], dt=1e-4)
    network = imported.import_from_nir(written(model, tmp_path / "a.nir"))
    state, steps = None, []
    for spikes in torch.tensor(sent(model, image, 2), dtype=torch.float32):
        out, state = network(spikes[None], state)
        steps.append(out.detach().numpy()[0])
    found, expected = np.array(steps)[:-1], fired(model, image, 2, "layer_1")[1:]
    assert expected.sum() > 50
    assert np.abs(found.sum(0) - expected.sum(0)).max() <= 1
    near = sum(np.roll(expected, shift, axis=0) for shift in range(-tolerance, tolerance + 1))
    assert np.sum(found * (near > 0)) >= 0.95 * found.sum()


def test_each_neuron_may_have_a_time_constant_of_its_own(image, tmp_path):
    neuron = ff.neurons.mixed_lif(reset="v = v_rest", limit="")
    model = model_of(ff.Layer(20, neuron=neuron))
    graph = written(model, tmp_path / "a.nir")
    assert np.unique(graph.nodes["layer_1"].tau).size == 10
    np.testing.assert_array_equal(
        Interpreter(graph).run(sent(model, image, 0))["layer_1"], fired(model, image, 0, "layer_1")
    )


def test_what_was_drawn_when_training_began_is_written(tmp_path):
    neuron = HARD(equations="dv/dt = (v_rest - v + drive)/tau : volt\ntau : second (constant)",
                  initial="v = v_rest; tau = tau_m*(1 + rand())")  # fmt: skip
    model = model_of(ff.Layer(20, neuron=neuron))
    drawn = np.random.default_rng(5).uniform(0.05, 0.1, 20)
    kept = replace(model, state=model.state | {"layer_1.tau": drawn})
    np.testing.assert_allclose(written(kept, tmp_path / "a.nir").nodes["layer_1"].tau, drawn)


def test_equations_of_a_users_own():
    neuron = ff.NeuronModel(
        "dV/dt = (g*(E - V) + I_syn)/C : volt",
        threshold="V > -40*mV",
        reset="V = E",
        initial="V = E",
        parameters=dict(g=10 * b2.nS, C=200 * b2.pF, E=-60 * b2.mV),
    )
    found = nir_graph.integrate_and_fire(ff.Layer(2, neuron=neuron))
    np.testing.assert_allclose(found.tau, 0.02)
    np.testing.assert_allclose(found.threshold, 0.02)
    np.testing.assert_allclose(found.weight, 3e-9 / 200e-12)
    np.testing.assert_allclose(found.tau_syn, 0.005)


@pytest.mark.parametrize(
    "layer, words",
    [
        (dict(), "limit = 'v = clip(v, v_floor, inf*volt)', which NIR cannot say; train with limit=\"\""),
        (
            dict(neuron=ff.neurons.lif(limit="")),
            "the reset 'v -= v_th - v_rest', which NIR cannot say; train with reset=\"v = v_rest\"",
        ),
        (dict(neuron=ff.neurons.quadratic(limit="")), "a membrane that is not linear"),
        (dict(neuron=ff.neurons.adaptive_lif(limit="")), "the variable 'h', which NIR cannot say"),
        (dict(neuron=HARD, synapse=ff.synapses.alpha), "the variable 'drive'"),
        (dict(neuron=HARD, inhibition=ff.inhibition.subtractive), "Layer 1 has an interneuron"),
        (dict(neuron=HARD, delay="3 ms"), "Layer 1 has a delay for each synapse"),
        (dict(neuron=HARD(refractory="2 ms")), "refractory = "),
    ],
)
def test_what_nir_cannot_say_is_refused(layer, words):
    model = model_of(ff.Layer(4, **layer))
    with pytest.raises(ff.ModelError) as caught:
        nir_graph.graph(model.plan, model.state)
    assert words in str(caught.value) and "Model.to_brian" in str(caught.value)


def test_a_missing_package_is_named_with_its_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nir", None)
    with pytest.raises(ff.RunError, match=r'needs the package nir: pip install "ffbrian\[nir\]"'):
        model_of(ff.Layer(4, neuron=HARD)).to_nir(tmp_path / "a.nir")
