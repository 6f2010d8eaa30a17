"""All label copies learn at once: by the formula, on every runner, and well enough for digits."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import Hz, ms
from brian2.utils.stringtools import get_identifiers
from schedules import each, training

import ffbrian as ff
from ffbrian.analyse.audit import audit
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.errors import ModelError
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.models.effective_rule import over_copies
from ffbrian.network.connections import LocalConnection
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.experiment import Experiment
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trainer import Trainer

N_CLASSES, N_STEPS, ETA = 3, 12, 1e-2
INPUTS = DataShape("values", (1, 6, 6), N_CLASSES)
RULE = ff.plasticity.trace_product(eta=ETA, w_max=10.0)
COPIES = dict(inputs=INPUTS, n_steps=N_STEPS, has_candidates=True, has_layers=False, float_type="float64")


def network(*layers, **changes):
    pieces = (
        dict(encoder=ff.encoders.rate(max_rate=500 * Hz), rule=RULE, modulator=ff.modulators.contrast)
        | changes
    )
    return ff.Network(layers, **pieces)


def images(n=6):
    rng = np.random.default_rng(1)
    return ff.datasets.Images(
        rng.integers(100, 256, (n, 1, 6, 6)).astype(np.uint8), rng.integers(0, N_CLASSES, n)
    )


def trained(runner, n=6, eta=ETA, phase=1):
    """Show samples once each; the outcome and the weights before."""
    data, state = images(n), initial_state(runner.plan, np.random.default_rng(2))
    truth = np.asarray(data.labels)
    rows = each(n, truth, phase, truth)
    with data_file(data, runner.plan) as path:
        return runner.run(rows, path, state, {"session.eta": eta}, keep=list(state)), state, truth


@pytest.fixture(scope="module", params=["own", "shared", "groups"])
def one_sample(request):
    """Two layers that have seen one sample, every trace recorded."""
    modulator = ff.modulators.contrast(
        is_shared=request.param == "shared", groups=2 if request.param == "groups" else 1
    )
    layers = [ff.Layer(8, initial_weight=0.3), ff.Layer(6, initial_weight=0.6)]
    names = (
        ("inputs", ("x",), None),
        ("candidate_labels", ("x",), None),
        ("candidates_1", ("x", "y", "a", "p"), None),
        ("candidates_2", ("y", "a", "p"), None),
    )
    plan = Plan(network(*layers, modulator=modulator), recorded=names, **COPIES)
    outcome, before, truth = trained(project(plan), n=1)
    last = {
        f"{group}.{name}": outcome.recordings[f"{group}_states"][name][N_STEPS - 1]
        for group, names, _ in names
        for name in names
    }
    return request.param, outcome, before, int(truth[0]), last


def test_weights_change_by_the_sum_over_all_labels(one_sample):
    kind, outcome, before, truth, last = one_sample
    goodness = np.array(
        [
            (last[f"candidates_{k}.p"] * last[f"candidates_{k}.a"] ** 2).reshape(N_CLASSES, -1).mean(axis=1)
            for k in (1, 2)
        ]
    )
    assert np.ptp(goodness, axis=1).all()
    assert np.allclose(
        [[outcome.table[f"candidate_{k}_{label}"][0] for label in range(N_CLASSES)] for k in (1, 2)],
        goodness,
        rtol=1e-6,
    )
    parts = [
        (last[f"candidates_{k}.p"] * last[f"candidates_{k}.a"] ** 2).reshape(
            N_CLASSES, 2 if kind == "groups" else 1, -1
        )
        for k in (1, 2)
    ]
    goodness = np.array([part.mean(axis=2) for part in parts])
    goodness = np.tile(goodness.sum(axis=0), (2, 1, 1)) if kind == "shared" else goodness
    share = np.exp(goodness) / np.exp(goodness).sum(axis=1, keepdims=True)
    modulators = [
        np.repeat(m, part.shape[2], axis=1)
        for m, part in zip((np.arange(N_CLASSES) == truth)[:, None] - share, parts)
    ]
    for number, below in (
        (1, np.tile(last["inputs.x"], (N_CLASSES, 1))),
        (2, last["candidates_1.x"].reshape(N_CLASSES, -1)),
    ):
        credit = modulators[number - 1] * (
            last[f"candidates_{number}.p"] * last[f"candidates_{number}.y"]
        ).reshape(N_CLASSES, -1)
        change = {
            f"synapses_{number}.w": below.T @ credit,
            f"label_synapses_{number}.w": np.diag(last["candidate_labels.x"]) @ credit,
        }
        for name, expected in change.items():
            assert np.abs(expected).max() > 0
            assert np.allclose(outcome.state[name] - before[name], ETA * expected.ravel(), atol=1e-12), name


@pytest.mark.parametrize(
    "layer",
    [
        ff.Layer(9, initial_weight=0.5, connection=LocalConnection(4)),
        ff.Layer(9, initial_weight=0.3, delay=3 * ms),
    ],
    ids=["local fields", "delays"],
)
def test_runtime_and_compiled_network_give_equal_weights(layer):
    plan = Plan(network(layer, label_size=2), **COPIES)
    (compiled, before, _), (runtime, _, _) = trained(project(plan)), trained(Runtime(plan))
    for name, weights in compiled.state.items():
        assert np.abs(weights - before[name]).max() > 1e-3
        assert np.allclose(weights, runtime.state[name], rtol=0, atol=1e-12), name


def test_nothing_is_learnt_in_an_evaluation():
    outcome, before, _ = trained(Runtime(Plan(network(ff.Layer(9, initial_weight=0.3)), **COPIES)), phase=0)
    assert all(np.array_equal(outcome.state[name], value) for name, value in before.items())
    assert outcome.table["spikes_1"].min() > 0


def test_a_label_that_is_shown_alone_makes_contrast_opponent():
    weights = []
    for modulator in (ff.modulators.contrast, ff.modulators.opponent):
        model = Trainer(
            network(ff.Layer(6, initial_weight=0.3), modulator=modulator),
            presentation=N_STEPS * ms,
            mode="runtime",
            float_type="float64",
        ).fit(images(), epochs=1)
        weights.append(model.state["synapses_1.w"])
    assert np.allclose(*weights, rtol=0, atol=1e-12)


def test_digits_are_learnt_in_one_presentation_each():
    data = ff.datasets.load("digits")
    net = ff.Network(
        [ff.Layer(60, initial_weight=0.05)],
        rule=ff.plasticity.trace_product(eta=3e-4),
        modulator=ff.modulators.contrast,
    )
    model = Trainer(net, presentation=20 * ms, negatives=ff.AllNegatives(), decay=0.95).fit(
        data.train, epochs=10
    )
    first, last = model.history[0], model.history[-1]
    assert last["online_accuracy"] > 0.93 > first["online_accuracy"]
    assert last["goodness_positive"] > 0 > last["goodness_negative"]
    assert model.score(data.test) > 0.92


def test_a_rule_is_divided_into_what_copies_share_and_what_they_do_not():
    divided = over_copies(ff.plasticity.trace_product)
    assert divided.signals == ("M",)
    for statement, names in (
        (divided.credit, {"M", "p", "y"}),
        (divided.consolidate, {"w", "clip", "eta", "x_pre", "credit_post", "w_max"}),
    ):
        assert set(get_identifiers(statement)) == names


@pytest.mark.parametrize(
    "rule, sentence",
    [
        (ff.plasticity.eligibility_stdp, "keeps a state in the synapse .* such as trace_product"),
        (
            RULE(consolidate="w = clip(w + eta*M*(x_pre - y_post), -w_max, w_max)"),
            "cannot be summed over copies",
        ),
        (RULE(consolidate="w = w*(1 + eta*M*y_post)"), "cannot be summed over copies"),
    ],
)
def test_rules_that_cannot_be_summed_are_refused(rule, sentence):
    with pytest.raises(ModelError, match=sentence):
        Plan(network(ff.Layer(4), rule=rule), **COPIES)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        (
            dict(network=network(ff.Layer(4), ff.Layer(4)), pathway="stock"),
            "in networks of several layers all labels can learn at once only in stacks on the dense pathway",
        ),
        (
            dict(network=network(ff.Layer(4, neuron=ff.neurons.lif(persistent=("v",))))),
            "keeps v from one presentation to the next",
        ),
        (
            dict(network=network(ff.Layer(4), modulator=ff.modulators.contrast(groups=3))),
            "has 4 neurons, which cannot be divided into 3 groups",
        ),
        (
            dict(network=network(ff.Layer(4), modulator=ff.modulators.contrast(equations="M : 1\nmean : 1"))),
            "keeps mean from one presentation",
        ),
    ],
)
def test_networks_whose_copies_cannot_learn_are_refused(changes, sentence):
    with pytest.raises(ModelError, match=sentence):
        replace(Plan(network(ff.Layer(4)), **COPIES), **changes)


def test_a_comparison_may_read_two_goodnesses_only():
    with pytest.raises(ModelError, match="comparison uses 'share', which is not defined"):
        ff.modulators.contrast(comparison="share*rival")


def test_groups_need_copies_for_all_labels():
    with pytest.raises(ModelError, match="has 2 groups, which only copies for all labels can have"):
        Trainer(
            network(ff.Layer(4), modulator=ff.modulators.contrast(groups=2)), negatives=ff.HardNegatives()
        )
    with pytest.raises(ModelError, match="groups is 0, expected a whole number"):
        ff.modulators.contrast(groups=0)


def test_a_trainer_with_all_negatives_is_written_and_read():
    trainer = Trainer(network(ff.Layer(4)), negatives=ff.AllNegatives())
    assert Trainer.from_dict(trainer.to_dict()).algorithm.negatives == ff.AllNegatives()
    assert (
        Experiment.load(
            "digits", ["training.negatives=all", "network.rule=trace_product"]
        ).trainer.algorithm.negatives
        == ff.AllNegatives()
    )


def test_a_sample_needs_one_presentation():
    rows = training(
        np.arange(4), np.array([0, 1, 2, 2]), N_CLASSES, ff.AllNegatives(), 0, np.random.default_rng(0)
    )
    assert rows["sample"].tolist() == [0, 1, 2, 3] and (rows["phase"] == 1).all()
    assert ForwardForward(ff.AllNegatives()).presentations_of_sample() == 1


@pytest.mark.parametrize("n_groups", [1, 2])
def test_the_audit_says_what_copies_that_learn_take_from_outside(n_groups):
    found = audit(
        network(ff.Layer(20), ff.Layer(20), modulator=ff.modulators.contrast(groups=n_groups)),
        negatives=ff.AllNegatives(),
    )
    assert found.is_local
    assert found.criterion("label in the modulator").verdict == "pass"
    (transport, phase) = (
        " ".join(found.criterion(name).findings) for name in ("weight transport", "negative phase")
    )
    assert (
        found.criterion("weight transport").verdict == "note"
        and "changes the weight synapses_2.w, which copies for all labels share" in transport
    )
    assert (
        "tells every copy whether its label is the true one" in phase
        and "compared with that of all labels" in phase
    )
    assert "all others are shown beside it" in phase and "comes again" not in phase
