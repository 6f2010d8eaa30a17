"""From what the monitors of a run hold to a recording."""

import numpy as np
from brian2 import DEFAULT_FUNCTIONS, Equations, second
from brian2.equations.equations import SUBEXPRESSION
from brian2.parsing.rendering import NumpyNodeRenderer

from ffbrian.build import group_text as groups
from ffbrian.build.layers import NeuronExtra, is_remembered
from ffbrian.build.learning.forward_forward import neuron_extra
from ffbrian.errors import RunError
from ffbrian.learning.negatives import NO_LABEL
from ffbrian.models.effective_rule import effective
from ffbrian.network import release
from ffbrian.train.recording import Recording, Shown, with_unit

#: Neurons per layer whose synapses a recording keeps, and among how many it chooses them.
N_CHOSEN, N_CANDIDATES = 4, 16


# -- what is recorded ------------------------------------------------------------
def recordable(plan):
    """Everything that can be recorded.

    Subexpressions of synapses that read a neuron's variable cannot: record what they read.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict of str to dict of str to Dimension
        By group and variable.
    """
    network, rule = plan.network, effective(plan.network.rule)
    found = {
        "inputs": groups.input_equations(network.encoder, rule) + _released(network, "inputs"),
        "labels": groups.label_equations(network.labels, rule) + _released(network, "labels"),
    }
    for number, layer in enumerate(network.layers, 1):
        learns = number in network.learners()
        extra = neuron_extra(network.modulator) if learns else NeuronExtra(sides=("in", "label"))
        neurons = groups.layer_equations(layer, rule, extra, is_remembered(network, number))
        found[f"layer_{number}"] = neurons + _released(network, f"layer_{number}")
        for route in network.routes():
            if route.target == number:
                own = _of_synapses_alone(rule.parsed()) if route.is_plastic else Equations("")
                found[route.name] = Equations("w : 1") + own + release.kept_in_synapses(route)
        if learns:
            found[f"modulator_{number}"] = network.modulator.parsed()
            found[f"goodness_{number}"] = Equations("goodness : 1")
        if layer.inhibition:
            found[f"pool_layer_{number}"] = layer.inhibition.parsed()
    found |= {f"signal_{name}": signal.parsed() for name, signal in network.signals.items()}
    if network.readout:
        found["readout"] = network.readout.parsed()
    arriving = {
        name + side
        for layer in network.layers
        for name in layer.synapse.accumulators
        for side in ("", "_in", "_label")
    }
    return {
        group: {
            e.varname: e.dim
            for e in equations.values()
            if "linked" not in e.flags and e.varname not in arriving
        }
        for group, equations in found.items()
    }


def _of_synapses_alone(equations):
    """Equations of a synapse, less the subexpressions that read neurons: Brian cannot record those."""
    hidden = set()
    for equation in equations.ordered:
        hidden |= {equation.varname} if _reads(equation, hidden) else set()
    return Equations([equation for equation in equations.values() if equation.varname not in hidden])


def _reads(equation, hidden):
    """Whether a subexpression that is not stored reads neurons, or one of those that do."""
    if equation.type != SUBEXPRESSION or "constant over dt" in equation.flags:
        return False
    return any(name in hidden or name.endswith(("_pre", "_post")) for name in equation.identifiers)


def _released(network, source):
    """What the neurons of a population keep of their synapses."""
    return Equations(release.of_source(network, source).equations)


def traces(rule):
    """Names of a rule's traces."""
    return {*rule.parsed("pre_equations").names, *rule.parsed("post_equations").names}


def routes_of(network):
    """The projections by name (dict of str to Route)."""
    return {route.name: route for route in network.routes()}


def number_of(group):
    """The number of a layer by the name of its neurons."""
    return int(group.rsplit("_", 1)[1])


