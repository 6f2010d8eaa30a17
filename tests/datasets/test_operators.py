"""Operators: their solvers against closed forms and another solver, and the data made from them."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ffbrian import datasets
from ffbrian.datasets import operators
from ffbrian.errors import DataError

OPERATOR = dict(
    u_train=np.linspace(-1, 1, 12).reshape(4, 3),
    y_points=np.array([[0.0, 0.0], [0.5, 0.1]]),
    s_train=np.arange(8.0).reshape(4, 2),
    u_test=np.ones((2, 3)),
    s_test=np.ones((2, 2)),
)


def load(tmp_path, **changes):
    arrays = {key: value for key, value in (OPERATOR | changes).items() if value is not None}
    np.savez(tmp_path / "mine.npz", **arrays)
    return datasets.load(f"npz:{tmp_path / 'mine.npz'}")


def poisson_error(n):
    x = np.linspace(0, 1, n)
    f = np.pi**2 * np.sin(np.pi * x) + 6 * x
    return np.abs(operators.solve_poisson(f[None])[0] - np.sin(np.pi * x) - x + x**3).max()


def test_the_poisson_solver_converges_with_the_square_of_the_step():
    errors = [poisson_error(n) for n in (26, 51, 101)]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.02)
    assert poisson_error(401) < 1e-5


def by_lines(f, n):
    """The reaction-diffusion equation at t = 1 on `n` places, by SciPy's stiff solver."""
    x, step = np.linspace(0, 1, n), 1 / (n - 1)

    def slope(t, u):
        u = np.pad(u, 1)
        diffusion = operators.DIFFUSION * (u[:-2] - 2 * u[1:-1] + u[2:]) / step**2
        return diffusion + 5 * operators.REACTION * u[1:-1] ** 2 + f(x[1:-1])

    return solve_ivp(slope, (0, 1), np.zeros(n - 2), method="Radau", rtol=1e-9, atol=1e-11).y[:, -1]


def test_the_reaction_diffusion_solver_agrees_with_another_and_converges():
    """A reaction five times as strong as in the data set; the error falls with the square of both steps."""

    def f(x):
        return 4 * np.sin(np.pi * x) + 2 * np.cos(7 * x)

    exact, errors = by_lines(f, 401)[49::50], []
    for n in (26 - 1, 51 - 2, 101 - 4):  # 24, 48 and 96 intervals, so that eighths lie on the grid
        u = operators.solve_reaction_diffusion(
            f(np.linspace(0, 1, n))[None], n - 1, reaction=5 * operators.REACTION
        )
        errors.append(np.abs(u[0, -1, 1:-1][n // 8 - 1 :: n // 8] - exact).max())
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.15)
    assert errors[-1] < 1e-3 * np.abs(exact).max()


def test_random_fields_have_their_variance_and_their_length():
    places = np.linspace(0, 1, 51)
    fields = operators.random_fields(4000, places, np.random.default_rng(1))
    np.testing.assert_allclose(fields.mean(axis=0), 0, atol=0.08)
    covariance = fields.T @ fields / len(fields)
    expected = np.exp(-0.5 * (np.subtract.outer(places, places) / operators.LENGTH) ** 2)
    np.testing.assert_allclose(covariance, expected, atol=0.12)


@pytest.mark.parametrize("name, n_points, d", [("poisson", 51, 1), ("reaction-diffusion", 441, 2)])
def test_data_sets(name, n_points, d):
    data, again = datasets.load(name), datasets.load(name)
    np.testing.assert_array_equal(data.train.targets, again.train.targets)
    assert data.train.n_units == 51 and data.train.n_outputs == n_points
    assert np.shape(data.train.points) == (n_points, d) and data.test.points == data.train.points
    assert data.test.scale == data.train.scale and np.abs(data.train.scaled_targets()).max() <= 1
    at_walls = np.isin(np.array(data.train.points)[:, 0], (0, 1))
    assert (data.test.targets[:, at_walls] == 0).all() and np.ptp(data.test.targets[:, ~at_walls]) > 0


def test_solutions_at_points_in_space_and_time():
    """At the first moments a solution is the time times its source."""
    data = datasets.load("reaction-diffusion").train
    points = np.array(data.points)
    early = np.isclose(points[:, 1], 0.05) & np.isclose(points[:, 0], 0.5)
    np.testing.assert_allclose(data.targets[:, early][:, 0], 0.05 * data.values[:, 25], atol=4e-3)


def test_operators_of_ones_own(tmp_path):
    data = load(tmp_path)
    assert data.train.points == ((0.0, 0.0), (0.5, np.float32(0.1)))
    np.testing.assert_array_equal(data.train.coded().ravel()[[0, -1]], [0, 1])
    np.testing.assert_allclose(data.test.scaled_targets() * data.train.scale + data.train.offset, 1)


@pytest.mark.parametrize(
    "changes, words",
    [
        (dict(extra=np.ones(2)), "unknown keys \\['extra'\\].*an operator file u_train, y_points"),
        (dict(s_test=None), "missing keys \\['s_test'\\]"),
        (dict(s_train=np.ones((4, 3))), "s has 3 values for each function, but there are 2 points"),
        (dict(s_train=np.ones((3, 2))), "4 samples have 3 targets"),
        (dict(u_test=np.ones((2, 4))), "known at 3 sensors, test functions at 4"),
        (dict(u_train=np.full((4, 3), np.nan)), "u holds numbers that are not finite"),
        (dict(y_points=np.array(["a", "b"])), "points is <U1 of shape"),
    ],
)
def test_refused_operators(tmp_path, changes, words):
    with pytest.raises(DataError, match=words):
        load(tmp_path, **changes)
