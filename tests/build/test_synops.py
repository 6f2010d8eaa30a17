"""Synaptic operations, counted by the network, against spikes counted one by one."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff
from ffbrian.build import synaptic_operations as synops
from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Images
from ffbrian.learning import forward_forward as schedule
from ffbrian.network import connections
from ffbrian.network.connections import AllToAll, RandomConnection
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

N_CLASSES, SIZES, SHAPE = 3, (6, 4), (1, 3, 4)


@pytest.fixture(scope="module")
def images():
    return Images(np.random.default_rng(1).integers(0, 256, (2, *SHAPE), np.uint8), np.array([0, 2]))


def model_of(connection, images):
    """Two layers; its plan and fresh weights."""
    network = ff.Network(
        [ff.Layer(size, initial_weight=1.0, connection=connection) for size in SIZES], label_size=2
    )
    plan = ff.Trainer(network, presentation=10 * ms).plan(DataShape.of(images, N_CLASSES))
    return Model(plan, initial_state(plan, np.random.default_rng(0)), mode="runtime")


@pytest.fixture(scope="module")
def plan(images):
    """Two layers that see half of what is below."""
    return model_of(RandomConnection(0.5), images).plan


def count_by_hand(model, images):
    """Spike by spike, for the first image, with every label."""
    plan = replace(
        model.evaluation_plan(),
        recorded=tuple((name, ("spikes",), None) for name in ("inputs", "labels", "layer_1")),
    )
    rows = schedule.evaluation(np.array([0]), images.labels[:1], np.arange(N_CLASSES), model.seed)
    with data_file(images, plan) as path:
        recorded = open_plan(plan, "runtime").run(rows, path, model.state, {}).recordings
    spikes = {
        name: recorded[f"{name}_spikes"]["i"][recorded[f"{name}_spikes"]["t"] < 29.5e-3]
        for name in ("inputs", "labels", "layer_1")
    }
    wired = [
        connections.as_matrix(
            layer.connection,
            below,
            layer.size,
            np.ones(connections.count(layer.connection, below, layer.size)),
        )
        for layer, below in zip(plan.network.layers, plan.shapes())
    ]
    inputs, layer_1 = (
        sum(int(matrix[neuron].sum()) for neuron in spikes[name])
        for name, matrix in zip(("inputs", "layer_1"), wired)
    )
    assert inputs % N_CLASSES == 0  # the same spikes with every label
    return {"inputs": inputs // N_CLASSES, "labels": len(spikes["labels"]) * sum(SIZES), "layer_1": layer_1}


@pytest.mark.parametrize(
    ("connection", "mode"),
    [(RandomConnection(0.5), "runtime"), (RandomConnection(0.5), "standalone"), (AllToAll(), "runtime")],
)
def test_counts_are_those_of_the_spikes(connection, mode, images):
    model = model_of(connection, images)
    found, by_hand = replace(model, mode=mode).predict(images).synops, count_by_hand(model, images)
    assert {sender: counts[0] for sender, counts in found.items()} == by_hand
    assert all(count > 0 for count in by_hand.values()) and by_hand["labels"] == N_CLASSES * 2 * 10 * sum(
        SIZES
    )


def test_only_what_spike_counts_do_not_tell_is_counted_apart(images):
    counted = {}
    for kind, connection in (("half", RandomConnection(0.5)), ("all", AllToAll())):
        plan = model_of(connection, images).evaluation_plan()
        counted[kind] = [
            name.removeprefix("synops_") for name in plan.columns() if name.startswith("synops_")
        ]
    assert counted == {"half": ["inputs", "labels", "layer_1"], "all": ["labels"]}


def test_shared_drive_shows_the_input_once(plan):
    found = synops.per_inference(
        plan,
        {"inputs": np.array([10.0, 20.0]), "labels": np.array([6.0, 6.0]), "layer_1": np.array([1.0, 3.0])},
    )
    assert found == {
        "inputs": 15.0,
        "labels": 6.0,
        "layer_1": 2.0,
        "shared_drive": 23.0,
        "label_by_label": 15.0 * 3 + 8.0,
    }


def test_dense_multiply_accumulates_of_the_same_sizes(plan):
    pixels, label_units = 12, N_CLASSES * 2
    once = {"inputs": pixels * 6, "labels": 3 * label_units * 10, "layer_1": 3 * 6 * 4}
    assert synops.dense_macs(plan) == once | {
        "shared_drive": sum(once.values()),
        "label_by_label": 3 * (pixels * 6 + label_units * 10 + 6 * 4),
    }


def test_an_interneuron_is_one_synapse_of_every_neuron(images):
    network = ff.Network([ff.Layer(6, inhibition=ff.inhibition.subtractive)])
    plan = ff.Trainer(network, presentation=10 * ms).plan(DataShape.of(images, N_CLASSES))
    assert plan.senders() == ("inputs", "labels", "layer_1") and synops.fan_out(plan, "layer_1") == 1
    assert synops.dense_macs(plan)["layer_1"] == 3 * 6


def test_a_readout_sees_the_sample_once(images):
    network = ff.Network([ff.Layer(6), ff.Layer(4)], readout=ff.readouts.delta)
    plan = ff.Trainer(network, presentation=10 * ms, negatives=ff.HybridNegatives()).plan(
        DataShape.of(images, N_CLASSES)
    )
    assert synops.dense_macs(plan)["label_by_label"] == 12 * 6 + 6 * (4 + 3) + 4 * 3  # and no label
    assert (
        plan.senders() == ("inputs", "labels", "layer_1", "layer_2") and synops.fan_out(plan, "layer_2") == 3
    )
