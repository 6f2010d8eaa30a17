"""Algorithms with a readout: what they learn, what they leave alone, what they refuse, and that both runners
agree.
"""

import json

import numpy as np
import pytest
from brian2 import ms
from marks import long_but
from resuming import check_resumed

import ffbrian as ff
from ffbrian import learning
from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Vectors
from ffbrian.learning.decay import LAST, share
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.experiment import Experiment
from ffbrian.train.initial_state import initial_state

STAGGERED = ff.neurons.lif(initial="v = v_rest + (v_th - v_rest)*((unit*0.618034) % 1.0)")
CODED = dict(encoder=ff.encoders.receptive_fields(copies=8))
FEW = 12


def functions(n=FEW, seed=0):
    """Some points of a function of one variable with two outputs."""
    x = np.random.default_rng(seed).uniform(-1, 1, (n, 1))
    return Vectors(x, np.hstack([np.sin(3 * x), x**2]))


def fields(size=6, n_layers=1, **pieces):
    """A network that takes real numbers."""
    first = ff.Layer(size, STAGGERED, synapse=ff.synapses.graded, initial_weight=0.3)
    return ff.Network(
        [first, *[ff.Layer(size, STAGGERED, initial_weight=0.5)] * (n_layers - 1)], **CODED, **pieces
    )


def digits(n=FEW):
    return ff.datasets.load("digits").train.take(slice(0, n))


def pixels(size=8, n_layers=1):
    return ff.Network([ff.Layer(size, initial_weight=0.3)] * n_layers)


CASES = {
    "error broadcast": (ff.ErrorBroadcast(), pixels(), digits),
    "pepita": (ff.Pepita(gain=4.0), pixels(), digits),
    "pepita, two layers": (ff.Pepita(gain=4.0), pixels(n_layers=2), digits),
    "pepita of functions": (ff.Pepita(gain=4.0), fields(), functions),
    "pepita into the input": (ff.Pepita("input", gain=0.3, sign=1), pixels(), digits),
    "pepita into numbers": (ff.Pepita("input", gain=0.3), fields(), functions),
    "signal propagation": (ff.SignalPropagation(), pixels(), digits),
    "signal propagation, two layers": (ff.SignalPropagation(answer="nearest"), pixels(n_layers=2), digits),
    "polarity": (
        ff.NodePerturbation("polarity"),
        fields(rule=ff.plasticity.polarity_perturbation),
        functions,
    ),
    "polarity with moments": (
        ff.NodePerturbation("polarity", sigma_decay="cosine"),
        fields(),
        functions,
    ),
    "weight perturbation": (
        ff.WeightPerturbation(),
        fields(rule=ff.plasticity.weight_moments),
        functions,
    ),
    "weight perturbation, layer-wise": (
        ff.WeightPerturbation("layer-wise", sigma=0.05),
        pixels(n_layers=2),
        digits,
    ),
    "antithetic": (ff.NodePerturbation("antithetic"), fields(), functions),
    "baseline, two layers": (
        ff.NodePerturbation("baseline"),
        fields(rule=ff.plasticity.node_perturbation, n_layers=2),
        functions,
    ),
    "reward": (ff.RewardStdp(), pixels(), digits),
    "reward, two layers": (ff.RewardStdp("mean"), pixels(n_layers=2), digits),
    "polarity of classes": (ff.NodePerturbation("polarity", sigma=0.05), pixels(), digits),
}


def outcome(runner, algorithm, data):
    """Weights and results after every sample has been shown once."""
    plan = runner.plan
    state = initial_state(plan, np.random.default_rng(3))
    shown = algorithm.training(
        np.arange(len(data)), np.asarray(data.labels), plan.inputs, 0, np.random.default_rng(1)
    )
    scalars = {"session.eta": 0.01} | algorithm.scalars(plan, 0, 1)
    with data_file(data, plan) as path:
        return state, runner.run(shown, path, state, scalars, keep=list(state))


#: Cases that cover the kind of the others.
QUICK = (
    "error broadcast",
    "pepita",
    "signal propagation",
    "polarity",
    "weight perturbation, layer-wise",
    "baseline, two layers",
    "reward",
)


