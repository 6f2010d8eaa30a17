"""Every command, run from a shell as a user does."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from results import metrics, same_arrays, without_times

from ffbrian.train.progress import Display
from ffbrian.train.trained import Model
from ffbrian.train.training import Progress

KEYS = {
    "test_accuracy",
    "test_balanced_accuracy",
    "train_accuracy",
    "validation_accuracy",
    "epochs",
    "seeds",
    "versions",
    "configuration",
    "network",
}


@pytest.fixture(scope="module")
def two_seeds(session_shell, small, finished):
    """A run of seeds 3 and 4 side by side."""
    done = session_shell("run", small, "--set", "seeds=[3, 4]", "--jobs", 2, "--out", "two")
    assert done.returncode == 0, done.stderr
    return session_shell.folder / "two", done


def test_run_leaves_all_files_of_the_contract(finished):
    folder, done = finished
    assert {"experiment.json", "metrics.json", "model.npz", "checkpoint.npz"} <= {
        path.name for path in folder.iterdir()
    }
    assert {"accuracy.png", "goodness.png", "confusion.png", "receptive_fields.png", "presentation.png"} <= {
        path.name for path in (folder / "figures").iterdir()
    }
    assert KEYS <= set(metrics(folder))
    assert done.stdout.splitlines()[-1] == "finished"


def test_metrics_describe_the_run(finished):
    found = metrics(finished[0])
    assert found["network"]["neurons"] == 64 + 10 + 100 and found["network"]["synapses"] == (64 + 10) * 100
    assert [entry["epoch"] for entry in found["epochs"]] == list(range(1, 9)) and found["epochs"][0][
        "wall_seconds"
    ] > 0
    assert {"ffbrian", "brian2", "numpy", "python", "compiler"} == set(found["versions"])
    assert found["samples"] == {"train": 180, "validation": 20, "test": 100}
    assert found["configuration"]["training"]["decay"] == 0.7
    table = np.array(found["confusion"])
    assert found["test_balanced_accuracy"] == pytest.approx(
        (table.diagonal() / table.sum(axis=1))[table.sum(axis=1) > 0].mean()
    )


def test_run_learns_and_says_whether_this_was_expected(finished):
    folder, done = finished
    assert metrics(folder)["test_accuracy"] > 0.3
    assert "expected test accuracy 20.00% to 100.00%: met" in done.stdout
    assert re.search(r"run time .* expected at most 10 min: met", done.stdout)


def test_progress_is_one_line_an_epoch_where_there_is_no_terminal(finished):
    lines = [line for line in finished[1].stderr.splitlines() if line.startswith("epoch ")]
    assert len(lines) == 8
    assert re.match(r"epoch 1/8  goodness [+-]\d\.\d+ / [+-]\d\.\d+, online \d+\.\d%, validation", lines[0])


def test_seeds_side_by_side_give_what_each_gives_alone(finished, two_seeds):
    folder, _ = two_seeds
    alone, beside = without_times(metrics(finished[0])), without_times(metrics(folder / "seed-3"))
    del alone["configuration"], beside["configuration"]
    assert alone == beside
    assert same_arrays(finished[0] / "model.npz", folder / "seed-3" / "model.npz")


def test_another_seed_differs(two_seeds):
    folder, _ = two_seeds
    assert not same_arrays(folder / "seed-3" / "model.npz", folder / "seed-4" / "model.npz")
    assert (
        without_times(metrics(folder / "seed-3"))["epochs"]
        != without_times(metrics(folder / "seed-4"))["epochs"]
    )


def test_several_seeds_are_summarised(two_seeds):
    folder, done = two_seeds
    found = metrics(folder)
    single = [run["test_accuracy"] for run in found["runs"]]
    assert KEYS <= set(found) and found["seeds"] == [3, 4]
    assert found["test_accuracy"] == pytest.approx(sum(single) / 2)
    assert found["test_accuracy_sd"] == pytest.approx(abs(single[0] - single[1]) / 2**0.5)
    assert (folder / "figures" / "accuracy.png").exists() and (
        folder / "seed-4" / "figures" / "accuracy.png"
    ).exists()
    assert "over 2 seeds" in done.stdout and done.stdout.splitlines()[-1] == "two"


def test_the_same_command_twice_gives_the_same_and_compiles_nothing(
    session_shell, main, small, finished, monkeypatch, tmp_path
):
    monkeypatch.setenv("CXX", shutil.which(os.environ.get("CXX") or "g++"))
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no make
    done = session_shell("run", small, "--jobs", 1, "--no-figures", "--out", "again")
    assert done.returncode == 0, done.stderr
    again = session_shell.folder / "again"
    assert without_times(metrics(again)) == without_times(metrics(finished[0]))
    assert same_arrays(again / "model.npz", finished[0] / "model.npz")
    status, _, err = main("run", small, "--set", "network.layers.0.size=101", "--out", "without-make")
    assert status == 2 and "'make' was not found" in err


def test_a_folder_that_holds_a_run_is_refused_with_advice(main, small, finished):
    before = (finished[0] / "metrics.json").read_text()
    status, _, err = main("run", small, "--out", "finished")
    assert status == 2 and "already holds a run" in err and "ffbrian resume finished" in err
    assert (finished[0] / "metrics.json").read_text() == before


def test_resume_of_a_finished_run_only_shows_it(main, finished):
    before = (finished[0] / "model.npz").read_bytes()
    status, out, _ = main("resume", "finished")
    assert status == 0 and out.splitlines()[-1] == "finished"
    assert (finished[0] / "model.npz").read_bytes() == before


def test_evaluate_finds_the_accuracy_of_the_run(session_shell, finished):
    done = session_shell("evaluate", "finished", "--json", "evaluation.json")
    found = json.loads((session_shell.folder / "evaluation.json").read_text())["runs"][0]
    assert done.returncode == 0 and found["test_accuracy"] == metrics(finished[0])["test_accuracy"]
    assert f"test {found['test_accuracy']:.2%}" in done.stdout


def test_evaluate_takes_other_data(main, finished):
    status, out, _ = main("evaluate", "finished", "--data", "digits")
    assert status == 0 and "of 360, 95% interval" in out


def test_plot_draws_again(main, finished):
    (finished[0] / "figures" / "accuracy.png").unlink()
    status, out, _ = main("plot", "finished")
    assert status == 0 and out.strip() == "finished/figures"
    assert (finished[0] / "figures" / "accuracy.png").stat().st_size > 1000


@pytest.mark.parametrize("form, first", [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_figures_are_drawn_as_drawings(main, finished, form, first):
    status, _, err = main("plot", "finished", "--format", form)
    assert status == 0, err
    drawn = sorted((finished[0] / "figures").glob(f"*.{form}"))
    assert [path.stem for path in drawn] == sorted(
        path.stem for path in (finished[0] / "figures").glob("*.png")
    )
    assert all(path.read_bytes().startswith(first) for path in drawn)
    for path in drawn:
        path.unlink()


def test_list_shows_defaults(shell):
    done = shell("list")
    assert done.returncode == 0
    for words in (
        "lif ",
        "tau_m = 50",
        "eligibility_stdp",
        "opponent",
        "poisson",
        "delta",
        "fashion-mnist",
        "experiments",
    ):
        assert words in done.stdout


def test_list_shows_one_kind(main):
    status, out, _ = main("list", "data")
    assert status == 0 and "mnist" in out and "neurons" not in out


def test_a_model_loads_in_python(finished):
    assert Model.load(finished[0] / "model.npz").network.layers[0].size == 100


@pytest.mark.parametrize("words", [(), ("walk",), ("run",), ("run", "digits", "--sed", "3")])
def test_unknown_words_are_refused(main, words):
    status, _, err = main(*words)
    assert status == 2 and "usage: ffbrian" in err


def test_the_terminal_shows_a_bar_and_then_a_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    display = Display(several=True)
    display.show(3, Progress(1, 2, 40, 100, "goodness +1.500 / -0.500, online 75.0%", {}))
    display.show(
        3,
        Progress(
            1,
            2,
            100,
            100,
            "goodness +1.500 / -0.500, online 75.0%",
            {},
            entry={"wall_seconds": 2.0, "validation_accuracy": 0.5},
        ),
    )
    display.close()
    err = capsys.readouterr().err
    assert "seed 3 epoch 1/2" in err and "40%" in err
    assert "seed 3 epoch 1/2  goodness +1.500 / -0.500, online 75.0%, validation 50.0%, 2.0 s" in err
