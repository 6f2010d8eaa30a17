"""What goes wrong in a training without an error: NaN, silence, explosion, chance."""

from dataclasses import replace

import numpy as np
import pytest
from results import metrics

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.files import array_file
from ffbrian.run.backends import open_plan
from ffbrian.train import checkpoint, health
from ffbrian.train.progress import Display
from ffbrian.train.training import Progress, Training


@pytest.fixture(scope="module")
def digits():
    return ff.datasets.load("digits").train.take(slice(0, 30))


def training(split, path=None, epochs=2, network=None, **settings):
    trainer = ff.Trainer(network or ff.Network([ff.Layer(10, initial_weight=0.2)]), chunk=10, **settings)
    return Training(trainer, trainer.plan(DataShape.of(split, 10)), split, epochs, 1, checkpoint=path)


class Breaking:
    """A runner whose weights are no numbers from some call on."""

    def __init__(self, runner, from_call):
        self.runner, self.plan, self.calls_left = runner, runner.plan, from_call

    def run(self, *words, **settings):
        outcome, self.calls_left = self.runner.run(*words, **settings), self.calls_left - 1
        if self.calls_left < 0:
            outcome.state["synapses_1.w"][3] = np.inf
        return outcome


def test_infinite_weights_stop_a_training_and_the_last_good_checkpoint_is_kept(digits, tmp_path, monkeypatch):
    path, whole = tmp_path / "checkpoint.npz", training(digits, tmp_path / "whole.npz")
    expected = whole.start()
    with (
        monkeypatch.context() as patch,
        pytest.raises(
            ff.RunError,
            match=(
                r"synapses_1.w holds 1 of 640 values that are NaN or infinite after chunk 2 of 3 of epoch 1; "
                r".*checkpoint.npz keeps the last good state"
            ),
        ),
    ):
        patch.setattr(
            "ffbrian.train.training.open_plan", lambda plan, mode: Breaking(open_plan(plan, mode), 1)
        )
        training(digits, path).start()
    header, arrays = array_file.load(path)
    assert header["next_chunk"] == 1 and np.isfinite(arrays["synapses_1.w"]).all()
    np.testing.assert_array_equal(
        training(digits, path).resume().state["synapses_1.w"], expected.state["synapses_1.w"]
    )


@pytest.mark.parametrize(
    "key, value, words",
    [
        ("next_chunk", float("nan"), "or was not written by ffbrian .its header holds NaN"),
        ("next_chunk", 4, "next_chunk is 4, expected a whole number from 0 to 3"),
        ("epoch", True, "epoch is True, expected a whole number from 0 to 2"),
        ("epoch", 1, "a history of 0 epochs, but 1 are done"),
        ("seconds", float("inf"), "or was not written by ffbrian .its header holds Infinity"),
        ("sums", [1, 2], "sums is \\[1, 2\\]"),
        ("sums", {"n_shown": float("nan")}, "or was not written by ffbrian .its header holds NaN"),
        ("history", {}, "history is {}"),
        ("gains", None, "gains is None"),
    ],
)
def test_a_checkpoint_with_an_impossible_entry_is_refused(digits, tmp_path, key, value, words):
    path, run = tmp_path / "checkpoint.npz", training(digits, tmp_path / "checkpoint.npz")
    run.state = run.fresh_state()
    run.save()
    header, arrays = array_file.load(path)
    array_file.save(path, header | {key: value}, arrays)
    with pytest.raises(ff.RunError, match=f"checkpoint.npz is damaged:? (it holds )?{words}"):
        checkpoint.load(path, run)


