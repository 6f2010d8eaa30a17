"""One continuous simulation: what comes when, what flows on, and what is refused."""

import numpy as np
import pytest
from brian2 import ms, volt

import ffbrian as ff
from ffbrian.analyse.audit import of_trainer
from ffbrian.build.data_shape import DataShape
from ffbrian.build.timing import on_arrival
from ffbrian.learning.schedule import Schedule, seeds_of
from ffbrian.models.text import parse_equations
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state

STREAM = ff.Stream(
    shown="40*ms + 30*ms*rand()",
    pause="20*ms + 20*ms*rand()",
    label_after=10 * ms,
    reward_after="15*ms + 40*ms*rand()",
)
NETWORK = ff.Network(
    [ff.Layer(12, initial_weight=0.15)], labels=ff.encoders.labels, signals={"ACh": ff.signals.acetylcholine}
)
RUNNERS = {
    "dense": dict(mode="standalone", pathway="dense"),
    "stock": dict(mode="standalone", pathway="stock"),
    "runtime": dict(mode="runtime"),
}


def trainer(runner="runtime", **settings):
    given = dict(timing=STREAM, float_type="float64") | RUNNERS[runner] | settings
    return ff.Trainer(NETWORK, **given)


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 6))


@pytest.fixture(scope="module")
def models(digits):
    """The same training by every runner, two chunks in each of two epochs."""
    return {
        runner: trainer(runner, chunk=3).fit(digits, epochs=2, seed=3, progress=None) for runner in RUNNERS
    }


# -- when things come ---------------------------------------------------------------------
def rows(n=200, seed=1):
    place = np.arange(n)
    phase = np.where(place % 2, -1, 1)
    return Schedule.of(place, seeds_of(seed, place), place % 10, label=place % 10, phase=phase)


def test_the_same_schedule_gets_the_same_times():
    first, again = (STREAM.laid_out(rows()).columns for _ in range(2))
    other = STREAM.laid_out(rows(seed=2)).columns
    assert all((first[name] == again[name]).all() for name in first)
    assert (first["length"] != other["length"]).any()


def test_times_are_those_that_were_asked_for():
    found = STREAM.laid_out(rows()).columns
    off, pause = found["off"] * 5, (found["length"] - found["off"]) * 5
    assert off.min() >= 40 and off.max() <= 70 and len(set(off)) > 4
    assert pause[:-1].min() >= 20 and pause[:-1].max() <= 40
    assert (found["label_on"] == 2).all()


def test_every_reward_comes_once_also_while_the_next_sample_is_shown():
    found = STREAM.laid_out(rows()).columns
    begins = np.append(0, np.cumsum(found["length"])[:-1])
    late = found["late_at"] > 0
    assert 0 < late.sum() < len(late)
    assert (late[1:] == (found["reward_at"][:-1] == 0)).all() and found["reward_at"][-1] > 0
    comes = np.where(found["reward_at"] > 0, begins + found["reward_at"], 0)
    comes[:-1][late[1:]] = (begins + found["late_at"])[1:][late[1:]]
    delay = (comes - begins - found["off"]) * 5
    assert delay.min() >= 15 and delay.max() <= 55
    assert (found["late_at"] < found["off"]).all()


def test_a_release_happens_only_when_a_reward_arrives():
    own = parse_equations("signal", "dM/dt = -M/(10*ms) : 1\nbrief : 1\nkept : 1")
    code = on_arrival(own, "part = 2; M += part; brief = s; kept = 0.5*kept + 1")
    for arrived, expected in ((0, (3.0, 0.0, 4.0)), (1, (5.0, -1.0, 3.0))):
        names = {"M": 3.0, "brief": 7.0, "kept": 4.0, "s": -1.0, "arrived": arrived}
        exec(code, names)
        assert tuple(names[name] for name in ("M", "brief", "kept")) == expected


