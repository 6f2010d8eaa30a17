"""Whether the estimate of ``ffbrian check`` is near the time taken, on this machine.

    python tests/estimates.py [EXPERIMENT ...]

Ten shipped experiments (or those named): the processor time of an epoch of 600
samples as estimated and as taken.  Ends with status 1 if one is off by more than a
factor of 1.5.  This is no test, because other work on the machine decides as well.
"""

import sys

from ffbrian.analyse import cost
from ffbrian.errors import DataError
from ffbrian.train.calibration import some
from ffbrian.train.experiment import Experiment

FACTOR = 1.5
#: Samples of an epoch, and epochs that are timed after the first.
SAMPLES, EPOCHS = 600, 3
TEN = (
    "digits",
    "digits-stream",
    "digits-balanced",
    "mnist",
    "mnist-large",
    "fashion-mnist",
    "nmnist",
    "hd-spikes",
    "mexican-hat",
    "mnist-perturbation",
)


def compared(name):
    """Milliseconds of an epoch: estimated, taken."""
    experiment = Experiment.load(name)
    data = experiment.data.load()
    train, _ = experiment.data.divide(data, 1)
    trainer = experiment.trainer.calibrated(train, data.n_classes).trainer
    times, part = cost.measured(trainer, train, data.n_classes), some(train, SAMPLES)

    def seconds(epochs):
        before = cost.processor_seconds()
        trainer.fit(part, epochs=epochs, n_classes=data.n_classes, progress=None)
        return cost.processor_seconds() - before

    taken = 1e3 * (seconds(1 + EPOCHS) - seconds(1)) / EPOCHS
    return times.start + len(part) * times.sample, taken


def main(names):
    """Print a table; 1 if an estimate is too far off."""
    far = 0
    print(f"{'experiment':20} {'estimated, ms':>14} {'taken, ms':>10} {'ratio':>6}")
    for name in names or TEN:
        try:
            guess, taken = compared(name)
        except DataError as error:
            print(f"{name:20} {error}")
            continue
        far += not 1 / FACTOR < guess / taken < FACTOR
        print(f"{name:20} {guess:14.0f} {taken:10.0f} {guess / taken:6.2f}", flush=True)
    return int(far > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