@pytest.mark.parametrize("name", long_but(CASES, *QUICK))
def test_both_runners_learn_the_same(name):
    algorithm, network, make = CASES[name]
    data = make()
    trainer = ff.Trainer(network, presentation=20 * ms, algorithm=algorithm, float_type="float64")
    plan = trainer.plan(DataShape.of(data, 10))
    before, compiled = outcome(project(plan), algorithm, data)
    _, interpreted = outcome(Runtime(plan), algorithm, data)
    for key in before:
        np.testing.assert_allclose(compiled.state[key], interpreted.state[key], rtol=0, atol=1e-12)
    assert (compiled.state["synapses_1.w"] != before["synapses_1.w"]).any()
    np.testing.assert_allclose(compiled.table["loss"], interpreted.table["loss"], rtol=1e-6)


@pytest.mark.parametrize("name", long_but(CASES, *QUICK))
def test_a_resumed_training_ends_with_the_same_bits(name, tmp_path):
    """Stopped after one of two chunks of the second epoch; the networks are those compiled above."""
    algorithm, network, make = CASES[name]
    trainer = ff.Trainer(
        network, presentation=20 * ms, algorithm=algorithm, float_type="float64", decay="cosine", chunk=8
    )
    check_resumed(trainer, make(), tmp_path / "checkpoint.npz")


@pytest.mark.long
def test_nobody_has_acted_before_the_first_presentation():
    """The first draw of "reward, two layers" is not seeded yet, and one in ten would be rewarded."""
    algorithm, network, make = CASES["reward, two layers"]
    trainer = ff.Trainer(network, presentation=20 * ms, algorithm=algorithm, float_type="float64")
    compiled, one = project(trainer.plan(DataShape.of(make(), 10))), make().take(slice(0, 1))
    found = {outcome(compiled, algorithm, one)[1].state["modulator.expected"].item() for _ in range(30)}
    assert len(found) == 1


def test_random_features_stay_as_they_were_drawn():
    data, algorithm = digits(), ff.RandomFeatures()
    plan = ff.Trainer(pixels(), presentation=20 * ms, algorithm=algorithm).plan(DataShape.of(data, 10))
    before, after = outcome(Runtime(plan), algorithm, data)
    np.testing.assert_array_equal(before["synapses_1.w"], after.state["synapses_1.w"])
    assert np.ptp(after.state["readout_synapses_1.w"]) > 0


def test_the_delta_rule_is_the_product_of_error_and_weighted_spikes():
    """One sample: every readout weight is the learning rate times its neuron's error times the sender's
    trace.
    """
    data, algorithm = functions(1), ff.RandomFeatures()
    plan = ff.Trainer(fields(), presentation=20 * ms, algorithm=algorithm, float_type="float64").plan(
        DataShape.of(data, 1)
    )
    _, after = outcome(Runtime(plan), algorithm, data)
    weights = after.state["readout_synapses_1.w"].reshape(6, 2)
    error = data.scaled_targets()[0]  # a fresh readout answers 0
    rate = 0.01 * float(plan.network.readout.values["speed"])
    np.testing.assert_allclose(weights * error[::-1], weights[:, ::-1] * error, atol=1e-9)
    np.testing.assert_allclose(after.state["readout.b"], rate * error, rtol=1e-6)


def test_an_actor_learns_from_the_reward_of_its_action_alone():
    """One sample, ten equal chances: one action was taken, and `M` is the reward minus a tenth."""
    data, algorithm = digits(1), ff.RewardStdp()
    trainer = ff.Trainer(pixels(), presentation=20 * ms, algorithm=algorithm, float_type="float64")
    plan = trainer.plan(DataShape.of(data, 10))
    before, after = outcome(Runtime(plan), algorithm, data)
    reward = 1 - after.table["loss"][0]
    weights = after.state["readout_synapses_1.w"].reshape(8, 10)
    active = weights[np.abs(weights).sum(axis=1) > 0]
    acted = np.flatnonzero(np.sign(active[0]) == np.sign(reward - 0.1))
    assert len(active) and len(acted) == 1 and (acted[0] == data.labels[0]) == (reward == 1)
    np.testing.assert_allclose(active[:, acted], -9 * np.delete(active, acted, axis=1)[:, :1], rtol=1e-6)
    changed = after.state["synapses_1.w"] - before["synapses_1.w"]
    assert (changed * (reward - 0.1) >= 0).all() and changed.any()