# -- what flows on -------------------------------------------------------------------------
@pytest.fixture(scope="module")
def recorded(digits):
    """Two samples with their true label and two with a false one, recorded in every step."""
    from dataclasses import replace

    own = trainer().calibrated(digits, 10).trainer
    plan = own.plan(DataShape.of(digits, 10))
    watched = (
        ("layer_1", ("v", "a", "p", "spikes"), None),
        ("session", ("shows", "shown", "arrived", "taught"), None),
        ("modulator_1", ("M", "goodness"), None),
        ("synapses_1", ("w", "elig"), tuple(range(40, 60))),
    )
    plan = replace(plan, recorded=watched)
    shown = own.algorithm.training(np.arange(2), digits.labels[:2], plan.inputs, 0, np.random.default_rng(0))
    state = initial_state(plan, np.random.default_rng(1))
    with data_file(digits, plan) as path:
        outcome = open_plan(plan, "runtime").run(shown, path, state, {"session.eta": 0.01})
    return plan.laid_out(shown), outcome


def states(outcome, name, variable):
    return outcome.recordings[f"{name}_states"][variable]


def test_samples_labels_and_rewards_are_there_when_the_schedule_says(recorded):
    schedule, outcome = recorded
    begins = 5 * np.append(0, np.cumsum(schedule["length"])[:-1])
    n_steps = 5 * schedule["length"].sum()
    step = np.arange(n_steps)
    row = np.searchsorted(begins, step, side="right") - 1
    inside = step - begins[row]
    on = inside < 5 * schedule["off"][row]
    np.testing.assert_array_equal(states(outcome, "session", "shows")[:n_steps, 0], on)
    label = np.where(on & (inside >= 5 * schedule["label_on"][row]), schedule["label"][row], -1)
    np.testing.assert_array_equal(states(outcome, "session", "shown")[:n_steps, 0], label)
    dopamine = states(outcome, "modulator_1", "M")[:n_steps, 0]
    jumps = np.flatnonzero(np.abs(dopamine[1:] - dopamine[:-1] * np.exp(-1 / 30)) > 1e-9) + 1
    own = (begins + 5 * schedule["reward_at"])[schedule["reward_at"] > 0]
    late = (begins + 5 * schedule["late_at"])[schedule["late_at"] > 0]
    np.testing.assert_array_equal(jumps, [at for at in sorted([*own, *late]) if at < n_steps])


def test_dopamine_is_reward_minus_what_goodness_expected(recorded):
    schedule, outcome = recorded
    end = 5 * schedule["off"][0]
    activity = states(outcome, "layer_1", "a")[end - 1] * states(outcome, "layer_1", "a")[end - 1]
    goodness = (activity * states(outcome, "layer_1", "p")[end - 1]).mean()
    at = 5 * (schedule["reward_at"][0] or schedule["length"][0] + schedule["late_at"][1])
    np.testing.assert_allclose(states(outcome, "modulator_1", "goodness")[at], goodness, rtol=1e-9)
    released = schedule["phase"][0] / (1 + np.exp(schedule["phase"][0] * goodness))
    np.testing.assert_allclose(states(outcome, "modulator_1", "M")[at], released * np.exp(-1 / 30), rtol=1e-9)


def test_weights_follow_the_integral_of_eligibility_times_dopamine(recorded):
    schedule, outcome = recorded
    w, elig = (states(outcome, "synapses_1", name) for name in ("w", "elig"))
    dopamine = states(outcome, "modulator_1", "M") / np.exp(-1 / 30)  # as an update sees it, before its step
    p = states(outcome, "layer_1", "p")[0, np.arange(40, 60) % 12]
    last = np.arange(4, 5 * schedule["length"].sum() - 5, 5)  # the last step before each update
    expected = 0.01 * p * elig[last] * dopamine[last + 1] * 5 / 100
    np.testing.assert_allclose(w[last + 1] - w[last], expected, atol=1e-12)
    assert np.abs(w[-1] - w[0]).max() > 1e-4


