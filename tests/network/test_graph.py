"""Networks of named populations: what reaches what and when, what they refuse, and how they are written."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms, mV

import ffbrian as ff
from ffbrian.analyse.audit import audit
from ffbrian.analyse.methods_section import describe
from ffbrian.build.builder import build
from ffbrian.build.data_shape import DataShape
from ffbrian.build.workbench import Workbench
from ffbrian.network.connections import AllToAll, Condition, OneToOne, Pairs
from ffbrian.run.project import standalone
from ffbrian.train.experiment import Experiment
from ffbrian.train.initial_state import initial_state
from ffbrian.train.training import WEIGHTS

STDP = ff.plasticity.eligibility_stdp
#: A graph as an experiment file has it.
FILE = """network={
populations={image={kind="inputs"}, label={kind="labels", size=2}, cells={size=9, neuron="lif"}},
projections=[
  {source="image", target="cells", rule="eligibility_stdp"},
  {source="label", target="cells", rule="eligibility_stdp", initial_weight=0.1},
  {source="cells", target="cells", delay="2 ms", sign=-1,
   connection={kind="condition", condition="i != j"}}
],
signals={M="opponent"}}""".replace("\n", "")
RELAY = dict(initial_weight="0*i + 1.2")
POPULATION = ff.Population(3)
CURVED = ff.synapses.depressing(pre_equations="dleft/dt = (1 - left**2)/tau_rec : 1")


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 6))


def network(*more, size=8, **populations):
    """Image and label reach `hidden`, and what a test adds."""
    return ff.Network(
        populations={"image": ff.Inputs(), "label": ff.Labels(), "hidden": ff.Population(size)} | populations,
        projections=[
            ff.Projection("image", "hidden", rule=STDP, initial_weight=0.2),
            ff.Projection("label", "hidden", rule=STDP, initial_weight=0.2),
            *more,
        ],
        signals={"M": ff.modulators.opponent},
    )


def fit(net, data, **settings):
    trainer = ff.Trainer(net, mode="runtime", float_type="float64", **settings)
    return trainer.fit(data, epochs=1, seed=1, progress=None)


def spikes(recording, name):
    """(neuron, step) of all spikes of a population."""
    neurons, times = recording.spikes[name]
    return set(zip(neurons.tolist(), np.round(np.asarray(times) * 1000).astype(int).tolist()))


@pytest.mark.parametrize("delay, steps", [(0 * ms, 1), (3 * ms, 4), ("1*ms + 2*ms*(i % 2)", None)])
def test_a_relayed_spike_comes_its_delay_and_one_step_later(digits, delay, steps):
    relay = ff.Projection("hidden", "relay", connection=OneToOne(), delay=delay, **RELAY)
    model = fit(network(relay, relay=ff.Population(8)), digits)
    found = model.record(digits[0])
    sent, passed = spikes(found, "layer_1"), spikes(found, "layer_2")
    later = {(k, t + (steps or 2 + 2 * (k % 2))) for k, t in sent}
    inside = {(k, t) for k, t in later if t // 20 == (t - (steps or 2 + 2 * (k % 2))) // 20 and t < 40}
    assert passed and passed == inside


def test_a_fixed_projection_keeps_its_weights_and_a_signed_one_its_sign(digits):
    net = network(
        ff.Projection("hidden", "hidden", connection=Condition("i != j"), initial_weight="-0.1*rand()"),
        ff.Projection("hidden", "top", rule=STDP, initial_weight=0.4, sign=+1),
        ff.Projection("top", "hidden", rule=STDP, initial_weight=1e-6, sign=-1),
        top=ff.Population(6),
    )
    fixed = ff.Trainer(net, mode="runtime", float_type="float64", decay=1.0)
    before = initial_state(fixed.plan(DataShape.of(digits, 9)), np.random.default_rng([1, 0, WEIGHTS]))
    after = fit(net, digits).state
    np.testing.assert_array_equal(after["hidden_to_hidden.w"], before["hidden_to_hidden.w"])
    assert len(after["hidden_to_hidden.w"]) == 8 * 7
    assert (after["hidden_to_top.w"] >= 0).all() and (after["top_to_hidden.w"] <= 0).all()
    assert (after["top_to_hidden.w"] != before["top_to_hidden.w"]).any()


def test_only_what_plastic_synapses_reach_has_a_goodness(digits):
    relay = ff.Projection("hidden", "relay", connection=OneToOne(), **RELAY)
    model = fit(network(relay, relay=ff.Population(8)), digits)
    assert model.network.learners() == (1,) and model.predict(digits).goodness.shape == (6, 1, 9)
    assert "goodness_2" not in model.plan.columns() and "spikes_2" in model.plan.columns()
    found = model.record(digits[0], variables=["w", "v"])
    assert found.traces["hidden_to_relay.w"].shape[1] > 0 and "layer_2.v" in found.traces


def test_listed_pairs_and_weights_are_those_that_are_built(digits):
    pairs = Pairs([3, 0, 0], [1, 7, 2])
    net = network(ff.Projection("hidden", "hidden", connection=pairs, initial_weight=[0.1, 0.2, 0.3]))
    model = fit(net, digits)
    np.testing.assert_allclose(model.state["hidden_to_hidden.w"], [0.1, 0.2, 0.3])
    assert pairs.pre == (0, 0, 3) and pairs.post == (2, 7, 1)


def test_a_matrix_gives_the_weights_of_all_pairs(digits):
    matrix = np.random.default_rng(0).normal(0, 0.1, (8, 8))
    model = fit(network(ff.Projection("hidden", "hidden", initial_weight=matrix)), digits)
    np.testing.assert_allclose(model.state["hidden_to_hidden.w"].reshape(8, 8), matrix)


def test_two_synapse_models_on_one_neuron_keep_their_own_and_add_their_drive(digits):
    """The same spikes come twice: at once, and through a relay one step later by another model."""
    twin = ff.synapses.exponential(J=-150 * mV)
    half = np.full(64, 0.05)
    net = network(
        ff.Projection("hidden", "cells", ff.synapses.exponential, initial_weight=half),
        ff.Projection("hidden", "copy", connection=OneToOne(), **RELAY),
        ff.Projection("copy", "cells", twin, initial_weight=half),
        cells=ff.Population(8),
        copy=ff.Population(8),
    )
    layer = net.layers[1]
    assert "drive = drive_exponential_1 + drive_exponential_2 : volt" in layer.synapse.equations
    names = ["drive_exponential_1", "drive_exponential_2"]
    found = fit(net, digits).record(digits[0], variables=[*names, "drive"])
    early, late, whole = (np.asarray(found.traces[f"layer_2.{name}"])[:20] for name in (*names, "drive"))
    assert early.max() > 0
    np.testing.assert_allclose(late[1:], -early[:-1], atol=1e-12)
    np.testing.assert_allclose(whole, early + late, atol=1e-12)


def test_gap_junctions_and_depression_are_what_their_equations_say(digits):
    """The drive across is the sum over neighbours; the transmitter halves at a spike and recovers."""
    weights = 0.1 * (1 - np.eye(8))
    net = network(
        ff.Projection("hidden", "hidden", ff.synapses.gap_junction, initial_weight=weights),
        ff.Projection("hidden", "cells", ff.synapses.depressing, initial_weight=0.1),
        ff.Projection("hidden", "late", ff.synapses.depressing, initial_weight=0.1, delay=3 * ms),
        cells=POPULATION,
        late=POPULATION,
    )
    names = ["v", "across_gap_junction", "left_hidden_to_cells"]
    model = fit(net, digits)
    found = model.record(digits[0], variables=names)
    v, across, left = (np.asarray(found.traces[f"layer_1.{name}"], float) for name in names)
    np.testing.assert_allclose(across[2:20], 0.1 * (v.sum(1, keepdims=True) - 8 * v)[1:19], atol=1e-7)
    fired = np.zeros((len(left), 8), bool)
    neurons, times = found.spikes["layer_1"]
    fired[np.round(np.asarray(times) * 1000).astype(int), neurons] = True
    recovered = (1 - (1 - left[:-1]) * np.exp(-1 / 800)) * (1 - 0.5 * fired[1:])
    inside = np.arange(1, len(left)) % 20 != 0
    assert fired[:20].any()
    np.testing.assert_allclose(left[1:][inside], recovered[inside], rtol=1e-5)


def test_depression_with_a_delay_is_that_without_but_later(digits):
    """What a synapse keeps itself and what its neuron keeps for it transmit the same."""
    tired = ff.synapses.depressing
    net = network(
        ff.Projection("hidden", "soon", tired, initial_weight="0*i + 0.1"),
        ff.Projection("hidden", "late", tired, initial_weight="0*i + 0.1", delay=3 * ms),
        soon=POPULATION,
        late=POPULATION,
    )
    found = fit(net, digits).record(digits[0], variables=["drive"])
    soon, late = (np.asarray(found.traces[f"layer_{number}.drive"])[:20] for number in (2, 3))
    assert np.count_nonzero(np.diff(soon[:17, 0]) > 0) > 1  # the second one is smaller
    np.testing.assert_allclose(late[3:], soon[:-3], rtol=1e-9)


def test_a_neuron_with_a_variable_called_value_sends_spikes_as_any_other(digits):
    lif = ff.neurons.lif
    named, other = (
        fit(network(ff.Projection("hidden", "top", initial_weight=0.5), hidden=one, top=POPULATION), digits)
        for one in (ff.Population(8, lif(equations=f"{lif.equations}\nvalue : 1")), ff.Population(8))
    )
    assert named.history[-1]["spikes_per_neuron"] == other.history[-1]["spikes_per_neuron"]
    assert other.history[-1]["spikes_per_neuron"][1] > 0


def test_graded_synapses_have_no_delay():
    layer = ff.Layer(4, synapse=ff.synapses.graded, delay=5 * ms)
    with pytest.raises(ff.ModelError, match="acts once, when a presentation begins, and has no delay"):
        ff.Network([layer], encoder=ff.encoders.pixel_currents)


def test_ampa_and_nmda_stand_beside_each_other():
    slow = ff.synapses.exponential(tau_s=40 * ms)
    net = network(
        ff.Projection("hidden", "cells", ff.synapses.exponential),
        ff.Projection("hidden", "cells", replace(slow, name="slow")),
        cells=POPULATION,
    )
    assert [route.name for route in net.graph][2:] == ["hidden_to_cells", "hidden_to_cells_slow"]
    assert {"drive_exponential", "drive_slow"} <= set(net.layers[1].equations().names)


def test_depression_takes_the_vectorised_loops_and_gap_junctions_say_why_not(digits, tmp_path, caplog):
    net = network(
        ff.Projection("hidden", "hidden", ff.synapses.gap_junction, initial_weight="0*i + 0.1"),
        ff.Projection("hidden", "cells", ff.synapses.depressing, initial_weight=0.1),
        ff.Projection("cells", "hidden", ff.synapses.tsodyks_markram, initial_weight=0.1, delay=2 * ms),
        cells=POPULATION,
    )
    with standalone(tmp_path), caplog.at_level("INFO", logger="ffbrian"):
        bench = Workbench(ff.Trainer(net).plan(DataShape.of(digits, 9)))
        build(bench)
        for thing in bench.objects.values():
            thing._network = "never run"
    assert bench.dense["hidden_to_cells"] and not bench.dense["hidden_to_hidden"]
    assert not bench.dense["cells_to_hidden"]
    assert "hidden_to_hidden: it has summed variables (across_gap_junction_post)" in caplog.text


def test_a_graph_survives_as_text_and_file(digits, tmp_path):
    net = network(ff.Projection("hidden", "hidden", delay="1*ms*rand()", initial_weight=np.full(64, 0.01)))
    assert ff.Network.from_dict(net.to_dict()) == net
    model = fit(net, digits)
    model.save(tmp_path / "model.npz")
    loaded = ff.Model.load(tmp_path / "model.npz", mode="runtime")
    np.testing.assert_array_equal(loaded.predict(digits).goodness, model.predict(digits).goodness)


def test_print_shows_what_a_network_stands_for():
    text = str(ff.Network([ff.Layer(5), ff.Layer(4, delay=2 * ms)]))
    line = "    layer_1 → layer_2 (synapses_2): delta, all to all, weights N(0, 0.02), delays up to 2 ms, "
    assert line + "plastic" in text
    net = network(ff.Projection("hidden", "hidden", connection=Condition("i < j"), sign=-1))
    assert "hidden → hidden (hidden_to_hidden): delta, " in str(net) and "inhibitory, fixed" in str(net)
    assert repr(net).startswith("<Network: image → hidden, label → hidden, hidden → hidden; ")


def test_a_file_describes_a_graph():
    experiment = Experiment.load("digits", [FILE])
    net = experiment.trainer.network
    assert [route.name for route in net.graph] == ["image_to_cells", "label_to_cells", "cells_to_cells"]
    assert net.label_size == 2 and net.graph[2].delay == 0.002 and net.learners() == (1,)
    assert Experiment.from_resolved(experiment.resolved()).trainer.network == net


def test_a_graph_is_audited():
    net = network(ff.Projection("hidden", "hidden", connection=Condition("i != j"), rule=STDP))
    found = audit(net)
    assert found.is_local and found.synapses["hidden_to_hidden"]["broadcast"] == ["modulator_1.M"]


def test_a_graph_is_described():
    text, _ = describe(Experiment.load("digits", [FILE]))
    assert "Projections between populations" in text and "inhibitory, fixed" in text


def test_error_broadcast_trains_a_recurrent_network(digits):
    net = ff.Network(
        populations={"image": ff.Inputs(), "hidden": ff.Population(8)},
        projections=[
            ff.Projection("image", "hidden", rule=ff.plasticity.error_broadcast, initial_weight=0.3),
            ff.Projection("hidden", "hidden", rule=ff.plasticity.error_broadcast, initial_weight=0.1),
        ],
    )
    trainer = ff.Trainer(net, algorithm="error_broadcast", mode="runtime")
    model = trainer.fit(digits, epochs=1, seed=1, progress=None)
    assert {"image_to_hidden.w", "hidden_to_hidden.w"} <= set(model.state)


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: network(ff.Projection("hidden", "top")), "the target 'top' is no population of the network"),
        (lambda: network(ff.Projection("hidden", "image")), "'image' shows the data and receives nothing"),
        (lambda: network(ff.Projection("image", "hidden")), "is there twice"),
        (lambda: network(top=ff.Population(3)), "nothing reaches the population 'top'"),
        (lambda: network(ff.Projection("hidden", "hidden", sign=2)), "expected .1 .excitatory. or -1"),
        (lambda: network(ff.Projection("hidden", "hidden", delay="3*mV")), "has unit volt, expected second"),
        (lambda: network(ff.Projection("hidden", "hidden", initial_weight="k")), "uses 'k', which is not"),
        (
            lambda: network(ff.Projection("hidden", "hidden", rule=STDP(eta=1e-5))),
            "all plastic projections of a network learn by the same rule",
        ),
        (
            lambda: ff.Network([ff.Layer(3)], populations={"a": ff.Inputs()}),
            "cannot be given beside populations",
        ),
        (
            lambda: network(ff.Projection("hidden", "hidden", ff.synapses.gap_junction, delay=1 * ms)),
            "acts in every step and has no delay",
        ),
        (
            lambda: network(ff.Projection("image", "hidden2", ff.synapses.gap_junction), hidden2=POPULATION),
            "equation of 'across' uses 'v_pre', which is not defined",
        ),
        (
            lambda: ff.Network([ff.Layer(3, synapse=ff.synapses.depressing)]),
            "write the network as populations and projections",
        ),
        (
            lambda: ff.synapses.depressing(on_pre_spike="left = 0"),
            "sets 'left' with '=', expected '.=' or '-='",
        ),
        (
            lambda: ff.synapses.depressing(pre_equations="left : 1\nafferent : 1"),
            "'afferent' stands in pre_equations and belongs to the neuron behind",
        ),
        (
            lambda: ff.synapses.graded(pre_equations="x : 1"),
            "acts once, when a presentation begins, so that no spike changes x",
        ),
        (
            lambda: network(ff.Projection("hidden", "hidden", CURVED)),
            "neuron 'lif': the method 'exact' takes linear equations, but the equation of 'left_",
        ),
        (
            lambda: network(ff.Projection("image", "top", CURVED, delay=1 * ms), top=POPULATION),
            "with delays its state is integrated from spike to spike, which takes linear equations",
        ),
        (
            lambda: ff.synapses.gap_junction(equations="drive = 0*volt : volt"),
            "expected equations of variables that equations declare",
        ),
        (
            lambda: ff.Layer(3, ff.neurons.lif(tau_m=5 * ms), ff.synapses.exponential),
            "are both 5. ms; the exact solution divides by their difference",
        ),
        (
            lambda: ff.Layer(3, ff.neurons.lif(equations="dv/dt = (drive - v)*v/(tau_m*v_th) : volt")),
            "the method 'exact' takes linear equations, but the equation of 'v' is none; write method=",
        ),
        (
            lambda: ff.Layer(3, ff.neurons.lif(equations="dv/dt = drive/tau_m : volt\ndage/dt = 1 : second")),
            "the method 'exact' takes linear equations, but the equation of",
        ),
        (lambda: Condition("i + j"), "is no condition"),
        (lambda: Pairs([1, 1], [2, 2]), "no pair stands twice"),
    ],
)
def test_what_does_not_fit_is_refused(make, sentence):
    with pytest.raises(ff.ModelError, match=sentence):
        make()


@pytest.mark.parametrize(
    "more, sentence",
    [
        (dict(connection=OneToOne()), "goes from 8 neurons to 5"),
        (dict(connection=Condition("i > 100")), "holds for none of the 8 x 5 pairs"),
        (dict(connection=Pairs([8], [0])), "goes up to the pair"),
        (dict(initial_weight=[0.1, 0.2]), "has 2 values, but there are 40 synapses"),
        (dict(delay=20 * ms), "what arrives later is lost"),
        (dict(delay="-1*ms*rand()"), "expected at least 0"),
    ],
)
def test_what_does_not_fit_the_sizes_is_refused_before_a_training(digits, more, sentence):
    with pytest.raises(ff.ModelError, match=sentence):
        fit(network(ff.Projection("hidden", "top", **more), top=ff.Population(5)), digits)


def test_what_needs_a_stack_says_so(digits):
    net = network()
    with pytest.raises(ff.ModelError, match="only to stacks of layers"):
        fit(net, digits, negatives=ff.HardNegatives())
    model = fit(net, digits)
    with pytest.raises(ff.ModelError, match="Model.to_brian: takes stacks of layers only"):
        model.to_brian()


def test_all_to_all_is_what_a_projection_begins_with():
    assert ff.Projection("a", "b").connection == AllToAll()
