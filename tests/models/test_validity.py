"""What may be read at which moment; the sentences of the refusals stand in `tests/invalid`."""

import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff
from ffbrian.analyse.audit import audit
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.network.connections import RandomConnection
from ffbrian.train.training import Training

#: A modulator that decays by a differential equation, so that it is valid at any time.
LIVING = ff.Modulator(
    name="living",
    neuron_equations="p : 1 (constant)",
    neuron_initial="p = 1 - 2*(unit % 2)",
    contribution="p*n_spikes",
    equations="dM/dt = -M/tau_d : 1",
    release="M = s",
    parameters=dict(tau_d=100 * ms),
)
AT_SPIKES = PlasticityRule(
    name="at spikes",
    equations="elig : 1",
    on_post="elig += M",
    consolidate="w += eta*elig; elig = 0",
    parameters=dict(eta=1e-3),
)


def test_a_modulator_that_is_always_valid_can_be_read_at_spikes():
    network = ff.Network([ff.Layer(5)], rule=AT_SPIKES, modulator=LIVING)
    found = audit(network)
    assert found.is_local and found.criterion("signals in time").verdict == "pass"


def test_what_is_read_at_a_spike_is_the_decayed_value():
    network = ff.Network([ff.Layer(5, initial_weight=0.3)], rule=AT_SPIKES, modulator=LIVING)
    data = ff.datasets.load("digits").train.take(slice(0, 2))
    model = ff.Trainer(network, mode="runtime", float_type="float64").fit(data, epochs=1)
    found = model.record(data[0], variables=["M", "elig"])
    released = np.asarray(found.traces["modulator_1.M"])[:, 0]
    steps = released[22:38]  # of the second presentation: before the first nothing was released
    np.testing.assert_allclose(steps[1:] / steps[:-1], np.exp(-0.01), rtol=1e-6)


@pytest.mark.parametrize(
    "field, text",
    [
        ("on_pre", "elig += M"),
        ("on_post", "elig += twice"),
        ("on_post", "half = M/2; elig += half"),
        ("on_post", "M2 = 1; M2 += M; elig += M2"),
    ],
)
def test_detours_do_not_help(field, text):
    rule = PlasticityRule(
        name="mine",
        equations="elig : 1\ntwice = 2*M : 1",
        consolidate="w += eta*elig",
        parameters=dict(eta=1e-3),
        **{field: text},
    )
    with pytest.raises(
        ff.ModelError,
        match=f"{field} reads 'M' while the presentation goes on, but modulator 'opponent' releases it",
    ):
        ff.Trainer(ff.Network([ff.Layer(5)], rule=rule))


def test_helpers_of_consolidate_may_read_m():
    rule = PlasticityRule(
        name="mine", equations="gain = 2*M : 1", consolidate="w += eta*gain*a_post", parameters=dict(eta=1e-3)
    )
    assert audit(ff.Network([ff.Layer(5)], rule=rule)).is_local


def test_phase_and_learning_rate_can_be_read_at_any_time():
    rule = PlasticityRule(
        name="mine",
        equations="elig : 1",
        on_post="elig += s*eta",
        consolidate="w += elig*M; elig = 0",
        parameters=dict(eta=1e-3),
    )
    assert audit(ff.Network([ff.Layer(5)], rule=rule)).criterion("signals in time").verdict == "pass"


def test_a_neurons_count_for_the_modulator_may_use_its_membrane():
    modulator = ff.Modulator(
        neuron_equations="p : 1 (constant)\nda/dt = ((v - v_rest)/mV - a)/(10*ms) : 1",
        neuron_initial="p = 1",
        contribution="a",
        release="M = s",
    )
    assert ff.Network([ff.Layer(5)], modulator=modulator)
    lost = ff.Modulator(
        neuron_equations="p : 1 (constant)\nda/dt = (M - a)/(10*ms) : 1",
        neuron_initial="p = 1",
        contribution="a",
        release="M = s",
    )
    with pytest.raises(ff.ModelError, match="uses 'M', which cannot be read there"):
        ff.Network([ff.Layer(5)], modulator=lost)


def test_work_beyond_measure_needs_the_users_word(monkeypatch):
    data = ff.datasets.load("digits").train.take(slice(0, 4))
    trainer = ff.Trainer(ff.Network([ff.Layer(5)]), mode="runtime")
    training = Training(trainer, trainer.plan(DataShape.of(data, 10)), data, 10**9, 0)
    with pytest.raises(
        ff.ModelError,
        match=(
            "8000000000 presentations of 20 time steps make 1.6e.11 steps, more than 1e.11; .* "
            "FFBRIAN_MOST_STEPS"
        ),
    ):
        training.start()
    monkeypatch.setenv("FFBRIAN_MOST_STEPS", "1e12")
    training.check_work()
    monkeypatch.setenv("FFBRIAN_MOST_STEPS", "many")
    with pytest.raises(ff.ModelError, match="FFBRIAN_MOST_STEPS is 'many', expected"):
        training.check_work()


@pytest.mark.parametrize("n_steps", [0, -1, True, 10**9, 2.5])
def test_a_plan_has_a_sensible_number_of_steps(n_steps):
    with pytest.raises(ff.ModelError, match="time steps, expected a whole number from 1 to 1000000"):
        Plan(ff.Network([ff.Layer(5)]), DataShape("values", (1, 8, 8), 10), n_steps)


def test_more_synapses_than_indices_are_refused_before_they_are_made():
    with pytest.raises(
        ff.ModelError,
        match=(
            "layer 1 has 100000000 neurons, which with 64 neurons of the population below makes 6400000000 "
            "pairs"
        ),
    ):
        Plan(
            ff.Network([ff.Layer(10**8, connection=RandomConnection(0.1))]),
            DataShape("values", (1, 8, 8), 10),
            20,
        )


def test_a_rule_reads_only_what_its_neurons_declare():
    words = (
        "'bcm': reads 'r_post', but neuron 'lif' declares no 'r', only a, drive, p, v; choose other neurons"
    )
    with pytest.raises(ff.ModelError, match=words):
        ff.Network([ff.Layer(5)], rule=ff.plasticity.bcm, modulator=ff.modulators.opponent)
