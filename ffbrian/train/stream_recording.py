"""Recording a stream: what goes on in a model from sample to sample, while it learns."""

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Quantity, second

from ffbrian import datasets
from ffbrian.errors import DataError, RunError
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.assembly import chosen_neurons, recordable, resolved, routes_of, synapse_indices
from ffbrian.train.recording import with_unit

#: Variables of the session: what is on, and what the reward says when it arrives.
SESSION = ("shows", "shown", "arrived", "taught")
#: Neurons of each layer whose synapses are recorded unless others are named.
N_CHOSEN = 4


@dataclass(frozen=True)
class Scene:
    """One sample of a stream.

    Attributes
    ----------
    begin, end, label_from, reward_at : Quantity
        When it was shown, when its label appeared, and when its reward arrived.
    label, truth : int
        What the label said, and what it should have said.
    reward : int
        +1 if they were the same, -1 if not.
    """

    begin: Quantity
    end: Quantity
    label_from: Quantity
    reward_at: Quantity
    label: int
    truth: int
    reward: int


@dataclass(frozen=True)
class StreamRecording:
    """Traces of a stream.

    Attributes
    ----------
    t : (n_steps,) Quantity
    traces : dict of str to (n_steps, n_recorded) Quantity or array
        By ``"group.variable"``, such as ``"layer_1.v"`` or ``"synapses_1.elig"``.
    pairs : dict of str to (n_recorded, 2) int array
        Pre- and postsynaptic neurons of the recorded synapses, by projection.
    spikes : dict of str to (array, Quantity)
        Neurons and times.
    scenes : tuple of Scene
    """

    t: Quantity
    traces: dict
    pairs: dict
    spikes: dict
    scenes: tuple


def record(
    model,
    split,
    variables=("v", "a", "elig", "w", "M"),
    *,
    neurons=None,
    seed=None,
    mode="runtime",
):
    """Let a model learn from some samples in a stream, and record it; the model stays as it is.

    Parameters
    ----------
    model : Model
        Of a stream.
    split : Images
        Each sample is shown with its label and, at its place in the order, with a wrong one.
    variables : sequence of str
        ``"v"`` wherever it exists, or ``"layer_2.v"``.
    neurons : sequence of int, or dict of str to such, optional
        The neurons (of every layer, or by layer) whose synapses are recorded; default: the first four.
    seed : int, optional
        Of durations and wrong labels; default: the model's.
    mode : str
        ``"runtime"`` or ``"standalone"``.

    Returns
    -------
    StreamRecording

    Raises
    ------
    DataError
        For anything but a split that fits.
    RunError
        For a model that did not learn in a stream, or an unknown variable or neuron.
    """
    if not model.plan.stream:
        raise RunError("record: this model learnt from presentations, not in a stream; use Model.record.")
    if not datasets.is_split(split):
        raise DataError(
            "record: a stream goes from sample to sample; give a split alone, as data.test.take(slice(0, 9))."
        )
    model.check_data(split)
    chosen = _first_neurons(model.plan) if neurons is None else chosen_neurons(model.plan, neurons)
    plan = replace(model.plan, recorded=_recorded(model.plan, variables, chosen))
    rng, places = np.random.default_rng(model.seed if seed is None else seed), np.arange(len(split))
    shown = plan.algorithm.training(places, np.asarray(split.labels), plan.inputs, 0, rng)
    rows = plan.laid_out(plan.stream.mixed(shown, rng))
    eta = float(model.network.rule.values["eta"])
    with data_file(split, plan) as path:
        outcome = open_plan(plan, mode).run(rows, path, model.state_for(plan), {"session.eta": eta})
    return _assembled(plan, outcome, rows)


def _recorded(plan, variables, chosen):
    """What the monitors hold (see `Plan`)."""
    known = recordable(plan)
    full = {one for name in variables for one in resolved(name, known, plan.network.rule)}
    found = [("session", SESSION, None)]
    for group, names in known.items():
        wanted = [own for own in names if f"{group}.{own}" in full]
        spikes = ["spikes"] if group.startswith(("inputs", "labels", "layer_")) else []
        if wanted + spikes:
            found.append((group, (*wanted, *spikes), synapse_indices(plan, group, chosen)))
    return tuple(found)


def _first_neurons(plan):
    """Some neurons of every layer (dict of str to (n,) array)."""
    layers = enumerate(plan.network.layers, 1)
    return {f"layer_{number}": np.arange(min(layer.size, N_CHOSEN)) for number, layer in layers}


def _assembled(plan, outcome, rows):
    known, n_steps = recordable(plan), int(rows["length"].sum()) * plan.n_steps
    traces, pairs, spikes = {}, {}, {}
    t = outcome.recordings["session_states"]["t"][:n_steps]
    for group, variables, indices in plan.recorded:
        states = outcome.recordings.get(f"{group}_states", {})
        for name in variables:
            if name == "spikes":
                spikes[group] = _spikes(outcome.recordings[f"{group}_spikes"], n_steps * plan.dt)
            elif group == "session":
                traces[f"{group}.{name}"] = states[name][:n_steps]
            else:
                traces[f"{group}.{name}"] = with_unit(states[name][:n_steps], known[group][name])
        if indices is not None:
            route = routes_of(plan.network)[group]
            pairs[group] = np.stack(route.ends(*plan.ends_of(route)), axis=1)[list(indices)]
    return StreamRecording(np.array(t) * second, traces, pairs, spikes, _scenes(plan, rows))


def _spikes(found, stop):
    inside = np.asarray(found["t"]) < stop * (1 - 1e-9)
    return np.array(found["i"], int)[inside], np.array(found["t"], float)[inside] * second


def _scenes(plan, rows):
    """The samples with all their times."""
    unit = plan.n_steps * plan.dt
    begin = np.append(0, np.cumsum(rows["length"]))
    comes = begin[:-1] + rows["reward_at"]
    late = rows["late_at"][1:] > 0
    comes[:-1][late] = (begin[1:-1] + rows["late_at"][1:])[late]
    return tuple(
        Scene(
            begin[k] * unit * second,
            (begin[k] + rows["off"][k]) * unit * second,
            (begin[k] + rows["label_on"][k]) * unit * second,
            comes[k] * unit * second,
            int(rows["label"][k]),
            int(rows["truth"][k]),
            int(rows["phase"][k]),
        )
        for k in range(len(rows))
    )
