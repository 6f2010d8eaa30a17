"""From what the monitors of a run hold to a recording."""

import numpy as np
from brian2 import DEFAULT_FUNCTIONS, Equations, second
from brian2.parsing.rendering import NumpyNodeRenderer

from ffbrian.build import group_text as groups
from ffbrian.build.learning.forward_forward import neuron_extra
from ffbrian.models.effective_rule import effective
from ffbrian.network import connections
from ffbrian.train.recording import Recording, Shown, with_unit

#: Neurons per layer whose synapses a recording keeps, and among how many it chooses them.
N_CHOSEN, N_CANDIDATES = 4, 16


# -- what is recorded ------------------------------------------------------------
def recordable(plan):
    """Everything that can be recorded.

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
        "inputs": groups.input_equations(network.encoder, rule),
        "labels": groups.label_equations(network.labels, rule),
    }
    for number, layer in enumerate(network.layers, 1):
        found[f"layer_{number}"] = groups.layer_equations(
            layer, rule, neuron_extra(network.modulator), number < len(network.layers)
        )
        for name in (f"synapses_{number}", f"label_synapses_{number}"):
            found[name] = Equations("w : 1") + rule.parsed()
        found[f"modulator_{number}"] = network.modulator.parsed()
        found[f"goodness_{number}"] = Equations("goodness : 1")
        if layer.inhibition:
            found[f"pool_layer_{number}"] = layer.inhibition.parsed()
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


def traces(rule):
    """Names of a rule's traces."""
    return {*rule.parsed("pre_equations").names, *rule.parsed("post_equations").names}


def synapse_indices(plan, group, candidates):
    """All synapses onto the candidates, by their index; None for neurons."""
    if "synapses_" not in group:
        return None
    _, post = _pairs(plan, group)
    return tuple(np.flatnonzero(np.isin(post, candidates[_layer_of(group)])).tolist())


def _layer_of(group):
    return "layer_" + group.rsplit("_", 1)[1]


def _pairs(plan, group):
    """Pre- and postsynaptic neuron of every synapse of a projection, in the order of their indices."""
    number = int(group.rsplit("_", 1)[1])
    layer, n_pre = plan.network.layers[number - 1], _n_pre(plan, group)
    chosen = (
        None
        if group.startswith("label")
        else connections.pairs(layer.connection, plan.shapes()[number - 1], layer.size)
    )
    return np.divmod(np.arange(n_pre * layer.size), layer.size) if chosen is None else chosen


def _n_pre(plan, group):
    number = int(group.rsplit("_", 1)[1])
    if group.startswith("label"):
        return plan.inputs.n_classes * plan.network.label_size
    return plan.n_inputs if number == 1 else plan.network.layers[number - 2].size


# -- from monitors to a recording --------------------------------------------------
class Assembly:
    """Puts together what the monitors of a run hold."""

    def __init__(self, plan, outcome, rows, candidates, eta, keep):
        self.plan, self.outcome, self.rows, self.candidates, self.eta = plan, outcome, rows, candidates, eta
        self.known = recordable(plan)
        self.stop = len(rows) * plan.n_steps * float(outcome.recordings["goodness_1_states"]["t"][1])
        pauses = rows["label"][-1] == plan.inputs.n_classes
        self.kept = slice(None, len(rows) * plan.n_steps if pauses else None)
        self.spikes = {
            name: self._spikes(name) for name, variables, _ in plan.recorded if "spikes" in variables
        }
        self.polarity = {
            name: np.asarray(outcome.recordings[f"{name}_states"]["p"][0]) for name in candidates
        }
        self.neurons = keep or {name: self._most_active(name) for name in candidates}

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
        for group in self.candidates:
            number = group.split("_")[1]
            traces[f"goodness_{number}.so_far"] = self._goodness_so_far(group)
            traces = {name: value for name, value in traces.items() if name != f"{group}.p"}
        t = self.outcome.recordings["goodness_1_states"]["t"][self.kept]
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
        if "synapses_" not in group:
            size = self._sizes().get(group, 1)
            return slice(None), np.arange(size)
        recorded = np.stack(_pairs(self.plan, group), axis=1)[
            np.asarray(synapse_indices(self.plan, group, self.candidates), int)
        ]
        columns = np.flatnonzero(np.isin(recorded[:, 1], self.neurons[_layer_of(group)]))
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
            float(self.outcome.recordings["goodness_1_states"]["t"][1]) * self.plan.n_steps,
        )
        for_layers = [
            [tuple(float(table[f"{kind}_{k}"][row]) for k in layers) for row in range(len(self.rows))]
            for kind in ("goodness", "modulator")
        ]
        labels = [
            (None, None) if label == self.plan.inputs.n_classes else (int(label), int(truth))
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
            found |= {
                f"synapses_{number}": rule,
                f"label_synapses_{number}": rule,
                f"modulator_{number}": network.modulator.values,
            }
        return {group: dict(values) for group, values in found.items()}