@pytest.fixture(scope="module")
def learnt():
    """A network that has learnt a sine by node perturbation."""
    x, t = np.random.default_rng(0).uniform(-1, 1, (1000, 1)), np.linspace(-1, 1, 101)[:, None]
    train, test = Vectors(x, np.sin(3 * x)), Vectors(t, np.sin(3 * t))
    network = ff.Network(
        [ff.Layer(50, STAGGERED, synapse=ff.synapses.graded, initial_weight=0.3)],
        encoder=ff.encoders.receptive_fields,
    )
    trainer = ff.Trainer(network, presentation=32 * ms, algorithm="node_perturbation", decay=0.9)
    return trainer.fit(train, 10, seed=1, progress=None), test.like(train)


def test_a_sine_is_learnt(learnt):
    model, test = learnt
    assert model.score(test) < 0.06


def test_a_model_that_was_saved_answers_the_same(learnt, tmp_path):
    model, test = learnt
    model.save(tmp_path / "model.npz")
    np.testing.assert_array_equal(
        ff.Model.load(tmp_path / "model.npz").predict(test).values, model.predict(test).values
    )


def test_the_free_presentation_of_pepita_changes_no_weight_of_a_layer():
    """With a nudge too weak to change a spike both are the same, and only the readout learns."""
    data, algorithm = digits(), ff.Pepita(gain=1e-9)
    plan = ff.Trainer(pixels(), presentation=20 * ms, algorithm=algorithm).plan(DataShape.of(data, 10))
    before, after = outcome(Runtime(plan), algorithm, data)
    np.testing.assert_array_equal(before["synapses_1.w"], after.state["synapses_1.w"])
    np.testing.assert_array_equal(after.table["spikes_1"][::2], after.table["spikes_1"][1::2])
    assert np.ptp(after.state["readout_synapses_1.w"]) > 0


def test_moments_of_synapses_live_on_from_chunk_to_chunk_and_are_no_part_of_evaluations():
    """Every synapse is as old as the training has presentations, although each of the six chunks is a run
    of its own, which begins with the end of a presentation in which nothing was shown.
    """
    network = fields(rule=ff.plasticity.polarity_moments)
    trainer = ff.Trainer(
        network, presentation=10 * ms, algorithm="node_perturbation", mode="runtime", chunk=5
    )
    model = trainer.fit(functions(), 2, seed=1, progress=None)
    np.testing.assert_array_equal(model.state["synapses_1.age"], 2 * FEW + 6)
    assert not {"synapses_1.age", "synapses_1.mean_change"} & set(model.state_for(model.evaluation_plan()))


def test_moments_make_steps_of_equal_size():
    """If a synapse changes alike each time, its steps are the same whatever the change is; the run begins
    with the end of a presentation in which nothing was shown, which counts in the mean square.
    """
    whole = ff.plasticity.polarity_moments
    alike = whole(consolidate=whole.consolidate.replace("credit_post*gain_post*x_pre", "x_pre"))
    data, algorithm = Vectors(np.full((4, 1), 0.3), np.ones((4, 2))), ff.NodePerturbation("polarity")
    trainer = ff.Trainer(fields(rule=alike), presentation=20 * ms, algorithm=algorithm, float_type="float64")
    before, after = outcome(Runtime(trainer.plan(DataShape.of(data, 1))), algorithm, data)
    moved = after.state["synapses_1.w"] - before["synapses_1.w"]
    steps = [(1 - 0.9**k) / np.sqrt(k / (k + 1)) for k in (1, 2, 3, 4)]
    driven = after.state["synapses_1.mean_square"] > 1e-9  # the others change by less than `least`
    assert driven.sum() > 20
    np.testing.assert_allclose(moved[driven], 0.01 * sum(steps), rtol=1e-3)


@pytest.mark.parametrize("epochs", [1, 2, 11])
def test_a_cosine_falls_from_one_to_its_last_value(epochs):
    shares = [share("cosine", epoch, epochs) for epoch in range(epochs)]
    assert shares[0] == 1 and all(b < a for a, b in zip(shares, shares[1:]))
    if epochs > 1:
        assert shares[-1] == pytest.approx(LAST) and shares[0] - shares[-1] == pytest.approx(1 - LAST)
    assert share(0.5, 3, epochs) == 0.125


