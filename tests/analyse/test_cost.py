"""The estimate of a run's time: what it counts, and that it is not far from the time taken."""

from dataclasses import replace

import numpy as np
import pytest
from ffbrian.benchmarks import product

import ffbrian as ff
from ffbrian.analyse import cost
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.train.experiment import Experiment

RATES = cost.Rates()


def plan(*sizes, neuron="lif", encoder=None, **options):
    layers = [ff.Layer(size, neuron=getattr(ff.neurons, neuron)) for size in sizes]
    network = ff.Network(layers, encoder=encoder or ff.encoders.rate(max_rate="100 Hz"))
    return Plan(network, DataShape("values", (1, 10, 10), 10), 20, **options)


def test_input_spikes_are_those_of_the_rate_and_the_intensity():
    grey = ff.datasets.Images(np.full((3, 1, 10, 10), 51, np.uint8), [0, 1, 2], "grey")
    assert cost.input_spikes(plan(5), grey) == pytest.approx(2 * (100 * 0.2 * 100 * 0.02,))
    bright = ff.datasets.Images(np.full((3, 1, 10, 10), 255, np.uint8), [0, 1, 2], "bright")
    assert cost.input_spikes(plan(5), bright) == pytest.approx((200, 100))


def test_detailed_neurons_cost_more_and_stock_code_most():
    of = lambda *sizes, **more: cost.presentation(plan(*sizes, dt=1e-4, **more), (40, 30), RATES, True)  # noqa: E731
    assert of(500, neuron="hodgkin_huxley") > 2 * of(500, neuron="lif")
    assert of(500, neuron="adex") > of(500, neuron="lif")
    assert of(500, pathway="stock") > 5 * of(500)
    assert of(2000) > 2.5 * of(500) and of(500, 500) > 1.3 * of(500)


def test_all_labels_at_once_share_their_input():
    network = plan(500)
    one, ten = (cost.presentation(network, (2000, 90), RATES, False, copies) for copies in (1, 10))
    neurons = (
        network.n_steps * 500 * cost.step_of_neuron(cost.work.of_layer(network.network.layers[0]), RATES)
    )
    assert ten - one == pytest.approx(9 * neurons)


def test_an_experiment_is_counted_with_all_its_seeds_and_epochs():
    experiment = Experiment.load("digits-quick", ["training.epochs=2", "data.validation=0"])
    found = cost.estimate(experiment)
    longer = cost.estimate(replace(experiment, epochs=4))
    n_train = len(experiment.data.load().train)
    assert found.presentations == 2 * 2 * n_train * len(experiment.seeds)
    assert longer.presentations == 2 * found.presentations and longer.seconds > 1.5 * found.seconds
    assert "presentations of" in str(found) and "first time" in str(found)


def test_the_estimate_is_near_the_time_taken():
    train = Experiment.load("digits-quick").data.load().train
    wanted = Plan(ff.Network([ff.Layer(200)]), DataShape.of(train, 10), 40)
    rows = product.training_rows(train, 1500)
    with product.prepared(wanted, train, rows) as shown:
        shown.run(1)
        taken = min(shown.milliseconds() for _ in range(3)) * 1e6
    guess = cost.presentation(wanted, cost.input_spikes(wanted, train), RATES, True)
    assert 1 / 3 < guess / taken < 3, f"{guess:.0f} ns were expected, {taken:.0f} ns taken"
