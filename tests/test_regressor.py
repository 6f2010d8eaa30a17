"""The scikit-learn regressor keeps scikit-learn's promises, and learns."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

import ffbrian as ff
from ffbrian.estimators import ForwardForwardRegressor

SMALL = {"hidden": (30,), "epochs": 10, "random_state": 0}


@pytest.mark.long
@parametrize_with_checks([ForwardForwardRegressor(**SMALL)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def wave():
    """A function of two variables with a shift and a scale of its own."""
    X = np.random.default_rng(0).uniform(-5, 5, (400, 2))
    return X, 100 + 30 * np.sin(X[:, 0]) + X[:, 1]


@pytest.fixture(scope="module")
def fitted(wave):
    return ForwardForwardRegressor(**SMALL).fit(wave[0][:300], wave[1][:300])


def test_it_learns_in_the_units_of_the_targets(fitted, wave):
    assert fitted.score(wave[0][300:], wave[1][300:]) > 0.9
    assert 95 < fitted.predict(wave[0]).mean() < 105
    assert isinstance(fitted.model_, ff.Model) and len(fitted.history_) == SMALL["epochs"]


def test_predictions_depend_on_nothing_but_the_sample(fitted, wave):
    found = fitted.predict(wave[0])
    np.testing.assert_array_equal(fitted.predict(wave[0][::-1])[::-1], found)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(wave[0]), found)
    assert not hasattr(clone(fitted), "model_")


def test_what_lies_outside_is_clipped(fitted, wave):
    edge, beyond = np.array([[wave[0][:300, 0].max(), 0.0]]), np.array([[1e6, 0.0]])
    np.testing.assert_array_equal(fitted.predict(edge), fitted.predict(beyond))


def test_a_nudge_of_the_learning_rate_is_heard(wave):
    still = ForwardForwardRegressor(**SMALL | {"learning_rate": 1e-9, "epochs": 2}).fit(
        wave[0][:50], wave[1][:50]
    )
    assert still.score(*wave) < 0.1


def test_cross_validation_of_two_outputs(wave):
    y = np.stack([wave[1], wave[0][:, 0]], axis=1)
    assert cross_val_score(ForwardForwardRegressor(**SMALL), wave[0], y, cv=2).min() > 0.8


@pytest.mark.parametrize("settings, words", [
    (dict(hidden=()), "hidden is"),
    (dict(epochs=0), "epochs is 0"),
    (dict(sigma=0), "sigma is 0"),
    (dict(decay="linear"), "decay is 'linear'"),
])  # fmt: skip
def test_wrong_settings_are_refused_with_a_sentence(wave, settings, words):
    with pytest.raises(ValueError, match=words):
        ForwardForwardRegressor(**settings).fit(*wave)
