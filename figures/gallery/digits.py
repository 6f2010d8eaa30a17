"""A network of 200 neurons that learns handwritten digits, for the other scripts."""

import functools
import sys
from pathlib import Path

import numpy as np

import ffbrian as ff

EPOCHS = 8
N_NEURONS = 200
SAMPLE = 7


@functools.cache
def data():
    """The digits: training, validation and test set."""
    digits = ff.datasets.load("digits")
    train, validation = ff.datasets.split_validation(digits.train, 0.1, seed=0)
    return train, validation, digits.test


@functools.cache
def model(epochs=EPOCHS):
    """The network after some epochs."""
    network = ff.Network(layers=[ff.Layer(N_NEURONS)], rule=ff.plasticity.eligibility_stdp(eta=1e-3))
    train, validation, _ = data()
    return ff.Trainer(network).fit(train, epochs=epochs, validation=validation)


@functools.cache
def prediction():
    """What the trained network says of the test set."""
    return model().predict(data()[2])


@functools.cache
def recording():
    """A test sample with its label and with the wrong one that fits it best."""
    sample, goodness = data()[2][SAMPLE], prediction().goodness[SAMPLE].sum(axis=0)
    goodness[sample.label] = -np.inf
    return model().record(sample, label=int(goodness.argmax()))


def save(ax, folder, name):
    """Write a figure, or the one that some axes belong to."""
    path = Path(folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    (getattr(ax, "figure", None) or ax).savefig(path, dpi=150)
    print(path)


def main(draw):
    """Draw into the folder named on the command line, or the current one."""
    draw(sys.argv[1] if len(sys.argv) > 1 else ".")
