"""What a network learns at the first try, with nothing set by hand.

    python -m ffbrian.benchmarks.first_try [SET ...]

Every data set at hand as it is and with wrong scales on purpose, once with the
numbers that the package had for MNIST digits and once with those computed from 64
training samples.  One seed, small subsets, 100 neurons, all-to-all, so that
the whole table takes minutes; nothing is chosen by these runs.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

import ffbrian as ff
from ffbrian.datasets import Dataset, Events, Images

N_NEURONS, SEED, MOST_TRAIN, MOST_TEST = 100, 1, 2000, 500
JOINED = "27 joined classes"
#: Data spec and epochs.
SETS = {
    "digits": ("digits", 10),
    "mnist": ("mnist", 6),
    "fashion-mnist": ("fashion-mnist", 6),
    JOINED: (JOINED, 6),
    "nmnist": ("nmnist-1100:pool=2", 10),
    "hd-spikes": ("hd-spikes:groups=35,width=60,every=20", 15),
    "bonn-eeg": ("bonn-eeg:seizure", 10),
}
#: The numbers of MNIST digits: what the package had for all data.
OF_MNIST = {"initial_weight": 0.02, "label_weight": 0.02}
RULE_OF_MNIST = ff.plasticity.eligibility_stdp(eta=3e-4, w_max=1.0)


@dataclass(frozen=True)
class Distortion:
    """A wrong scale: grey values `gain` times as large, above `rest`; times `slower` times as long."""

    gain: float = 1.0
    rest: float = 0.0
    slower: int = 1

    def of(self, split):
        """A split at this scale, in the integers that it has."""
        if isinstance(split, Images):
            bright = 255 * self.rest + self.gain * split.values.astype(float)
            return replace(split, values=np.rint(bright.clip(0, 255)).astype(np.uint8))
        return replace(split, times_us=split.times_us * self.slower) if isinstance(split, Events) else split


AS_IT_IS = Distortion()
OF_IMAGES = {
    "as they are": AS_IT_IS,
    "intensities × 0.1": Distortion(0.1),
    "intensities × 3, clipped": Distortion(3),
    "resting level 0.6": Distortion(0.4, 0.6),
}
OF_EVENTS = {"as they are": AS_IT_IS, "10 times longer": Distortion(slower=10)}


def distortions(split):
    """The scales that are tried on data of a kind."""
    if isinstance(split, Images):
        return OF_IMAGES
    return OF_EVENTS if isinstance(split, Events) else {"as they are": AS_IT_IS}


def loaded(spec):
    """A data set by its spec, or that of 27 classes."""
    if spec != JOINED:
        return ff.datasets.load(spec)
    parts = [ff.datasets.load(name) for name in ("mnist", "fashion-mnist", "digits")]
    return Dataset(JOINED, joined([one.train for one in parts]), joined([one.test for one in parts]))


def joined(splits):
    """Three image sets as one of 27 classes: the third has small images and gives seven of its ten."""
    shown = [
        few(one.take(np.flatnonzero(one.labels < n)), MOST_TRAIN // 2) for one, n in zip(splits, (10, 10, 7))
    ]
    large = np.pad(shown[2].values.repeat(3, axis=2).repeat(3, axis=3), ((0, 0), (0, 0), (2, 2), (2, 2)))
    values = np.concatenate([*(split.values for split in shown[:2]), large])
    return Images(values, np.concatenate([split.labels + 10 * k for k, split in enumerate(shown)]))


def few(split, most):
    """At most so many samples, chosen at random with a seed."""
    chosen = np.random.default_rng(0).permutation(len(split))[:most]
    return split.take(np.sort(chosen))


def computed(train, n_classes):
    """A trainer whose settings are computed."""
    return ff.Trainer(ff.Network([ff.Layer(N_NEURONS)]), decay=0.9).calibrated(train, n_classes).trainer


def by_default(train, n_classes):
    """The numbers of MNIST digits; encoder and times as computed, or no event would be read."""
    known = ff.Trainer(ff.Network([ff.Layer(N_NEURONS)]), decay=0.9).calibrated(train, n_classes).trainer
    labels = ff.encoders.labels(max_rate=1 / known.dt)
    layers = [ff.Layer(N_NEURONS, **OF_MNIST)]
    network = replace(known.network, layers=layers, rule=RULE_OF_MNIST, labels=labels)
    return replace(known, network=network, offset=0.0, scale=255.0)


def accuracy(choose, data, epochs):
    """Test accuracy of a network whose settings one of the two ways chooses."""
    trainer = choose(data.train, data.n_classes)
    model = trainer.fit(data.train, epochs, seed=SEED, n_classes=data.n_classes, progress=None)
    return model.score(data.test)


def rows(name):
    """Table rows of a data set, as each is measured."""
    spec, epochs = SETS[name]
    data = loaded(spec)
    data = replace(data, train=few(data.train, MOST_TRAIN), test=few(data.test, MOST_TEST))
    for words, wrong in distortions(data.train).items():
        started = time.perf_counter()
        changed = replace(data, train=wrong.of(data.train), test=wrong.of(data.test))
        found = [accuracy(choose, changed, epochs) for choose in (by_default, computed)]
        seconds = time.perf_counter() - started
        yield (
            f"| {name} ({len(data.train)} + {len(data.test)}, {epochs} epochs) | {words} | "
            + " | ".join(f"{100 * one:.1f}" for one in found),
            seconds,
        )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}")
    print("| data | scale | numbers of MNIST % | computed % |\n|---|---|---|---|")
    for name in parser.parse_args().sets or SETS:
        for row, seconds in rows(name):
            print(f"{row} |", flush=True)
            print(f"{seconds:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
