"""What an epoch sums up to: goodness, spikes, and how many samples were right."""
from dataclasses import astuple, dataclass, fields
from itertools import zip_longest

import numpy as np

from ffbrian import schedule


@dataclass(frozen=True)
class Tally:
    """Sums over the presentations of an epoch.

    Attributes
    ----------
    n_positive, n_negative : int
        Presentations in each phase.
    goodness_positive, goodness_negative : float
    n_right : int
        Positive presentations that were right.
    input_spikes : float
    layer_spikes : tuple of float
        Of each layer.
    """

    n_positive: int = 0
    n_negative: int = 0
    goodness_positive: float = 0.0
    goodness_negative: float = 0.0
    n_right: int = 0
    input_spikes: float = 0.0
    layer_spikes: tuple = ()

    def __add__(self, other):
        *mine, spikes = astuple(self)
        *theirs, more_spikes = astuple(other)
        return Tally(*map(sum, zip(mine, theirs)), tuple(map(sum, zip_longest(spikes, more_spikes, fillvalue=0.0))))

    @classmethod
    def of(cls, rows, table):
        """The sums over a part of a schedule."""
        goodness = sum((table[name].astype(float) for name in table if name.startswith("goodness_")), np.zeros(len(rows)))
        spikes = tuple(float(table[name].astype(float).sum()) for name in table if name.startswith("spikes_"))
        positive, negative = rows[:, 2] > 0, rows[:, 2] < 0
        right = _right(rows, table, goodness)
        own, wrong = goodness[positive], goodness[negative]
        if not any(name.startswith("goodness_") for name in table):
            own, wrong = _of_copies(rows, table)
        return cls(int(positive.sum()), int(negative.sum()), float(own.sum()), float(wrong.sum()), int(right), float(table["input_spikes"].astype(float).sum()), spikes)

    @staticmethod
    def is_record(found):
        """Whether plain numbers are those of a tally, as a checkpoint holds them."""
        if not isinstance(found, list) or len(found) != len(fields(Tally)) or not isinstance(found[-1], list):
            return False
        return all(isinstance(number, (int, float)) and np.isfinite(number) for number in (*found[:-1], *found[-1]))

    @classmethod
    def from_record(cls, found):
        """The inverse of `dataclasses.astuple`, after a way through JSON."""
        return cls(*found[:-1], tuple(found[-1]))

    @property
    def n_shown(self):
        """Presentations so far, at least 1."""
        return max(self.n_positive + self.n_negative, 1)

    def spikes_per_neuron(self, sizes):
        """Spikes per neuron and presentation of each layer (tuple of float)."""
        return tuple(spikes / self.n_shown / size for spikes, size in zip(self.layer_spikes, sizes))

    def means(self):
        """Means, as they stand in the metrics."""
        return {
            "goodness_positive": self.goodness_positive / max(self.n_positive, 1),
            "goodness_negative": self.goodness_negative / max(self.n_negative or self.n_positive, 1),
            "online_accuracy": self.n_right / max(self.n_positive, 1),
            "input_spikes": self.input_spikes / self.n_shown,
            "layer_spikes": sum(self.layer_spikes) / self.n_shown,
        }


def _right(rows, table, goodness):
    """How many positive presentations were right."""
    positive = np.flatnonzero(rows[:, 2] > 0)
    responses = [name for name in table if name.startswith("readout_")]
    if responses:
        return (np.array([table[name][positive] for name in responses]).argmax(axis=0) == rows[positive, 6]).sum() if len(positive) else 0
    if any(name.startswith("candidate_") for name in table):
        score = _of_labels(table, positive)
        return (score.argmax(axis=0) == rows[positive, 6]).sum() if len(positive) else 0
    own, wrong = schedule.pairs(rows)
    return (goodness[own] > goodness[wrong]).sum()


def _of_labels(table, places):
    """Goodness of the copies of all labels, summed over layers, (n_labels, n_places)."""
    candidates = [name for name in table if name.startswith("candidate_")]
    labels = sorted({int(name.rsplit("_", 1)[1]) for name in candidates})
    return np.array([sum(table[name][places] for name in candidates if int(name.rsplit("_", 1)[1]) == label) for label in labels])


def _of_copies(rows, table):
    """Goodness of the sample's own label, and the mean over all others, for every positive presentation."""
    positive = np.flatnonzero(rows[:, 2] > 0)
    score = _of_labels(table, positive).astype(float)
    own = score[rows[positive, 6], np.arange(len(positive))]
    return own, (score.sum(axis=0) - own) / max(len(score) - 1, 1)
