"""From columns of a table to the inputs of a network, and checks of what estimators are given."""

from numbers import Integral

import numpy as np


def receptive_fields(values, n_fields):
    """Answers of neurons that each prefer another value.

    Parameters
    ----------
    values : (n_samples, n_features) array, 0 to 1
    n_fields : int
        Neurons a feature, at least 2.

    Returns
    -------
    (n_samples, n_features * n_fields) array, 0 to 1

    Source
    ------
    Bohte, Kok & La Poutré 2002, Neurocomputing 48:17-37, with evenly spaced
    centres and a width of two thirds of their distance.
    """
    centres = np.linspace(0, 1, n_fields)
    width = 1 / (1.5 * (n_fields - 1))
    return np.exp(-0.5 * ((values[:, :, None] - centres) / width) ** 2).reshape(len(values), -1)


def spans(low, high):
    """Distances from low to high, 1 where there is none."""
    return np.where(np.equal(high, low), 1.0, np.subtract(high, low))


def is_count(number):
    """Whether this is a whole number of at least 1."""
    return isinstance(number, Integral) and not isinstance(number, bool) and number >= 1


def check_counts(name, hidden, epochs):
    """Raise ValueError unless these are sizes of layers and a number of epochs; `name` is the estimator's."""
    sizes = hidden if isinstance(hidden, (tuple, list)) else ()
    if not sizes or not all(map(is_count, sizes)):
        raise ValueError(f"{name}: hidden is {hidden!r}, expected numbers of neurons such as (100,).")
    if not is_count(epochs):
        raise ValueError(f"{name}: epochs is {epochs!r}, expected a whole number of at least 1.")
