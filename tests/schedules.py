"""Schedules as tests want them."""

import numpy as np

from ffbrian.build.data_shape import DataShape
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.learning.schedule import Schedule


def training(samples, truth, n_classes, negatives, jitter, rng, block=1):
    """A schedule of Forward-Forward for samples that stand at their own places."""
    inputs = DataShape("values", (1, 8, 8), n_classes)
    return ForwardForward(negatives, block).training(
        np.asarray(samples), np.asarray(truth), inputs, jitter, rng
    )


def each(n, label, phase, truth, shift=(0, 0)):
    """Every sample once, with seeds from 0."""
    full = {"label": np.broadcast_to(label, n), "phase": np.full(n, phase)}
    return Schedule.of(np.arange(n), np.arange(n), np.broadcast_to(truth, n), np.tile(shift, (n, 1)), **full)
