"""The audit reads what runs: the network as built passes, planted violations are named."""

import json

import pytest
from brian2 import BrianLogger, NeuronGroup, Synapses, linked_var, ms, network_operation, prefs

import ffbrian as ff
from ffbrian.analyse.audit import audit, audit_objects


@pytest.fixture(autouse=True)
def numpy_runtime():
    """Planted objects are made without a compiler."""
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    BrianLogger.suppress_name("unused_brian_object")  # objects here are read, never run
    yield
    prefs.codegen.target = before


@pytest.fixture(scope="module")
def default():
    """The audit of a network of two default layers."""
    return audit(ff.Network([ff.Layer(500), ff.Layer(400)]))


def test_default_network_is_local_with_one_scalar_per_layer(default):
    assert default.is_local
    assert default.verdict.startswith("local, with one broadcast scalar per layer")
    assert {name: found["broadcast"] for name, found in default.synapses.items()} == {
        f"{side}synapses_{k}": [f"modulator_{k}.M"] for k in (1, 2) for side in ("", "label_")
    }
    assert [c.verdict for c in default.criteria] == ["pass"] * 5 + ["fail", "note"]


def test_every_variable_that_an_update_reads_has_its_place(default):
    places = {row["variable"]: row["where"] for row in default.synapses["synapses_1"]["reads"]}
    assert places == {
        "inputs.x": "its pre neuron",
        "layer_1.p": "its post neuron",
        "modulator_1.M": "broadcast scalar",
        "session.eta": "constant",
        "synapses_1.elig": "this synapse",
        "synapses_1.w": "this synapse",
    }
    assert default.synapses["synapses_1"]["time_constants"] == ["tau_plus = 100. s in inputs.x"]


def test_goodness_is_summed_over_the_layer_alone(default):
    findings = default.criterion("broadcast signals").findings
    assert findings[1] == "modulator_2.M, to synapses_2, label_synapses_2; computed from layer_2"


def test_shared_modulator_is_computed_from_all_layers():
    found = audit(ff.Network([ff.Layer(5), ff.Layer(5)], modulator=ff.modulators.opponent(is_shared=True)))
    assert found.is_local
    assert all(
        "computed from layer_1, layer_2" in line for line in found.criterion("broadcast signals").findings
    )


def test_phase_is_what_the_modulator_is_told(default):
    first = default.criterion("negative phase").findings[0]
    assert (
        first.startswith("modulator_1.M is told whether the label shown is the true one")
        and "schedule_entry(index, 6, 7)" in first
    )


def test_copies_for_hard_negatives_are_named_as_a_shortcut():
    found = audit(ff.Network([ff.Layer(5), ff.Layer(5)]), negatives=ff.HardNegatives())
    assert found.is_local
    transport = found.criterion("weight transport")
    assert transport.verdict == "note" and len(transport.findings) == 3
    assert (
        "copies_synapses_2" in "".join(transport.findings) and "computational device" in transport.findings[0]
    )
    assert any(
        "session.truth" in line and "best_candidate" in line
        for line in found.criterion("negative phase").findings
    )


@pytest.mark.parametrize("rule", ff.plasticity.__all__)
@pytest.mark.parametrize("modulator", ff.modulators.__all__)
def test_every_rule_of_the_library_is_local(rule, modulator):
    neuron = ff.neurons.sliding_lif if rule == "bcm" else ff.neurons.lif
    pieces = dict(rule=getattr(ff.plasticity, rule), modulator=getattr(ff.modulators, modulator))
    found = audit(ff.Network([ff.Layer(4, neuron)], **pieces))
    assert found.is_local, str(found)


def test_reading_the_phase_besides_the_modulator_counts_as_a_second_signal():
    rule = ff.plasticity.eligibility_stdp(
        consolidate="w = clip(w + eta*M*s*p_post*elig, -w_max, w_max); elig = 0"
    )
    found = audit(ff.Network([ff.Layer(4)], rule=rule))
    assert not found.is_local and found.synapses["synapses_1"]["broadcast"] == ["modulator_1.M", "session.s"]
    assert "2 in all" in found.verdict


def test_weight_without_bounds_may_change_sign():
    rule = ff.plasticity.eligibility_stdp(consolidate="w += eta*M*p_post*elig; elig = 0")
    found = audit(ff.Network([ff.Layer(4)], rule=rule))
    assert found.synapses["synapses_1"]["weight_range"] == "no bounds that the code states"
    assert found.criterion("Dale's law").verdict == "fail"


