"""Comparisons: variants of one experiment in one table."""

import json
from types import SimpleNamespace

import pytest

from ffbrian.analyse import comparison as comparison_module
from ffbrian.analyse.comparison import Comparison, effort
from ffbrian.errors import ExperimentError
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import comparisons

COMPARISON = """
title = "Two learning rates"
base = "small.toml"
common = {"training.epochs" = 1, "data.limit_train" = 60}
[[variants]]
name = "as it is"
[[variants]]
name = "slow"
set = {"network.modulator.slope" = 1.0, "network.rule.eta" = 1e-5}
"""


@pytest.fixture(scope="module")
def comparison(session_shell, small):
    path = session_shell.folder / "comparison.toml"
    path.write_text(COMPARISON.replace("small.toml", str(small)))
    return path


def test_variants_change_what_they_name(comparison):
    first, second = (variant.experiment for variant in Comparison.load(comparison).variants)
    assert first.epochs == second.epochs == 1 and first.data.limit_train == 60 and first.seeds == (3,)
    assert (
        first.trainer.network.rule.values["eta"] == 3e-3 and second.trainer.network.rule.values["eta"] == 1e-5
    )
    assert first.trainer.complete_network().modulator == second.trainer.complete_network().modulator


def test_seeds_and_axis(tmp_path):
    path = tmp_path / "swept.toml"
    path.write_text(
        'base = "digits"\nseeds = [4, 5]\naxis = "dt (ms)"\n[[variants]]\nx = 0.5\nset = {"training.dt" = '
        '"0.5 ms"}\n[[variants]]\nx = 1'
    )
    found = Comparison.load(path)
    assert found.axis == "dt (ms)" and [(one.name, one.x) for one in found.variants] == [
        ("0.5", 0.5),
        ("1", 1),
    ]
    assert all(one.experiment.seeds == (4, 5) for one in found.variants)


@pytest.mark.parametrize("name", comparisons())
def test_every_shipped_comparison_can_be_read(name):
    found = Comparison.load(comparisons()[name])
    least = 1 if found.has_folds else 3
    assert len(found.variants) > 1
    assert all(len(one.experiment.seeds) >= least for one in found.variants)


def test_compare_trains_each_variant_once_and_prints_a_table(session_shell, comparison):
    once = session_shell("compare", comparison, "--out", "compared")
    assert once.returncode == 0, once.stderr
    assert "| as it is |" in once.stdout and once.stdout.splitlines()[-1] == "compared"
    rows = json.loads((session_shell.folder / "compared/metrics.json").read_text())["variants"]
    assert [row["name"] for row in rows] == ["as it is", "slow"]
    assert all(0 < row["test_balanced_accuracy"] < 1 for row in rows)
    assert all(row["test_accuracies"] == [row["test_accuracy"]] for row in rows)
    assert all(
        row["test_accuracy_interval"][0] < row["test_accuracy"] < row["test_accuracy_interval"][1]
        for row in rows
    )
    assert all(row["presentations"] == 2 * 54 and row["curve"]["presentations"] == [108] for row in rows)
    assert all(row["signals"] == 1 and row["presentations_of_answer"] == 10 for row in rows)
    for name in ("comparison", "effort"):
        assert (session_shell.folder / f"compared/{name}.png").stat().st_size > 5000
    again = session_shell("compare", comparison, "--out", "compared")
    assert again.stdout == once.stdout and "epoch" not in again.stderr


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('base = "digits"', "at least one \\[\\[variants\\]\\]"),
        (
            'base = "digits"\nvariant = 1',
            "unknown key 'variant'; known are title, base, seeds, axis, common, folds, alternatives, ",
        ),
        ('base = "digits"\n[[variants]]\nname = "a"\n[[variants]]\nname = "a"', "'name' of its own"),
        ('base = "digits"\n[[variants]]\nname = "a"\nsets = {}', "variant 'a' has the unknown key 'sets'"),
        ('base = "digits"\naxis = "dt (ms)"\n[[variants]]\nname = "a"', "every variant needs a number"),
        ('base = "digits"\n[[variants]]\nname = "a"\nx = 1', "variant 'a' has the unknown key 'x'"),
    ],
)
def test_wrong_comparisons_are_refused(tmp_path, text, sentence):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ExperimentError, match=sentence):
        Comparison.load(path)


def test_running_a_comparison_says_how_to(comparison):
    with pytest.raises(ExperimentError, match="run it with 'ffbrian compare'"):
        Experiment.load(comparison)
    with pytest.raises(ExperimentError, match="run it with 'ffbrian compare controls'"):
        Experiment.load("controls")


def test_a_network_with_a_readout_answers_from_one_presentation_a_look():
    run = {"epochs": [], "confusion": [[0] * 10] * 10, "samples": {"train": 100}}
    experiment = Experiment.load("mnist-unsupervised", ["training.looks=4"])
    assert effort(experiment, [run], "accuracy")["presentations_of_answer"] == 4


def test_baselines_of_several_seeds_are_their_means_as_accuracies_are(monkeypatch):
    def run(seed, accuracy):
        known = {"logistic_regression": {"test_accuracy": accuracy}}
        return {"seed": seed, "test_accuracy": 0.5, "epochs": [], "baselines": known, "samples": {"test": 10}}

    runs = {1: run(1, 0.25), 2: run(2, 0.75)}
    folder = SimpleNamespace(seeds=[1, 2], metrics=runs.get)
    variant = SimpleNamespace(name="a", x=None, fold=None, alternative=None, experiment=None)
    monkeypatch.setattr(comparison_module, "effort", lambda *_: {})
    assert comparison_module.row(variant, folder)["baselines"] == {
        "logistic_regression": {"test_accuracy": 0.5}
    }