def test_sigma_and_the_learning_rate_fall_together_by_a_cosine():
    algorithm = ff.NodePerturbation(sigma=0.02, sigma_decay="cosine")
    assert algorithm.scalars(None, 0, 5)["session.sigma"] == 0.02
    assert algorithm.scalars(None, 2, 5)["session.sigma"] == pytest.approx(0.02 * 0.505)
    trainer = ff.Trainer(
        fields(), presentation=10 * ms, algorithm=algorithm, mode="runtime", decay="cosine", chunk=50
    )
    history = trainer.fit(functions(), 3, seed=1, progress=None).history
    rates = [entry["learning_rate"] for entry in history]
    np.testing.assert_allclose(rates, rates[0] * np.array([1, 0.505, 0.01]))


@pytest.mark.parametrize("name", ["pepita", "signal_propagation", "weight_perturbation"])
def test_the_audit_tells_presentations_of_a_trial_from_phases_of_labels(name):
    found = ff.audit(pixels(), algorithm=learning.class_of(name)())
    told = found.criterion("negative phase").findings
    assert any("which of a sample's presentations is on" in text for text in told)
    assert not any("label population" in text or "phase +1" in text for text in told)


def test_layer_wise_only_one_layer_changes_in_a_trial():
    """One sample is one trial: half of the layers learn from it, the same ones in every runner and run."""
    data, algorithm = digits(1), ff.WeightPerturbation("layer-wise", sigma=0.1)
    network = pixels(n_layers=2)
    plan = ff.Trainer(network, presentation=20 * ms, algorithm=algorithm).plan(DataShape.of(data, 10))
    state = initial_state(plan, np.random.default_rng(3))
    state["readout_synapses_1.w"] = np.random.default_rng(0).normal(0, 1, 80).astype(np.float32)
    state["readout_synapses_2.w"] = np.random.default_rng(1).normal(0, 1, 80).astype(np.float32)
    rows = algorithm.training(np.zeros(1, int), data.labels, plan.inputs, 0, np.random.default_rng(1))
    scalars = {"session.eta": 0.01} | algorithm.scalars(plan, 0, 1)
    with data_file(data, plan) as path:
        after = Runtime(plan).run(rows, path, state, scalars, keep=list(state)).state
    moved = [(after[f"synapses_{k}.w"] != state[f"synapses_{k}.w"]).any() for k in (1, 2)]
    assert sum(moved) == 1


def one_neuron(algorithm):
    """Changes of the weights of a single neuron in one trial, and the spike counts of its presentations."""
    data, network = digits(1), ff.Network([ff.Layer(1)])
    trainer = ff.Trainer(network, presentation=40 * ms, algorithm=algorithm, float_type="float64")
    plan = trainer.plan(DataShape.of(data, 10))
    state = initial_state(plan, np.random.default_rng(3)) | {"synapses_1.w": np.full(64, 0.05)}
    rows = algorithm.training(np.zeros(1, int), data.labels, plan.inputs, 0, np.random.default_rng(1))
    scalars = {"session.eta": 1e-4} | algorithm.scalars(plan, 0, 1)
    with data_file(data, plan) as path:
        after = Runtime(plan).run(rows, path, state, scalars, keep=list(state))
    moved = after.state["synapses_1.w"] - state["synapses_1.w"]
    return moved, after.table["spikes_1"], after.table["input_spikes"]


def test_pepita_learns_what_the_nudge_has_changed_times_the_input_spikes():
    moved, (free, nudged), (inputs, again) = one_neuron(ff.Pepita(gain=20.0))
    assert inputs == again and free > 0 and nudged != free
    counts = moved / (-1e-4 * (nudged - free))
    np.testing.assert_allclose(counts, counts.round(), atol=0.01)
    assert counts.min() > -0.01 and counts.sum() == pytest.approx(inputs, rel=1e-3)


def test_signal_propagation_learns_the_difference_of_the_targets_times_the_input_spikes():
    """The responses of one neuron are always similar to each other, so that M is a half."""
    moved, (shown, wrong, own), (inputs, *silent) = one_neuron(ff.SignalPropagation(drive=8.0))
    assert shown > 0 and min(wrong, own) > 0 and own != wrong and silent == [0, 0]
    counts = moved / (1e-4 * 0.5 * (own - wrong))
    np.testing.assert_allclose(counts, counts.round(), atol=0.01)
    assert counts.sum() == pytest.approx(inputs, rel=1e-3)


