"""Learning without labels: hybrids as negatives, and a readout by the delta rule."""

from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import ms
from schedules import training

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.commands.evaluate import evaluate
from ffbrian.learning.negatives import NO_LABEL, smooth_masks
from ffbrian.learning.schedule import Schedule
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

SIZE, SPEED, ETA = 50, 30.0, 3e-3


@pytest.fixture(scope="module")
def digits():
    """Real digits (`Dataset`)."""
    return ff.datasets.load("digits")


def trainer(**settings):
    """A trainer of a small network that learns without labels."""
    network = ff.Network(
        layers=ff.Layer(SIZE, initial_weight=0.08),
        readout=ff.readouts.delta(speed=SPEED),
        rule=ff.plasticity.eligibility_stdp(eta=1e-3),
    )
    return ff.Trainer(network, negatives=ff.HybridNegatives(blurs=2), float_type="float64", **settings)


@pytest.fixture(scope="module")
def shown(digits):
    """Schedule and results of 40 samples, by mode; all weights being equal, neurons of one polarity do the
    same.
    """
    found = {}
    for mode in ("standalone", "runtime"):
        train = digits.train.take(slice(0, 40))
        plan = trainer().plan(DataShape.of(train, 10))
        state = initial_state(plan, np.random.default_rng(3))
        state["synapses_1.w"] = np.full_like(state["synapses_1.w"], 0.05)
        rows = training(
            np.arange(40), np.asarray(train.labels), 10, ff.HybridNegatives(), 0, np.random.default_rng(0)
        )
        rows = Schedule(rows.columns | {"sample": rows["sample"] % 40})
        with data_file(train, plan) as path:
            outcome = open_plan(plan, mode).run(
                rows, path, state, {"session.eta": ETA}, keep=["readout_synapses_1.w"]
            )
        found[mode] = rows, outcome
    return found


def counts_of(table):
    """Spikes of a neuron with polarity +1 and of one with -1 in each presentation, (n_presentations, 2), from
    their sum and goodness.
    """
    total, difference = 2 * table["spikes_1"].astype(float) / SIZE, 2 * table["goodness_1"].astype(float)
    apart = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    return np.rint(np.stack([total + apart, total - apart], axis=1) / 2)


@pytest.mark.parametrize("mode", ["standalone", "runtime"])
def test_the_readout_follows_the_delta_rule(shown, mode):
    rows, outcome = shown[mode]
    counts = counts_of(outcome.table)
    np.testing.assert_allclose(counts.sum(axis=1) * SIZE / 2, outcome.table["spikes_1"])
    assert counts.max() > 1 and (counts[:, 0] != counts[:, 1]).any()
    weights = np.zeros((2, 10))
    for phase, truth, count, *responses in zip(
        rows["phase"], rows["truth"], counts, *(outcome.table[f"readout_{label}"] for label in range(10))
    ):
        response = SIZE / 2 * count @ weights
        np.testing.assert_allclose(responses, response, rtol=1e-5, atol=1e-6)
        if phase > 0:
            target = np.arange(10) == truth
            weights += SPEED * ETA * np.outer(count, target - 1 / (1 + np.exp(-response)))
    np.testing.assert_allclose(
        outcome.state["readout_synapses_1.w"], np.tile(weights, (SIZE // 2, 1)).ravel(), rtol=1e-9
    )
    assert np.abs(weights).max() > 0.1


def test_no_label_is_shown(shown):
    rows, outcome = shown["standalone"]
    assert (rows["label"] == NO_LABEL).all()
    assert (outcome.table["label"] == -1).all()


def test_hybrids_are_made_of_both_parents(digits):
    split, samples = digits.train, np.arange(50)
    hybrids = ff.HybridNegatives(blurs=2, per_positive=2).images(split, samples, np.random.default_rng(0))
    first = split.values[np.repeat(samples, 2)]
    assert hybrids.shape == first.shape
    of_first = (hybrids == first).mean()
    assert 0.5 < of_first < 0.95  # half of the pixels, and those where both parents agree
    assert ((hybrids == first) | np.isin(hybrids, split.values)).all()


def test_masks_are_smooth_and_balanced():
    rough, smooth = (smooth_masks(200, (28, 28), blurs, np.random.default_rng(0)) for blurs in (0, 8))
    edges = [np.mean(mask[:, 1:] != mask[:, :-1]) for mask in (rough, smooth)]
    assert abs(smooth.mean() - 0.5) < 0.05
    assert abs(edges[0] - 0.5) < 0.05
    assert edges[1] < 0.2


def test_it_learns_digits_and_a_resumed_run_gives_the_same_bits(digits, tmp_path):
    train = digits.train.take(slice(0, 600))
    learner = trainer(decay=0.9, chunk=200, jitter=0)
    whole = learner.fit(train, 4, seed=1)
    assert whole.score(digits.test) > 0.6

    class Stop(Exception):
        pass

    def stop(progress):
        if progress.epoch == 2:
            raise Stop

    with pytest.raises(Stop):
        learner.fit(train, 4, seed=1, checkpoint=tmp_path / "c.npz", progress=stop)
    resumed = learner.fit(train, 4, seed=1, checkpoint=tmp_path / "c.npz", resume=True)
    for name, value in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], value)


