"""Folds: every sample is tested once, and all folds together give one figure with its interval."""

import json

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.analyse.comparison import Comparison
from ffbrian.analyse.cross_validation import choices, chosen, pooled
from ffbrian.datasets import Dataset, Events
from ffbrian.datasets.division import of_speakers
from ffbrian.errors import DataError, ExperimentError
from ffbrian.train.intervals import wilson


def digests(split):
    """One word for every sample."""
    return [values.tobytes() for values in split.values]


def test_every_sample_is_tested_in_one_fold_and_trains_in_the_others():
    whole = ff.datasets.load("digits")
    parts = [ff.datasets.load(f"digits:fold={k},folds=5") for k in range(5)]
    tested = sorted(word for part in parts for word in digests(part.test))
    assert tested == sorted(digests(whole.train) + digests(whole.test))
    for part in parts:
        assert len(part.train) + len(part.test) == 1797
        assert np.bincount(part.test.labels).min() >= 34


def spoken():
    """Twelve samples of three speakers, one event each; the last speaker is in the test part."""
    labels, speaker = np.arange(12) % 2, np.repeat([3, 4, 9], 4)
    whole = Events(np.arange(12), np.zeros(12, int), np.arange(13), labels, 2, speaker=speaker)
    return Dataset("spoken", whole.take(slice(0, 8)), whole.take(slice(8, 12)))


def test_speakers_are_tested_on_all_that_they_said():
    found = of_speakers(spoken(), [3, 9])
    assert sorted(found.test.speaker) == [3] * 4 + [9] * 4 and set(found.train.speaker) == {4}
    assert sorted(found.test.times_us) == [*range(4), *range(8, 12)]
    assert [sample.value.times_us[0] for sample in found.train] == [4, 5, 6, 7]


@pytest.mark.parametrize(
    "spec, words",
    [
        ("digits:fold=7,folds=5", "fold 7 does not exist; choose 0..4"),
        ("digits:speakers=1", "this set may have none"),
        ("digits:speakers=a", "should be whole numbers with \\+ between them"),
        ("mexican-hat:fold=0", "only samples with classes can be divided into folds"),
    ],
)
def test_wrong_divisions_are_refused(spec, words):
    with pytest.raises(DataError, match=words):
        ff.datasets.load(spec)


def test_folds_of_a_comparison_are_its_variants(tmp_path):
    path = tmp_path / "folds.toml"
    path.write_text('base = "digits"\nfolds = 3\n')
    comparison = Comparison.load(path)
    assert [one.name for one in comparison.variants] == ["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]
    assert [one.experiment.data.source for one in comparison.variants][1] == "digits:fold=1,folds=3"
    path.write_text('base = "digits"\nfolds = "ten"\n')
    with pytest.raises(ExperimentError, match="folds is 'ten', expected a number of folds"):
        Comparison.load(path)


@pytest.mark.parametrize(
    "text, words",
    [
        ('base = "digits"\nfolds = 3\ncommon = 3\n', "common is 3, expected a table"),
        ("base = 5\nfolds = 3\n", "base is 5, expected text"),
        ("folds = 3\n", "it needs 'base', an experiment"),
        ('base = "digits"\nfolds = 3\naxis = "k"\n', "folds are the variants"),
    ],
)
def test_folds_with_other_mistakes_are_refused(tmp_path, text, words):
    path = tmp_path / "folds.toml"
    path.write_text(text)
    with pytest.raises(ExperimentError, match=words):
        Comparison.load(path)


def test_folds_weigh_as_many_as_they_test():
    rows = [
        {"test_accuracy": 1.0, "test_samples": 30, "baselines": {"other": {"test_accuracy": 0.5}}},
        {"test_accuracy": 0.5, "test_samples": 10, "baselines": {"other": {"test_accuracy": 1.0}}},
    ]
    found = pooled(rows)
    assert found["test_samples"] == 40 and found["test_accuracy"] == pytest.approx(0.875)
    assert found["test_accuracy_interval"] == pytest.approx([*wilson(0.875, 40)])
    assert found["baselines"]["other"]["test_accuracy"] == pytest.approx(0.625)


ALTERNATIVES = """
base = "digits"
folds = 2
[[alternatives]]
name = "slow"
set = {"training.decay" = 0.5}
[[alternatives]]
name = "as it is"
"""


def test_every_fold_is_run_with_every_alternative(tmp_path):
    path = tmp_path / "nested.toml"
    path.write_text(ALTERNATIVES)
    found = Comparison.load(path).variants
    assert [(one.fold, one.alternative) for one in found] == [
        ("fold 1 of 2", "slow"),
        ("fold 1 of 2", "as it is"),
        ("fold 2 of 2", "slow"),
        ("fold 2 of 2", "as it is"),
    ]
    assert [one.experiment.data.source for one in found][2] == "digits:fold=1,folds=2"
    assert [one.experiment.trainer.decay for one in found] == [0.5, 0.95, 0.5, 0.95]


def test_a_refit_has_what_the_fold_chose_and_holds_nothing_back(tmp_path):
    path = tmp_path / "nested.toml"
    path.write_text(ALTERNATIVES.replace("folds = 2", "folds = 2\nrefit = true"))
    comparison = Comparison.load(path, ["data.validation=300"])
    rows = [
        alternative("fold 1 of 2", "slow", 0.9, 0.8),
        alternative("fold 1 of 2", "as it is", 0.8, 0.9),
        alternative("fold 2 of 2", "slow", 0.8, 0.8),
        alternative("fold 2 of 2", "as it is", 0.9, 0.7),
    ]
    found = comparison.refits(chosen(rows))
    assert [one.name for one in found] == ["fold 1 of 2, slow, refit", "fold 2 of 2, as it is, refit"]
    assert [one.experiment.trainer.decay for one in found] == [0.5, 0.95]
    assert [one.experiment.data.validation for one in found] == [0, 0]
    sources = ["digits:fold=0,folds=2", "digits:fold=1,folds=2"]
    assert [one.experiment.data.source for one in found] == sources
    path.write_text(ALTERNATIVES)
    assert Comparison.load(path).refits(chosen(rows)) == []


@pytest.mark.parametrize(
    "text, validation, words",
    [
        (
            ALTERNATIVES.replace("folds = 2", "folds = 2\nrefit = 1"),
            300,
            "refit is 1, expected true or false",
        ),
        (ALTERNATIVES.replace("folds = 2", "folds = 2\nrefit = true"), 0, "data.validation is 0"),
        ('base = "digits"\nfolds = 2\nrefit = true\n', 300, "give folds and alternatives"),
    ],
)
def test_a_refit_of_nothing_is_refused(tmp_path, text, validation, words):
    path = tmp_path / "nested.toml"
    path.write_text(text)
    with pytest.raises(ExperimentError, match=words):
        Comparison.load(path, [f"data.validation={validation}"])


def test_folds_are_parts_of_the_data_that_an_override_names(tmp_path):
    path = tmp_path / "folds.toml"
    path.write_text('base = "digits"\nfolds = 2\ncommon = {"data.source" = "mnist"}\n')
    for overrides, source in (([], "mnist"), (["data.source=digits"], "digits")):
        found = [one.experiment.data.source for one in Comparison.load(path, overrides).variants]
        assert found == [f"{source}:fold=0,folds=2", f"{source}:fold=1,folds=2"]


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("folds = 2", "[[variants]]", "alternatives are what folds choose from"),
        ('name = "slow"', "other = 1", "variant 1 has the unknown key 'other'"),
        (
            '"training.decay" = 0.5',
            '"data.source" = "mnist"',
            "'slow' sets data.source, which the folds divide",
        ),
    ],
)
def test_wrong_alternatives_are_refused(tmp_path, old, new, words):
    path = tmp_path / "nested.toml"
    path.write_text(ALTERNATIVES.replace(old, new))
    with pytest.raises(ExperimentError, match=words):
        Comparison.load(path)


