"""The robustness suite: area under a curve, the file, the command."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import ffbrian as ff
from ffbrian.analyse.degradation import Sweep, area, curve
from ffbrian.analyse.perturbations import KINDS, Quantization, StuckOff
from ffbrian.analyse.robustness_suite import Suite, verdicts
from ffbrian.errors import ExperimentError
from ffbrian.plot.robustness import normalised, points
from ffbrian.train.experiment_files import catalogue, suites

SUITE = """
title = "Two ways to fail"
base = "small.toml"
samples = 40
draws = 2
[[perturbations]]
kind = "weight_noise"
strengths = [0.0, 100.0]
expected = [{strength = 0.0, loss = 0.0}, {strength = 100.0, accuracy = 1.0}]
[[perturbations]]
kind = "quantization"
strengths = [2, 8]
"""


def test_area_of_a_curve_that_loses_nothing_is_1():
    assert area([1, 2, 5], [0.9, 0.9, 0.9], 0, 0.9) == pytest.approx(1)


def test_area_of_a_straight_line_is_its_mean():
    assert area([1.0], [0.2], 0.0, 0.8) == pytest.approx(0.5 / 0.8)
    assert area([0.25, 1.0], [0.4, 0.0], 0.0, 0.8) == pytest.approx((0.25 * 0.6 + 0.75 * 0.2) / 0.8)


def test_area_without_a_clean_strength_spans_the_measured_ones():
    assert area([2, 4], [0.3, 0.9], None, 0.9) == pytest.approx(0.6 / 0.9)


def test_area_on_a_logarithmic_scale_counts_doublings():
    assert area([0.25, 2], [0.0, 1.0], 1, 1.0, "log") == pytest.approx((2 * 0.5 + 1 * 1.0) / 3)


def test_curve_averages_draws_then_seeds():
    sweep = Sweep((StuckOff(0.5),))
    found = curve(sweep, [np.array([[0.5, 0.7]]), np.array([[0.8, 0.8]])], [1.0, 1.0])
    assert found["accuracy"] == pytest.approx([0.7]) and found["accuracy_sd"] == pytest.approx(
        [np.std([0.6, 0.8], ddof=1)]
    )
    assert found["draw_sd"] == pytest.approx([np.std([0.5, 0.7], ddof=1) / 2])
    assert found["areas"] == pytest.approx([0.8, 0.9]) and found["area"] == pytest.approx(0.85)


def test_one_seed_has_no_standard_deviation(tmp_path):
    found = curve(Sweep((StuckOff(0.5),)), [np.array([[0.5, 0.7]])], [1.0])
    assert (
        found["accuracy_sd"] is None
        and found["area_sd"] is None
        and found["draw_sd"] == pytest.approx([np.std([0.5, 0.7], ddof=1)])
    )
    assert curve(Sweep((StuckOff(0.5),)), [np.array([[0.5]])], [1.0])["draw_sd"] is None
    ax = ff.plot.degradation(found, 1.0)
    assert not ax.containers[0].has_yerr


def test_the_accuracy_without_perturbation_is_drawn_without_a_bar_of_no_length():
    found = curve(Sweep((StuckOff(0.5),)), [np.array([[0.5, 0.7]]), np.array([[0.7, 0.9]])], [1.0, 0.8])
    x, _, spread = points(found, 0.9)
    assert x.tolist() == [0, 0.5] and np.isnan(spread[0])
    assert spread[1] == pytest.approx(100 * np.std([0.6, 0.8], ddof=1))


def test_what_is_not_random_is_measured_once():
    class Counting:
        seed, n_scored = 0, 0
        plan, state = SimpleNamespace(stream=None, inputs=SimpleNamespace(n_outputs=0)), None

        def score(self, split):
            self.n_scored += 1
            return 0.5

    class Still(Quantization):
        def apply(self, model, split, rng):
            return model, split

    model = Counting()
    assert Sweep((Still(2), Still(3))).measure(model, None, 5).shape == (2, 1) and model.n_scored == 2


# -- the file ----------------------------------------------------------------------
def test_the_shipped_suite_names_all_kinds_and_is_no_experiment():
    suite = Suite.load(suites()["robustness"])
    assert {sweep.kind for sweep in suite.sweeps} == set(KINDS) and "robustness" not in catalogue()
    assert len(suite.experiment.seeds) >= 3


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('base = "digits"', "at least one \\[\\[perturbations\\]\\]"),
        ('base = "digits"\nperturbation = 1', "unknown key 'perturbation'; known are title, base"),
        (
            'base = "digits"\ndraws = 0\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.1]',
            "draws is 0, expected a whole number of at least 1",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "rust"\nstrengths = [0.1]',
            "perturbation 1: kind is 'rust'; known are gaussian_noise",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.2, 0.1]',
            "expected a list of different numbers in ascending order",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.1, 2.0]',
            "strength is 2.0, expected a number from 0 to 1",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.1]\nthreshold = "v_th"',
            "'stuck_on' has the unknown key 'threshold'",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.1]\nexpected = [{strength '
            "= 0.2, accuracy = 0.5}]",
            "with one of the strengths 0.1",
        ),
        (
            'base = "digits"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.0, 0.1]\nscale = "log"',
            "'log' where all strengths are above 0",
        ),
        (
            'base = "digits-stream"\n[[perturbations]]\nkind = "stuck_on"\nstrengths = [0.1]',
            "digits-stream learns in a stream",
        ),
    ],
)
def test_wrong_suites_are_refused(tmp_path, text, sentence):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ExperimentError, match=sentence):
        Suite.load(path)


def test_what_cannot_be_perturbed_is_refused_before_training(tmp_path, main):
    path = tmp_path / "fast.toml"
    path.write_text('base = "digits"\n[[perturbations]]\nkind = "input_rate"\nstrengths = [2, 8]')
    status, _, err = main("robustness", path, "--out", tmp_path / "out")
    assert (
        status == 2 and "max_rate = 2. kHz needs more than one spike in a time step" in err.splitlines()[-1]
    )
    assert "epoch" not in err and not (tmp_path / "out").exists()


def test_options_of_a_perturbation_reach_it(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'base = "digits"\n[[perturbations]]\nkind = "threshold_mismatch"\nstrengths = [0.1]\nthreshold = '
        '"v_cut"'
    )
    assert Suite.load(path).sweeps[0].perturbations[0].threshold == "v_cut"


# -- the command ---------------------------------------------------------------------
@pytest.fixture(scope="module")
def measured(session_shell, small, finished):
    """What the command prints and writes for the small experiment."""
    path = session_shell.folder / "suite.toml"
    path.write_text(SUITE)
    done = session_shell("robustness", path, "--run", "finished", "--out", "robust", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    return (
        done,
        session_shell.folder / "robust",
        json.loads((session_shell.folder / "robust/metrics.json").read_text()),
    )


def test_a_measured_suite_is_printed_and_written(measured):
    done, folder, record = measured
    assert done.stdout.splitlines()[-1] == "robust" and "| weight noise (sd / weight) | 0 → " in done.stdout
    assert "±" not in done.stdout and "± 0" not in done.stderr and "(± sd" not in done.stdout  # one seed
    assert (
        "weight noise 0: loss 0.00%, expected at most 0.00%: met" in done.stdout
        and "expected at least 100.00%: missed" in done.stdout
    )
    assert (folder / "robustness.png").stat().st_size > 10_000 and (
        folder / "table.md"
    ).read_text() in done.stdout
    assert (
        record["samples"] == 40 and record["seeds"] == [3] and record["clean_accuracy"] == record["clean"][0]
    )


def test_strength_0_is_the_clean_accuracy_and_much_noise_is_none(measured):
    curves = {found["kind"]: found for found in measured[2]["curves"]}
    clean, noisy = curves["weight_noise"]["accuracy"]
    assert (
        clean == measured[2]["clean_accuracy"] > 0.5 and noisy < 0.35 and curves["weight_noise"]["area"] < 1
    )
    assert np.shape(curves["weight_noise"]["runs"]) == (1, 2, 2) and np.shape(
        curves["quantization"]["runs"]
    ) == (1, 2, 1)


@pytest.mark.long
def test_networks_are_trained_when_there_is_no_run(session_shell, small, measured):
    words = [
        "robustness",
        "suite.toml",
        "--out",
        "trained",
        "--jobs",
        1,
        "--set",
        "training.epochs=1",
        "--samples",
        10,
    ]
    once, again = session_shell(*words), session_shell(*words)
    assert once.returncode == 0 and "epoch" in once.stderr, once.stderr
    assert once.stdout.startswith("Two ways to fail\n")
    assert again.stdout == once.stdout and "epoch" not in again.stderr


def test_the_title_is_of_the_data_that_were_used(session_shell, small, measured):
    (session_shell.folder / "other.toml").write_text(
        'title = "MNIST, 500 neurons"\nbase = "mnist-hard"\nsamples = 10\n[[perturbations]]\nkind = '
        '"quantization"\nstrengths = [8]\nexpected = [{strength = 8, accuracy = 0.6}]'
    )
    done = session_shell("robustness", "other.toml", "--run", "finished", "--out", "other", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.startswith("What small keeps under noise and damage (digits)\n")
        and "MNIST" not in done.stdout
    )
    assert "expected at" not in done.stdout
    assert json.loads((session_shell.folder / "other/metrics.json").read_text())["title"].startswith(
        "What small keeps"
    )


def test_verdicts_compare_accuracy_and_loss(measured, session_shell):
    suite = Suite.load(session_shell.folder / "suite.toml")
    record = measured[2] | {
        "clean_accuracy": 0.9,
        "curves": [{"kind": "weight_noise", "strengths": [0.0, 100.0], "accuracy": [0.8, 1.0]}],
    }
    assert [line.rsplit(": ")[-1] for line in verdicts(suite, record)] == ["missed", "met"]


def test_the_figure_has_a_panel_for_what_is_perturbed(measured):
    (panel,) = ff.plot.robustness(measured[2], figure=Figure(figsize=(6, 2)))
    assert panel.get_xlabel() == "perturbed synapses: strength / strongest"
    names = [text.get_text().split(",")[0] for text in panel.get_legend().get_texts()]
    assert names == ["weight noise", "quantization"] and panel.get_title(loc="left") == "a"
    assert "n = 1 seed" in [text.get_text() for text in panel.texts]


def test_curves_are_normalised_to_the_strongest_and_the_clean():
    curve = {"scale": "log", "clean_strength": 1.0, "strengths": [0.25, 2], "accuracy": [0.4, 0.8]}
    assert normalised(curve, np.array([0.25, 1, 2])).tolist() == [-1, 0, 0.5]
    bits = {"scale": "linear", "clean_strength": None, "strengths": [2, 4, 8], "accuracy": [0.3, 0.8, 0.9]}
    assert normalised(bits, np.array([2, 4, 8])).tolist() == pytest.approx([1, 2 / 3, 0])
    more = {"kind": "input_rate", "axis": "factor", "area": 0.9, "accuracy_sd": None} | curve
    record = {"curves": [more], "clean_accuracy": 0.8}
    (panel,) = ff.plot.robustness(record, figure=Figure())
    assert panel.lines[0].get_ydata().tolist() == pytest.approx([50, 100, 100])


def test_real_valued_answers_are_refused_because_an_error_is_no_accuracy(tmp_path, main):
    path = tmp_path / "error.toml"
    path.write_text('base = "mexican-hat"\n[[perturbations]]\nkind = "weight_noise"\nstrengths = [0.1]')
    status, _, err = main("robustness", path, "--out", tmp_path / "out")
    assert status == 2 and "answers with real-valued outputs" in err.splitlines()[-1]
    assert "epoch" not in err and not (tmp_path / "out").exists()
