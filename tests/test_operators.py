"""Networks that learn operators: branch, trunks and their products."""

import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff
from ffbrian.build.plan import Inputs
from ffbrian.datasets import Vectors
from ffbrian.network.trunk import Trunk
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.initial_state import initial_state

STAGGERED = ff.neurons.lif(initial="v = v_rest + (v_th - v_rest)*((unit*0.618034) % 1.0)")
GRADED = dict(neuron=STAGGERED, synapse=ff.synapses.graded)


def integrals(n=8, separable=True):
    """From a + b x to its product with t at points (x, t)."""
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, n, 1))
    x, t = (axis.ravel() for axis in np.meshgrid([0, 0.5, 1], [0, 0.3, 0.7, 1], indexing="ij"))
    sensors = np.linspace(0, 1, 5)
    return Vectors.of_operator(a + b * sensors, np.stack([x, t], 1), (a + b * x) * t)


def network(axes=((),)):
    """A branch of six neurons and a trunk for each of some axes."""
    coder = ff.encoders.receptive_fields(copies=4)
    trunks = [Trunk(ff.Layer(5, initial_weight=0.5, **GRADED), coder, seen) for seen in axes]
    return ff.Network(
        [ff.Layer(6, initial_weight=0.5, **GRADED)], encoder=ff.encoders.currents, trunks=trunks
    )


CASES = {
    "one trunk": (ff.NodePerturbation("polarity"), network()),
    "a trunk for each axis": (ff.NodePerturbation("polarity"), network(((0,), (1,)))),
    "scalar": (ff.NodePerturbation("antithetic"), network()),
    "random features": (ff.RandomFeatures(), network()),
    "error broadcast": (ff.ErrorBroadcast(), network()),
}


def plan_of(algorithm, net, data):
    trainer = ff.Trainer(net, presentation=20 * ms, algorithm=algorithm, float_type="float64")
    return trainer.plan(Inputs.of(data, 1))


def outcome(runner, algorithm, data, order=None):
    """Weights and results after some functions have been shown."""
    plan, order = runner.plan, np.arange(len(data)) if order is None else order
    state = initial_state(plan, np.random.default_rng(3))
    shown = algorithm.training(order, 0 * order, plan.inputs, 0, np.random.default_rng(1))
    scalars = {"session.eta": 0.1} | algorithm.scalars(plan, 0, 1)
    with data_file(data, plan) as path:
        return state, runner.run(shown, path, state, scalars, keep=list(state))


@pytest.mark.parametrize("name", CASES)
def test_both_runners_learn_the_same(name):
    algorithm, net = CASES[name]
    data = integrals()
    plan = plan_of(algorithm, net, data)
    before, compiled = outcome(project(plan), algorithm, data)
    _, interpreted = outcome(Runtime(plan), algorithm, data)
    for key in before:
        np.testing.assert_allclose(compiled.state[key], interpreted.state[key], rtol=0, atol=1e-12)
    changed = {key for key in before if (compiled.state[key] != before[key]).any()}
    assert "readout_synapses_1.w" in changed and ("synapses_1.w" in changed) == (name != "random features")
    assert ("trunk_weights_1.w" in changed) == algorithm.trunks_learn
