"""Accuracy, goodness and spikes, epoch by epoch."""

import digits

import ffbrian as ff


def draw(folder):
    """Draw accuracy.png, online_accuracy.png, goodness.png and sparsity.png."""
    history = digits.model().history
    digits.save(ff.plot.accuracy_per_epoch(history, digits.prediction().accuracy), folder, "accuracy")
    digits.save(ff.plot.online_accuracy_per_epoch(history), folder, "online_accuracy")
    digits.save(ff.plot.goodness_per_epoch(history), folder, "goodness")
    digits.save(ff.plot.sparsity(history), folder, "sparsity")


if __name__ == "__main__":
    digits.main(draw)
