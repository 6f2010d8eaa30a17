"""Several signals in one network: release, decay, who hears them, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.analyse.audit import audit
from ffbrian.network.from_tables import signals_of
from ffbrian.train.experiment_tables import read_network

GATED = ff.plasticity.eligibility_stdp(
    hears=("DA", "ACh"), consolidate="w = clip(w + eta*DA*ACh*p_post*elig, -w_max, w_max); elig = 0"
)
SIGNALS = {"DA": ff.signals.dopamine, "ACh": ff.signals.acetylcholine}
EXCITABLE = ff.neurons.lif(threshold="v > v_th - 2*mV*(ACh - 1)", hears=("ACh",))
AT_THE_END = ff.Signal(name="novelty", equations="ACh : 1", release="ACh = abs(goodness)")


def network(**settings):
    given = dict(rule=GATED, signals=SIGNALS) | settings
    return ff.Network([ff.Layer(8, EXCITABLE, initial_weight=0.2)], **given)


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 4))


@pytest.fixture(scope="module")
def model(digits):
    return ff.Trainer(network(), mode="runtime", float_type="float64").fit(digits, epochs=1, progress=None)


def test_signals_are_released_and_decay_as_their_equations_say(model, digits):
    found = model.record(digits[0], variables=["DA", "ACh", "usual"], learning_rate=0)
    da, ach, usual = (np.ravel(found.traces[f"signal_{name}"]) for name in ("DA.DA", "ACh.ACh", "ACh.usual"))
    steps = round(float(found.presentations[0].stop / found.dt))
    before, after = slice(0, steps), slice(steps, 2 * steps)
    np.testing.assert_allclose(da[before][2:] / da[before][1:-1], np.exp(-1 / 20), rtol=1e-9)
    (goodness,) = found.presentations[0].goodness
    jump = da[after][0] - da[before][-1] * np.exp(-1 / 20)
    released = 1 / (1 + np.exp(goodness)) * np.exp(-1 / 20)
    np.testing.assert_allclose(jump, released, rtol=1e-5)  # goodness is written in float32
    rise = 0.2 * min(abs(goodness - usual[before][-1]), 5.0)
    expected = 1 + (ach[before][-1] + rise - 1) * np.exp(-1 / 100)
    np.testing.assert_allclose(ach[after][0], expected, rtol=1e-5)


def test_signals_live_on_and_are_saved(model, tmp_path):
    model.save(tmp_path / "model.npz")
    again = ff.Model.load(tmp_path / "model.npz")
    assert again.network == model.network
    assert again.state["signal_ACh.usual"] == model.state["signal_ACh.usual"] != 0


def test_an_evaluation_runs_at_the_first_values(model, digits):
    other = ff.Model(model.plan, model.state | {"signal_ACh.ACh": np.array([9.0])}, mode="runtime")
    np.testing.assert_array_equal(other.predict(digits).goodness, model.predict(digits).goodness)
    raised = network(signals=SIGNALS | {"ACh": ff.signals.acetylcholine(initial="ACh = 9")})
    plan = ff.Trainer(raised, mode="runtime", float_type="float64").plan(model.plan.inputs)
    assert (ff.Model(plan, model.state, mode="runtime").predict(digits).goodness != 0).any()
    assert not np.array_equal(
        ff.Model(plan, model.state, mode="runtime").predict(digits).goodness, model.predict(digits).goodness
    )


def test_exports_refuse_neurons_that_hear(model):
    with pytest.raises(ff.ModelError, match="lif' hears ACh"):
        model.to_brian()


def test_a_signal_gates_what_is_learnt(digits):
    silent = ff.Signal(equations="ACh : 1", release="ACh = 0")
    plain = ff.Network([ff.Layer(8, initial_weight=0.2)], rule=GATED, signals=SIGNALS | {"ACh": silent})
    found = ff.Trainer(plain, mode="runtime").fit(digits, epochs=1, progress=None)
    untaught = ff.Trainer(plain, mode="runtime").fit(digits, epochs=0, progress=None)
    np.testing.assert_array_equal(found.state["synapses_1.w"], untaught.state["synapses_1.w"])
    heard = replace(plain, signals=SIGNALS)
    taught = ff.Trainer(heard, mode="runtime").fit(digits, epochs=1, progress=None)
    assert (taught.state["synapses_1.w"] != untaught.state["synapses_1.w"]).any()


def test_reward_is_told_to_signals_of_reward_learning(digits):
    told = ff.Signal(equations="NA : 1", release="NA += abs(reward - expected)")
    rule = ff.plasticity.reward_stdp(
        hears=("NA",), consolidate="w = clip(w + eta*M*NA*elig, -w_max, w_max); elig = 0"
    )
    net = ff.Network([ff.Layer(8, initial_weight=0.2)], rule=rule, signals={"NA": told})
    model = ff.Trainer(net, algorithm="reward_stdp", mode="runtime").fit(digits, epochs=1, progress=None)
    assert model.state["signal_NA.NA"] > 0


def test_the_audit_names_every_signal_that_is_heard():
    found = audit(network())
    assert found.criterion("local update").verdict == "pass"
    assert found.criterion("signals in time").verdict == "pass"
    heard = " ".join(found.criterion("broadcast signals").findings)
    assert "signal_DA.DA" in heard and "signal_ACh.ACh" in heard


def test_files_say_the_same_as_python():
    table = {"signals": {"M": "opponent", "ACh": {"model": "acetylcholine", "gain": 0.5}}}
    found = signals_of(table)
    assert found == {"M": ff.modulators.opponent, "ACh": ff.signals.acetylcholine(gain=0.5)}
    stack = read_network({"layers": [{"size": 5}], "signals": {"ACh": "acetylcholine"}})
    assert stack == ff.Network([ff.Layer(5)], signals={"ACh": ff.signals.acetylcholine})
    assert "ACh (acetylcholine): heard by nobody" in str(stack)


CELLS = dict(image=ff.Inputs(), label=ff.Labels(), cells=ff.Population(5))


def graph(hears):
    projections = [ff.Projection(one, "cells", rule=GATED, hears=hears) for one in ("image", "label")]
    return ff.Network(populations=CELLS, projections=projections, signals=SIGNALS)


def test_a_projection_may_say_what_it_hears():
    assert graph(["DA", "ACh"]).rule == graph(None).rule


REFUSED = {
    "no signal": (
        lambda: ff.Network([ff.Layer(5)], rule=GATED),
        "hears 'DA', which is no signal of the network",
    ),
    "too early": (
        lambda: ff.Network([ff.Layer(5, EXCITABLE)], signals={"ACh": AT_THE_END}),
        "threshold reads 'ACh' while the presentation goes on, but signal 'novelty' releases it",
    ),
    "goodness while it runs": (
        lambda: ff.Signal(equations="dA/dt = (goodness - A)/(9*ms) : 1", release="A += s"),
        "reads 'goodness' while the presentation goes on, but it is told when that has ended",
    ),
    "circle": (
        lambda: ff.Network(
            [ff.Layer(5)],
            signals={
                "A": ff.Signal(equations="A : 1", release="A = B", hears=("B",)),
                "B": ff.Signal(equations="B : 1", release="B = A", hears=("A",)),
            },
        ),
        "the releases of the signals A, B wait for each other",
    ),
    "other name": (
        lambda: ff.Network([ff.Layer(5)], signals={"NA": ff.signals.acetylcholine}),
        "whose equations define ACh, usual; they must define 'NA'",
    ),
    "not declared": (
        lambda: ff.plasticity.eligibility_stdp(consolidate="w += eta*DA*elig"),
        "uses 'DA', which is not defined",
    ),
    "projection hears less": (lambda: graph(["DA"]), "reads 'ACh' too"),
    "projection hears more": (lambda: graph(["DA", "ACh", "NA"]), "hears 'NA', which is no signal"),
    "named like a parameter": (
        lambda: ff.Network([ff.Layer(5)], signals={"tau_m": ff.Signal(equations="tau_m : 1")}),
        "the signal 'tau_m' has the name of a variable or parameter of neuron 'lif'",
    ),
    "named like what the simulator keeps": (
        lambda: ff.Network([ff.Layer(5)], signals={"connected": ff.Signal(equations="connected : 1")}),
        "the signal 'connected' needs a name of letters",
    ),
    "a rule that sets a signal": (
        lambda: ff.plasticity.eligibility_stdp(consolidate="ACh = 1; w += eta*elig", hears=("ACh",)),
        "consolidate sets 'ACh', which is given to it",
    ),
    "a rule that sets the modulator": (
        lambda: ff.plasticity.eligibility_stdp(consolidate="M = 0; w += eta*elig"),
        "consolidate sets 'M', which is given to it",
    ),
    "time passed at a spike": (
        lambda: ff.plasticity.decaying_stdp(on_post="elig += x_pre*passed/tau_c"),
        "on_post uses 'passed', which is not defined",
    ),
    "a modulator that sets a signal": (
        lambda: ff.modulators.opponent(release="ACh = 1; M = ACh*s", hears=("ACh",)),
        "release sets 'ACh', which is given to it",
    ),
    "a modulator that hears itself": (
        lambda: ff.Network([ff.Layer(5)], modulator=ff.modulators.contrast(hears=("M",))),
        "'M', which is given to it",
    ),
    "heard and read nowhere": (
        lambda: ff.Network(
            [ff.Layer(5)], modulator=ff.modulators.opponent(hears=("ACh",)), signals={"ACh": AT_THE_END}
        ),
        "modulator 'opponent': hears 'ACh', but reads it in no equation or statement",
    ),
    "a random beginning": (
        lambda: ff.Signal(equations="A : 1", initial="A = rand()", release="A = s"),
        "initial draws random numbers",
    ),
    "a beginning that nothing was released for": (
        lambda: ff.neurons.sliding_lif(initial="v = v_rest; theta_m = ACh", hears=("ACh",)),
        "initial reads 'ACh' for a variable that is set once",
    ),
    "too early for a refractory period": (
        lambda: ff.Network(
            [ff.Layer(5, ff.neurons.lif(refractory="ACh*ms", hears=("ACh",)))], signals={"ACh": AT_THE_END}
        ),
        "refractory reads 'ACh' while the presentation goes on",
    ),
    "other algorithm": (
        lambda: ff.Trainer(ff.Network([ff.Layer(5)], signals=SIGNALS), algorithm="pepita"),
        "pepita: releases no signals of a network",
    ),
    "not told": (
        lambda: ff.Trainer(ff.Network([ff.Layer(5)], signals=SIGNALS), algorithm="reward_stdp"),
        "release reads 'goodness', which reward_stdp does not tell",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_heard_is_refused_with_a_sentence(case):
    make, sentence = REFUSED[case]
    with pytest.raises(ff.ModelError) as error:
        make()
    assert sentence in str(error.value)
