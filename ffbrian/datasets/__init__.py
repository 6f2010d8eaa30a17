"""Data sets by name, as uint8 images, events or signals.

>>> from ffbrian import datasets
>>> data = datasets.load("digits")
>>> data.train.shape, len(data.train), len(data.test), data.n_classes
((1, 8, 8), 1437, 360, 10)
"""

from ffbrian.datasets.arrays import from_arrays, is_split
from ffbrian.datasets.binning import EventBins
from ffbrian.datasets.distortions import Distortion
from ffbrian.datasets.division import balanced, folds, split_groups, split_validation
from ffbrian.datasets.files import (
    read_header,
    write_binned,
    write_events,
    write_images,
    write_signals,
    write_vectors,
)
from ffbrian.datasets.sources import load, names
from ffbrian.datasets.spike_trains import from_spike_trains
from ffbrian.datasets.splits import Dataset, Events, Images, Sample, Signals, Spikes
from ffbrian.datasets.transforms import group_units, pool
from ffbrian.datasets.vectors import Vectors

__all__ = [
    "Dataset",
    "Distortion",
    "EventBins",
    "Events",
    "Images",
    "Sample",
    "Signals",
    "Spikes",
    "Vectors",
    "balanced",
    "folds",
    "from_arrays",
    "from_spike_trains",
    "group_units",
    "is_split",
    "load",
    "names",
    "pool",
    "read_header",
    "split_groups",
    "split_validation",
    "write_binned",
    "write_events",
    "write_images",
    "write_signals",
    "write_vectors",
]
