"""The scikit-learn estimator keeps scikit-learn's promises, and learns."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import ffbrian as ff
from ffbrian.estimators import ForwardForwardClassifier, receptive_fields

#: Few neurons and few receptive fields: nearly all checks then share the compiled code of one network.
SMALL = {"hidden": (40,), "epochs": 10, "fields": 4, "random_state": 0}


@pytest.mark.long
@parametrize_with_checks([ForwardForwardClassifier(**SMALL)])
def test_scikit_learns_checks(estimator, check):
    """All of them: none is expected to fail, and only that of array types that NumPy is not is left out by
    itself.
    """
    check(estimator)


@pytest.fixture(scope="module")
def iris():
    return train_test_split(*load_iris(return_X_y=True), random_state=0)


@pytest.fixture(scope="module")
def fitted(iris):
    return ForwardForwardClassifier(**SMALL).fit(iris[0], iris[2])


def test_it_learns(fitted, iris):
    assert fitted.score(iris[1], iris[3]) > 0.9
    assert len(fitted.history_) == SMALL["epochs"]
    assert isinstance(fitted.model_, ff.Model)


def test_predictions_depend_on_nothing_but_the_sample(fitted, iris):
    goodness = fitted.decision_function(iris[1])
    assert goodness.shape == (len(iris[1]), 3)
    np.testing.assert_array_equal(fitted.decision_function(iris[1][::-1])[::-1], goodness)
    np.testing.assert_array_equal(fitted.predict(iris[1]), fitted.classes_[goodness.argmax(axis=1)])


def test_pickle_and_clone(fitted, iris):
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.decision_function(iris[1]), fitted.decision_function(iris[1]))
    assert not hasattr(clone(fitted), "model_") and clone(fitted).get_params() == fitted.get_params()


def test_the_seed_decides(fitted, iris):
    other = clone(fitted).set_params(random_state=1).fit(iris[0], iris[2])
    same = clone(fitted).fit(iris[0], iris[2])
    assert not np.array_equal(other.decision_function(iris[1]), fitted.decision_function(iris[1]))
    np.testing.assert_array_equal(same.decision_function(iris[1]), fitted.decision_function(iris[1]))


def test_pipeline_and_cross_validation():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    pipeline = make_pipeline(StandardScaler(), ForwardForwardClassifier(**SMALL))
    assert cross_val_score(pipeline, X, names, cv=3).min() > 0.85


@pytest.mark.long
def test_grid_search_in_two_processes(iris):
    grid = {"learning_rate": [1e-7, None], "epochs": [3, 6]}
    search = GridSearchCV(ForwardForwardClassifier(**SMALL), grid, cv=3, n_jobs=2).fit(iris[0], iris[2])
    assert search.best_params_["learning_rate"] is None and search.best_score_ > 0.85
    scores = dict(zip(map(str, search.cv_results_["params"]), search.cv_results_["mean_test_score"]))
    assert max(score for name, score in scores.items() if "1e-07" in name) < search.best_score_


def test_a_network_of_ones_own(iris):
    neuron = ff.neurons.adaptive_lif
    network = ff.Network(
        [ff.Layer(30, neuron=neuron, initial_weight=0.1)], rule=ff.plasticity.eligibility_stdp(eta=1e-3)
    )
    own = ForwardForwardClassifier(network=network, epochs=3, fields=10, random_state=0).fit(iris[0], iris[2])
    (layer,), rule = own.model_.network.layers, own.model_.network.rule
    assert (layer.neuron, layer.initial_weight) == (neuron, 0.1)
    assert (rule.name, rule.values["eta"]) == ("eligibility_stdp", 1e-3)
    assert own.model_.plan.n_inputs == 40
    assert own.score(iris[0], iris[2]) > 0.6


def test_receptive_fields_tell_values_apart():
    answers = receptive_fields(np.array([[0.0, 1.0], [0.5, 0.25]]), 5)
    assert answers.shape == (2, 10)
    assert answers[0, 0] == 1 and answers[0, 9] == 1 and answers[1, 2] == 1 and answers[1, 6] == 1
    assert answers[0, 1] == pytest.approx(np.exp(-0.5 * 1.5**2)), "of the neighbour, one distance away"


def test_pixels_keep_one_scale(iris):
    """With bounds every feature is scaled alike, and what lies outside is clipped."""
    pixels = ForwardForwardClassifier(fields=1, bounds=(0, 8))
    pixels._measure(iris[0])
    images = pixels._images(np.array([[0.0, 4.0, 8.0, 12.0]]), np.zeros(1, int))
    assert images.values[0, 0, 0, :4].tolist() == [0, 128, 255, 255]
    assert images.values.shape == (1, 1, 1, 64), "filled up, to share compiled code"


@pytest.mark.parametrize("settings, words", [
    (dict(fields=0), "fields is 0, expected 'auto' or a number of at least 1"),
    (dict(bounds=(3, 3)), r"bounds is \(3, 3\), expected \(low, high\) with low < high"),
    (dict(presentation="3 volt"), "presentation is 3"),
    (dict(hidden=()), "hidden is"),
    (dict(epochs=0), "epochs is 0"),
])  # fmt: skip
def test_wrong_settings_are_refused_with_a_sentence(iris, settings, words):
    with pytest.raises(ValueError, match=words):
        ForwardForwardClassifier(**settings).fit(iris[0], iris[2])
