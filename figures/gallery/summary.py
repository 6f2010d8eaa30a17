"""A training on one page: accuracy, goodness, confusion, receptive fields."""

import digits
import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

import ffbrian as ff


def draw(folder):
    """Draw digits.png."""
    with rc_context(ff.plot.STYLE):
        digits.save(page(digits.model(), digits.prediction()), folder, "digits")


def page(model, prediction):
    """All panels in one figure."""
    figure = Figure(figsize=(9.6, 7.2))
    top, bottom = figure.subfigures(2, 1)
    left, right = top.subplots(1, 2)
    ff.plot.accuracy_per_epoch(model.history, prediction.accuracy, ax=left)
    ff.plot.goodness_histogram(prediction.goodness.sum(axis=1), prediction.truth, ax=right)
    confusion, *fields = bottom.subplots(1, 3, width_ratios=[1.15, 1, 1])
    table = np.zeros((10, 10), int)
    np.add.at(table, (prediction.truth, prediction.labels), 1)
    ff.plot.confusion(table, ax=confusion)
    ff.plot.receptive_fields(
        model.state["synapses_1.w"].reshape(64, -1),
        (1, 8, 8),
        digits.recording().polarity["layer_1"],
        axes=fields,
    )
    ff.plot.letters([left, right, confusion, *fields])
    return figure


if __name__ == "__main__":
    digits.main(draw)
