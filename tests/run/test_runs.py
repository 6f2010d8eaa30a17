"""The built network against independent truths: the other back end, the other pathway, itself."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms, mV
from schedules import training

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.exact_time import exact_time_step
from ffbrian.build.plan import Plan
from ffbrian.learning import forward_forward as schedule
from ffbrian.learning.schedule import Schedule
from ffbrian.models.effective_rule import effective
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model
from ffbrian.train.training import Training

N_SAMPLES, N_CLASSES = 30, 10
SPIKES = (("inputs", ("spikes",), None), ("layer_1", ("spikes",), None))
#: What is compiled for training: the layer, and a copy of it for each label.
TRAINING = dict(recorded=SPIKES, has_candidates=True)


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, N_SAMPLES))


def network(**changes):
    return ff.Network([ff.Layer(20, initial_weight=0.1)], **changes)


def plan(**changes):
    return Plan(
        **(
            dict(
                network=network(),
                inputs=DataShape("values", (1, 8, 8), N_CLASSES),
                n_steps=20,
                float_type="float64",
            )
            | changes
        )
    )


def rows_for(split, seed=0, negatives=None):
    rng = np.random.default_rng(seed)
    return training(
        np.arange(len(split)), np.asarray(split.labels), N_CLASSES, negatives or ff.RandomNegatives(), 0, rng
    )


def run(runner, split, state, eta=3e-3, rows=None, **scalars):
    with data_file(split, runner.plan) as path:
        return runner.run(
            rows_for(split) if rows is None else rows,
            path,
            state,
            {"session.eta": eta} | scalars,
            keep=list(state),
        )


@pytest.fixture(scope="module")
def start():
    return initial_state(plan(), np.random.default_rng(5))


@pytest.fixture(scope="module")
def dense(digits, start):
    return run(project(plan(**TRAINING)), digits, start)


def assert_same(one, other, tolerance):
    for name in other.table:
        np.testing.assert_allclose(one.table[name], other.table[name], rtol=1e-6, atol=1e-12, err_msg=name)
    for name in one.state:
        np.testing.assert_allclose(
            one.state[name], other.state[name], rtol=tolerance, atol=tolerance, err_msg=name
        )


def test_learning_changes_the_weights(dense, start):
    assert np.abs(dense.state["synapses_1.w"] - start["synapses_1.w"]).max() > 0.01


def test_runtime_and_standalone_agree_in_spikes_goodness_and_weights(dense, digits, start):
    runtime = run(Runtime(plan(recorded=SPIKES)), digits, start)
    assert_same(dense, runtime, 1e-12)
    end = 2 * N_SAMPLES * 0.02 - 1e-4  # of the last presentation
    for monitor in ("inputs_spikes", "layer_1_spikes"):
        (i, t), (expected_i, expected_t) = (
            [found.recordings[monitor][name][found.recordings[monitor]["t"] < end] for name in "it"]
            for found in (dense, runtime)
        )
        np.testing.assert_array_equal(i, expected_i)
        np.testing.assert_allclose(t, expected_t, rtol=1e-12)
    assert len(dense.recordings["layer_1_spikes"]["i"]) > 100


def test_stock_pathway_gives_the_same_weights(dense, digits, start):
    assert_same(dense, run(project(plan(pathway="stock")), digits, start), 1e-12)


def test_goodness_counts_spikes_by_polarity(dense):
    recorded, rows = dense.recordings["layer_1_spikes"], len(dense.table["goodness_1"])
    presentation = np.rint(recorded["t"] / 0.001).astype(int) // 20
    counts = np.zeros((rows + 1, 20))
    np.add.at(counts, (presentation, recorded["i"]), 1)
    polarity = 1 - 2 * (np.arange(20) % 2)
    np.testing.assert_allclose(
        dense.table["goodness_1"], (counts[:rows] ** 2) @ polarity / 20, rtol=1e-6, atol=1e-12
    )
    np.testing.assert_allclose(dense.table["spikes_1"], counts[:rows].sum(axis=1))


def test_modulator_saturates_with_goodness(dense):
    phase, goodness = dense.table["phase"].astype(float), dense.table["goodness_1"].astype(float)
    np.testing.assert_allclose(dense.table["modulator_1"], phase / (1 + np.exp(phase * goodness)), rtol=1e-5)


def test_weights_do_not_move_without_a_modulator(digits, start):
    silent = ff.modulators.opponent(release="M = 0*s")
    outcome = run(Runtime(plan(network=network(modulator=silent))), digits.take(slice(0, 5)), start)
    for name, weights in start.items():
        np.testing.assert_array_equal(outcome.state[name], weights)


def test_evaluation_does_not_learn(digits, start):
    rows = rows_for(digits)
    rows = Schedule(rows.columns | {"phase": np.full_like(rows["phase"], schedule.EVALUATION)})
    outcome = run(project(plan(**TRAINING)), digits, start, rows=rows)
    for name, weights in start.items():
        np.testing.assert_array_equal(outcome.state[name], weights)


@pytest.fixture(scope="module")
def model():
    """Two layers with fresh weights."""
    two = plan(network=ff.Network([ff.Layer(20, initial_weight=0.15), ff.Layer(10, initial_weight=0.3)]))
    return Model(two, initial_state(two, np.random.default_rng(2)), seed=3)


def test_goodness_does_not_depend_on_what_was_shown_before(model, digits):
    order = np.random.default_rng(1).permutation(N_SAMPLES)
    runner = project(model.evaluation_plan())
    with data_file(digits, runner.plan) as path:
        straight = model._answers(runner, digits, np.arange(N_SAMPLES), path)[0]
        shuffled = model._answers(runner, digits, order, path)[0]
        alone = model._answers(runner, digits, order[:1], path)[0]
    np.testing.assert_array_equal(straight[order], shuffled)
    np.testing.assert_array_equal(straight[order[:1]], alone)


@pytest.mark.parametrize(
    "neuron", [ff.neurons.adaptive_lif, ff.neurons.lif(refractory=5 * ms)], ids=["adaptive", "refractory"]
)
def test_no_state_leaks_between_presentations(neuron, digits, start):
    tested = plan(network=ff.Network([ff.Layer(20, neuron=neuron, initial_weight=0.1)]), learns=False)
    few = digits.take(slice(0, 4))
    rows = schedule.evaluation(np.arange(4), np.asarray(few.labels), np.array([3]), 7)
    forward = run(Runtime(tested), few, start, rows=rows).table["goodness_1"]
    backward = run(Runtime(tested), few, start, rows=rows.part(slice(None, None, -1))).table["goodness_1"]
    np.testing.assert_array_equal(forward, backward[::-1])
    assert np.ptp(forward) > 0


def test_all_labels_at_once_equals_one_label_after_the_other(model, digits):
    parallel = model.predict(digits)
    sequential = replace(model, plan=replace(model.plan, pathway="stock")).predict(digits)
    np.testing.assert_array_equal(parallel.goodness, sequential.goodness)
    assert np.abs(parallel.goodness).max(axis=(0, 2)).min() > 0


def test_all_labels_at_once_equals_the_runtime(model, digits):
    few = digits.take(slice(0, 5))
    np.testing.assert_allclose(
        model.predict(few).goodness,
        replace(model, mode="runtime").predict(few).goodness,
        rtol=1e-6,
        atol=1e-12,
    )


def test_a_release_that_divides_by_a_parameter_of_0_ends_with_a_sentence(digits):
    modulator = ff.modulators.opponent(release="M = s/(slope - 1)", slope=1.0)
    with pytest.raises(
        ff.errors.RunError, match=r"^release_modulator_1 failed: .*division by zero.* with slope = 1\.0;"
    ):
        ff.Trainer(ff.Network([ff.Layer(5)], modulator=modulator), mode="runtime").fit(digits, epochs=1)


def test_what_brian_refuses_to_build_ends_with_a_sentence(digits):
    neuron = ff.NeuronModel(  # `goodness` is a synapse's own word only where a rule reads it
        "dv/dt = (v_rest - v + drive)/tau_m : volt\ngoodness : 1",
        threshold="v > v_th",
        reset="v = v_rest",
        parameters=dict(tau_m=20 * ms, v_rest=-65 * mV, v_th=-50 * mV),
    )
    rule = ff.plasticity.eligibility_stdp(consolidate="w += eta*goodness*M*p_post*elig; elig = 0")
    with pytest.raises(ff.errors.RunError, match="Brian 2 refused the network: .*'goodness'"):
        ff.Trainer(ff.Network([ff.Layer(5, neuron)], rule=rule), mode="runtime").fit(digits, epochs=1)


def test_runtime_mode_in_float32_warns_of_no_overflow(digits):
    single = plan(float_type="float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        table = run(
            Runtime(single), digits.take(slice(0, 1)), initial_state(single, np.random.default_rng(2))
        ).table
    assert np.isfinite(table["goodness_1"]).all()


@pytest.fixture(scope="module")
def hard():
    return project(plan(**TRAINING))


def test_hard_negatives_are_wrong_and_sharper_means_better_fitting(hard, digits, start):
    rows = rows_for(digits, negatives=ff.HardNegatives())
    chosen = {}
    for sharpness in (0.0, 50.0):
        table = run(hard, digits, start, eta=0.0, rows=rows, **{"ballot.sharpness": sharpness}).table
        shown = table["label"][1::2].astype(int)
        assert (shown != digits.labels).all()
        goodness = np.array([table[f"candidate_1_{label}"][::2] for label in range(N_CLASSES)]).T
        goodness[np.arange(N_SAMPLES), digits.labels] = -np.inf
        chosen[sharpness] = (shown == goodness.argmax(axis=1)).mean()
    assert chosen[50.0] > 0.8 and chosen[0.0] < 0.5


def test_candidate_of_the_shown_label_equals_the_layer(hard, digits, start):
    table = run(
        hard, digits, start, rows=rows_for(digits, negatives=ff.HardNegatives()), **{"ballot.sharpness": 1.0}
    ).table
    candidates = np.array([table[f"candidate_1_{label}"][::2] for label in range(N_CLASSES)]).T
    np.testing.assert_array_equal(candidates[np.arange(N_SAMPLES), digits.labels], table["goodness_1"][::2])


def test_shared_modulator_is_released_by_the_sum(digits):
    shared = ff.modulators.opponent(is_shared=True)
    two = plan(
        network=ff.Network(
            [ff.Layer(20, initial_weight=0.15), ff.Layer(10, initial_weight=0.3)], modulator=shared
        )
    )
    table = run(Runtime(two), digits.take(slice(0, 3)), initial_state(two, np.random.default_rng(2))).table
    phase, total = table["phase"].astype(float), (table["goodness_1"] + table["goodness_2"]).astype(float)
    np.testing.assert_allclose(table["modulator_1"], phase / (1 + np.exp(phase * total)), rtol=1e-5)
    np.testing.assert_array_equal(table["modulator_1"], table["modulator_2"])


def test_a_silent_layer_is_given_gain(digits, caplog):
    trainer = ff.Trainer(
        ff.Network([ff.Layer(20, initial_weight=0.01)]), mode="runtime", float_type="float64"
    )
    training = Training(trainer, plan(network=trainer.network), digits, 1, 0)
    training.state = initial_state(training.plan, training.random(0))
    before = training.state["synapses_1.w"].copy()
    with caplog.at_level("INFO", "ffbrian"), data_file(digits, training.plan) as path:
        training.set_gain(path)
    factor = training.state["synapses_1.w"] / before
    assert factor.min() > 1.2 and np.ptp(factor) < 1e-9 and "was silent" in caplog.text


#: Counts what it has released, in every way that a variable can live on.
COUNTING = ff.Modulator(
    neuron_equations="p : 1 (constant)",
    neuron_initial="p = 1 - 2*(unit % 2)",
    contribution="p*n_spikes",
    equations="M : 1\nreleased : 1\nfresh = 2*released : 1",
    release="released += s**2; M = s*(1 - tanh(s*goodness))",
)


@pytest.mark.parametrize("mode", ["standalone", "runtime"])
def test_what_a_modulator_holds_lives_on_from_chunk_to_chunk(digits, mode):
    trainer = ff.Trainer(
        ff.Network([ff.Layer(10, initial_weight=0.15)], modulator=COUNTING), chunk=7, mode=mode
    )
    model = trainer.fit(digits, epochs=2)
    assert model.state["modulator_1.released"] == 2 * 2 * N_SAMPLES
    few = digits.take(slice(0, 3))
    np.testing.assert_allclose(
        model.predict(few).goodness, replace(model, mode="runtime").predict(few).goodness, atol=1e-6
    )


def test_only_what_is_read_again_is_kept():
    assert COUNTING.lasting == ("released",) and ff.modulators.opponent.lasting == ()
    assert replace(COUNTING, release="M = 0.9*M + s").lasting == ("M", "released")
    assert replace(COUNTING, release="M += s - M").lasting == ("M", "released")
    assert replace(COUNTING, equations="dM/dt = -M/(100*ms) : 1\nreleased : 1").lasting == ("M", "released")


def test_wrong_sized_weights_are_refused(digits, start):
    wrong = start | {"synapses_1.w": start["synapses_1.w"][:-1]}
    with pytest.raises(ff.RunError, match="synapses_1.w has 1279 values, but the network has 1280"):
        run(project(plan(**TRAINING)), digits, wrong)
    with pytest.raises(ff.RunError, match="1279 values"):
        Model(plan(), wrong)


def test_time_step_is_exact_in_every_presentation():
    for dt in (1 * ms, 0.1 * ms, 0.3 * ms):
        step = float(exact_time_step(dt))
        assert abs(step / float(dt) - 1) < 1e-12
        for n_steps in (7, 20, 400, 4001):
            k = np.arange(1, 2**20, 4999, dtype=float)
            np.testing.assert_array_equal(k * (n_steps * step), (k * n_steps) * step)


def test_terms_with_a_factor_of_zero_vanish():
    rule = effective(ff.plasticity.eligibility_stdp)
    assert not rule.on_pre and not rule.post_equations and "x_pre" in rule.on_post
    assert effective(ff.plasticity.eligibility_stdp(A_minus=0.5)).on_pre
