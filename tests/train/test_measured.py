"""What a run has measured is checked when it is read back: a figure must never meet text or a list."""

import json

import pytest

from ffbrian.errors import RunError
from ffbrian.train import measured

EPOCH = {"epoch": 1, "goodness_positive": 2.0, "goodness_negative": -1.0, "spikes_per_neuron": [1.0]}


def written(folder, **changes):
    """A ``metrics.json`` with one epoch, some of whose entries are others."""
    path = folder / "metrics.json"
    path.write_text(json.dumps({"test_accuracy": 0.9, "epochs": [EPOCH | changes]}))
    return path


@pytest.mark.parametrize("changes", [{}, {"validation_accuracy": None}, {"spikes_per_neuron": [0.5, 1]}])
def test_what_a_run_writes_is_read(tmp_path, changes):
    assert measured.read(written(tmp_path, **changes))["epochs"] == [EPOCH | changes]


@pytest.mark.parametrize("value", [[2.0], "2", None, True, {"a": 1}, 1e301])
def test_an_epoch_holds_numbers(tmp_path, value):
    with pytest.raises(RunError, match="metrics.json is damaged: 'epochs' is"):
        measured.read(written(tmp_path, goodness_positive=value))


def test_lists_hold_numbers(tmp_path):
    with pytest.raises(RunError, match="'epochs' is"):
        measured.read(written(tmp_path, spikes_per_neuron=[1.0, "a"]))
