"""The spikes of an encoder as event data, and a model that is shown them.

A network that replays the spikes of its own encoder gives the same goodness,
bit for bit; so spikes can be lost or displaced between encoder and network.
"""

from dataclasses import replace

import numpy as np

from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Events
from ffbrian.equations import encoders
from ffbrian.network.connections import AllToAll
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model


def as_events(model, split):
    """A model that reads events, and the spikes that a split makes its encoder send.

    Parameters
    ----------
    model : Model
    split : Images, Events or Signals
        Given back as it is where the encoder hands on events as they are.

    Returns
    -------
    model : Model
    events : Events
        Each spike in the middle of its time step.
    """
    if model.network.encoder == encoders.events:
        return model, split
    inputs = DataShape("events", model.plan.input_shape, model.plan.inputs.n_classes)
    plan = replace(model.plan, network=replace(model.network, encoder=encoders.events), inputs=inputs)
    return replace(model, plan=plan), encoder_spikes(model, split)


def encoder_spikes(model, split):
    """The spikes that an encoder sends in an evaluation (`Events`)."""
    listener = _listener(model)
    plan = listener.plan
    rows = plan.algorithm.probe(np.arange(len(split)), np.asarray(split.labels), model.seed)
    with data_file(split, plan) as path:
        found = (
            open_plan(plan, model.mode)
            .run(rows, path, listener.state_for(plan), {})
            .recordings["inputs_spikes"]
        )
    step = np.rint(np.asarray(found["t"], float) / plan.dt).astype(np.int64)
    sample, unit = step // plan.n_steps, np.asarray(found["i"], np.int32)
    inside = sample < len(split)
    times_us = np.rint((step % plan.n_steps + 0.5) * plan.dt * 1e6).astype(np.int64)[inside]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(sample[inside], minlength=len(split)))])
    return Events(
        times_us,
        unit[inside],
        offsets,
        np.asarray(split.labels),
        plan.n_inputs,
        f"spikes of {split.name}",
        plan.input_shape,
    )


def _listener(model):
    """A network of one neuron behind the same encoder, which records its spikes."""
    network = replace(
        model.network,
        layers=(replace(model.network.layers[0].resized(1), connection=AllToAll()),),
        graph=(),
        names={},
        label_size=1,
        readout=None,
    )
    plan = replace(
        model.plan,
        network=network,
        learns=False,
        has_candidates=False,
        has_layers=True,
        recorded=(("inputs", ("spikes",), None),),
    )
    return Model(plan, initial_state(plan, np.random.default_rng(0)), model.seed, mode=model.mode)
