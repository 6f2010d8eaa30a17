"""Bad input: exit status 2, one clear sentence, and nothing written."""

import os
import struct

import numpy as np
import pytest

from ffbrian import cli
from ffbrian.files import array_file

TOML = """
[data]
source = "digits"
[[network.layers]]
size = 5
[training]
epochs = 1
presentation = "20 ms"
"""


@pytest.fixture
def refuse(tmp_path, monkeypatch, capsys):
    """Run a command that must be refused; returns the sentence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(TOML)

    def refused(*words):
        before = sorted(os.listdir(tmp_path))
        assert cli.main([*map(str, words)]) == 2
        assert sorted(os.listdir(tmp_path)) == before
        sentence = capsys.readouterr().err.splitlines()[-1]
        assert sentence.startswith("ffbrian: ") and sentence.endswith(".")
        return sentence

    return refused


def run(*overrides):
    return ["run", "mine.toml", "--out", "out", *(word for text in overrides for word in ("--set", text))]


def images(path, **changes):
    """An npz file of images, with changed arrays."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 255, (20, 4, 4), np.uint8),
        "y_train": np.arange(20) % 2,
        "x_test": rng.integers(0, 255, (6, 4, 4), np.uint8),
        "y_test": np.arange(6) % 2,
    }
    np.savez(path, **arrays | changes)
    return run(f"data.source=npz:{path}")


def events(path, **changes):
    """An npz file of events, two a sample, with changed training arrays."""
    arrays = {
        "times_us": np.tile([1000, 5000], 20),
        "units": np.tile([0, 3], 20),
        "offsets": 2 * np.arange(21),
        "labels": np.arange(20) % 2,
    }
    named = {
        f"{part}_{key}": value
        for part in ("train", "test")
        for key, value in (arrays | (changes if part == "train" else {})).items()
    }
    np.savez(path, n_units=4, **named)
    return run(f"data.source=npz:{path}", "network.encoder=events")


def idx_folder(folder, n_stored=20, label=3):
    """A folder with the four idx files of MNIST: 20 images said, `n_stored` written."""
    folder.mkdir()
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(
            struct.pack(">IIII", 0x803, 20, 28, 28) + bytes(28 * 28 * n_stored)
        )
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(
            struct.pack(">II", 0x801, 20) + bytes([label] * 20)
        )


def test_missing_experiment(refuse):
    assert "nowhere.toml is neither a file nor a known experiment" in refuse("run", "nowhere.toml")


def test_missing_data_file(refuse):
    assert "nowhere.npz: no such file" in refuse(*run("data.source=npz:nowhere.npz"))


def test_unknown_data_set(refuse):
    assert "'mnits' is unknown; known are digits, mnist" in refuse(*run("data.source=mnits"))


def test_truncated_idx(refuse, tmp_path):
    idx_folder(tmp_path / "mnist", n_stored=10)
    assert "train-images-idx3-ubyte" in refuse(*run("data.source=mnist", f"data.folder={tmp_path}"))


def test_labels_out_of_range(refuse, tmp_path):
    idx_folder(tmp_path / "mnist", label=12)
    assert "label" in refuse(*run("data.source=mnist", f"data.folder={tmp_path}"))


def test_a_label_without_a_training_sample(refuse, tmp_path):
    assert "label" in refuse(*images(tmp_path / "a.npz", y_test=np.full(6, 7)))


@pytest.mark.parametrize(
    "changes, words",
    [
        (
            dict(times_us=np.r_[5000, 1000, np.tile([1000, 5000], 19)]),
            "event times in sample 0 are out of order (1000 us follows 5000 us); sort the events of each "
            "sample by time",
        ),
        (
            dict(times_us=np.r_[np.tile([1000, 5000], 19), -7, 5000]),
            "event time -7 us in sample 19 is negative; count time from the start of the sample",
        ),
        (
            dict(units=np.r_[0, 4, np.tile([0, 3], 19)]),
            "unit 4 in sample 0 is out of range, expected 0..3; correct the event or raise n_units",
        ),
        (dict(units=np.r_[0, -1, np.tile([0, 3], 19)]), "unit -1 in sample 0 is out of range, expected 0..3"),
        (
            dict(labels=np.zeros(20, int)),
            "test: class 1 is missing from the training set; add training samples of it or drop it from the "
            "test set",
        ),
        (
            dict(offsets=np.r_[0, 6, 4, 2 * np.arange(3, 21)]),
            "offsets fall at sample 1 but should never decrease",
        ),
    ],
)
def test_wrong_events(refuse, tmp_path, changes, words):
    assert words in refuse(*events(tmp_path / "a.npz", **changes))