def alternative(fold, name, validation, test):
    return dict(
        name=f"{fold}, {name}",
        fold=fold,
        alternative=name,
        validation_accuracy=validation,
        test_accuracy=test,
        test_balanced_accuracy=test,
        test_samples=10,
        baselines={},
    )


def test_folds_choose_by_validation_and_never_by_test():
    rows = [
        alternative("one", "slow", 0.9, 0.5),
        alternative("one", "fast", 0.8, 1.0),
        alternative("two", "slow", 0.7, 1.0),
        alternative("two", "fast", 0.7, 0.0),
    ]
    taken = chosen(rows)
    assert [row["name"] for row in taken] == ["one, slow", "two, slow"]
    found = pooled(taken)
    assert found["test_accuracy"] == pytest.approx(0.75)
    assert found["test_balanced_accuracy_sd"] == pytest.approx(0.5 / 2**0.5)
    assert choices(taken) == "Chosen by validation within each fold: slow 2.\n"
    with pytest.raises(ExperimentError, match="no validation samples to choose by"):
        chosen([row | {"validation_accuracy": None} for row in rows])


REFIT = """
base = "digits"
seeds = [1]
folds = 2
refit = true
common = {"data.validation" = 600, "training.epochs" = 1, "network.layers.0.size" = 10}
[[alternatives]]
name = "slow"
set = {"network.rule.eta" = 1e-9}
[[alternatives]]
name = "as it is"
"""


def test_a_nested_comparison_counts_what_was_learnt_from_all_samples(session_shell):
    (session_shell.folder / "refit.toml").write_text(REFIT)
    done = session_shell("compare", "refit.toml", "--out", "refit", "--no-figures")
    record = json.loads((session_shell.folder / "refit/metrics.json").read_text())
    counted = [row for row in record["variants"] if row["name"].endswith(", refit")]
    assert len(record["variants"]) == 6 and len(counted) == 2
    assert record["pooled"]["test_samples"] == 1797
    assert record["pooled"]["test_accuracy"] == pytest.approx(pooled(counted)["test_accuracy"])
    shown = [row["presentations"] for row in counted]
    less = [row["presentations"] for row in record["variants"] if row not in counted]
    assert min(shown) > 2 * max(less)
    assert "Chosen by validation within each fold: as it is 2." in done.stdout
