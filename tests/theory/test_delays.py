"""Conduction delays: every input spike arrives when its synapse says, once, and only in its own
presentation.
"""

import numpy as np
import pytest
from brian2 import ms, mV, second

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.learning import forward_forward as schedule
from ffbrian.network import connections
from ffbrian.run.backends import data_file
from ffbrian.run.runtime import Runtime
from ffbrian.train.initial_state import initial_state

N_STEPS, LONGEST, SIZE = 20, 6, 5
#: Integrates without leak and never fires: its potential is the sum of what has arrived.
COUNTER = ff.neurons.lif(tau_m=1e9 * second, v_th=1e6 * mV, limit="")


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 3))


@pytest.fixture(scope="module")
def plan():
    network = ff.Network([ff.Layer(SIZE, neuron=COUNTER, initial_weight=0.1, delay=LONGEST * ms)])
    return Plan(
        network,
        DataShape("values", (1, 8, 8), 10),
        N_STEPS,
        learns=False,
        float_type="float64",
        recorded=(("inputs", ("spikes",), None), ("layer_1", ("v",), None)),
    )


@pytest.fixture(scope="module")
def state(plan):
    state = initial_state(plan, np.random.default_rng(1))
    return state | {"label_synapses_1.w": 0 * state["label_synapses_1.w"]}


def show(plan, digits, state, samples):
    samples = np.array(samples)
    rows = schedule.evaluation(samples, np.asarray(digits.labels)[samples], np.array([0]), 0)
    with data_file(digits, plan) as path:
        return Runtime(plan).run(rows, path, state, {}).recordings


def test_potential_is_the_sum_of_what_has_arrived(plan, digits, state):
    found = show(plan, digits, state, [0, 1])
    spike_step = np.rint(np.asarray(found["inputs_spikes"]["t"]) / 1e-3).astype(int)
    delay = connections.delays(LONGEST, 64 * SIZE).reshape(64, SIZE)
    weights = state["synapses_1.w"].reshape(64, SIZE)
    assert set(delay.ravel()) == set(range(LONGEST + 1)) and len(spike_step) > 50
    expected = np.zeros((2 * N_STEPS, SIZE))
    for step, neuron in zip(spike_step, found["inputs_spikes"]["i"]):
        end = (step // N_STEPS + 1) * N_STEPS
        for k in range(SIZE):
            expected[step + delay[neuron, k] : end, k] += 15e-3 * weights[neuron, k]
    np.testing.assert_allclose(
        np.asarray(found["layer_1_states"]["v"])[: 2 * N_STEPS] + 65e-3, expected, atol=1e-9
    )


def test_nothing_arrives_in_the_next_presentation(plan, digits, state):
    after_another = np.asarray(show(plan, digits, state, [1, 2])["layer_1_states"]["v"])[
        N_STEPS : 2 * N_STEPS
    ]
    alone = np.asarray(show(plan, digits, state, [2])["layer_1_states"]["v"])[:N_STEPS]
    np.testing.assert_allclose(after_another, alone, atol=1e-12)


def test_delays_longer_than_a_presentation_are_refused():
    with pytest.raises(
        ff.ModelError, match="layer 1 has delays of up to 20. ms, but a presentation lasts 20. ms"
    ):
        ff.Trainer(ff.Network([ff.Layer(4, delay=20 * ms)]), presentation=20 * ms)


def test_the_audit_finds_delayed_weights_local():
    found = ff.audit(ff.Network([ff.Layer(4, delay=5 * ms)]))
    assert found.is_local, str(found)


def test_labels_are_shown_all_at_once_unless_an_upper_layer_has_delays():
    inputs = DataShape("values", (1, 8, 8), 10)
    assert Plan(ff.Network([ff.Layer(4, delay=2 * ms)]), inputs, N_STEPS).shows_all_labels()
    assert not Plan(ff.Network([ff.Layer(4), ff.Layer(4, delay=2 * ms)]), inputs, N_STEPS).shows_all_labels()
