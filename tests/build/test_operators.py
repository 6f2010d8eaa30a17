"""Networks that learn operators: branch, trunks and their products."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms
from resuming import check_resumed

import ffbrian as ff
from ffbrian import learning
from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Vectors
from ffbrian.network.trunk import Trunk
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train import random_control
from ffbrian.train.initial_state import initial_state
from ffbrian.train.metrics import network_size

STAGGERED = ff.neurons.lif(initial="v = v_rest + (v_th - v_rest)*((unit*0.618034) % 1.0)")
GRADED = dict(neuron=STAGGERED, synapse=ff.synapses.graded)


def integrals(n=8, separable=True):
    """From a + b x to its product with t at points (x, t)."""
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, n, 1))
    x, t = (axis.ravel() for axis in np.meshgrid([0, 0.5, 1], [0, 0.3, 0.7, 1], indexing="ij"))
    sensors = np.linspace(0, 1, 5)
    return Vectors.of_operator(a + b * sensors, np.stack([x, t], 1), (a + b * x) * t)


def network(axes=((),), size=6):
    """A branch of some neurons and a trunk for each of some axes."""
    coder = ff.encoders.receptive_fields(copies=4)
    trunks = [Trunk(ff.Layer(5, initial_weight=0.5, **GRADED), coder, seen) for seen in axes]
    return ff.Network(
        [ff.Layer(size, initial_weight=0.3, **GRADED)], encoder=ff.encoders.currents, trunks=trunks
    )


CASES = {
    "one trunk": (ff.NodePerturbation("polarity"), network()),
    "a trunk for each axis": (ff.NodePerturbation("polarity"), network(((0,), (1,)))),
    "running moments": (
        ff.NodePerturbation("polarity"),
        replace(network(), rule=ff.plasticity.polarity_moments),
    ),
    "scalar": (ff.NodePerturbation("antithetic"), network()),
    "random features": (ff.RandomFeatures(), network()),
    "error broadcast": (ff.ErrorBroadcast(), network()),
}


def plan_of(algorithm, net, data):
    trainer = ff.Trainer(net, presentation=20 * ms, algorithm=algorithm, float_type="float64")
    return trainer.plan(DataShape.of(data, 1))


def outcome(runner, algorithm, data, order=None):
    """Weights and results after some functions have been shown."""
    plan, order = runner.plan, np.arange(len(data)) if order is None else order
    state = initial_state(plan, np.random.default_rng(3))
    shown = algorithm.training(order, 0 * order, plan.inputs, 0, np.random.default_rng(1))
    scalars = {"session.eta": 0.01 if plan.network.rule.kept else 0.1} | algorithm.scalars(plan, 0, 1)
    with data_file(data, plan) as path:
        return state, runner.run(shown, path, state, scalars, keep=list(state))


@pytest.mark.parametrize("name", CASES)
def test_both_runners_learn_the_same(name):
    algorithm, net = CASES[name]
    data = integrals()
    plan = plan_of(algorithm, net, data)
    before, compiled = outcome(project(plan), algorithm, data)
    _, interpreted = outcome(Runtime(plan), algorithm, data)
    for key in before:
        np.testing.assert_allclose(compiled.state[key], interpreted.state[key], rtol=0, atol=1e-12)
    changed = {key for key in before if (compiled.state[key] != before[key]).any()}
    assert "readout_synapses_1.w" in changed and ("synapses_1.w" in changed) == (name != "random features")
    assert ("trunk_weights_1.w" in changed) == algorithm.trunks_learn


@pytest.mark.parametrize("name", CASES)
def test_a_resumed_training_ends_with_the_same_bits(name, tmp_path):
    algorithm, net = CASES[name]
    trainer = ff.Trainer(net, presentation=20 * ms, algorithm=algorithm, float_type="float64", chunk=4)
    check_resumed(trainer, integrals(), tmp_path / "checkpoint.npz")


def test_no_readout_of_fresh_features_beats_least_squares():
    """The control is the minimum of the error on the training set: no change of the readout lowers it."""
    rng, n = np.random.default_rng(5), 12
    seen, features, targets = rng.normal(size=(40, n)), rng.normal(size=(9, 4)), rng.normal(size=(40, 9))

    def error(change):
        best = random_control.solved(seen, features, targets, seen)
        return np.linalg.norm(best + (seen - seen.mean(axis=0)) @ change @ features.T - targets)

    least = error(np.zeros((n, 4)))
    assert all(error(rng.normal(0, 0.01, (n, 4))) > least for _ in range(20))
    plain = random_control.solved(seen, None, targets, seen)
    assert np.linalg.norm(plain - targets) <= least


def test_the_control_knows_the_features_that_the_network_answers_with():
    """A readout in the network that least squares found answers what the control says."""
    algorithm, data, net = ff.RandomFeatures(), integrals(), network(((0,), (1,)))
    plan = plan_of(algorithm, net, data)
    learns = replace(net, rule=ff.plasticity.polarity_moments)
    found = random_control.measure(
        plan_of(ff.NodePerturbation(), learns, data), data, data, ff.Regression(), seed=3
    )
    seen, features = random_control.Observer.of(plan, 3, "standalone").features(data)
    best = np.linalg.lstsq(seen - seen.mean(axis=0), data.targets - data.targets.mean(axis=0), rcond=1e-6)[0]
    weights = best @ np.linalg.pinv(features.T, rcond=1e-6)
    state = initial_state(plan, np.random.default_rng(3))
    state["readout_synapses_1.w"] = (weights / 0.0625**3 / 25).ravel()
    plain = algorithm.evaluation_plan(plan, "runtime")
    with data_file(data, plan) as path:
        table = (
            Runtime(plain)
            .run(
                algorithm.probe(np.arange(8), np.zeros(8, int), 3),
                path,
                algorithm.state_for(state, plain),
                {},
            )
            .table
        )
    answers = np.array([table[f"readout_{q}"] for q in range(12)]).T
    bias = data.targets.mean(axis=0) - seen.mean(axis=0) @ weights @ features.T
    error = np.linalg.norm(answers + bias - data.targets) / np.linalg.norm(data.targets)
    assert 0.01 < error < 0.9
    assert found[random_control.NAME]["test_relative_l2"] == pytest.approx(error, rel=1e-3)


def weighted_spikes(recording, size, n_steps=20):
    """What spikes of a presentation add up to, an early one counting more than a late one."""
    step = np.rint(recording["t"] / 1e-3).astype(int)
    early = 0.0625 * (1 - step % n_steps / n_steps)
    return np.bincount(recording["i"], weights=early, minlength=size)


def test_an_answer_is_the_sum_of_products_of_coefficients_and_features():
    """From the recorded spikes of branch and trunks, by hand."""
    algorithm, data, net = ff.RandomFeatures(), integrals(1), network(((0,), (1,)))
    plan = plan_of(algorithm, net, data)
    state = initial_state(plan, np.random.default_rng(3))
    state["readout_synapses_1.w"] = np.random.default_rng(4).normal(size=30)
    state["readout.b"] = np.linspace(0, 1, 12)
    names = ("layer_1", "trunk_1", "trunk_2")
    plan = replace(plan, learns=False, recorded=tuple((name, ("spikes",), None) for name in names))
    with data_file(data, plan) as path:
        found = Runtime(plan).run(algorithm.probe(np.zeros(1, int), np.zeros(1, int), 0), path, state, {})
    sizes = (6, 3 * 5, 4 * 5)
    r = [weighted_spikes(found.recordings[f"{name}_spikes"], size) for name, size in zip(names, sizes)]
    coefficients = r[0] @ state["readout_synapses_1.w"].reshape(6, 5)
    in_space, in_time = 5 * r[1].reshape(3, 5), 5 * r[2].reshape(4, 5)
    expected = np.einsum("k,xk,tk->xt", coefficients, in_space, in_time).ravel() + state["readout.b"]
    answers = [found.table[f"readout_{q}"][0] for q in range(12)]
    assert np.ptp(expected - state["readout.b"]) > 0.1
    np.testing.assert_allclose(answers, expected, atol=1e-9)


@pytest.mark.parametrize(
    "places, points, expected",
    [
        ((0,), [[1, 5], [3, 5], [1, 6]], ([[0], [1]], [0, 1, 0])),
        ((), [[1, 5], [3, 5]], ([[0, 0], [1, 0]], [0, 1])),
    ],
)
def test_a_trunk_runs_once_for_each_different_place(places, points, expected):
    trunk = Trunk(ff.Layer(5, **GRADED), axes=places)
    found = trunk.places(points)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_a_network_with_trunks_is_written_and_read():
    net = network(((0,), (1,)))
    assert ff.Network.from_dict(net.to_dict()).to_dict() == net.to_dict()


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Trunk(ff.Layer(5)), "expected a Layer with a synapse that takes graded values"),
        (lambda: Trunk(ff.Layer(5, **GRADED), ff.encoders.rate), "sends coordinates as graded values"),
        (lambda: Trunk(ff.Layer(5, **GRADED), axes=(0, 0)), "axes is (0, 0), expected different whole"),
        (lambda: Trunk(ff.Layer(5, **GRADED), speed=-1), "speed is -1, expected a number"),
        (lambda: ff.Network([ff.Layer(5)], trunks=[ff.Layer(5)]), "expected Trunk(Layer(48, ...))"),
        (
            lambda: ff.Network([ff.Layer(5)], trunks=[Trunk(ff.Layer(n, **GRADED)) for n in (4, 5)]),
            "trunks have 4, 5 neurons; give all of them the same number",
        ),
        (
            lambda: plan_of(ff.NodePerturbation(), network(((2,),)), integrals()),
            "trunk 1 looks at axis 2, but the points have 2 coordinates",
        ),
        (
            lambda: plan_of(learning.class_of("pepita")(), network(), integrals()),
            "pepita knows no networks with trunks; learn operators by node_perturbation",
        ),
        (
            lambda: plan_of(ff.NodePerturbation(), network(), Vectors(np.ones((3, 5)), np.ones((3, 2)))),
            "the data have none; choose data such as 'poisson'",
        ),
    ],
)
def test_refused_with_a_sentence(make, words):
    with pytest.raises(ff.ModelError) as caught:
        make()
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["poisson", "reaction-diffusion"])
def test_the_methods_section_and_the_audit_know_trunks(main, name):
    status, text, err = main("describe", name)
    assert status == 0 and "that learns an operator" in text, err
    assert "Every synapse keeps from one presentation to the next" in text
    status, text, err = main("audit", name)
    assert status == 0 and "trunk_1.r" in text, err


def test_trunks_and_the_readout_are_in_the_size_of_the_network():
    data = integrals()
    found = network_size(plan_of(ff.RandomFeatures(), network(((0,), (1,))), data))
    sensors, points = 5, 12
    assert found["neurons"] == sensors + 6 + 2 * 5 + points
    assert found["synapses"] == sensors * 6 + 6 * 5 + 2 * 4 * 5
