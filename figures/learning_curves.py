"""Draw ``learning_curves.png``: validation accuracy while a network learns, beside back-propagation.

    python figures/learning_curves.py RUN [RUN ...]    # folders that ffbrian run has written
    python figures/learning_curves.py                  # again, from learning_curves.json

For each run scikit-learn's multi-layer perceptron with as many hidden neurons (its own settings: Adam,
batches of 200, real-valued units) learns the same training samples for as many epochs, and both are
scored on the same validation samples after each.  Sounds and events are shown to it as spike counts in
time bins.  Test sets are not read.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MaxAbsScaler

import ffbrian as ff
from ffbrian.train import baselines
from ffbrian.train.run_folder import Folder

HERE = Path(__file__).parent
KEPT = HERE / "learning_curves.json"
COLUMNS = 3


def measure(path):
    """The curves of one run: of its first seed that has validation samples (dict)."""
    folder = Folder.open(path)
    seed = folder.seeds[0]
    experiment, epochs = folder.experiment, folder.metrics(seed)["epochs"]
    train, validation = experiment.data.divide(experiment.data.load(), seed)
    hidden = sum(layer.size for layer in experiment.trainer.network.layers)
    per_epoch = len(train) * experiment.trainer.algorithm.presentations_of_sample()
    own = {
        "presentations": [per_epoch * (k + 1) for k in range(len(epochs))],
        "seconds": list(np.cumsum([entry["wall_seconds"] for entry in epochs])),
        "validation": [entry["validation_accuracy"] for entry in epochs],
    }
    other = perceptron(train, validation, hidden, len(epochs), seed)
    return {"neurons": hidden, "seed": seed, "ffbrian": own, "perceptron": other}


def perceptron(train, validation, hidden, epochs, seed):
    """Back-propagation on the same samples, epoch by epoch (dict of lists)."""
    seen, shown = baselines.features(train, validation)
    scaler = MaxAbsScaler().fit(seen)
    seen, shown = scaler.transform(seen), scaler.transform(shown)
    network, classes = MLPClassifier((hidden,), random_state=seed), np.unique(train.labels)
    found, seconds = {"presentations": [], "seconds": [], "validation": []}, 0.0
    for epoch in range(epochs):
        started = time.perf_counter()
        network.partial_fit(seen, train.labels, classes=classes)
        seconds += time.perf_counter() - started
        found["presentations"].append(len(train) * (epoch + 1))
        found["seconds"].append(seconds)
        found["validation"].append(float(network.score(shown, validation.labels)))
    return found


def draw(curves, path):
    """One panel for each experiment."""
    n_columns = min(COLUMNS, len(curves))
    n_rows = -(-len(curves) // COLUMNS)
    with rc_context(ff.plot.STYLE):
        figure = Figure(figsize=(3.6 * n_columns, 2.8 * n_rows), layout="constrained")
        for k, (name, one) in enumerate(sorted(curves.items())):
            panel(figure.add_subplot(n_rows, n_columns, k + 1), name, one)
        figure.savefig(path)


def panel(ax, name, one):
    """Accuracy against presentations, of both."""
    for key, label in (
        ("ffbrian", "Forward-Forward, spiking"),
        ("perceptron", "back-propagation, perceptron"),
    ):
        thousands = np.array(one[key]["presentations"]) / 1000
        ax.plot(thousands, 100 * np.array(one[key]["validation"]), ".-", ms=4, label=label)
    ax.set(
        title=f"{name}, {one['neurons']} neurons",
        xlabel="presentations (thousands)",
        ylabel="validation accuracy (%)",
    )
    ax.legend(loc="lower right")


if __name__ == "__main__":
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known |= {Folder.open(path).experiment.name: measure(path) for path in sys.argv[1:]}
    KEPT.write_text(json.dumps(known, indent=1))
    draw(known, HERE / "learning_curves.png")