def test_readout_and_negatives_must_fit():
    network = ff.Network(layers=ff.Layer(5))
    with pytest.raises(
        ff.ModelError, match="only a readout can tell classes apart.*readout=ff.readouts.delta"
    ):
        ff.Trainer(network, negatives=ff.HybridNegatives())
    with pytest.raises(ff.ModelError, match="the network has a readout; leave the readout out"):
        ff.Trainer(ff.Network(layers=ff.Layer(5), readout=ff.readouts.delta), presentation=20 * ms)


def test_hybrids_of_events_are_refused(tmp_path):
    with pytest.raises(ff.ModelError, match="made of images, but the data set holds events"):
        network = ff.Network(layers=ff.Layer(5), encoder=ff.encoders.events, readout=ff.readouts.delta)
        ff.Trainer(network, negatives=ff.HybridNegatives()).plan(DataShape("events", (5,), 2))


def test_wrong_readouts_are_refused():
    with pytest.raises(ff.ModelError, match="response is 'z', but the equations have only error, y"):
        ff.readouts.delta(response="z")
    with pytest.raises(ff.ModelError, match="learn does not set the weight 'w'"):
        ff.readouts.delta(learn="error_post = 0")


@pytest.mark.parametrize("eta, learns", [(2e-4, False), (1e-4, False), (5e-5, True)])
def test_a_late_readout_waits_until_the_layers_have_settled(digits, eta, learns):
    """The same spikes: what `late_delta` learns is nothing at first, and what `delta` learns afterwards."""
    few = digits.train.take(slice(0, 20))
    found = {}
    for readout in (ff.readouts.delta(speed=SPEED), ff.readouts.late_delta(speed=SPEED, opens=1e-4)):
        network = ff.Network(
            ff.Layer(SIZE, initial_weight=0.08), readout=readout, rule=ff.plasticity.trace_product(eta=eta)
        )
        chosen = ff.Trainer(
            network, negatives=ff.HybridNegatives(blurs=2), mode="runtime", scale=16, offset=0
        )
        found[readout.name] = chosen.fit(few, epochs=1, seed=1).state["readout_synapses_1.w"]
    assert np.abs(found["delta"]).max() > 0
    np.testing.assert_array_equal(found["late_delta"], found["delta"] if learns else 0 * found["delta"])


def test_evaluate_tells_no_accuracies_of_layers_where_a_readout_answers(digits, capsys):
    few = digits.train.take(slice(0, 20))
    plan = trainer(mode="runtime").plan(DataShape.of(few, 10))
    model = Model(plan, initial_state(plan, np.random.default_rng(0)), mode="runtime")
    evaluate(1, model, SimpleNamespace(test=few))
    assert "layer by layer" not in capsys.readouterr().out