def test_nothing_is_set_back_between_samples(recorded):
    schedule, outcome = recorded
    border = 5 * np.cumsum(schedule["length"])[:-1]
    for name, variable, kept in (("layer_1", "a", np.exp(-1 / 60)), ("synapses_1", "elig", np.exp(-5 / 100))):
        values = states(outcome, name, variable)
        before, after = values[border - 1], values[border]
        assert before.max() > 0.1
        assert (after >= before * kept * (1 - 1e-9)).all()
    assert (states(outcome, "layer_1", "v")[border] != -0.065).all()


# -- runners, checkpoints, files --------------------------------------------------------------
@pytest.mark.parametrize("runner", ["dense", "stock"])
def test_compiled_streams_are_those_of_runtime_mode(models, runner):
    reference, found = models["runtime"].state, models[runner].state
    assert set(found) == set(reference)
    for name, value in reference.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-12, err_msg=name)
    assert (
        models[runner].history[-1]["goodness_positive"] == models["runtime"].history[-1]["goodness_positive"]
    )


def test_compiled_answers_are_those_of_runtime_mode(models, digits):
    expected = models["runtime"].predict(digits).goodness
    np.testing.assert_allclose(models["dense"].predict(digits).goodness, expected, rtol=1e-5)


def test_a_stream_that_was_interrupted_ends_with_the_same_bits(models, digits, tmp_path):
    class Stop(Exception):
        pass

    def stop(progress):
        if progress.epoch == 2 and progress.shown == 3:
            raise Stop

    own, path = trainer("dense", chunk=3), tmp_path / "checkpoint.npz"
    with pytest.raises(Stop):
        own.fit(digits, epochs=2, seed=3, progress=stop, checkpoint=path)
    found = own.fit(digits, epochs=2, seed=3, progress=None, checkpoint=path, resume=True)
    for name, value in models["dense"].state.items():
        np.testing.assert_array_equal(found.state[name], value, err_msg=name)


def test_a_saved_stream_answers_the_same(models, digits, tmp_path):
    model = models["dense"]
    model.save(tmp_path / "model.npz")
    again = ff.Model.load(tmp_path / "model.npz")
    assert again.plan.stream == STREAM
    np.testing.assert_array_equal(again.predict(digits).goodness, model.predict(digits).goodness)


def test_an_answer_keeps_what_neurons_were_given_once_in_the_training(digits):
    cells = ff.Layer(
        6, ff.neurons.sliding_lif, per_neuron={"tau_m": "20*ms + 60*ms*rand()"}, initial_weight=0.3
    )
    model = ff.Trainer(ff.Network([cells]), timing=STREAM, mode="runtime").fit(
        digits, epochs=1, progress=None
    )
    answering = model.state_for(model.plan.algorithm.evaluation_plan(model.plan, "runtime"))
    for name in ("layer_1.tau_m", "layer_1.theta_m"):
        assert model.state[name].any() and (answering[name] == model.state[name]).all()
    assert (answering["layer_1.v"] == model.network.layers[0].neuron.values["v_rest"] / volt).all()


