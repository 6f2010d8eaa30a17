"""Dense loops, Brian's own pathway and runtime mode train one network to the same weights."""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from conformance.networks import NETWORKS

RUNNERS = {
    "dense": dict(mode="standalone", pathway="dense"),
    "stock": dict(mode="standalone", pathway="stock"),
    "runtime": dict(mode="runtime"),
}


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 10))


def train(network, data, runner):
    trainer = ff.Trainer(network, float_type="float64", **RUNNERS[runner])
    return trainer.fit(data, epochs=1, seed=2, progress=None)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_runner_gives_the_same_weights(name, digits):
    network = ff.ForwardForward().complete(NETWORKS[name](), None)
    reference = train(network, digits, "runtime").state
    untaught = train(replace(network, rule=network.rule(eta=0)), digits, "runtime").state
    assert any((reference[key] != untaught[key]).any() for key in reference if key.endswith(".w"))
    for runner in ("dense", "stock"):
        found = train(network, digits, runner).state
        assert set(found) == set(reference)
        for key, value in reference.items():
            np.testing.assert_allclose(found[key], value, rtol=0, atol=1e-12, err_msg=f"{runner}, {key}")
