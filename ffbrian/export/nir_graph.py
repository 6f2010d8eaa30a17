"""A trained network in the Neuromorphic Intermediate Representation (NIR).

Pedersen et al. 2024, Nature Communications 15:8122.

NIR describes leaky integrate-and-fire neurons with a hard reset, with input
that acts at once (``LIF``) or decays (``CubaLIF``), and linear maps between
them.  Whether a layer is such a neuron is read from its equations, so models
of a user's own travel too; whatever NIR cannot say is refused.

Membrane potentials are written relative to rest, in volts.  As in the files of
other simulators a spike is a pulse of height 1 that lasts one time step `dt`
(in the metadata), so ``r = tau/dt``: a weight is what a spike adds to the
membrane, and a simulator has to run with this time step.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import sympy
from brian2.core.namespace import DEFAULT_UNITS
from brian2.parsing.statements import parse_statement
from brian2.parsing.sympytools import str_to_sympy

import ffbrian
from ffbrian.errors import ModelError
from ffbrian.export.optional import needed
from ffbrian.models.beginning import first_values
from ffbrian.models.effective_rule import statements
from ffbrian.network import connections


@dataclass(frozen=True)
class IntegrateAndFire:
    """A layer as NIR knows it; arrays have one value a neuron, in SI units.

    Attributes
    ----------
    tau, threshold, reset : (n_neurons,) float array
        Membrane time constant; threshold and reset relative to rest.
    tau_syn : (n_neurons,) float array or None
        Time constant of the input, None where it acts at once.
    weight : (n_neurons,) float array
        What a spike of weight 1 adds to the membrane; with `tau_syn`, to the
        membrane's rate of change.
    """

    tau: np.ndarray
    threshold: np.ndarray
    reset: np.ndarray
    tau_syn: np.ndarray | None
    weight: np.ndarray


def write(plan, state, path):
    """Write the graph of a network.

    Parameters
    ----------
    plan : Plan
    state : dict of str to array
        Weights, as a model holds them.
    path : path

    Raises
    ------
    ModelError
        If the network has something that NIR cannot say.
    RunError
        If the package nir is not installed.
    """
    (nir,) = needed("Model.to_nir", "nir", extra="nir")
    nir.write(path, graph(plan, state))


def graph(plan, state):
    """The network as a `nir.NIRGraph`.

    Its input are the spikes of the input population, then those of the label
    population; its output those of the last layer.  The nodes ``layer_1``,
    ``layer_2`` … have the neurons, ``weights_1`` … the synapses from below
    (of the first layer also those from the labels), ``label_weights_2`` …
    those from the labels.
    """
    (nir,) = needed("Model.to_nir", "nir", extra="nir")
    plan.network.require_stack("Model.to_nir")
    plan.network.refuse_hearing("Model.to_nir")
    _refuse_the_rest(plan)
    n_inputs, n_labels = plan.n_inputs, plan.inputs.n_classes * plan.network.label_size
    nodes = {"input": nir.Input({"input": np.array([n_inputs + n_labels])})}
    edges, below = [], "input"
    for number, layer in enumerate(plan.network.layers, 1):
        kept = {name: state[f"layer_{number}.{name}"] for name in layer.neuron.set_once}
        neurons = integrate_and_fire(layer, kept)
        for name, source, weights in _projections(plan, state, number, layer, below, neurons):
            nodes[name] = nir.Linear(weights)
            edges += [(source, name), (name, f"layer_{number}")]
        below = f"layer_{number}"
        nodes[below] = _node(nir, neurons, plan.dt)
    nodes["output"] = nir.Output({"output": np.array([plan.network.layers[-1].size])})
    told = {"ffbrian": ffbrian.__version__, "dt": plan.dt, "n_inputs": n_inputs, "n_labels": n_labels}
    return nir.NIRGraph(nodes, [*edges, (below, "output")], metadata=told)


def _node(nir, neurons, dt):
    common = {
        "r": neurons.tau / dt,
        "v_leak": np.zeros_like(neurons.tau),
        "v_threshold": neurons.threshold,
        "v_reset": neurons.reset,
    }
    if neurons.tau_syn is None:
        return nir.LIF(tau=neurons.tau, **common)
    return nir.CubaLIF(tau_syn=neurons.tau_syn, tau_mem=neurons.tau, w_in=neurons.tau_syn / dt, **common)


def _projections(plan, state, number, layer, below, neurons):
    """(name, source, (n_post, n_pre) weights) of a layer's linear maps."""
    each = neurons.weight[:, None] * (1 if neurons.tau_syn is None else plan.dt)
    shape, labels = plan.shapes()[number - 1], state[f"label_synapses_{number}.w"].reshape(-1, layer.size)
    inner = connections.as_matrix(layer.connection, shape, layer.size, state[f"synapses_{number}.w"])
    if number == 1:
        return [("weights_1", "input", each * np.concatenate([inner, labels]).T)]
    unseen = np.zeros((plan.n_inputs, layer.size))
    return [
        (f"weights_{number}", below, each * inner.T),
        (f"label_weights_{number}", "input", each * np.concatenate([unseen, labels]).T),
    ]


