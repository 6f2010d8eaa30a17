"""What an epoch sums up to, chunk by chunk."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EpochSums:
    """Sums over the presentations of an epoch, by name; an algorithm says what it sums.

    Attributes
    ----------
    totals : dict of str to float
        ``n_shown`` (presentations), ``n_samples`` (of which each has been learnt from),
        ``n_right``, ``input_spikes``, ``spikes_NAME`` of each layer, and the algorithm's own.
    """

    totals: dict = field(default_factory=dict)

    def __add__(self, other):
        names = [*self.totals, *(name for name in other.totals if name not in self.totals)]
        return EpochSums({name: self[name] + other[name] for name in names})

    def __getitem__(self, name):
        return self.totals.get(name, 0)

    def mean(self, name, over="n_shown"):
        """A total divided by another one; 0 where that is 0."""
        return self[name] / max(self[over], 1)

    @property
    def layer_spikes(self):
        """Spikes of all layers."""
        return sum(value for name, value in self.totals.items() if name.startswith("spikes_"))

    def spikes_per_neuron(self, sizes):
        """Spikes per neuron and presentation.

        Parameters
        ----------
        sizes : dict of str to int
            Neurons by the layer's column of spikes.

        Returns
        -------
        tuple of float
        """
        return tuple(self.mean(name) / size for name, size in sizes.items())

    @staticmethod
    def is_record(found):
        """Whether plain numbers can be sums, as a checkpoint holds them."""
        is_table = isinstance(found, dict)
        return is_table and all(
            isinstance(value, (int, float)) and math.isfinite(value) for value in found.values()
        )


def spike_sums(table):
    """The sums that every algorithm has, of a part of the results (dict)."""
    names = [name for name in table if name == "input_spikes" or name.startswith("spikes_")]
    return {"n_shown": len(table["input_spikes"])} | {
        name: float(table[name].astype(float).sum()) for name in names
    }
