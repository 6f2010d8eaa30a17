"""Whether two installed versions of ffbrian give the same bits: weights and accuracies of short runs.

    python tests/equal_bits.py OLD_PYTHON NEW_PYTHON [NAME ...]

Every shipped experiment (or those named) is trained for one epoch on its first
samples by both interpreters, each with its own version installed; the arrays of
both models and the figures in ``metrics.json`` are compared bit by bit.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

#: Changes that make a run short, by the experiment they are for.
SHORT = ("training.epochs=1", "data.limit_train=2000", "data.limit_test=200")
EXPERIMENTS = {
    "digits": (),
    "digits-quick": ("training.block=7",),
    "mnist": (),
    "mnist-hard": (),
    "mnist-large": ("data.limit_train=500",),
    "mnist-unsupervised": ("data.limit_train=500",),
    "fashion-mnist": (),
    "nmnist": ("data.limit_train=200", "data.limit_test=50"),
    "hd-spikes": ("data.limit_train=100", "data.limit_test=20"),
    "bonn-eeg": ("data.limit_train=60", "data.limit_test=20"),
}
#: More of the same experiment, with pieces that no shipped file uses.
VARIANTS = {
    "inhibition": ("digits-quick", 'network.layers.0.inhibition="divisive"'),
    "dopamine": (
        "digits-quick",
        'network.rule={model="dopamine_stdp"}',
        'network.modulator={model="dopamine"}',
    ),
    "delays": ("digits-quick", 'network.layers.0.delay="5 ms"'),
    "random": ("digits-quick", 'network.layers.0.connection={kind="random", probability=0.3}'),
    "two-layers": (
        "digits-quick",
        "network.layers=[{size=100, initial_weight=0.1}, {size=80, initial_weight=0.1}]",
        'training.negatives={kind="hard"}',
        "network.modulator={model='opponent', is_shared=true}",
    ),
    "stock": ("digits-quick", 'training.pathway="stock"', "data.limit_train=300"),
    "runtime": ("digits-quick", 'training.mode="runtime"', "data.limit_train=60", "data.limit_test=20"),
}
COMPARED = ("test_accuracy", "train_accuracy", "synops_per_inference", "confusion", "input_spikes")


def train(python, name, changes, folder):
    """Run one short experiment; returns its arrays and its figures."""
    settings = [word for change in (*SHORT, "data.validation=0", *changes) for word in ("--set", change)]
    environment = os.environ | {"FFBRIAN_CACHE": str(folder / "cache")}
    command = [python, "-m", "ffbrian", "run", name, *settings, "--seed", "1", "--out", str(folder / "run")]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(
            f"{python} -m ffbrian run {name} ended with status {done.returncode}:\n{done.stderr[-2000:]}"
        )
    with np.load(folder / "run" / "model.npz") as file:
        arrays = {key: file[key] for key in file.files if key != "header" and not key.startswith("_")}
    record = json.loads((folder / "run" / "metrics.json").read_text())
    return arrays, {key: record[key] for key in COMPARED}


def difference(old, new):
    """What differs between two runs, in words; empty if nothing does."""
    (old_arrays, old_figures), (new_arrays, new_figures) = old, new
    found = [f"{name} is missing" for name in old_arrays if name not in new_arrays]
    common = [name for name in old_arrays if name in new_arrays]
    found += [
        f"{name} differs" for name in common if old_arrays[name].tobytes() != new_arrays[name].tobytes()
    ]
    return found + [
        f"{key}: {old_figures[key]} became {new_figures[key]}"
        for key in COMPARED
        if old_figures[key] != new_figures[key]
    ]


def compare(old, new, name):
    """Train one experiment with both versions; returns what differs."""
    base, *changes = VARIANTS.get(name, (name, *EXPERIMENTS.get(name, ())))
    with tempfile.TemporaryDirectory(prefix="equal-bits-") as folder:
        places = [Path(folder) / which for which in ("old", "new")]
        for place in places:
            place.mkdir()
        return difference(*(train(python, base, changes, place) for python, place in zip((old, new), places)))


def main(old, new, *names):
    """Compare experiments and print a line for each; the status is 1 if one differs."""
    differs = False
    for name in names or (*EXPERIMENTS, *VARIANTS):
        found = compare(old, new, name)
        differs = differs or bool(found)
        print(f"{name}: {'; '.join(found) or 'equal'}", flush=True)
    return int(differs)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