@pytest.mark.parametrize("where", ["encoder", "labels"])
def test_an_encoder_faster_than_the_time_step(refuse, where):
    sentence = refuse(
        *run(
            f"network.{where}.model={'rate' if where == 'encoder' else 'labels'}",
            f"network.{where}.max_rate=2500 Hz",
        )
    )
    assert (
        "max_rate = 2.5 kHz needs more than one spike in a time step of 1. ms; lower it to at most 1. kHz or "
        "shorten dt" in sentence
    )


def test_a_rate_that_a_longer_time_step_forbids(refuse):
    assert (
        "250. Hz needs more than one spike in a time step of 5. ms; lower it to at most 200. Hz or shorten dt"
        in refuse(*run("training.dt=5 ms"))
    )


def test_empty_data_set(refuse, tmp_path):
    empty = dict(x_train=np.zeros((0, 4, 4), np.uint8), y_train=np.zeros(0, int))
    assert "empty" in refuse(*images(tmp_path / "a.npz", **empty))


def test_not_a_number_in_the_data(refuse, tmp_path):
    values = np.zeros((20, 4, 4))
    values[3, 1, 1] = np.nan
    assert "NaN" in refuse(*images(tmp_path / "a.npz", x_train=values))


def test_wrong_unit(refuse):
    sentence = refuse(*run("network.layers.0.neuron.tau_m=50 mV"))
    assert (
        "network.layers.0.neuron: neuron 'lif': parameter 'tau_m' has unit volt, expected second" in sentence
    )


def test_unknown_neuron_model(refuse):
    assert "unknown model 'liff'; known are adaptive_lif" in refuse(*run("network.layers.0.neuron=liff"))


def test_neuron_without_the_variable_of_its_threshold(refuse):
    sentence = refuse(
        *run(
            'network.layers.0.neuron={equations = "du/dt = (drive - u)/(10*ms) : volt", threshold = "v > '
            '1*mV"}'
        )
    )
    assert "threshold uses 'v', which is not defined" in sentence


def test_encoder_that_reads_other_data(refuse):
    assert "reads events, but the data set holds values" in refuse(*run("network.encoder=events"))


def test_a_validation_part_that_leaves_nothing(refuse):
    assert "a validation part of 2000 does not fit" in refuse(*run("data.validation=2000"))


def test_no_processes(refuse):
    assert "--jobs 0: expected at least 1" in refuse(*run(), "--jobs", 0)


def test_output_inside_a_file(refuse):
    assert "is not a folder that can be written" in refuse("run", "mine.toml", "--out", "mine.toml/out")


@pytest.mark.parametrize("command", ["resume", "evaluate", "plot"])
def test_a_folder_without_a_run(refuse, command):
    assert "holds no run" in refuse(command, ".")


def test_weights_of_the_wrong_size(refuse, finished, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("experiment.json", "metrics.json"):
        (folder / name).write_bytes((finished[0] / name).read_bytes())
    header, arrays = array_file.load(finished[0] / "model.npz")
    array_file.save(folder / "model.npz", header, arrays | {"synapses_1.w": arrays["synapses_1.w"][:-1]})
    assert "synapses_1.w have 6399 values, but the network has 6400 synapses" in refuse("evaluate", folder)


def test_a_damaged_model(refuse, finished, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("experiment.json", "metrics.json"):
        (folder / name).write_bytes((finished[0] / name).read_bytes())
    (folder / "model.npz").write_bytes((finished[0] / "model.npz").read_bytes()[:1000])
    assert "model.npz is damaged" in refuse("evaluate", folder)


def test_data_of_another_shape(refuse, finished, tmp_path):
    images(tmp_path / "a.npz")
    assert "of shape (1, 4, 4), but the network was built for values of shape (1, 8, 8)" in refuse(
        "evaluate", finished[0], "--data", f"npz:{tmp_path / 'a.npz'}"
    )


@pytest.mark.parametrize(
    "environment, words",
    [
        ({"PATH": "/nowhere"}, "No C++ compiler found: install"),
        ({"CXX": "nonsense"}, "CXX names the compiler 'nonsense'"),
    ],
)
def test_missing_compiler(shell, environment, words):
    (shell.folder / "mine.toml").write_text(TOML)
    done = shell("run", "mine.toml", "--out", "out", FFBRIAN_CACHE=str(shell.folder / "cache"), **environment)
    assert done.returncode == 2 and words in done.stderr.splitlines()[-1]
    assert not (shell.folder / "out").exists() and "Traceback" not in done.stderr