def test_a_target_is_shown_without_the_sample_and_drives_the_layers():
    data, algorithm = digits(), ff.SignalPropagation()
    plan = ff.Trainer(pixels(), presentation=20 * ms, algorithm=algorithm).plan(DataShape.of(data, 10))
    _, after = outcome(Runtime(plan), algorithm, data)
    shown, wrong, own = (after.table["input_spikes"][place::3] for place in range(3))
    assert shown.min() > 0 and wrong.max() == own.max() == 0
    assert after.table["spikes_1"][2::3].min() > 0


@pytest.mark.long
def test_the_nearest_target_tells_digits_apart():
    data = ff.datasets.load("digits")
    network = ff.Network([ff.Layer(100, initial_weight=0.1)])
    nearest = ff.SignalPropagation(answer="nearest")
    trainer = ff.Trainer(network, presentation=40 * ms, algorithm=nearest, decay=0.9)
    assert trainer.fit(data.train, 3, seed=1, progress=None).score(data.test) > 0.85


@pytest.mark.long
def test_digits_are_learnt_with_few_neurons():
    data = ff.datasets.load("digits")
    trainer = ff.Trainer(
        ff.Network([ff.Layer(30, initial_weight=0.1)]),
        presentation=40 * ms,
        algorithm="error_broadcast",
        decay=0.9,
    )
    assert trainer.fit(data.train, 8, seed=1, progress=None).score(data.test) > 0.9


@pytest.mark.parametrize(
    "make, words",
    [
        (
            lambda: ff.Trainer(pixels(), algorithm="back_propagation"),
            "learning.algorithm is 'back_propagation'; known are forward_forward",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], rule=ff.plasticity.eligibility_stdp), algorithm="error_broadcast"
            ),
            "plasticity rule 'eligibility_stdp': reads 'M', which error_broadcast does not offer; it offers "
            "error_post",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], modulator=ff.modulators.opponent), algorithm="error_broadcast"
            ),
            "error_broadcast releases no modulator",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], readout=ff.readouts.delta), algorithm="error_broadcast"
            ),
            "needs a readout that says how wrong it is",
        ),
        (
            lambda: ff.Trainer(pixels(), algorithm="random_features", negatives=ff.HardNegatives()),
            "negatives belong to forward_forward",
        ),
        (
            lambda: ff.Trainer(fields()).plan(DataShape.of(functions(), 1)),
            "forward_forward tells classes apart",
        ),
        (
            lambda: ff.Trainer(pixels(), algorithm="error_broadcast", task="regression").plan(
                DataShape.of(digits(), 10)
            ),
            "task is 'regression', but the data hold classes",
        ),
        (
            lambda: ff.Trainer(ff.Network([ff.Layer(5)], **CODED), algorithm="node_perturbation").plan(
                DataShape.of(functions(), 1)
            ),
            "sends a graded value, but layer 1 has synapse 'delta'",
        ),
        (
            lambda: ff.NodePerturbation("one-sided"),
            "estimate is 'one-sided', expected one of antithetic, baseline, polarity",
        ),
        (
            lambda: ff.NodePerturbation(sigma_decay="linear"),
            "sigma_decay is 'linear', expected a factor above 0",
        ),
        (
            lambda: ff.Trainer(pixels(), decay="linear"),
            "decay is 'linear', expected a factor above 0 and at most 1.5, or 'cosine'",
        ),
        (lambda: ff.WeightPerturbation("local"), "scope is 'local', expected one of global, layer-wise"),
        (
            lambda: ff.Trainer(ff.Network([ff.Layer(5, delay=2 * ms)]), algorithm="weight_perturbation"),
            "tries weights that arrive at once, but layer 1 has delays of up to",
        ),
        (lambda: ff.Pepita("output"), "Pepita: site is 'output', expected one of layers, input"),
        (lambda: ff.Pepita(sign=0), "sign is 0, expected one of -1, 1"),
        (lambda: ff.Pepita(gain=-1.0), "gain is -1.0, expected a finite number above 0"),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], encoder=ff.encoders.events), algorithm=ff.Pepita("input")
            ),
            "pepita nudges the values of a sample, but encoder 'events' reads events, which have none",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], encoder=ff.encoders.field_spikes), algorithm="signal_propagation"
            ).plan(DataShape.of(functions(), 1)),
            "signal_propagation sends the targets of classes forwards, but the data hold real-valued targets",
        ),
        (
            lambda: ff.Trainer(fields(), algorithm="signal_propagation"),
            "compares spike counts, but encoder 'receptive_fields' sends a graded value",
        ),
        (lambda: ff.SignalPropagation(answer="both"), "answer is 'both', expected one of readout, nearest"),
        (
            lambda: ff.SignalPropagation(sharpness=-1),
            "sharpness is -1, expected a finite number of at least 0",
        ),
        (lambda: ff.NodePerturbation(sigma=0), "sigma is 0, expected a number above 0"),
        (lambda: ff.RewardStdp("hope"), "expectation is 'hope', expected one of confidence, mean"),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], readout=ff.readouts.softmax), algorithm="reward_stdp"
            ),
            "reward_stdp needs a readout that acts, but readout 'softmax' has no variable ",
        ),
        (
            lambda: ff.Trainer(fields(), algorithm="reward_stdp").plan(DataShape.of(functions(), 1)),
            "reward_stdp chooses one of several actions, but the data hold real-valued targets",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], readout=ff.readouts.actor), algorithm="error_broadcast"
            ),
            "needs a readout that says how wrong it is, but readout 'actor'",
        ),
        (
            lambda: ff.Trainer(
                ff.Network([ff.Layer(5)], readout=ff.readouts.actor), negatives=ff.HybridNegatives()
            ),
            "learns from the reward of an action, which forward_forward does not give",
        ),
    ],
)
def test_refused_with_a_sentence(make, words):
    with pytest.raises(ff.ModelError) as caught:
        make()
    assert words in str(caught.value)


