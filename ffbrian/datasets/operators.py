"""Operators to learn, from a function to the solution of an equation: made here with a seed, no download.

The functions are Gaussian random fields.  Both equations are solved on a finer grid than
the network sees; the tests measure how the solvers converge.
"""

import numpy as np

from ffbrian.datasets.splits import Dataset
from ffbrian.datasets.vectors import Vectors

#: Length over which a random field varies, as a fraction of the unit interval.
LENGTH = 0.2
SENSORS = 51
#: The reaction-diffusion equation u_t = DIFFUSION u_xx + REACTION u^2 + f(x).
DIFFUSION, REACTION = 0.01, 0.01


def random_fields(n, places, rng, length=LENGTH):
    """Gaussian random fields of mean 0 and variance 1 with a squared-exponential covariance.

    Parameters
    ----------
    n : int
    places : (k,) float array
    rng : numpy.random.Generator
    length : float
        Length scale of the covariance.

    Returns
    -------
    (n, k) float array
    """
    from scipy.interpolate import CubicSpline  # only here: it takes a while to load

    nodes = np.linspace(places[0], places[-1], SENSORS)
    covariance = np.exp(-0.5 * (np.subtract.outer(nodes, nodes) / length) ** 2)
    root = np.linalg.cholesky(covariance + 1e-10 * np.eye(len(nodes)))
    return CubicSpline(nodes, rng.standard_normal((n, len(nodes))) @ root.T, axis=1)(places)


def solve_poisson(f):
    """The solution of -u'' = f with u(0) = u(1) = 0, by central differences of second order.

    Parameters
    ----------
    f : (n, k) float array
        On `k` evenly spaced places from 0 to 1.

    Returns
    -------
    (n, k) float array
    """
    step = 1 / (f.shape[1] - 1)
    inside = _tridiagonal(2 / step**2, -1 / step**2, f[:, 1:-1])
    return np.pad(inside, ((0, 0), (1, 1)))


def solve_reaction_diffusion(f, n_steps, diffusion=DIFFUSION, reaction=REACTION):
    """The solution of u_t = D u_xx + k u^2 + f(x) for 0 <= t <= 1, with u = 0 at t = 0, x = 0 and x = 1.

    Crank-Nicolson; the reaction at the end of a step comes from a first guess, so that
    the error falls with the square of the step in time and in space.

    Parameters
    ----------
    f : (n, k) float array
        On `k` evenly spaced places from 0 to 1.
    n_steps : int
        Steps in time.

    Returns
    -------
    (n, n_steps + 1, k) float array
    """
    dt, spread = 1 / n_steps, diffusion * (f.shape[1] - 1) ** 2
    u = np.zeros((len(f), n_steps + 1, f.shape[1]))
    for now, after in zip(u.swapaxes(0, 1)[:-1], u.swapaxes(0, 1)[1:]):
        bent = spread * (now[:, :-2] - 2 * now[:, 1:-1] + now[:, 2:])
        known = now[:, 1:-1] + dt * (0.5 * bent + f[:, 1:-1])
        before, guess = now[:, 1:-1] ** 2, now[:, 1:-1]
        for _ in range(2):
            driven = known + 0.5 * dt * reaction * (before + guess**2)
            guess = _tridiagonal(1 + dt * spread, -0.5 * dt * spread, driven)
        after[:, 1:-1] = guess
    return u


def _tridiagonal(diagonal, beside, right):
    """Solve a symmetric system with constant diagonals for every row of `right`, (n, k)."""
    from scipy.linalg import solveh_banded  # only here: it takes a while to load

    bands = np.full((2, right.shape[1]), float(diagonal))
    bands[0] = beside
    return solveh_banded(bands, right.T).T


def poisson(n_train=2000, n_test=500, seed=0):
    """-u'' = f on [0, 1] with u(0) = u(1) = 0: from f at 51 sensors to u at the same 51 points.

    Parameters
    ----------
    n_train, n_test : int
        Numbers of random functions.
    seed : int

    Returns
    -------
    Dataset
    """
    fine = np.linspace(0, 1, 8 * (SENSORS - 1) + 1)
    f = random_fields(n_train + n_test, fine, np.random.default_rng(seed))
    return _divided("poisson", f[:, ::8], fine[::8, None], solve_poisson(f)[:, ::8], n_train)


def reaction_diffusion(n_train=1500, n_test=300, seed=0):
    """u_t = 0.01 u_xx + 0.01 u^2 + f(x), u = 0 at first and at both ends: from f at 51 sensors to u(x, t).

    Parameters
    ----------
    n_train, n_test : int
        Numbers of random functions.
    seed : int

    Returns
    -------
    Dataset
        The solutions are asked for on a lattice of 21 places by 21 times.
    """
    fine = np.linspace(0, 1, 2 * (SENSORS - 1) + 1)
    f = random_fields(n_train + n_test, fine, np.random.default_rng(seed))
    u = solve_reaction_diffusion(f, 100)[:, ::5, ::5]
    t, x = np.meshgrid(fine[::5], fine[::5], indexing="ij")
    points = np.stack([x.ravel(), t.ravel()], axis=1)
    return _divided("reaction-diffusion", f[:, ::2], points, u.reshape(len(u), -1), n_train)


def _divided(name, u, points, s, n_train):
    train = Vectors.of_operator(u[:n_train], points, s[:n_train], f"{name} train")
    test = Vectors.of_operator(u[n_train:], points, s[n_train:], f"{name} test")
    return Dataset(name, train, test.like(train), ("solution",))