def _refuse_the_rest(plan):
    network = plan.network
    if network.readout:
        raise _impossible(
            "The network", "a readout", "read the spikes of its layers with Model.to_brian instead"
        )
    for number, layer in enumerate(network.layers, 1):
        who = f"Layer {number}"
        if layer.inhibition:
            raise _impossible(who, "an interneuron (inhibition)", "train without it")
        if layer.delay:
            raise _impossible(who, "a delay for each synapse", "train without delays")


def _impossible(who, what, advice):
    return ModelError(f"{who} has {what}, which NIR cannot say; {advice}, or use Model.to_brian.")


# -- what a layer's equations say ----------------------------------------------------
def integrate_and_fire(layer, kept=None):
    """The layer as NIR knows it.

    Parameters
    ----------
    layer : Layer
    kept : dict of str to (n_neurons,) array, optional
        What its neurons have drawn once, by variable.

    Returns
    -------
    IntegrateAndFire

    Raises
    ------
    ModelError
        If its neuron and synapse are anything else.
    """
    neuron, values = layer.neuron, _values(layer, kept or {})
    for where, advice in (("limit", 'limit=""'), ("refractory", 'refractory=""')):
        if getattr(neuron, where):
            raise _impossible(neuron.title, f"{where} = {getattr(neuron, where)!r}", f"train with {advice}")
    membrane, threshold = _threshold(neuron)
    target, jump = _jump(layer)
    rates = {
        name: str_to_sympy(expression.code)
        for name, expression in layer.equations().get_substituted_expressions()
        if name in _states(layer)
    }
    drive = None if target == membrane else target
    _refuse_others(layer, rates, {membrane, drive})
    slope, offset, coupling = _linear(layer, rates[membrane], membrane, drive)
    number = partial(_number, layer, values)
    tau, rest = -1 / number(slope), -number(offset) / number(slope)
    tau_syn = None if drive is None else -1 / number(_decay(layer, rates[drive], drive))
    weight = number(jump) * (1 if drive is None else number(coupling))
    reset = number(_reset(neuron, membrane))
    if not np.allclose(values[membrane], rest):
        raise _impossible(neuron.title, f"an initial {membrane} other than its rest", "let it begin there")
    return IntegrateAndFire(tau, number(threshold) - rest, reset - rest, tau_syn, weight)


def _states(layer):
    return layer.equations().diff_eq_names


def _refuse_others(layer, rates, known):
    others = sorted(set(rates) - known)
    if others:
        raise _impossible(
            f"{layer.neuron.title} with {layer.synapse.title}",
            f"the variable {others[0]!r}",
            "train a layer whose only variables are a membrane and one decaying input",
        )


