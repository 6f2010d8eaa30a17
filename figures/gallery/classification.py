"""What the network takes each digit for, and how goodness tells right labels from wrong ones."""

import digits
import numpy as np

import ffbrian as ff


def draw(folder):
    """Draw confusion.png and goodness_histogram.png."""
    prediction = digits.prediction()
    table = np.zeros((10, 10), int)
    np.add.at(table, (prediction.truth, prediction.labels), 1)
    digits.save(ff.plot.confusion(table), folder, "confusion")
    digits.save(
        ff.plot.goodness_histogram(prediction.goodness.sum(axis=1), prediction.truth),
        folder,
        "goodness_histogram",
    )


if __name__ == "__main__":
    digits.main(draw)
