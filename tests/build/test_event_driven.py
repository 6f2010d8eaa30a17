"""Eligibility that is integrated from spike to spike is up to date when it is read."""

import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff

RUNNERS = {
    "runtime": dict(mode="runtime"),
    "dense": dict(mode="standalone", pathway="dense"),
    "stock": dict(mode="standalone", pathway="stock"),
}


def decaying(kind):
    """Eligibility that is not set back, so that silent synapses carry it on."""
    return ff.PlasticityRule(
        pre_equations="dx/dt = -x/tau : 1",
        on_pre_spike="x += 1",
        equations=f"delig/dt = -elig/tau_e : 1 ({kind})",
        on_post="elig += x_pre",
        consolidate="w = clip(w + eta*M*p_post*elig, -1, 1)",
        parameters=dict(tau=20 * ms, tau_e=30 * ms, eta=1e-2),
    )


def weights(kind, runner, samples):
    net = ff.Network([ff.Layer(4, initial_weight=0.4)], rule=decaying(kind))
    trainer = ff.Trainer(net, presentation=30 * ms, float_type="float64", **RUNNERS[runner])
    return trainer.fit(samples, epochs=1, seed=3, progress=None).state["synapses_1.w"]


@pytest.fixture(scope="module")
def samples():
    return ff.datasets.load("digits").train.take(slice(0, 4))


@pytest.fixture(scope="module")
def expected(samples):
    return weights("clock-driven", "runtime", samples)


@pytest.mark.parametrize("runner", RUNNERS)
def test_consolidate_finds_eligibility_up_to_date(runner, samples, expected):
    found = weights("event-driven", runner, samples)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