@pytest.mark.parametrize(
    "change",
    [lambda w: w.astype(complex), lambda w: np.where(np.arange(w.size) == 5, np.nan, w), lambda w: w[:-1]],
)
def test_a_checkpoint_with_impossible_weights_is_refused(digits, tmp_path, change):
    path, run = tmp_path / "checkpoint.npz", training(digits, tmp_path / "checkpoint.npz")
    run.state = run.fresh_state()
    run.save()
    header, arrays = array_file.load(path)
    array_file.save(path, header, arrays | {"synapses_1.w": change(arrays["synapses_1.w"])})
    with pytest.raises(ff.RunError, match="checkpoint.npz is damaged: synapses_1.w is"):
        checkpoint.load(path, run)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1j])
def test_a_model_holds_finite_real_weights(digits, tmp_path, wrong):
    model = training(digits).start()
    model.save(tmp_path / "model.npz")
    header, arrays = array_file.load(tmp_path / "model.npz")
    array_file.save(tmp_path / "model.npz", header, arrays | {"synapses_1.w": arrays["synapses_1.w"] * wrong})
    with pytest.raises(ff.RunError, match="synapses_1.w holds .* not finite real numbers"):
        ff.Model.load(tmp_path / "model.npz")


def test_a_layer_that_falls_silent_is_told_once(digits, caplog):
    network = ff.Network(
        [ff.Layer(10, initial_weight=0.2)], rule=ff.plasticity.eligibility_stdp(eta=1.0)
    )  # the first updates go to the bounds
    model = training(digits, network=network, epochs=4).start()
    told = [
        record.getMessage()
        for record in caplog.records
        if "is silent and cannot learn" in record.getMessage()
    ]
    assert len(told) == len(model.warnings) == 1 and "layer 1 spiked" in told[0]
    assert model.history[-1]["spikes_per_neuron"][0] < health.LEAST_SPIKES


@pytest.mark.parametrize(
    "now, first, words",
    [
        (0.04, 1.0, "0.04 times per neuron and presentation in epoch 2, less than 0.05"),
        (11.0, 1.0, "its activity explodes"),
        (15.0, 12.0, "its activity explodes"),
        (9.0, 1.0, None),
        (9.0, 0.06, None),
    ],
)
def test_activity_outside_its_limits_is_told(now, first, words):
    found = health.activity_warnings([1.0, now], [1.0, first], 20, 2)
    assert words is None and not found or words in "".join(found.values()) and "layer 2" in "".join(found)


def test_chance_is_the_most_frequent_class_or_one_of_all():
    truth = np.repeat([0, 1], [90, 10])
    assert "is not above chance, which is 90.0%" in health.chance_warning(np.zeros(100, int), truth, 2)
    assert health.chance_warning(truth, truth, 2) is None
    balanced = np.arange(360) % 10
    guessed = np.where(np.arange(360) < 40, balanced, (balanced + 1) % 10)
    assert "11.1% (40 of 360) is not above chance, which is 10.0%" in health.chance_warning(
        guessed, balanced, 10
    )
    better = np.where(np.arange(360) < 60, balanced, (balanced + 1) % 10)
    assert health.chance_warning(better, balanced, 10) is None


def test_the_tail_of_the_binomial_test_is_a_sum():
    from math import comb

    n, k, p = 20, 9, 0.25
    tail = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
    labels = np.where(np.arange(n) < k, np.arange(n) % 4, (np.arange(n) + 1) % 4)
    assert tail > health.CHANCE_LEVEL and f"p = {tail:.2g}" in health.chance_warning(
        labels, np.arange(n) % 4, 4
    )


def test_gains_are_kept_with_the_model(digits, tmp_path):
    silent = training(digits, network=ff.Network([ff.Layer(10, initial_weight=0.01)]), epochs=1)
    model = silent.start()
    assert model.gains["layer_1"] > 1.2
    model.save(tmp_path / "model.npz")
    assert ff.Model.load(tmp_path / "model.npz").gains == model.gains


