"""Values that are set once in a training: drawn from its seed, kept, saved, and the same in every
presentation.
"""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import NeuronGroup, ms, prefs

import ffbrian as ff
from ffbrian.analyse.model_text import model_blocks
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.models.beginning import first_values, set_once
from ffbrian.models.text import parse_equations
from ffbrian.train.initial_state import initial_state

#: A membrane time constant drawn for each neuron, a persistent variable, and one that begins anew.
MIXED = ff.neurons.lif(
    equations="dv/dt = (v_rest - v + drive)/tau : volt\ntau : second (constant)\nh : 1\nu : 1",
    initial="v = v_rest; tau = tau_m*(1 + 0.2*rand()); h = 3 + rand(); u = 2",
    persistent=("h",),
    reset="v -= v_th - v_rest; h += 1",
)
RANDOM_POLARITY = ff.modulators.opponent(
    neuron_equations="p : 1\na : 1", neuron_initial="p = 1 - 2*int(rand() < 0.5)"
)
NETWORK = ff.Network([ff.Layer(20, MIXED, initial_weight=0.1)], modulator=RANDOM_POLARITY)


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 8))


def fit(data, seed=3, epochs=1):
    return ff.Trainer(NETWORK, chunk=3, mode="runtime").fit(data, epochs=epochs, seed=seed)


def test_which_values_are_set_once():
    assert MIXED.set_once == ("h", "tau") and RANDOM_POLARITY.set_once == ("p",)
    for shipped in (
        ff.modulators.opponent,
        ff.modulators.threshold,
        ff.neurons.mixed_lif,
        ff.neurons.hodgkin_huxley,
    ):
        assert shipped.set_once == ()


@pytest.mark.parametrize(
    "code, once",
    [
        ("c = 2*ms", ()),
        ("c = 2*ms*unit", ()),
        ("c = 2*ms*randn()", ("c",)),
        ("c = 2*ms; c *= 2", ("c",)),
        ("c = v*ms", ("c",)),
        ("d = rand(); c = d*ms", ("d", "c")),
        ("v = rand()", ()),
        ("c = t", ("c",)),
    ],
)
def test_a_constant_is_set_once_if_it_would_differ(code, once):
    equations = parse_equations("test", "v : 1\nc : second (constant)\nd : 1 (constant)")
    assert set_once(equations, code) == once


def test_values_are_drawn_from_the_seed_and_kept(digits):
    model, again, other = fit(digits), fit(digits, epochs=2), fit(digits, seed=4)
    tau, p, h = (model.state[f"layer_1.{name}"] for name in ("tau", "p", "h"))
    assert len(np.unique(tau)) == 20 and tau.min() >= 0.05 and tau.max() <= 0.06 and set(p) == {-1.0, 1.0}
    assert (h >= 3).all() and (h % 1 > 0).any()  # begins between 3 and 4, and every spike adds 1
    for name, value in (("tau", tau), ("p", p)):
        np.testing.assert_array_equal(again.state[f"layer_1.{name}"], value)
        assert (other.state[f"layer_1.{name}"] != value).any()


def test_values_are_the_same_in_every_presentation_and_after_loading(digits, tmp_path):
    model = fit(digits)
    model.save(tmp_path / "model.npz")
    loaded = ff.Model.load(tmp_path / "model.npz", mode="runtime")
    found = loaded.record(digits[0], variables=["tau", "h", "u"])
    assert np.ptp(found.traces["layer_1.tau"], axis=0).max() == 0
    np.testing.assert_array_equal(
        np.asarray(found.traces["layer_1.tau"])[0], model.state["layer_1.tau"].astype(np.float32)
    )
    np.testing.assert_array_equal(found.polarity["layer_1"], model.state["layer_1.p"])
    assert (np.asarray(found.traces["layer_1.u"]) == 2).all()
    np.testing.assert_array_equal(loaded.predict(digits).goodness, model.predict(digits).goodness)


def test_a_model_that_lacks_what_its_neurons_keep_is_refused(digits, tmp_path):
    model = fit(digits)
    replace(model, state={name: value for name, value in model.state.items() if name != "layer_1.p"}).save(
        tmp_path / "model.npz"
    )
    with pytest.raises(ff.RunError, match="model.npz lacks layer_1.p, which the network keeps"):
        ff.Model.load(tmp_path / "model.npz")


def test_weights_do_not_depend_on_what_neurons_draw():
    plan = Plan(NETWORK, DataShape("values", (1, 8, 8), 10), 20)
    plain = replace(plan, network=ff.Network([ff.Layer(20, initial_weight=0.1)]))
    drawn, weights = (initial_state(each, np.random.default_rng(5)) for each in (plan, plain))
    for name, value in weights.items():
        np.testing.assert_array_equal(drawn[name], value)


def test_statements_give_what_brian_gives():
    """Nested subexpressions, powers, integer division and conditions, against Brian's own numpy code."""
    neuron = ff.neurons.hodgkin_huxley
    equations, code = (
        neuron.parsed(),
        neuron.initial + "\nm += 0.5*int(i % 3 == 1)\nh = clip(h*2, 0, 0.9) + i // 2",
    )
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    try:
        group = NeuronGroup(
            5, neuron.equations.replace("+ I_syn", ""), method="euler", namespace=neuron.values
        )
        runner = group.run_regularly(code, dt=1 * ms)
        runner.before_run({})
        runner.run()
        expected = {name: np.array(getattr(group, f"{name}_")[:]) for name in ("v", "m", "h", "n")}
    finally:
        prefs.codegen.target = before
    found = first_values(
        equations, code, ("v", "m", "h", "n"), neuron.values, 5, 1e-3, np.random.default_rng(0)
    )
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12)


def test_the_description_says_what_is_set_once():
    texts = [block.content[0] for block in model_blocks(MIXED, "Neuron") if block.kind == "text"]
    assert "Once, when a training begins:" in texts and "At the beginning of a presentation:" in texts
    assert "Once, when a training begins:" in [
        block.content[0] for block in model_blocks(RANDOM_POLARITY, "Modulator")
    ]
