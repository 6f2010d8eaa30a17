"""Full rows of synapses that do not all exist: an absent one stands in them with weight 0.

The dense pathway loops over contiguous rows, one for every neuron below.
Outside the compiled network only the synapses that exist are listed, sorted by
the neuron below, then by the neuron of the layer.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rows:
    """Where the synapses of a projection stand in full rows.

    Attributes
    ----------
    pre, post : (n_synapses,) int arrays
        The pairs that are connected.
    shape : (n_pre, n_post)
    """

    pre: np.ndarray
    post: np.ndarray
    shape: tuple

    @property
    def size(self):
        """Places in the full rows, with or without a synapse."""
        return self.shape[0] * self.shape[1]

    def spread(self, values):
        """Values of the synapses in full rows, with 0 where there is none.

        Parameters
        ----------
        values : (n_synapses,) array

        Returns
        -------
        (n_pre, n_post) array
        """
        rows = np.zeros(self.shape, np.asarray(values).dtype)
        rows[self.pre, self.post] = values
        return rows

    def gather(self, rows):
        """The inverse of `spread`; `rows` may be flat."""
        return np.reshape(rows, self.shape)[self.pre, self.post]

    def mask(self):
        """1 where there is a synapse, else 0, (n_pre, n_post)."""
        return self.spread(np.ones(len(self.pre)))

    def places(self, chosen):
        """Indices into the flat rows of chosen synapses, an int array."""
        return np.ravel_multi_index((self.pre[chosen], self.post[chosen]), self.shape)
