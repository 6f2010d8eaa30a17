"""Random and local connections: which synapses there are, and that vectorised rows with absent ones change
nothing.
"""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import LEAST_DENSITY
from ffbrian.models.synapse import SynapseModel
from ffbrian.network import connections
from ffbrian.network.connections import AllToAll, LocalConnection, RandomConnection
from ffbrian.network.weight_matrix import Rows

#: A rule whose weights move at spikes too, so that absent synapses must be held there as well.
RESTLESS = ff.PlasticityRule(
    pre_equations="x : 1",
    on_pre_spike="x += 1",
    equations="elig : 1",
    on_pre="w -= 1e-4",
    on_post="elig += x_pre; w += 2e-4",
    consolidate="w += eta*M*p_post*elig; elig = 0",
    parameters={"eta": 1e-3},
)


@pytest.fixture(scope="module")
def train():
    """A few real digits (`Images`)."""
    return ff.datasets.load("digits").train.take(slice(0, 60))


def trained(train, mode, *layers, **settings):
    """A model trained for one epoch in float64."""
    network = {key: settings.pop(key) for key in ("rule",) if key in settings}
    return ff.Trainer(ff.Network(layers, **network), mode=mode, float_type="float64", **settings).fit(
        train, 1, seed=3
    )


#: Two layers and a rule, so that rows without a synapse are met by what is never skipped and by what skips
#: silent rows.
LOCAL = (
    ff.Layer(20, initial_weight=0.1, connection=LocalConnection(4)),
    ff.Layer(10, initial_weight=0.3, connection=RandomConnection(0.2)),
)
SECOND = (
    ff.Layer(20, initial_weight=0.1),
    ff.Layer(10, initial_weight=0.3, connection=RandomConnection(0.4)),
)


@pytest.fixture(scope="module")
def compiled(train):
    """Models trained by compiled networks, by name."""
    return {
        "local": trained(train, "standalone", *LOCAL, rule=RESTLESS),
        "second": trained(train, "standalone", *SECOND, rule=ff.plasticity.eligibility_stdp),
    }


@pytest.mark.parametrize(
    "name, layers, rule",
    [("local", LOCAL, RESTLESS), ("second", SECOND, ff.plasticity.eligibility_stdp)],
    ids=["local", "second"],
)
def test_masked_rows_equal_lists_of_synapses(train, compiled, name, layers, rule):
    masked, listed = compiled[name], trained(train, "runtime", *layers, rule=rule)
    partial = [number for number, layer in enumerate(layers, 1) if layer.connection != AllToAll()]
    assert list(masked.plan.masked()) == [f"synapses_{number}" for number in partial]
    for state, weights in listed.state.items():
        np.testing.assert_allclose(masked.state[state], weights, rtol=1e-12, atol=1e-15, err_msg=state)
    for number in partial:
        below = (1, 8, 8) if number == 1 else (20,)
        n_synapses = connections.count(layers[number - 1].connection, below, layers[number - 1].size)
        assert (
            masked.state[f"synapses_{number}.w"].shape == (n_synapses,)
            and n_synapses < 0.5 * np.prod(below) * layers[number - 1].size
        )


def test_masked_second_layer_is_shown_all_labels_at_once(train, compiled):
    model = compiled["second"]
    assert model.plan.shows_all_labels()
    few = train.take(slice(0, 5))
    one_by_one = replace(model, mode="runtime").predict(few)
    np.testing.assert_allclose(model.predict(few).goodness, one_by_one.goodness, rtol=1e-5, atol=1e-6)
    assert one_by_one.goodness[:, 1].std() > 0


def test_recorded_synapses_are_those_that_exist(train, compiled):
    model = compiled["local"]
    for mode in ("standalone", "runtime"):
        recording = model.record(train[0], mode=mode, neurons=[3, 5])
        pairs = recording.indices["synapses_1"]
        pre, post = connections.pairs(LocalConnection(4), (1, 8, 8), 20)
        chosen = np.isin(post, [3, 5])
        np.testing.assert_array_equal(pairs, np.stack([pre, post], axis=1)[chosen])
        np.testing.assert_allclose(
            recording["synapses_1.w"][0], model.state["synapses_1.w"][chosen], atol=5e-4
        )


def test_full_rows_hold_a_synapse_where_its_neurons_meet():
    rows = Rows(np.array([0, 0, 2]), np.array([1, 3, 0]), (3, 4))
    full = rows.spread([5, 6, 7])
    np.testing.assert_array_equal(full, [[0, 5, 0, 6], [0, 0, 0, 0], [7, 0, 0, 0]])
    np.testing.assert_array_equal(rows.gather(full.ravel()), [5, 6, 7])
    np.testing.assert_array_equal(rows.mask(), full > 0)
    np.testing.assert_array_equal(full.ravel()[rows.places([2, 0])], [7, 5])


def test_few_synapses_stay_a_list():
    few, many = (
        ff.Network(ff.Layer(50, connection=RandomConnection(p)))
        for p in (LEAST_DENSITY / 2, LEAST_DENSITY * 2)
    )
    masked = [
        ff.Trainer(network).plan(DataShape("values", (1, 28, 28), 10)).masked() for network in (few, many)
    ]
    assert not masked[0] and list(masked[1]) == ["synapses_1"]


@pytest.mark.parametrize(
    "on_pre, is_silent",
    [
        ("afferent_post += w", True),
        ("afferent_post += clip(-w, 0, inf)", True),
        ("afferent_post += w + 0.1", False),
        ("afferent_post = 0", False),
        ("afferent_post += exp(w)", False),
    ],
)
def test_rows_are_masked_only_where_a_weight_of_0_transmits_nothing(on_pre, is_silent):
    assert (
        SynapseModel(
            equations="drive = 0*volt : volt", on_input="v += afferent*mV", on_pre=on_pre
        ).is_silent_at_zero()
        == is_silent
    )


def test_local_patches_are_squares():
    pre, post = LocalConnection(3).pairs((2, 6, 7), 40)
    for neuron in range(40):
        channel, row, column = np.unravel_index(pre[post == neuron], (2, 6, 7))
        assert len(row) == 2 * 9 and np.ptp(row) == 2 and np.ptp(column) == 2 and set(channel) == {0, 1}


def test_on_a_line_of_units_a_patch_is_a_run_of_neighbours():
    pre, post = LocalConnection(4).pairs((3, 20), 15)
    for neuron in range(15):
        channel, place = np.unravel_index(pre[post == neuron], (3, 20))
        assert np.bincount(channel).tolist() == [4, 4, 4] and np.ptp(place) == 3
    with pytest.raises(ff.ModelError, match="does not fit the population below, of shape"):
        LocalConnection(4).pairs((20,), 15)


def test_random_connections_have_their_probability():
    pre, post = RandomConnection(0.3).pairs((50,), 60)
    assert abs(len(pre) / 3000 - 0.3) < 0.04
    assert AllToAll().pairs((50,), 60) is None