# -- planted violations ------------------------------------------------------------
class Planted:
    """Two layers with a local rule, a modulator and labels, to plant violations in."""

    def __init__(
        self,
        layer="",
        on_post="elig += x_pre",
        consolidate="w = clip(w + M*elig, -1, 1)",
        bounds="-1, 1",
        release="M = s/(1 + exp(goodness))",
        modulator="",
        extra="",
    ):
        self.inputs = NeuronGroup(
            4,
            "dx/dt = -x/(20*ms) : 1",
            threshold="rand() < 0.1",
            reset="x += 1",
            method="exact",
            name="planted_inputs",
        )
        self.teacher = NeuronGroup(1, "s : 1\nshown : integer", name="teacher")
        self.labels = NeuronGroup(
            3, "label : 1\nshown : integer (linked)", threshold="label > 0", name="planted_labels"
        )
        self.labels.shown = linked_var(self.teacher, "shown")
        self.labels.run_regularly("label = int(i == shown)", dt=20 * ms, name="show_label")
        self.modulator = NeuronGroup(
            1, f"M : 1\ngoodness : 1\ns : 1 (linked)\n{modulator}", name="planted_modulator"
        )
        self.modulator.s = linked_var(self.teacher, "s")
        self.first = NeuronGroup(
            5,
            f"dv/dt = -v/(20*ms) : 1\na : 1\nx : 1\n{layer}",
            threshold="v > 1",
            reset="v = 0; a += 1; x += 1",
            method="exact",
            name="first",
        )
        self.second = NeuronGroup(
            6,
            "dv/dt = -v/(20*ms) : 1\na : 1",
            threshold="v > 1",
            reset="v = 0; a += 1",
            method="exact",
            name="second",
        )
        self.below = self.plastic(self.inputs, self.first, "below", on_post, consolidate)
        self.above = self.plastic(
            self.first, self.second, "above", "elig += x_pre", f"w = clip(w + M*elig, {bounds})"
        )
        self.collect = Synapses(self.first, self.modulator, name="collect")
        self.collect.connect()
        self.collect.run_regularly("goodness_post += a_pre**2", dt=20 * ms, name="collect_add")
        self.release = release

    def plastic(self, source, target, name, on_post, consolidate):
        synapses = Synapses(
            source,
            target,
            "w : 1\nelig : 1\nM : 1 (linked)",
            on_pre="v_post += w",
            on_post=on_post,
            name=name,
        )
        synapses.connect()
        synapses.M = linked_var(self.modulator, "M")
        synapses.run_regularly(consolidate, dt=20 * ms, name=f"consolidate_{name}")
        return synapses

    def audit(self, *more):
        self.modulator.run_regularly(self.release, dt=20 * ms, name="release")
        return audit_objects(
            [thing for thing in (*vars(self).values(), *more) if not isinstance(thing, str)],
            labels=("planted_labels", "teacher.shown"),
        )


def fails(found, name, *words):
    """Whether one criterion fails, alone, with a finding that has all the words."""
    failed = [criterion.name for criterion in found.criteria if criterion.verdict == "fail"]
    return (
        failed == [name, "Dale's law"]
        and not found.is_local
        and name in found.verdict
        and any(all(word in line for word in words) for line in found.criterion(name).findings)
    )


def test_planted_network_without_a_violation_passes():
    assert Planted().audit().is_local


def test_variable_of_another_neuron_in_a_synapse_is_named():
    planted = Planted(consolidate="w = clip(w + M*elig*rival, -1, 1)")
    planted.below.variables.add_reference("rival", planted.second, "a", index="_postsynaptic_idx")
    assert fails(planted.audit(), "local update", "below", "second.a", "neither in this synapse")


def test_modulator_that_is_read_before_its_release_is_named():
    assert fails(
        Planted(on_post="elig += x_pre*M").audit(),
        "signals in time",
        "below",
        "below_post",
        "planted_modulator.M",
        "release",
    )


def test_modulator_that_reaches_a_trace_before_its_release_is_named():
    planted = Planted(
        layer="M : 1 (linked)\ndz/dt = (M - z)/(20*ms) : 1", consolidate="w = clip(w + M*elig*z_post, -1, 1)"
    )
    planted.first.M = linked_var(planted.modulator, "M")
    assert fails(planted.audit(), "signals in time", "below", "equation of z", "planted_modulator.M")


def test_sum_over_the_layer_without_spikes_is_named():
    planted = Planted(layer="rivals : 1", consolidate="w = clip(w + M*elig*rivals_post, -1, 1)")
    lateral = Synapses(planted.first, planted.first, "rivals_post = a_pre : 1 (summed)", name="lateral")
    lateral.connect()
    assert fails(
        planted.audit(lateral), "local update", "first.rivals", "first.a of other neurons", "without a spike"
    )


def test_neighbour_read_by_the_neuron_on_the_synapse_s_behalf_is_named():
    planted = Planted(
        layer="neighbour : 1 (linked)\nseen : 1", consolidate="w = clip(w + M*elig*seen_post, -1, 1)"
    )
    planted.first.neighbour = linked_var(planted.first, "a", index=[1, 2, 3, 4, 0])
    planted.first.run_regularly("seen = neighbour", dt=20 * ms, name="look")
    assert fails(planted.audit(), "local update", "first.seen", "first.a of other neurons")