def _threshold(neuron):
    """Name of the membrane variable, and the threshold as an expression."""
    left, found, right = neuron.threshold.partition(">")
    if not found or left.strip() not in neuron.parsed().diff_eq_names:
        raise _impossible(
            neuron.title, f"the threshold {neuron.threshold!r}", 'give it one such as "v > v_th"'
        )
    return left.strip(), str_to_sympy(right.removeprefix("="))


def _reset(neuron, membrane):
    parts = [parse_statement(line) for line in statements(neuron.reset)]
    if len(parts) != 1 or parts[0][0] != membrane or parts[0][1] != "=":
        raise _impossible(
            neuron.title, f"the reset {neuron.reset!r}", f'train with reset="{membrane} = v_rest"'
        )
    return str_to_sympy(parts[0][2])


def _jump(layer):
    """The variable to which spikes add, and how much for a weight of 1."""
    synapse, parts = layer.synapse, [parse_statement(line) for line in statements(layer.synapse.on_input)]
    if len(parts) == 1 and synapse.accumulators == ("afferent",) and synapse.on_pre == "afferent_post += w":
        target, operation, expression, _ = parts[0]
        arriving = sympy.Symbol("afferent", real=True)
        jump = sympy.expand(str_to_sympy(expression)).coeff(arriving)
        if operation == "+=" and sympy.simplify(str_to_sympy(expression) - jump * arriving) == 0:
            return target, jump
    raise _impossible(
        synapse.title, f"the input {synapse.on_input!r}", "use ff.synapses.delta or ff.synapses.exponential"
    )


def _linear(layer, rate, membrane, drive):
    """Slope, offset and coupling of ``slope*membrane + offset + coupling*drive``."""
    v, x = sympy.Symbol(membrane, real=True), sympy.Symbol(drive or "nothing", real=True)
    slope, coupling = sympy.diff(rate, v), sympy.diff(rate, x)
    offset = rate.subs({v: 0, x: 0})
    if sympy.simplify(rate - slope * v - coupling * x - offset) != 0 or (
        slope.free_symbols | coupling.free_symbols
    ) & {v, x}:
        raise _impossible(
            layer.neuron.title,
            f"a membrane that is not linear ({rate})",
            "use a leaky integrate-and-fire neuron",
        )
    return slope, offset, coupling


def _decay(layer, rate, drive):
    """Slope of an input that decays to 0."""
    x = sympy.Symbol(drive, real=True)
    slope = sympy.diff(rate, x)
    if sympy.simplify(rate - slope * x) != 0 or x in slope.free_symbols:
        raise _impossible(
            layer.synapse.title,
            f"an input that does not simply decay ({rate})",
            "use ff.synapses.exponential",
        )
    return slope


def _values(layer, kept):
    """Parameters, units and initial state of every neuron, in SI units."""
    known = {name: float(unit) for name, unit in DEFAULT_UNITS.items()} | {"inf": np.inf}
    parameters = layer.neuron.values | layer.synapse.values
    equations, generator = layer.equations(), np.random.default_rng(0)
    names = [name for name in equations.names if name not in equations.subexpr_names]
    first = first_values(equations, layer.neuron.begin, names, parameters, layer.size, 1e-3, generator)
    return known | {name: float(value) for name, value in parameters.items()} | first | kept


def _number(layer, values, expression):
    """An expression of parameters, for every neuron."""
    symbols = sorted(expression.free_symbols, key=str)
    own = (layer.neuron.values, layer.synapse.values, layer.equations().parameter_names)
    fixed = {*DEFAULT_UNITS, "inf"}.union(*own)
    changing = [symbol.name for symbol in symbols if symbol.name not in fixed]
    if changing:
        raise _impossible(
            layer.neuron.title, f"{expression}, which depends on {changing[0]!r}", "use a constant"
        )
    value = sympy.lambdify(symbols, expression, "numpy")(*(values[symbol.name] for symbol in symbols))
    return np.broadcast_to(np.asarray(value, float), (layer.size,)).copy()
