"""Draw ``learning_curves.png``: validation accuracy while a network learns, beside back-propagation.

    python figures/learning_curves.py RUN [RUN ...]    # folders that ffbrian run has written
    python figures/learning_curves.py                  # again, from learning_curves.json

For each run scikit-learn's multi-layer perceptron with as many hidden neurons (its own settings: Adam,
batches of 200, real-valued units) learns the same training samples for as many epochs, images as
displaced and distorted as those of the run, and both are scored on the same validation samples after
each.  Sounds and events are shown to it as spike counts in time bins.  Few images (digits) are also
learnt by a spiking network of that size with a surrogate gradient
(``experiments/reference/surrogate_gradient.py``), which in NumPy takes too long for more.  Accuracy is
drawn against presentations, seconds and operations: spikes times the synapses that they reach, or
multiply-adds of a perceptron, of forward passes only.  Test sets are not read.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MaxAbsScaler

import ffbrian as ff
from ffbrian.train import baselines
from ffbrian.train.run_folder import Folder

HERE = Path(__file__).parent
KEPT = HERE / "learning_curves.json"
#: Images up to which a surrogate gradient is followed, too.
FEW = 2000
NAMES = {
    "ffbrian": "Forward-Forward, spiking",
    "perceptron": "back-propagation, perceptron",
    "surrogate": "surrogate gradient, spiking",
}
AXES = {
    "presentations": "presentations",
    "seconds": "seconds of training",
    "operations": "operations of forward passes",
}


def measure(path):
    """The curves of one run: of its first seed that has validation samples (dict)."""
    folder = Folder.open(path)
    seed = folder.seeds[0]
    experiment, found = folder.experiment, folder.metrics(seed)
    train, validation = experiment.data.divide(experiment.data.load(), seed)
    hidden = sum(layer.size for layer in experiment.trainer.network.layers)
    presentations = len(train) * experiment.trainer.algorithm.presentations_of_sample()
    epochs = found["epochs"]
    own = {
        "seconds": list(np.cumsum([entry["wall_seconds"] for entry in epochs])),
        "validation": [entry["validation_accuracy"] for entry in epochs],
    }
    own |= counted(len(epochs), presentations, found["synops_per_inference"]["shared_drive"])
    rng = np.random.default_rng(seed)
    seen = (changed(train, experiment.trainer, rng) for _ in epochs)
    curves = {"ffbrian": own, "perceptron": perceptron(train, seen, validation, hidden, seed)}
    if isinstance(train, ff.datasets.Images) and len(train) <= FEW:
        curves["surrogate"] = surrogate(train, validation, hidden, len(epochs), seed)
    return {"neurons": hidden, "seed": seed, "curves": curves}


def counted(n_epochs, presentations, operations):
    """What so many epochs took, after each: presentations, and operations if one takes so many."""
    shown = [presentations * (k + 1) for k in range(n_epochs)]
    return {"presentations": shown, "operations": [operations * number for number in shown]}


def changed(train, trainer, rng):
    """Training samples as an epoch shows them: distorted and, if they are images, displaced."""
    split = trainer.distortion.of(train, rng) if trainer.distortion else train
    if not trainer.jitter or not isinstance(split, ff.datasets.Images):
        return split
    sides = (trainer.jitter, trainer.jitter)
    padded = np.pad(split.values, ((0, 0), (0, 0), sides, sides))
    down, right = rng.integers(0, 2 * trainer.jitter + 1, (2, len(split)))
    places = sliding_window_view(padded, split.shape[1:], axis=(2, 3))
    return replace(split, values=np.ascontiguousarray(places[np.arange(len(split)), :, down, right]))


def perceptron(train, epochs, validation, hidden, seed):
    """Back-propagation on samples as each epoch shows them (dict of lists)."""
    seen, shown = baselines.features(train, validation)
    scaler, classes = MaxAbsScaler().fit(seen), np.unique(train.labels)
    network = MLPClassifier((hidden,), random_state=seed)
    found, seconds = {"seconds": [], "validation": []}, 0.0
    for split in epochs:
        samples = scaler.transform(baselines.features(train, split)[1])
        started = time.perf_counter()
        network.partial_fit(samples, train.labels, classes=classes)
        seconds += time.perf_counter() - started
        found["seconds"].append(seconds)
        found["validation"].append(float(network.score(scaler.transform(shown), validation.labels)))
    n_epochs, n_features = len(found["seconds"]), seen.shape[1]
    return found | counted(n_epochs, len(train), hidden * (n_features + len(classes)))


def surrogate(train, validation, hidden, epochs, seed):
    """A surrogate gradient through the same neurons, epoch by epoch (dict of lists)."""
    sys.path.insert(0, str(HERE.parent / "experiments" / "reference"))
    import surrogate_gradient as reference

    rng, n_classes = np.random.default_rng(seed), len(np.unique(train.labels))
    seen, shown = reference.pixels(train), reference.pixels(validation)
    found, clock = {"seconds": [], "validation": []}, [time.perf_counter(), 0.0]

    def each(weights):
        clock[1] += time.perf_counter() - clock[0]
        found["seconds"].append(clock[1])
        found["validation"].append(reference.accuracy(weights, shown, validation.labels, rng))
        clock[0] = time.perf_counter()

    reference.fit(seen, np.asarray(train.labels), hidden, n_classes, epochs, [3e-3, 1e-2], rng, each=each)
    spikes = float(reference.spikes(seen[:500], rng).sum(axis=(0, 2)).mean())
    return found | counted(epochs, len(train), spikes * hidden)


def draw(known, path):
    """One row for each experiment, one column for each price."""
    with rc_context(ff.plot.STYLE):
        figure = Figure(figsize=(9, 2.3 * len(known)), layout="constrained")
        axes = figure.subplots(len(known), len(AXES), sharey="row", squeeze=False)
        for row, (name, one) in zip(axes, sorted(known.items())):
            for ax, price in zip(row, AXES):
                panel(ax, one["curves"], price)
            row[0].set(title=f"{name}, {one['neurons']} neurons", ylabel="validation accuracy (%)")
        for ax, words in zip(axes[-1], AXES.values()):
            ax.set(xlabel=words)
        axes[0, -1].legend(loc="lower right")
        figure.savefig(path)


def panel(ax, curves, price):
    """Accuracy against one price, of all curves for which it is known."""
    for key, one in [(key, one) for key, one in curves.items() if price in one]:
        ax.plot(one[price], 100 * np.array(one["validation"]), ".-", ms=4, label=NAMES[key])
    ax.set(xscale="log")
    ax.xaxis.set_minor_formatter(NullFormatter())


if __name__ == "__main__":
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known |= {Folder.open(path).experiment.name: measure(path) for path in sys.argv[1:]}
    KEPT.write_text(json.dumps(known, indent=1))
    draw(known, HERE / "learning_curves.png")
