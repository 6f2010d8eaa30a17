"""The estimate of a run's time: what it counts.  tests/estimates.py holds it against the time taken."""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.analyse import cost
from ffbrian.analyse.cost import LOG
from ffbrian.train.experiment import Experiment

TIMES = cost.Times(start=10.0, sample=0.5, answer=0.1)


def test_an_experiment_is_counted_with_all_its_seeds_epochs_and_chunks(monkeypatch):
    monkeypatch.setattr(cost, "measured", lambda *_: TIMES)
    experiment = Experiment.load(
        "digits-quick", ["training.epochs=2", "training.chunk=500", "data.validation=100", "seeds=[1, 2]"]
    )
    found, data = cost.estimate(experiment), experiment.data.load()
    train, validation = experiment.data.divide(data, 1)
    assert found.samples == 2 * 2 * len(train) and found.starts == 2 * 2 * -(-len(train) // 500)
    assert found.answers == 2 * (len(train) + len(data.test) + 2 * len(validation))
    seconds = (found.samples * 0.5 + found.answers * 0.1 + found.starts * 10) / 1e3
    assert found.seconds == pytest.approx(seconds)
    assert cost.estimate(replace(experiment, epochs=4)).samples == 2 * found.samples
    assert f"{found.samples:,} samples of 0.5 ms" in str(found)


def test_what_every_further_sample_takes_is_found_whatever_the_start(monkeypatch):
    shown = []
    monkeypatch.setattr(cost, "processor_seconds", lambda: 3.0 * len(shown) + 0.004 * sum(shown))

    def work(samples):
        shown.append(len(samples))

    grey = ff.datasets.Images(np.zeros((5000, 1, 2, 2), np.uint8), np.zeros(5000, int), "grey")
    assert cost._milliseconds(work, grey) == pytest.approx(4)
    assert shown == [8, 64, 512]
    assert cost._milliseconds(work, grey.take(slice(0, 3))) == pytest.approx(4)


def test_warnings_of_the_few_samples_that_are_timed_are_not_shown(monkeypatch, caplog):
    def measured(*_):
        LOG.warning("no sample has the label 3")
        return TIMES

    monkeypatch.setattr(cost, "measured", measured)
    cost.estimate(Experiment.load("digits-quick"))
    LOG.warning("of the run")
    assert [record.getMessage() for record in caplog.records] == ["of the run"]
