"""Training on from a trained network: more epochs, other data, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.errors import RunError

TRAINER = ff.Trainer(ff.Network([ff.Layer(6)]), presentation="5 ms", mode="runtime", decay=0.5)


@pytest.fixture(scope="module")
def few():
    """Some digits."""
    return ff.datasets.load("digits").train.take(slice(0, 12))


def fit(few, epochs, trainer=TRAINER, **settings):
    return trainer.fit(few, epochs, seed=3, n_classes=10, progress=None, **settings)


def test_two_and_one_more_epoch_are_three(few, tmp_path):
    whole, half = fit(few, 3), fit(few, 2)
    half.save(tmp_path / "half.npz")
    rest = fit(few, 1, initial=ff.Model.load(tmp_path / "half.npz"))
    assert rest.epochs == whole.epochs == 3
    assert [entry["epoch"] for entry in rest.history] == [3]
    assert set(rest.state) == set(whole.state)
    for name, values in whole.state.items():
        np.testing.assert_array_equal(rest.state[name], values)


def test_an_interrupted_warm_start_goes_on_from_its_checkpoint(few, tmp_path):
    first, path = fit(few, 1), tmp_path / "checkpoint.npz"
    whole = fit(few, 2, initial=first, checkpoint=path)
    again = fit(few, 2, initial=first, checkpoint=path, resume=True)
    np.testing.assert_array_equal(again.state["synapses_1.w"], whole.state["synapses_1.w"])
    other = replace(first, state=first.state | {"synapses_1.w": first.state["synapses_1.w"] + 1})
    with pytest.raises(RunError, match="belongs to another training"):
        fit(few, 2, initial=other, checkpoint=path, resume=True)


def test_a_model_of_another_network_is_refused(few):
    larger = replace(TRAINER, network=ff.Network([ff.Layer(7)]))
    with pytest.raises(RunError, match="start from a model of the same network and data"):
        fit(few, 1, trainer=larger, initial=fit(few, 0))


def test_a_finished_run_gets_more_epochs(shell):
    file = shell.folder / "small.toml"
    file.write_text(
        '[data]\nsource = "digits"\nlimit_train = 60\nlimit_test = 30\nvalidation = 0\n'
        "[[network.layers]]\nsize = 6\n"
        '[training]\npresentation = "5 ms"\nepochs = 1\nmode = "runtime"\n'
    )
    words = ("--no-figures", "--jobs", "1")
    assert shell("run", "small.toml", "--set", "training.epochs=3", "--out", "three", *words).returncode == 0
    assert shell("run", "small.toml", "--out", "one", *words).returncode == 0
    assert "give a larger number" in shell("resume", "one", "--epochs", "1").stderr
    done = shell("resume", "one", "--epochs", "3", *words)
    assert done.returncode == 0, done.stderr
    found, wanted = (ff.Model.load(shell.folder / name / "model.npz") for name in ("one", "three"))
    assert found.epochs == wanted.epochs == 3
    np.testing.assert_array_equal(found.state["synapses_1.w"], wanted.state["synapses_1.w"])
