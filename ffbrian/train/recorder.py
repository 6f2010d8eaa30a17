"""Making a recording: a run of a model with monitors.

It learns, so that a change of weight can be seen, but the model itself stays as
it is.  By default it runs in Brian 2's runtime mode: nothing is compiled, and
with float64 the values are those of the compiled network up to rounding.
"""

from dataclasses import replace

import numpy as np
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.utils.stringtools import get_identifiers

from ffbrian.datasets import Events, Images, Signals
from ffbrian.errors import DataError, RunError
from ffbrian.learning.negatives import NO_LABEL
from ffbrian.learning.schedule import Schedule, seeds_of
from ffbrian.models.quantities import is_real, is_whole, shortened
from ffbrian.models.text import parse_equations
from ffbrian.network import connections
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.assembly import (
    N_CANDIDATES,
    Assembly,
    chosen_neurons,
    number_of,
    recordable,
    resolved,
    synapse_indices,
)
from ffbrian.train.recording import PHASES


def record(
    model,
    sample=None,
    label=None,
    variables=None,
    *,
    presentations=None,
    neurons=None,
    learning_rate=None,
    seed=None,
    mode="runtime",
    pause=True,
):
    """Show a sample to a model in both phases and record what happens.

    Parameters
    ----------
    model : Model
        Stays as it is.
    sample : Sample, array or Spikes
        As ``data.test[7]`` gives it, or an image without its label.
    label : int, optional
        A wrong label to show in the negative phase (default: the next class);
        for a sample without label, its own.  A network with a readout is shown none.
    variables : sequence of str, optional
        ``"v"`` records `v` wherever it exists, ``"layer_2.v"`` there alone
        (see `recordable`).  Default: all variables of membranes, traces and
        synapses.  Spikes, weights, modulators and goodness are always there.
    presentations : sequence of (sample, label, phase), optional
        Instead of `sample`: what to show; phase is ``"positive"``,
        ``"negative"`` or ``"evaluation"``.
    neurons : sequence of int, or dict of str to such, optional
        The neurons (of every layer, or by layer) whose synapses are recorded.
        Default: active ones, of both polarities.
    learning_rate : float, optional
        Default: that of the network's rule.
    seed : int, optional
        Of the encoder's random numbers; default: the model's.
    mode : str
        ``"runtime"``, or ``"standalone"`` for very large networks.  There the
        default neurons are chosen among the first of each layer, so that the
        recording of another sample compiles nothing.
    pause : bool
        Show nothing, for one presentation, at the end.  Without it the last
        values are those of the first step after the last presentation, in
        which its modulator and its weights can be seen.

    Returns
    -------
    Recording

    Raises
    ------
    RunError
        For an unknown variable or neuron, or a seed or learning rate that is no number.
    DataError
        If a sample does not fit the network.
    """
    if not model.plan.algorithm.has_labels:
        raise RunError(
            "record: recordings show the labels and phases of forward_forward, but this network learnt by "
            f"{model.plan.algorithm.kind}; record the plan's variables with `recorded` of "
            "`ffbrian.build.plan.Plan` instead."
        )
    _check_numbers(seed, learning_rate)
    shown = _triples(model, sample, label, presentations)
    candidates = _candidates(model, shown, neurons, mode)
    plan = recording_plan(model, variables, candidates)
    split, rows = _schedule(model, shown, model.seed if seed is None else seed, pause)
    eta = float(model.network.rule.values["eta"] if learning_rate is None else learning_rate)
    runner = open_plan(plan, mode)
    with data_file(split, plan) as path:
        outcome = runner.run(rows, path, model.state_for(plan), {"session.eta": eta})
    return Assembly(
        plan, outcome, rows, candidates, eta, keep=None if neurons is None else candidates
    ).recording()


def _check_numbers(seed, learning_rate):
    if seed is not None and not is_whole(seed):
        raise RunError(
            f"record: seed is {shortened(seed)}, expected a whole number of at least 0, or None for "
            "that of the model."
        )
    if learning_rate is not None and not is_real(learning_rate, 0):
        raise RunError(
            f"record: learning_rate is {shortened(learning_rate)}, expected a number of at least 0, "
            "or None for that of the rule."
        )


