"""Functions to learn, made here with a seed: no download."""

import numpy as np

from ffbrian.datasets.splits import Dataset
from ffbrian.datasets.vectors import Vectors

N_TRAIN, GRID, REACH = 4000, 61, 5.0


def hat_of(points):
    """The Mexican hat (1 - r^2/2)exp(-r^2/2) of points, (n, 2); its peak is 1.

    Returns
    -------
    (n, 1) float array
    """
    square = np.sum(np.asarray(points, float) ** 2, axis=1, keepdims=True)
    return (1 - square / 2) * np.exp(-square / 2)


def mexican_hat(seed=0):
    """The 2-D Mexican hat on [-5, 5] x [-5, 5].

    Parameters
    ----------
    seed : int
        Of the training points.

    Returns
    -------
    Dataset
        4,000 random points for training, a grid of 61 x 61 for the test; the targets
        are learnt as they are.
    """
    points = np.random.default_rng(seed).uniform(-REACH, REACH, (N_TRAIN, 2))
    axis = np.linspace(-REACH, REACH, GRID)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    ranges = dict(low=(-REACH, -REACH), high=(REACH, REACH), offset=(0.0,), scale=1.0)
    train, test = (
        Vectors(where, hat_of(where), name=f"mexican-hat {part}", **ranges)
        for where, part in ((points, "train"), (grid, "test"))
    )
    return Dataset("mexican-hat", train, test, ("height",))
