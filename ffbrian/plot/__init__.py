"""Figures: functions of data and axes that return the axes.

Each draws into the axes (or figure) it is given, or into new ones, and leaves
its input and matplotlib's settings as they were.

>>> import ffbrian as ff
>>> ax = ff.plot.confusion([[9, 1], [2, 8]])
>>> ax.get_xlabel()
'predicted class'
"""

from ffbrian.plot.balance import balance
from ffbrian.plot.collection import collection
from ffbrian.plot.comparison import comparison, effort, learning_curves
from ffbrian.plot.graph import network
from ffbrian.plot.presentation import anatomy, presentation
from ffbrian.plot.regression import error_maps, loss_per_epoch, predicted_against_true, solutions
from ffbrian.plot.robustness import degradation, robustness
from ffbrian.plot.style import D1, D2, STYLE, letters
from ffbrian.plot.traces import membrane, raster
from ffbrian.plot.training import (
    accuracy_per_epoch,
    activity,
    confusion,
    goodness_histogram,
    goodness_per_epoch,
    online_accuracy_per_epoch,
    sparsity,
    stdp_window,
    weight_distribution,
)
from ffbrian.plot.weights import receptive_fields

__all__ = [
    "D1",
    "D2",
    "STYLE",
    "accuracy_per_epoch",
    "activity",
    "anatomy",
    "balance",
    "collection",
    "comparison",
    "confusion",
    "degradation",
    "error_maps",
    "solutions",
    "goodness_histogram",
    "goodness_per_epoch",
    "effort",
    "learning_curves",
    "letters",
    "loss_per_epoch",
    "predicted_against_true",
    "online_accuracy_per_epoch",
    "membrane",
    "network",
    "presentation",
    "raster",
    "receptive_fields",
    "robustness",
    "sparsity",
    "stdp_window",
    "weight_distribution",
]