def resolved(name, known, rule):
    """All ``"group.variable"`` that a name stands for (list of str).

    Parameters
    ----------
    name : str
        ``"v"``, or ``"layer_2.v"``.
    known : dict of str to dict
        From `recordable`.
    rule : PlasticityRule

    Raises
    ------
    RunError
        If there is none.
    """
    matches = [
        f"{group}.{variable}"
        for group, variables in known.items()
        for variable in variables
        if name in (variable, f"{group}.{variable}")
    ]
    if not matches:
        if name.rpartition(".")[2] in traces(rule) - traces(effective(rule)):
            raise RunError(
                f"record: {name!r} is a trace of {rule.title} that nothing reads, because its factor is 0, "
                "and so it is not simulated; give that parameter another value to record the trace."
            )
        listed = "; ".join(f"{group}: {', '.join(variables)}" for group, variables in known.items())
        raise RunError(f"record: {name!r} is no variable of the network; known are {listed}.")
    return matches


def chosen_neurons(plan, neurons):
    """Neurons of each layer whose synapses are recorded.

    Parameters
    ----------
    plan : Plan
    neurons : sequence of int, or dict of str to such
        Of every layer, or by layer (``"layer_1"``); none of a layer that is not named.

    Returns
    -------
    dict of str to (n,) int array

    Raises
    ------
    RunError
        For a layer or a neuron that there is not.
    """
    sizes = {f"layer_{number}": layer.size for number, layer in enumerate(plan.network.layers, 1)}
    chosen = neurons if isinstance(neurons, dict) else dict.fromkeys(sizes, neurons)
    for name in chosen:
        if name not in sizes:
            raise RunError(f"record: neurons names {name!r}, expected one of {', '.join(sizes)}.")
    return {name: _inside(name, chosen.get(name, ()), size) for name, size in sizes.items()}


def _inside(name, chosen, size):
    chosen = np.ravel(chosen)
    if chosen.size and not (chosen.dtype.kind in "iu" and 0 <= chosen.min() and chosen.max() < size):
        raise RunError(
            f"record: neurons {chosen.tolist()} are not all in {name}, which has the neurons 0 to {size - 1}."
        )
    return chosen.astype(int)


def synapse_indices(plan, group, candidates):
    """All synapses onto the candidates, by their index; None for neurons."""
    route = routes_of(plan.network).get(group)
    if route is None:
        return None
    _, post = route.ends(*plan.ends_of(route))
    return tuple(np.flatnonzero(np.isin(post, candidates[f"layer_{route.target}"])).tolist())


