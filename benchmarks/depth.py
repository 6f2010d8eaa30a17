"""What a second layer knows that the first does not: ``python -m ffbrian.benchmarks.depth [SEED ...]``

On 10,000 images of MNIST three networks of 1000 neurons learn by comparing labels:

* two layers of 500, the second above the first;
* two of 500 side by side, trained apart on the same images, from other first weights;
* one layer of 1000.

A partner adds something only where it is right when the other is wrong.  The share of
the first's errors that the second makes, too, with the same wrong answer, says how much
of that there is.  All figures are of validation samples.
"""

import sys

import numpy as np
from brian2 import ms

import ffbrian as ff

N_TRAIN, N_VALIDATION, EPOCHS = 10_000, 5_000, 5
HEAD = "| seed | network | first % | second % | together % | errors shared % | the same wrong answer % |"


def network(*sizes):
    """Layers of these sizes; those above the first begin with weights that let them spike."""
    neuron = ff.neurons.lif(tau_m=50 * ms)
    layers = [
        ff.Layer(size, neuron=neuron, initial_weight=0.05 if k else 0.02) for k, size in enumerate(sizes)
    ]
    rule, modulator = ff.plasticity.trace_product(eta=2e-4, w_max=1.0), ff.modulators.contrast
    return ff.Network(layers, encoder=ff.encoders.rate, rule=rule, modulator=modulator)


def goodness(sizes, train, validation, seed):
    """(n_samples, n_layers, n_labels) goodness of a trained network on the validation samples."""
    trainer = ff.Trainer(
        network(*sizes),
        presentation=20 * ms,
        decay=0.7,
        jitter=1,
        negatives=ff.AllNegatives(),
        offset=0,
        scale=255,
    )
    model = trainer.fit(train, epochs=EPOCHS, seed=seed, n_classes=10, progress=None)
    return model.predict(validation).goodness


def row(seed, name, first, second, truth):
    """One line of the table."""
    answers = [found.argmax(axis=1) for found in (first, second, first + second)]
    right = [100 * np.mean(answer == truth) for answer in answers]
    wrong = answers[0] != truth
    shared = 100 * np.mean(answers[1][wrong] != truth[wrong])
    same = 100 * np.mean(answers[1][wrong] == answers[0][wrong])
    cells = [f"{value:.2f}" for value in right] + [f"{shared:.0f}", f"{same:.0f}"]
    return f"| {seed} | {name} | {' | '.join(cells)} |"


def main(seeds):
    """Print the table."""
    data = ff.datasets.load("mnist").train
    order = np.random.default_rng(0).permutation(len(data))
    train, validation = (data.take(np.sort(part)) for part in np.split(order, [N_TRAIN, -N_VALIDATION])[::2])
    truth = validation.labels
    print(f"{HEAD}\n|---|---|---|---|---|---|---|")
    for seed in seeds:
        above = goodness((500, 500), train, validation, seed)
        print(row(seed, "one above the other", above[:, 0], above[:, 1], truth), flush=True)
        apart = [goodness((500,), train, validation, seed + shift)[:, 0] for shift in (0, 100)]
        print(row(seed, "side by side", *apart, truth), flush=True)
        wide = goodness((1000,), train, validation, seed)[:, 0]
        print(f"| {seed} | one layer of 1000 | | | {100 * np.mean(wide.argmax(axis=1) == truth):.2f} | | |")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 2, 3])