def test_a_recording_of_a_stream_says_what_came_when(models, digits):
    """Dopamine jumps when a reward arrives, and inputs spike while a sample is on."""
    model = models["runtime"]
    found = model.record(
        digits.take(slice(0, 2)), variables=["M", "elig"], neurons={"layer_1": [3, 5]}, seed=4
    )
    step = lambda time: round(float(time) * 1000)  # noqa: E731
    dopamine = found.traces["modulator_1.M"][:, 0]
    jumps = np.flatnonzero(np.abs(dopamine[1:] - dopamine[:-1] * np.exp(-1 / 30)) > 1e-9) + 1
    arrivals = sorted(step(scene.reward_at) for scene in found.scenes)
    assert len(found.scenes) == 4 and set(jumps) >= {at for at in arrivals if at < len(found.t)}
    taught = [found.traces["session.taught"][at - 5, 0] for at in arrivals]
    by_time = sorted(found.scenes, key=lambda scene: step(scene.reward_at))
    assert taught == [scene.reward for scene in by_time] == [2 * (s.label == s.truth) - 1 for s in by_time]
    shows = np.zeros(len(found.t))
    for scene in found.scenes:
        shows[step(scene.begin) : step(scene.end)] = 1
    np.testing.assert_array_equal(found.traces["session.shows"][:, 0], shows)
    assert shows[np.rint(np.asarray(found.spikes["inputs"][1]) * 1000).astype(int)].all()
    assert {*found.pairs["synapses_1"][:, 1]} == {3, 5}
    assert found.traces["synapses_1.elig"].shape == (len(found.t), len(found.pairs["synapses_1"]))


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(neurons=[99]), r"neurons \[99\] are not all in layer_1, which has the neurons 0 to 11"),
        (dict(neurons=[1.5]), "are not all in layer_1"),
        (dict(neurons={"layer_2": [0]}), "neurons names 'layer_2', expected one of layer_1"),
        (dict(variables=["volt"]), "'volt' is no variable of the network"),
        (dict(label=3), "a stream shows its own labels"),
    ],
)
def test_what_cannot_be_recorded_of_a_stream_is_refused(models, digits, settings, sentence):
    with pytest.raises(ff.FFBrianError, match=sentence):
        models["runtime"].record(digits, **settings)


def test_what_a_rule_computes_is_no_state_of_a_stream(digits):
    rule = ff.plasticity.decaying_stdp
    halved = rule(
        equations="elig : 1\nhalf = elig/2 : 1",
        consolidate=rule.consolidate.replace("elig*passed", "half*passed"),
    )
    plan = plan_of(ff.Network([ff.Layer(5)], rule=halved))
    assert "half" in plan.network.rule.consolidate
    names = {name.partition(".")[2] for name in initial_state(plan, np.random.default_rng(0))}
    assert "elig" in names and "half" not in names


def test_a_trainer_says_its_stream_in_a_file():
    own = trainer()
    assert ff.Trainer.from_dict(own.to_dict()) == own
    assert "a stream with updates every 5 ms" in repr(own)
    table = {"kind": "stream", "shown": "40 ms"}
    assert ff.Trainer(NETWORK, timing=table).timing == ff.Stream(shown=40 * ms)


def test_the_audit_of_a_stream_is_local():
    found = of_trainer(trainer())
    assert found.criterion("local update").verdict == "pass"
    assert found.criterion("signals in time").verdict == "pass"
    assert not any("begins at rest" in line for line in found.criterion("negative phase").findings)


# -- what is refused ----------------------------------------------------------------------------
def plan_of(network=NETWORK, kind="values", **settings):
    own = ff.Trainer(network, timing=STREAM, **settings)
    return own.plan(DataShape(kind, (1, 8, 8), 10))


def tiring():
    """A graph whose recurrent synapses depress."""
    stdp = ff.plasticity.decaying_stdp
    return ff.Network(
        populations={"image": ff.Inputs(), "label": ff.Labels(), "cells": ff.Population(5)},
        projections=[
            ff.Projection("image", "cells", rule=stdp),
            ff.Projection("label", "cells", rule=stdp),
            ff.Projection("cells", "cells", ff.synapses.depressing),
        ],
        signals={"M": ff.modulators.reward_prediction},
    )


def counting():
    """A neuron that counts its spikes."""
    lif = ff.neurons.lif
    return lif(equations=f"{lif.equations}\ncount : 1", reset=f"{lif.reset}; count += 1")


