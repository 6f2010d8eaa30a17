"""Intervals against published values and simulation; baselines against scikit-learn by hand."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

import ffbrian as ff
from ffbrian.datasets import Events, Images, Signals
from ffbrian.train import baselines, intervals, metrics


@pytest.mark.parametrize("n_right, n", [(0, 20), (1, 20), (350, 360), (360, 360), (9000, 10_000)])
def test_wilson_interval_is_that_of_scipy(n_right, n):
    expected = binomtest(n_right, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(intervals.wilson(n_right / n, n), expected, atol=1e-12)


def test_it_covers_the_truth_as_often_as_it_says():
    rng, truth = np.random.default_rng(0), 0.93
    drawn = rng.binomial(200, truth, 4000) / 200
    covered = [low <= truth <= high for low, high in (intervals.wilson(fraction, 200) for fraction in drawn)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_words():
    assert intervals.words(*intervals.wilson(0.9722, 360)) == "95% interval 95.0 to 98.5%"


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits")


def test_pixels(digits):
    found = baselines.measure(digits.train, digits.test)
    assert set(found) == {"logistic_regression", "nearest_neighbours"}
    for one in found.values():
        assert one["test_accuracy"] > 0.9 and one["train_samples"] == len(digits.train)
        assert one["test_accuracy_interval"] == [*intervals.wilson(one["test_accuracy"], len(digits.test))]
    seen, shown = (part.values.reshape(len(part), -1) / 255 for part in (digits.train, digits.test))
    by_hand = LogisticRegression(max_iter=300).fit(seen, digits.train.labels).score(shown, digits.test.labels)
    assert found["logistic_regression"]["test_accuracy"] == pytest.approx(by_hand, abs=0.02)


def test_what_was_measured_of_a_split_is_not_measured_again(digits, monkeypatch):
    """The same samples, whatever object holds them; others are measured."""
    monkeypatch.setattr(baselines, "_FOUND", {})  # what is made up here stays here
    few, test = slice(0, 50), digits.test.take(slice(0, 20))
    first = baselines.measure(digits.train.take(few), test)
    monkeypatch.setattr(baselines, "_accuracy", lambda *_: 0.125)
    assert baselines.measure(digits.train.take(few), test) == first
    other = baselines.measure(digits.train.take(slice(1, 51)), test)
    assert all(one["test_accuracy"] == 0.125 for one in other.values())


def test_counts_of_events_fall_into_their_bins():
    events = Events(
        np.array([0, 499, 500, 999, 5000, 10]),
        np.array([0, 1, 1, 2, 2, 0]),
        np.array([0, 5, 6]),
        np.array([0, 1]),
        3,
    )
    counts = baselines.binned_counts(events, 2, 1000)
    np.testing.assert_array_equal(counts, [[1, 1, 0, 0, 1, 2], [1, 0, 0, 0, 0, 0]])


def test_when_events_come_is_heard():
    """Two classes with equal counts, one early and one late."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    times = np.sort(rng.integers(0, 400, (60, 5)) + 600 * labels[:, None]).ravel()
    events = Events(times, np.zeros(300, np.int32), np.arange(0, 301, 5), labels, 1)
    found = baselines.measure(events.take(slice(0, 40)), events.take(slice(40, 60)))
    assert found["logistic_regression"]["test_accuracy"] == 1


def test_signals_that_differ_in_their_variance_only():
    rng, labels = np.random.default_rng(0), np.arange(60) % 2
    values = (rng.normal(0, 1, (60, 2, 200)) * (1 + labels[:, None, None])).astype(np.float32)
    signals = Signals(values, labels, 100.0, name="noise")
    found = baselines.measure(signals.take(slice(0, 40)), signals.take(slice(40, 60)))
    assert found["nearest_neighbours"]["test_accuracy"] == 1


def test_one_class_alone_has_no_baseline():
    images = Images(np.zeros((4, 1, 2, 2), np.uint8), np.zeros(4, int), name="dark")
    assert baselines.measure(images, images) == {}


def run_record(accuracy):
    record = {key: accuracy for key in metrics.AVERAGED} | {"experiment": "e", "seed": 1, "epochs": []}
    samples = {"train": 20_000, "validation": 100, "test": 200}
    found = {"logistic_regression": baselines.score(accuracy - 0.1, 200) | {"train_samples": 10_000}}
    return record | {"samples": samples, "baselines": found}


def test_means_over_seeds_have_the_interval_of_one_test_set():
    mean = metrics.summary([run_record(0.9), run_record(0.8)])
    assert mean["test_accuracy_interval"] == [*intervals.wilson(mean["test_accuracy"], 200)]
    assert mean["train_accuracy_interval"] == [*intervals.wilson(mean["train_accuracy"], 10_000)], (
        "on 10,000 it is measured"
    )
    assert mean["baselines"]["logistic_regression"]["test_accuracy"] == pytest.approx(0.75)


def test_runs_of_an_older_version_have_none():
    old = [{key: value for key, value in run_record(0.9).items() if key != "samples"}] * 2
    assert "test_accuracy_interval" not in metrics.summary(old)


def test_a_run_measures_and_prints_both(finished):
    folder, done = finished

    record = json.loads((folder / "metrics.json").read_text())
    low, high = record["test_accuracy_interval"]
    assert [low, high] == [*intervals.wilson(record["test_accuracy"], 100)]
    assert f"test {record['test_accuracy']:.2%} (95% interval {100 * low:.1f} to {high:.1%})" in done.stdout
    regression = record["baselines"]["logistic_regression"]["test_accuracy"]
    assert (
        f"without spikes, on the same split: logistic regression {regression:.2%}, nearest neighbours"
        in done.stdout
    )
