"""What an epoch sums up to: goodness, spikes, and how many samples were right."""
from dataclasses import dataclass

import numpy as np

from ffbrian import schedule


@dataclass(frozen=True)
class Tally:
    """Sums over the presentations of an epoch."""

    n_positive: int = 0
    n_negative: int = 0
    goodness_positive: float = 0.0
    goodness_negative: float = 0.0
    n_right: int = 0
    input_spikes: float = 0.0
    layer_spikes: float = 0.0

    def __add__(self, other):
        return Tally(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values())))

    @classmethod
    def of(cls, rows, table):
        """The sums over a part of a schedule."""
        goodness = sum((table[name].astype(float) for name in table if name.startswith("goodness_")), np.zeros(len(rows)))
        spikes = sum((table[name].astype(float).sum() for name in table if name.startswith("spikes_")), 0.0)
        positive, negative = rows[:, 2] > 0, rows[:, 2] < 0
        right = _right(rows, table, goodness)
        return cls(int(positive.sum()), int(negative.sum()), float(goodness[positive].sum()), float(goodness[negative].sum()), int(right), float(table["input_spikes"].astype(float).sum()), float(spikes))

    def means(self):
        """Means, as they stand in the metrics."""
        shown = max(self.n_positive + self.n_negative, 1)
        return {
            "goodness_positive": self.goodness_positive / max(self.n_positive, 1),
            "goodness_negative": self.goodness_negative / max(self.n_negative, 1),
            "online_accuracy": self.n_right / max(self.n_positive, 1),
            "input_spikes": self.input_spikes / shown,
            "layer_spikes": self.layer_spikes / shown,
        }


def _right(rows, table, goodness):
    """How many positive presentations were right."""
    positive = np.flatnonzero(rows[:, 2] > 0)
    responses = [name for name in table if name.startswith("readout_")]
    if responses:
        return (np.array([table[name][positive] for name in responses]).argmax(axis=0) == rows[positive, 6]).sum() if len(positive) else 0
    candidates = [name for name in table if name.startswith("candidate_")]
    if candidates:
        labels = sorted({int(name.rsplit("_", 1)[1]) for name in candidates})
        score = np.array([sum(table[name][positive] for name in candidates if int(name.rsplit("_", 1)[1]) == label) for label in labels])
        return (np.array(labels)[score.argmax(axis=0)] == rows[positive, 6]).sum() if len(positive) else 0
    own, wrong = schedule.pairs(rows)
    return (goodness[own] > goodness[wrong]).sum()
