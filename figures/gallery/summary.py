"""A training on one page: accuracy, goodness, confusion, receptive fields."""
import digits
import ffbrian as ff
import numpy as np
from matplotlib.figure import Figure


def draw(folder):
    """Draw digits.png."""
    model, prediction = digits.model(), digits.prediction()
    figure = Figure(figsize=(9.6, 7.2), layout="constrained")
    top, bottom = figure.subfigures(2, 1)
    left, right = top.subplots(1, 2)
    ff.plot.accuracy_per_epoch(model.history, prediction.accuracy, ax=left)
    ff.plot.goodness_histogram(prediction.goodness.sum(axis=1), prediction.truth, ax=right)
    confusion, *fields = bottom.subplots(1, 3, width_ratios=[1.15, 1, 1])
    table = np.zeros((10, 10), int)
    np.add.at(table, (prediction.truth, prediction.labels), 1)
    ff.plot.confusion(table, ax=confusion)
    ff.plot.receptive_fields(model.state["synapses_1.w"].reshape(64, -1), (1, 8, 8), digits.recording().polarity["layer_1"], axes=fields)
    digits.save(confusion.figure.figure, folder, "digits")


if __name__ == "__main__":
    digits.main(draw)