def test_metrics_and_the_screen_tell_gains_and_chance(session_shell, small):
    done = session_shell(
        "run",
        small,
        "--no-figures",
        "--out",
        "dim",
        "--set",
        "network.layers.0.initial_weight=0.01",
        "--set",
        "network.rule.eta=1e-12",
        "--set",
        "training.epochs=1",
    )
    found = metrics(session_shell.folder / "dim")
    assert done.returncode == 0, done.stderr
    assert found["initial_gains"]["layer_1"] > 1 and "initial weights raised: layer 1 × " in done.stdout
    assert "warning: seed 3: layer 1 was silent for this data" in done.stderr
    (sentence,) = found["warnings"]
    assert "is not above chance" in sentence and f"warning: seed 3: {sentence}" in done.stderr


def test_progress_tells_spikes_per_neuron(capsys):
    display = Display(several=False)
    progress = Progress(
        1, 2, 100, 100, "online 75.0%", {}, (1.25, 0.5), {"wall_seconds": 2.0, "validation_accuracy": 0.5}
    )
    display.show(3, progress)
    display.show(3, replace(progress, spikes_per_neuron=()))
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("validation 50.0%, spikes 1.25 / 0.5, 2.0 s") and second.endswith(
        "validation 50.0%, 2.0 s"
    )


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(epochs=1.5), "epochs is 1.5, expected a whole number"),
        (dict(epochs=-1), "epochs is -1, expected a whole number of at least 0"),
        (dict(seed=-1), "seed is -1, expected a whole number of at least 0"),
        (dict(n_classes=2), "n_classes is 2, but the data hold the label 2; give at least 3"),
        (dict(validation=0.2), r"validation is 0.2, expected a tuple \(X, y\) or a split"),
        (dict(validation=(np.zeros((2, 3, 3), np.uint8), [0, 1])), r"shape \(1, 3, 3\), but the network"),
        (dict(y=np.zeros(9, int)), "the data hold one class; give data of two classes"),
    ],
)
def test_what_no_training_can_be_made_of_is_refused(settings, sentence):
    rng = np.random.default_rng(0)
    settings = dict(X=rng.integers(0, 256, (9, 4, 4)), y=np.arange(9) % 3) | settings
    with pytest.raises(ff.FFBrianError, match=sentence):
        ff.Trainer(ff.Network([ff.Layer(5)]), mode="runtime").fit(**settings, progress=refuse_to_learn)


def refuse_to_learn(progress):
    raise AssertionError("something was learnt before the settings were looked at")


def test_classes_without_samples_are_named(caplog):
    X, y = np.random.default_rng(0).integers(0, 256, (9, 4, 4)), np.arange(9) % 3
    trainer = ff.Trainer(ff.Network([ff.Layer(5)]), mode="runtime")
    trainer.fit(X, y, epochs=0)
    assert "no sample has the label" not in caplog.text
    trainer.fit(X, 2 * y, epochs=0)
    assert "no sample has the label 1, 3, although labels go up to 4" in caplog.text


@pytest.mark.parametrize("first, is_lost", [(0.001, False), (0.03, True)])
def test_events_after_the_presentation_are_counted(caplog, first, is_lost):
    trains = [[np.array([first, first + 0.01 * k]) for k in range(1, 4)] for _ in range(6)]
    trainer = ff.Trainer(ff.Network([ff.Layer(5)]), presentation="40 ms", mode="runtime")
    trainer.fit(trains, np.arange(6) % 2, epochs=0)
    assert ("50 % of the events come after the presentation of 0.04 s" in caplog.text) == is_lost


def test_a_jitter_that_would_move_nothing_is_refused():
    signals = ff.datasets.Signals(np.zeros((4, 2, 50), np.float32), np.arange(4) % 2, 1000.0)
    network = ff.Network([ff.Layer(5)], encoder=ff.encoders.delta_modulation)
    with pytest.raises(ff.DataError, match="jitter is 1, .* but the data are signals"):
        ff.Trainer(network, presentation="50 ms", mode="runtime", jitter=1).fit(signals, epochs=0)