@pytest.mark.parametrize("name", learning.HOMES)
def test_every_algorithm_is_named_in_experiment_files_and_reads_back(name):
    experiment = Experiment.load("digits", [f"learning.algorithm={name}"])
    assert experiment.trainer.algorithm.kind == name
    record = experiment.resolved()
    assert Experiment.from_resolved(record).resolved() == record


def test_settings_of_another_algorithm_are_refused():
    with pytest.raises(ff.ExperimentError, match="unknown key 'sigma'; known are feedback"):
        Experiment.load("digits", ["learning.algorithm=error_broadcast", "learning.sigma=0.1"])


@pytest.mark.parametrize("name", [*learning.HOMES, "mexican-hat"])
def test_the_methods_section_and_the_audit_know_every_algorithm(main, name):
    words = [name] if name == "mexican-hat" else ["digits", "--set", f"learning.algorithm={name}"]
    status, text, err = main("describe", *words)
    assert status == 0, err
    kind = "node-perturbation" if name == "mexican-hat" else name.replace("_", "-")
    assert f"| learning algorithm | {kind}" in text
    status, text, err = main("audit", *words)
    assert status == 0 and "local update" in text, err


@pytest.mark.long
@pytest.mark.parametrize(
    "source, algorithm, drawn",
    [
        ("digits", "error_broadcast", {"accuracy", "confusion", "loss", "receptive_fields", "weights"}),
        ("mexican-hat", "node_perturbation", {"loss", "predictions", "weights"}),
    ],
)
def test_a_run_from_the_command_line_draws_and_tells_what_there_is(
    main, session_shell, source, algorithm, drawn
):
    short = [
        "training.epochs=1",
        "data.limit_train=60",
        "data.limit_test=40",
        "network.layers.0.size=8",
        f"learning.algorithm={algorithm}",
    ]
    settings = [word for change in short for word in ("--set", change)]
    status, text, err = main("run", source, *settings, "--seed", 1, "--out", f"short-{source}")
    assert status == 0, err
    folder = session_shell.folder / f"short-{source}"
    assert {path.stem for path in (folder / "figures").iterdir()} == drawn
    primary = json.loads((folder / "metrics.json").read_text())["primary"]
    name = "test_accuracy" if source == "digits" else "test_relative_l2"
    assert primary["name"] == name and primary["larger_is_better"] == (source == "digits")
    assert main("evaluate", f"short-{source}")[0] == 0
    status, _, err = main("export", "brian", f"short-{source}", "-o", f"{source}.py")
    assert status == 2 and "learnt by" in err and "Traceback" not in err
    with pytest.raises(ff.RunError, match="learnt by"):
        ff.Model.load(folder / "model.npz").to_brian()