@pytest.mark.parametrize("encoder", ["rate", "poisson", "on_off"])
@pytest.mark.parametrize("inhibition", ["divisive", "subtractive", "rms_divisive"])
def test_what_follows_the_sample_or_falls_by_itself_flows(encoder, inhibition):
    cells = ff.Layer(5, ff.neurons.adaptive_lif, inhibition=getattr(ff.inhibition, inhibition))
    assert plan_of(ff.Network([cells], encoder=getattr(ff.encoders, encoder))).stream == STREAM


REFUSED = {
    "a rule that sets back": (
        lambda: plan_of(ff.Network([ff.Layer(5)], rule=ff.plasticity.eligibility_stdp)),
        "reads nothing of 'passed', the time since the last one; choose ff.plasticity.decaying_stdp",
    ),
    "a count": (
        lambda: plan_of(ff.Network([ff.Layer(5)], modulator=ff.modulators.opponent)),
        "modulator 'opponent': on_spike changes 'a', which nothing sets back in a stream",
    ),
    "synapses that tire": (
        lambda: plan_of(tiring()),
        "keeps a state in its presynaptic neuron that no stream carries on",
    ),
    "delays": (
        lambda: plan_of(ff.Network([ff.Layer(5, delay=5 * ms)])),
        "has delays, but spikes on their way are in no checkpoint",
    ),
    "hard negatives": (lambda: plan_of(negatives=ff.HardNegatives()), "shows one label at a time"),
    "spike times of a presentation": (
        lambda: plan_of(ff.Network([ff.Layer(5)], encoder=ff.encoders.latency)),
        "encoder 'latency': start sets 'age' when a presentation begins",
    ),
    "inhibition that counts": (
        lambda: plan_of(ff.Network([ff.Layer(5, inhibition=ff.inhibition.channel_attention)])),
        "'channel_attention': on_spike changes 'mean_spikes', which nothing sets back in a stream",
    ),
    "a neuron that counts": (
        lambda: plan_of(ff.Network([ff.Layer(5, counting())])),
        "reset changes 'count', which nothing sets back in a stream",
    ),
    "what is left of a presentation": (
        lambda: plan_of(
            ff.Network([ff.Layer(5)], rule=ff.plasticity.decaying_stdp(on_pre_spike="x += ramp"))
        ),
        "on_pre_spike reads 'ramp', what is left of a presentation",
    ),
    "events": (
        lambda: plan_of(ff.Network([ff.Layer(5)], encoder=ff.encoders.paced_time_cells), "events"),
        "reads events, but a stream shows images",
    ),
    "another algorithm": (
        lambda: plan_of(ff.Network([ff.Layer(5)]), algorithm="pepita"),
        "pepita learns when presentations end, of which a stream has none",
    ),
    "phases one after the other": (
        lambda: ff.Trainer(NETWORK, timing=STREAM, block=20),
        "block is 20, but what is shown in a chunk comes in random order",
    ),
    "a presentation": (
        lambda: ff.Trainer(NETWORK, timing=STREAM, presentation=20 * ms),
        "presentation is 20. ms, but a stream has none",
    ),
    "a wrong unit": (lambda: ff.Stream(shown="3 volt"), "shown has unit volt, expected second"),
    "no time": (lambda: ff.Stream(update_every="0 ms"), "expected a time above 0"),
    "a reward that is too late": (
        lambda: ff.Stream(shown=20 * ms, pause=20 * ms, reward_after=80 * ms).laid_out(rows()),
        "second after the next sample has ended",
    ),
    "a label that is too late": (
        lambda: ff.Stream(shown=20 * ms, label_after=20 * ms).laid_out(rows()),
        "a label comes only when its sample has ended",
    ),
    "another kind": (lambda: ff.Trainer(NETWORK, timing={"kind": "flow"}), "expected ff.Stream"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_flow_is_refused_with_a_sentence(case):
    make, sentence = REFUSED[case]
    with pytest.raises(ff.ModelError) as error:
        make()
    assert sentence in str(error.value)