def sent_spikes(model, sample, label=None, seed=None):
    """The spikes that inputs and labels send when a sample is shown once.

    Parameters
    ----------
    model : Model
    sample : Sample, array or Spikes
    label : int, optional
        The label that is shown; default: the sample's own.
    seed : int, optional
        Of the encoder's random numbers; default: the model's.

    Returns
    -------
    dict of str to (array, Quantity)
        Neurons and times of the spikes of ``"inputs"`` and ``"labels"``; a
        network with a readout is shown no label.

    Raises
    ------
    DataError
        If the sample does not fit the network, or no label is known.
    """
    label = _value_and_label(sample)[1] if label is None else label
    if label is None:
        raise DataError("sent_spikes: this sample has no label; give the one to show as label=….")
    recording = record(
        model, presentations=[(sample, label, "evaluation")], variables=[], neurons=[], seed=seed, pause=False
    )
    end = float(recording.presentations[0].stop - recording.dt / 2)
    is_shown = {"inputs": True, "labels": model.network.readout is None}
    cut = {
        name: np.asarray(recording.spikes[name][1]) < (end if shown else 0)
        for name, shown in is_shown.items()
    }
    return {name: tuple(part[inside] for part in recording.spikes[name]) for name, inside in cut.items()}


# -- what is shown -------------------------------------------------------------
def _triples(model, sample, label, presentations):
    """(value, label, phase, truth) of every presentation."""
    n_classes = model.plan.inputs.n_classes
    if (sample is None) == (presentations is None):
        raise DataError(
            'record: give either a sample or presentations, such as [(data.test[7], 3, "negative")].'
        )
    if presentations is None:
        value, truth = _value_and_label(sample)
        if truth is None and label is None:
            raise DataError("record: this sample has no label; give it as label=….")
        truth, label = (label, None) if truth is None else (truth, label)
        wrong = (truth + 1) % n_classes if label is None or label == truth else label
        presentations = [(sample, truth, "positive"), (sample, wrong, "negative")]
    triples = []
    for sample, label, phase in presentations:
        value, truth = _value_and_label(sample)
        phase = PHASES.get(phase, phase)
        if phase not in PHASES.values():
            raise DataError(f"record: phase is {phase!r}, expected one of {', '.join(PHASES)}.")
        label = truth if label is None else label
        if not is_whole(label, 0, n_classes - 1):
            raise DataError(
                f"record: label is {shortened(label)}, but the network knows the labels 0 to {n_classes - 1}."
            )
        triples.append((value, int(label), phase, truth if truth is not None else int(label)))
    return triples


def _value_and_label(sample):
    is_sample = hasattr(sample, "value") and hasattr(sample, "label")
    return (sample.value, int(sample.label)) if is_sample else (sample, None)


def _schedule(model, shown, seed, pause):
    """The data that are shown, as a split, and the schedule."""
    labels = np.array([label for _, label, _, _ in shown])
    labels = labels if model.network.readout is None else np.full_like(labels, NO_LABEL)
    truth, phase = (np.array([row[k] for row in shown]) for k in (3, 2))
    split = _split(model.plan.inputs, [value for value, *_ in shown], truth)
    model.check_data(split)
    if pause:
        labels, phase, truth = (
            np.append(labels, model.plan.inputs.n_classes),
            np.append(phase, 0),
            np.append(truth, 0),
        )
    places = np.arange(len(labels))
    return split, Schedule.of(places, seeds_of(seed, places), truth, label=labels, phase=phase)


def _split(inputs, values, truth):
    """The samples and one that is blank."""
    labels = np.append(truth, 0).astype(np.int64)
    if inputs.kind == "values":
        images = [np.asarray(value) for value in values]
        images = [image[None] if image.ndim == 2 else image for image in images]
        return Images(np.stack([*images, np.zeros_like(images[0])]), labels, name="record")
    if inputs.kind == "signals":
        values = [np.atleast_2d(np.asarray(value, np.float32)) for value in values]
        return Signals(np.stack([*values, np.zeros_like(values[0])]), labels, inputs.rate_hz, name="record")
    counts = [len(value.times_us) for value in values]
    offsets = np.concatenate([[0], np.cumsum(counts), [sum(counts)]])
    times, units = (
        np.concatenate([getattr(value, name) for value in values]) for name in ("times_us", "units")
    )
    return Events(times, units, offsets, labels, inputs.n_units, name="record", shape=inputs.shape)


