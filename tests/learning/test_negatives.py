"""Wrong labels: who chooses them, and that they are wrong."""

import sys

import numpy as np
import pytest
from schedules import training

import ffbrian as ff
from ffbrian.errors import ExperimentError, ModelError
from ffbrian.train.experiment import Experiment
from ffbrian.train.run_folder import Folder
from ffbrian.train.trainer import Trainer

NETWORK = ff.Network([ff.Layer(4)])
TRUTH = np.array([0, 1, 2, 2])


def next_class(truth, n_classes, rng):
    """The class after the true one."""
    return (truth + 1) % n_classes


class Both:
    """All wrong labels of three."""

    def labels(self, truth, n_classes, rng):
        return np.stack([(truth + 1) % n_classes, (truth + 2) % n_classes], axis=1)


@pytest.mark.parametrize(
    "given, expected",
    [
        (next_class, [[1], [2], [0], [0]]),
        (Both(), [[1, 2], [2, 0], [0, 1], [0, 1]]),
        (ff.FunctionNegatives(next_class), [[1], [2], [0], [0]]),
    ],
)
def test_a_function_chooses(given, expected):
    negatives = Trainer(NETWORK, negatives=given).algorithm.negatives
    assert negatives.labels(TRUTH, 3, np.random.default_rng(0)).tolist() == expected


def test_the_generator_is_handed_on():
    negatives = ff.FunctionNegatives(
        lambda truth, n_classes, rng: (truth + rng.integers(1, n_classes, len(truth))) % n_classes
    )
    first, second = (negatives.labels(TRUTH, 3, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second) and first.shape == (4, 1)


def test_a_trainer_with_a_function_is_written_and_read():
    record = Trainer(NETWORK, negatives=next_class).to_dict()
    assert record["learning"]["negatives"] == {"kind": "function", "function": f"{__name__}:next_class"}
    assert Trainer.from_dict(record).algorithm.negatives.imported().chosen is next_class


@pytest.mark.parametrize(
    "function, sentence",
    [
        (
            lambda truth, n_classes, rng: truth,
            r"<lambda> returned the true label of a sample \(0\); a negative needs a wrong one",
        ),
        (lambda truth, n_classes, rng: truth + 3, "returned the label 5, expected labels from 0 to 2"),
        (
            lambda truth, n_classes, rng: truth[:2],
            r"returned int64 of shape \(2, 1\) for 4 samples, expected whole numbers of shape \(4,\) or \(4, "
            r"n_negatives\)",
        ),
        (lambda truth, n_classes, rng: (truth + 1.0) % 3, "returned float64"),
    ],
)
def test_wrong_answers_are_refused(function, sentence):
    with pytest.raises(ModelError, match=sentence):
        ff.FunctionNegatives(function).labels(TRUTH, 3, np.random.default_rng(0))


@pytest.mark.parametrize(
    "given, sentence",
    [
        ("nowhere:chosen", "'nowhere:chosen' cannot be found .*set PYTHONPATH"),
        ("math:nothing", "'math:nothing' cannot be found"),
        (7, "function is 7, expected a function of"),
    ],
)
def test_what_is_no_function_is_refused(given, sentence):
    with pytest.raises(ModelError, match=sentence):
        ff.FunctionNegatives(given).imported()


@pytest.fixture
def names_a_function(tmp_path, monkeypatch):
    """Words for the command line that name a function, whose module leaves a file behind when it
    is imported.
    """
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_negatives", raising=False)
    (tmp_path / "my_negatives.py").write_text(
        f"open({str(tmp_path / 'imported')!r}, 'w')\ndef choose(truth, n_classes, rng):\n    return (truth + "
        "1) % n_classes\n"
    )
    return ['training.negatives={kind = "function", function = "my_negatives:choose"}']


def test_an_experiment_names_a_function(names_a_function, tmp_path):
    experiment = Experiment.load("digits", names_a_function)
    again = Experiment.from_resolved(experiment.resolved())
    assert experiment.code == again.code == "my_negatives:choose" and not (tmp_path / "imported").exists()
    with pytest.raises(
        ModelError,
        match="my_negatives:choose is a name in a file, .* only if you allow it: with --allow-code",
    ):
        again.trainer.algorithm.negatives.labels(TRUTH, 3, None)
    allowed = again.with_code()
    assert allowed.code is None and allowed.resolved() == experiment.resolved()
    assert allowed.trainer.algorithm.negatives.labels(TRUTH, 3, None).ravel().tolist() == [1, 2, 0, 0]
    with pytest.raises(ExperimentError, match='function is 3, expected text, "module:function"'):
        Experiment.load("digits", ['training.negatives={kind = "function", function = 3}'])


@pytest.mark.parametrize(
    "words", [["describe", "digits"], ["audit", "digits"], ["run", "digits", "--out", "out"]]
)
def test_no_command_imports_what_a_file_names(names_a_function, main, tmp_path, words):
    status, _, err = main(*words, "--set", names_a_function[0])
    assert not (tmp_path / "imported").exists()
    assert status == (2 if words[0] == "run" else 0) and ("if you trust it, add --allow-code" in err) == (
        words[0] == "run"
    )


@pytest.fixture
def interrupted(names_a_function, tmp_path):
    """The folder of a run that names a function and was interrupted before its first checkpoint."""
    experiment = Experiment.load(
        "digits",
        [
            *names_a_function,
            "training.epochs=0",
            "data.limit_test=20",
            "data.limit_train=60",
            "training.mode=runtime",
        ],
    )
    return Folder.create(tmp_path / "stranger", experiment).path


def test_resuming_a_folder_imports_only_what_is_allowed(interrupted, main, tmp_path):
    for words in (["resume", interrupted], ["evaluate", interrupted], ["plot", interrupted]):
        assert main(*words)[0] == 2 and not (tmp_path / "imported").exists()
    status, _, err = main("resume", interrupted, "--allow-code", "--no-figures", "--jobs", 1)
    assert status == 0, err
    assert (tmp_path / "imported").exists() and (interrupted / "metrics.json").exists()


def test_the_schedule_shows_what_a_function_chose():
    rows = training(np.arange(4), TRUTH, 3, ff.FunctionNegatives(Both().labels), 0, np.random.default_rng(0))
    assert rows["phase"].tolist() == [1, -1, -1] * 4 and rows["label"].reshape(4, 3).tolist() == [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 0, 1],
    ]
