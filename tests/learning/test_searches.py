"""Searches over weights: they climb, both runners agree, a search goes on where it stopped, refusals."""

import sys

import numpy as np
import pytest
from brian2 import ms
from marks import long_but

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.learning import searches
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.initial_state import initial_state


def digits(n):
    return ff.datasets.load("digits").train.take(slice(0, n))


def pixels(size=4, n_layers=1):
    return ff.Network([ff.Layer(size, initial_weight=0.3)] * n_layers)


def searched(runner, algorithm, data):
    """Weights and results after a search has seen every sample once."""
    plan = runner.plan
    state = initial_state(plan, np.random.default_rng(3))
    rng = np.random.default_rng(1)
    shown = algorithm.training(np.arange(len(data)), np.asarray(data.labels), plan.inputs, 0, rng)
    with data_file(data, plan) as path:
        return state, algorithm.learn(runner, shown, path, state, {"session.eta": 3e-4}, rng)


SEARCHES = {
    "es, credit by neuron": dict(method="es"),
    "es, credit by layer": dict(method="es", credit="layer"),
    "genetic": dict(method="ga"),
    "swarm": dict(method="pso"),
    "covariance": dict(method="cma"),
}


@pytest.mark.parametrize("name", long_but(SEARCHES, "es, credit by neuron", "genetic"))
def test_both_runners_search_the_same(name):
    data, algorithm = digits(4), ff.Evolution(**SEARCHES[name], members=4, samples=2)
    trainer = ff.Trainer(pixels(4), presentation=20 * ms, algorithm=algorithm, float_type="float64")
    plan = trainer.plan(DataShape.of(data, 10))
    before, compiled = searched(project(plan), algorithm, data)
    _, interpreted = searched(Runtime(plan), algorithm, data)
    for key in before:
        np.testing.assert_allclose(compiled.state[key], interpreted.state[key], rtol=0, atol=1e-12)
    assert (compiled.state["synapses_1.w"] != before["synapses_1.w"]).any()
    np.testing.assert_allclose(compiled.table["goodness_1"], interpreted.table["goodness_1"], rtol=1e-6)


def test_a_neuron_is_judged_by_its_own_score():
    """Two neurons, of which noise helps one and harms the other: each follows its own."""
    strategy = searches.EvolutionStrategy(members=64, sigma=0.1, rate=0.01)
    rng, goal = np.random.default_rng(0), np.array([[1.0, -1.0]])
    state = strategy.begin(np.zeros((1, 2)))
    for _ in range(50):
        tried = strategy.ask(state, rng)
        scores = -np.abs(tried - goal)[:, 0]
        state = strategy.tell(state, tried, np.zeros(64), scores, 1, rng)
    np.testing.assert_allclose(np.sign(state["best"]), goal)
    assert (np.abs(state["best"]) > 0.3).all()


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_climbs(name):
    """A hill in 30 dimensions, in which every neuron's score is its own distance."""
    search = ff.Evolution(**SEARCHES[name], members=32, sigma=0.1, rate=0.03).search()
    rng, state = np.random.default_rng(0), search.begin(np.zeros((6, 5)))
    for _ in range(100):
        tried = search.ask(state, rng)
        scores = -((tried - 1) ** 2).sum(axis=1)
        state = search.tell(state, tried, scores.sum(axis=1), scores, 1, rng)
        assert all(np.isfinite(value).all() for value in state.values())
    assert ((state["best"] - 1) ** 2).mean() < 0.2


def test_cma_searches_as_many_weights_as_a_layer_has():
    search, rng = searches.CovarianceAdaptation(members=8, sigma=0.1), np.random.default_rng(0)
    state = search.begin(np.zeros((74, 50)))
    for _ in range(3):
        tried = search.ask(state, rng)
        distance = ((tried - 1) ** 2).sum(axis=(1, 2))
        state = search.tell(state, tried, -distance, np.zeros((8, 50)), 1, rng)
    assert state["step"] == 3 and state["best"].mean() > 0


def test_the_fittest_survives_unchanged():
    search, rng = searches.GeneticAlgorithm(members=8, sigma=0.1), np.random.default_rng(0)
    state = search.begin(np.zeros((2, 3)))
    tried = search.ask(state, rng)
    fitness = np.arange(8.0)
    state = search.tell(state, tried, fitness, np.zeros((8, 3)), 1, rng)
    np.testing.assert_array_equal(search.ask(state, rng)[0], tried[7])


def saved(model, folder):
    """The path of a model that was saved."""
    model.save(folder / "model.npz")
    return folder / "model.npz"


def test_a_search_that_is_resumed_ends_with_the_same_bits(tmp_path):
    data = digits(24)
    algorithm = ff.Evolution(method="cma", members=4, samples=4)
    settings = dict(presentation=20 * ms, algorithm=algorithm, chunk=12)
    trainer, asked = ff.Trainer(pixels(4), **settings), []
    whole = trainer.fit(data, 2, seed=1, progress=None)

    def stop(progress):
        asked.append(progress)
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.fit(data, 2, seed=1, progress=stop, checkpoint=tmp_path / "c.npz")
    again = trainer.fit(data, 2, seed=1, progress=None, checkpoint=tmp_path / "c.npz", resume=True)
    for name, value in whole.state.items():
        np.testing.assert_array_equal(value, again.state[name])
    assert again.predict(data).labels.shape == (24,)
    recording = again.record(data[0])
    assert [one.phase for one in recording.presentations][:2] == [1, -1]
    assert "scored" in repr(ff.Model.load(saved(again, tmp_path)).network)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: ff.Evolution(method="annealing"), "method is 'annealing', expected one of es, ga, pso, cma"),
        (lambda: ff.Evolution(members=5), "members is 5, expected an even number"),
        (lambda: ff.Evolution(negatives=ff.HardNegatives()), "every member sees the same presentations"),
        (
            lambda: ff.Trainer(pixels(n_layers=2), algorithm="evolution"),
            "evolution searches the weights of one layer",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], rule=ff.plasticity.eligibility_stdp), algorithm="evolution"
            ),
            "evolution changes weights without any rule",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], modulator=ff.modulators.opponent), algorithm="evolution"
            ),
            "evolution compares networks by 'fitness'",
        ),
    ],
)
def test_refused_with_a_sentence(make, words):
    with pytest.raises(ff.ModelError) as caught:
        make()
    assert words in str(caught.value)


def test_cma_that_is_missing_is_asked_for_with_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(ff.ModelError, match=r"pip install \"ffbrian\[search\]\""):
        ff.Evolution(method="cma")


def test_the_audit_says_that_weights_come_from_outside():
    found = ff.audit(pixels(), algorithm=ff.Evolution())
    assert not found.is_local and "weights from outside" in found.verdict
    assert "the score of every neuron" in found.criterion("weights from outside").findings[0]
