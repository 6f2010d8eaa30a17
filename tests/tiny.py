"""A small model with random weights."""

import numpy as np

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.train.trained import Model

N_STEPS, N_NEURONS, N_CLASSES = 20, 12, 3


def tiny(layers=1, **pieces):
    """A model with random weights on 2 x 3 pixels."""
    network = ff.Network(layers=[ff.Layer(N_NEURONS)] * layers, **pieces)
    plan = Plan(network, DataShape("values", (1, 2, 3), N_CLASSES), N_STEPS, float_type="float64")
    rng = np.random.default_rng(3)
    return Model(
        plan, {f"{name}.w": rng.normal(0.1, 0.25, size) for name, size in plan.synapse_sizes().items()}
    )