# -- from monitors to a recording --------------------------------------------------
class Assembly:
    """Puts together what the monitors of a run hold."""

    def __init__(self, plan, outcome, rows, candidates, eta, keep):
        self.plan, self.outcome, self.rows, self.candidates, self.eta = plan, outcome, rows, candidates, eta
        self.known = recordable(plan)
        self.learners = plan.network.learners()
        self.t = outcome.recordings[f"goodness_{self.learners[0]}_states"]["t"]
        self.stop = len(rows) * plan.n_steps * float(self.t[1])
        pauses = rows["label"][-1] == plan.inputs.n_classes
        self.kept = slice(None, len(rows) * plan.n_steps if pauses else None)
        self.spikes = {
            name: self._spikes(name) for name, variables, _ in plan.recorded if "spikes" in variables
        }
        self.polarity = {name: self._polarity(name) for name in candidates}
        self.neurons = keep or {name: self._most_active(name) for name in candidates}

    def _polarity(self, name):
        """Of every neuron of a layer; 1 where no modulator gives them one."""
        if number_of(name) not in self.learners:
            return np.ones(self.plan.network.layers[number_of(name) - 1].size)
        return np.asarray(self.outcome.recordings[f"{name}_states"]["p"][0])

    def recording(self):
        """The `Recording`."""
        traces, indices = {}, {}
        for group, _, _ in self.plan.recorded:
            states = self.outcome.recordings.get(f"{group}_states", {})
            columns, indices[group] = self._columns(group)
            traces |= {
                f"{group}.{name}": with_unit(states[name][self.kept][:, columns], self.known[group][name])
                for name in self.known[group]
                if name in states
            }
        for number in self.learners:
            group = f"layer_{number}"
            traces[f"goodness_{number}.so_far"] = self._goodness_so_far(group)
            traces = {name: value for name, value in traces.items() if name != f"{group}.p"}
        t = self.t[self.kept]
        return Recording(
            np.array(t) * second,
            traces,
            indices,
            self.spikes,
            self.neurons,
            self.polarity,
            self._sizes(),
            self._shown(),
            self._parameters(),
        )

    def _spikes(self, name):
        found = self.outcome.recordings[f"{name}_spikes"]
        inside = np.asarray(found["t"]) < self.stop * (1 - 1e-9)
        return np.array(found["i"], int)[inside], np.array(found["t"], float)[inside] * second

    def _sizes(self):
        sizes = {
            "inputs": self.plan.n_inputs,
            "labels": self.plan.inputs.n_classes * self.plan.network.label_size,
        }
        return (
            sizes
            | {"readout": self.plan.inputs.n_classes}
            | {f"layer_{k}": layer.size for k, layer in enumerate(self.plan.network.layers, 1)}
        )

    def _most_active(self, layer):
        """Those candidates that spiked most, of both polarities where there are two."""
        candidates, polarity = self.candidates[layer], self.polarity[layer][self.candidates[layer]]
        counts = np.bincount(self.spikes[layer][0], minlength=self._sizes()[layer])[candidates]
        kinds = np.unique(polarity)[::-1]
        order = [
            candidates[polarity == kind][np.argsort(-counts[polarity == kind], kind="stable")]
            for kind in kinds
        ]
        return np.concatenate([part[: N_CHOSEN // len(kinds)] for part in order])

    def _columns(self, group):
        """Columns of the monitor to keep, and what they are."""
        route = routes_of(self.plan.network).get(group)
        if route is None:
            size = self._sizes().get(group, 1)
            return slice(None), np.arange(size)
        recorded = np.stack(route.ends(*self.plan.ends_of(route)), axis=1)[
            np.asarray(synapse_indices(self.plan, group, self.candidates), int)
        ]
        columns = np.flatnonzero(np.isin(recorded[:, 1], self.neurons[f"layer_{route.target}"]))
        return columns, recorded[columns]

    def _goodness_so_far(self, layer):
        """The modulator's contribution of every neuron, step by step, averaged."""
        modulator, states = self.plan.network.modulator, self.outcome.recordings[f"{layer}_states"]
        namespace = {name: function.pyfunc for name, function in DEFAULT_FUNCTIONS.items()}
        namespace |= {name: float(value) for name, value in modulator.values.items()} | {
            name: value.astype(float) for name, value in states.items()
        }
        contribution = eval(
            NumpyNodeRenderer().render_expr(modulator.contribution),
            {"__builtins__": {}, "logical_not": np.logical_not},
            namespace,
        )
        return np.broadcast_to(contribution, states["p"].shape).mean(axis=1, keepdims=True)[self.kept]

    def _shown(self):
        """The presentations, with goodness and modulators from the results."""
        table, layers, step = (
            self.outcome.table,
            range(1, len(self.plan.network.layers) + 1),
            float(self.t[1]) * self.plan.n_steps,
        )
        nothing = np.full(len(self.rows), np.nan)  # of a population that does not learn
        for_layers = [
            [
                tuple(float(table.get(f"{kind}_{k}", nothing)[row]) for k in layers)
                for row in range(len(self.rows))
            ]
            for kind in ("goodness", "modulator")
        ]
        labels = [
            (None, None)
            if label == self.plan.inputs.n_classes
            else (None if label == NO_LABEL else int(label), int(truth))
            for label, truth in zip(self.rows["label"], self.rows["truth"])
        ]
        return tuple(
            Shown(
                k * step * second,
                (k + 1) * step * second,
                int(self.rows["phase"][k]),
                *labels[k],
                for_layers[0][k],
                for_layers[1][k],
            )
            for k in range(len(self.rows))
        )

    def _parameters(self):
        network = self.plan.network
        rule = network.rule.values | {"eta": self.eta}
        found = {"inputs": network.encoder.values, "labels": network.labels.values}
        for number, layer in enumerate(network.layers, 1):
            found[f"layer_{number}"] = layer.neuron.values | layer.synapse.values
            found |= {f"modulator_{number}": network.modulator.values} if number in self.learners else {}
        found |= {f"signal_{name}": signal.values for name, signal in network.signals.items()}
        found |= dict.fromkeys(routes_of(network), rule)
        return {group: dict(values) for group, values in found.items()}
