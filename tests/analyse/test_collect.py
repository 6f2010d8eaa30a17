"""Finished runs in one table, and the best of them by validation alone."""

import csv
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ffbrian.analyse.collection import Collection, drawable
from ffbrian.errors import RunError


@pytest.fixture
def many(finished, tmp_path):
    """Copies of one finished run whose experiments and results were changed (a function of the changes)."""

    def make(*changes):
        for number, (size, validation, test) in enumerate(changes):
            place = tmp_path / f"run-{number}"
            shutil.copytree(finished[0], place, ignore=shutil.ignore_patterns("figures", "*.npz", "*.html"))
            record = json.loads((place / "experiment.json").read_text())
            record["experiment"]["data"]["limit_train"] = size
            (place / "experiment.json").write_text(json.dumps(record))
            found = json.loads((place / "metrics.json").read_text())
            found |= {"validation_accuracy": validation, "test_accuracy": test}
            (place / "metrics.json").write_text(json.dumps(found))
        return tmp_path

    return make


def test_the_best_is_chosen_by_validation_and_never_by_test(many):
    found = Collection.of(many((100, 0.7, 0.99), (200, 0.8, 0.60), (300, 0.75, 0.95)))
    name, rows = found.best()
    assert name == "run-1" and rows[0]["test_accuracy"] == 0.60


def test_without_validation_nothing_is_chosen(many, main):
    place = many((100, None, 0.99), (200, None, 0.60))
    assert Collection.of(place).best() == (None, [])
    status, out, _ = main("collect", place)
    assert status == 0 and "best: not chosen" in out


def test_columns_are_what_differs(many):
    found = Collection.of(many((100, 0.7, 0.9), (200, 0.8, 0.6)))
    assert found.varied == ("data.limit_train",)
    rows = list(csv.DictReader(found.csv().splitlines()))
    assert [(row["run"], row["data.limit_train"]) for row in rows] == [("run-0", "100"), ("run-1", "200")]
    assert [float(row["test_accuracy"]) for row in rows] == [0.9, 0.6]


def test_any_two_columns_are_drawn(many, main):
    place = many((100, 0.7, 0.9), (200, 0.8, 0.6))
    status, out, _ = main(
        "collect", place, "--x", "data.limit_train", "--y", "test_accuracy", "--format", "svg"
    )
    path = Path(out.splitlines()[-1])
    text = "".join(ElementTree.fromstring(path.read_text()).itertext())
    assert status == 0 and path.name == "collected.svg"
    assert "data.limit_train" in text and "test accuracy" in text and "2 runs" in text
    points, xlabel, _ = drawable(Collection.of(place), "data.limit_train", "test_accuracy")
    assert points == [(100, [0.9]), (200, [0.6])] and xlabel == "data.limit_train"


def test_a_sweeps_own_keys_and_their_units_are_used(many):
    place = many((100, 0.7, 0.9), (200, 0.8, 0.6))
    values = [{"network.layers.0.neuron.tau_m": text} for text in ("20 ms", "5 ms")]
    points = [{"folder": f"run-{number}", "values": one} for number, one in enumerate(values)]
    (place / "sweep.json").write_text(json.dumps({"title": "", "method": "grid", "points": points}))
    found = Collection.of(place)
    assert found.varied == ("network.layers.0.neuron.tau_m",)
    points, xlabel, _ = drawable(found, found.varied[0], "validation_accuracy")
    assert [x for x, _ in points] == [20, 5] and xlabel == "network.layers.0.neuron.tau_m (ms)"


def test_what_cannot_be_drawn_or_found_is_a_sentence(many, tmp_path_factory):
    found = Collection.of(many((100, 0.7, 0.9)))
    with pytest.raises(RunError, match="'speed' is no column that every run has; known are run, seed"):
        drawable(found, "speed", "test_accuracy")
    with pytest.raises(RunError, match="'run' holds text"):
        drawable(found, "seed", "run")
    with pytest.raises(RunError, match="holds no finished run"):
        Collection.of(tmp_path_factory.mktemp("empty"))