def test_weight_of_the_next_layer_in_the_update_is_named():
    planted = Planted(consolidate="w = clip(w + M*elig*w_above, -1, 1)")
    planted.below.variables.add_reference("w_above", planted.above, "w", index="_idx")
    found = planted.audit()
    assert found.criterion("weight transport").verdict == "fail"
    assert (
        "below (consolidate_below) uses the weight above.w of other synapses"
        in found.criterion("weight transport").findings[0]
    )
    assert "weight transport" in found.verdict


def test_error_sent_back_through_the_weights_is_named():
    """The feedback path of backpropagation: the weights of one projection, used backwards by another."""
    planted = Planted(layer="error : 1", on_post="elig += x_pre*error_post")
    back = Synapses(planted.second, planted.first, on_pre="error_post += forward", name="back")
    back.connect()
    back.variables.add_reference("forward", planted.above, "w", index="_idx")
    assert fails(planted.audit(back), "weight transport", "back", "above.w")


def test_label_in_the_release_is_named():
    planted = Planted(modulator="shown : integer (linked)", release="M = s*(1 + shown)/(1 + exp(goodness))")
    planted.modulator.shown = linked_var(planted.teacher, "shown")
    assert fails(planted.audit(), "label in the modulator", "planted_modulator.M", "teacher.shown")


def test_state_of_the_label_population_in_goodness_is_named():
    planted = Planted()
    leak = Synapses(planted.labels, planted.modulator, name="leak")
    leak.connect()
    leak.run_regularly("goodness_post += label_pre*i", dt=20 * ms, name="leak_add")
    assert fails(planted.audit(leak), "label in the modulator", "planted_labels.label")


def test_label_smuggled_into_the_built_network_is_named():
    """The schedule tells which columns are labels: no list of names is needed."""
    from ffbrian.build.builder import build
    from ffbrian.build.data_shape import DataShape
    from ffbrian.build.plan import Plan
    from ffbrian.build.workbench import Workbench

    bench = Workbench(
        Plan(
            ff.Network(
                [ff.Layer(4)],
                modulator=ff.modulators.opponent(release="M = s + truth", equations="M : 1\ntruth : 1"),
            ),
            DataShape("values", (1, 4, 4), 3),
            4,
        )
    )
    build(bench)
    bench.objects["modulator_1"].run_regularly(
        "truth = schedule_entry(index, 4, 7)", clock=bench.clock, name="leak"
    )
    found = audit_objects(bench.objects.values(), labels=())
    assert "schedule_entry(index, 4, 7)" in found.criterion("label in the modulator").findings[0]
    assert found.criterion("label in the modulator").verdict == "fail"


def test_python_code_is_reported_as_unreadable():
    @network_operation(dt=1 * ms)
    def meddle():
        pass

    assert fails(Planted().audit(meddle), "local update", "Python code")


def test_signs_that_the_code_keeps_obey_dale():
    planted = Planted(consolidate="w = clip(w + M*elig, 0, 1)", bounds="-2, 0")
    planted.below.w, planted.above.w = 0.5, -0.5
    found = planted.audit()
    assert found.criterion("Dale's law").verdict == "pass"
    assert (
        found.synapses["below"]["weight_range"] == "[0, 1]"
        and found.synapses["above"]["weight_range"] == "[-2, 0]"
    )


def test_initial_weights_of_the_wrong_sign_are_named():
    planted = Planted(consolidate="w = clip(w + M*elig, 0, 1)", bounds="-2, 0")
    planted.below.w = "0.5 - 0.6*int(j == 1)"
    found = planted.audit()
    assert "20% of the initial weights have the sign" in found.criterion("Dale's law").findings[0]
    assert found.verdict.endswith("Dale's law is obeyed from the first update on")


def test_rule_under_dale_s_law_obeys_it():
    found = audit(ff.Network([ff.Layer(6), ff.Layer(6)], rule=ff.plasticity.dale_stdp, label_size=2))
    assert found.is_local and found.verdict.endswith("Dale's law is obeyed from the first update on")
    assert found.synapses["synapses_2"]["weight_range"] == "[-1, 0] or [0, 1]"


def test_neuron_that_needs_small_steps_is_audited_with_them():
    assert audit(ff.Network([ff.Layer(3, ff.neurons.hodgkin_huxley)])).is_local


# -- command -------------------------------------------------------------------------
def test_command_prints_the_verdict_and_writes_json(main, small, tmp_path):
    status, out, err = main("audit", small, "--json", tmp_path / "audit.json")
    assert status == 0, err
    assert out.rstrip().splitlines()[-1].startswith("verdict: local, with one broadcast scalar per layer")
    record = json.loads((tmp_path / "audit.json").read_text())
    assert record["is_local"] and record["criteria"][0]["verdict"] == "pass"


@pytest.mark.parametrize("experiment", ["nmnist", "hd-spikes", "bonn-eeg"])
def test_networks_for_events_and_signals_are_audited_without_their_data(main, experiment):
    status, out, err = main("audit", experiment)
    assert status == 0, err
    assert "verdict: local, with one broadcast scalar per layer" in out