def recording_plan(model, variables, candidates):
    """The model's plan with monitors."""
    known = recordable(model.plan)
    wanted = (
        _defaults(model.plan, known)
        if variables is None
        else [full for name in variables for full in resolved(name, known, model.network.rule)]
    )
    recorded = []
    for group, names in known.items():
        names = sorted(
            {full.split(".")[1] for full in wanted if full.split(".")[0] == group}
            | _always_recorded(model.network, group)
        )
        spikes = ["spikes"] if group in ("inputs", "labels") or group.startswith("layer_") else []
        if names + spikes:
            recorded.append((group, tuple(names + spikes), synapse_indices(model.plan, group, candidates)))
    return replace(
        model.plan,
        algorithm=model.plan.algorithm.recorded_as(),
        learns=True,
        has_candidates=False,
        has_layers=True,
        recorded=tuple(recorded),
    )


def _defaults(plan, known):
    """Membranes, synaptic inputs, traces, eligibilities."""
    network = plan.network
    names = {
        e.varname
        for layer in network.layers
        for e in layer.equations().values()
        if e.type == DIFFERENTIAL_EQUATION
    }
    for text in (network.rule.pre_equations, network.rule.post_equations, network.rule.equations):
        names |= set(parse_equations(network.rule.title, text).names)
    return [f"{group}.{name}" for group, variables in known.items() for name in variables if name in names]


def _always_recorded(network, group):
    """What a recording needs to tell weights, modulators and goodness."""
    if group in {route.name for route in network.routes()}:
        return {"w"}
    if group.startswith("layer_") and number_of(group) not in network.learners():
        return set()
    kind = group.rsplit("_", 1)[0]
    counted = get_identifiers(network.modulator.contribution) & (
        {*network.modulator.parsed("neuron_equations").names} | {"n_spikes", "unit"}
    )
    needed = {
        "modulator": {"M"},
        "goodness": {"goodness"},
        "layer": counted | {"p"},
    }
    return needed.get(kind, set())


def _candidates(model, shown, neurons, mode):
    """Neurons of each layer whose synapses are recorded."""
    if neurons is not None:
        return chosen_neurons(model.plan, neurons)
    if mode == "standalone" or not model.network.is_stack:
        sizes = (layer.size for layer in model.network.layers)
        return {f"layer_{k}": np.arange(min(size, N_CANDIDATES)) for k, size in enumerate(sizes, 1)}
    return {name: np.sort(np.argsort(-drive)[:N_CANDIDATES]) for name, drive in _drives(model, shown).items()}


def _drives(model, shown):
    """How strongly the first presentation drives each neuron: weights times input, without dynamics."""
    value, label, *_ = shown[0]
    below, drives = np.tile(_strength(model.plan.inputs, value), model.network.encoder.copies), {}
    shows = np.repeat(np.arange(model.plan.inputs.n_classes) == label, model.network.label_size)
    for number, layer in enumerate(model.network.layers, 1):
        weights = connections.as_matrix(
            layer.connection, model.plan.shapes()[number - 1], layer.size, model.state[f"synapses_{number}.w"]
        )
        label_weights = model.state[f"label_synapses_{number}.w"].reshape(-1, layer.size)
        drives[f"layer_{number}"] = below @ weights + shows @ label_weights
        below = drives[f"layer_{number}"].clip(0)
    return drives


def _strength(inputs, value):
    if inputs.kind == "signals":
        return np.ones(inputs.n_units)
    if inputs.kind == "values":
        flat = np.asarray(value, float).ravel() / 255
        return flat if flat.size == inputs.n_units else np.zeros(inputs.n_units)
    return np.bincount(value.units, minlength=inputs.n_units)[: inputs.n_units].astype(float)
