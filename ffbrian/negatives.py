"""How the wrong label of a negative presentation is chosen."""
from dataclasses import dataclass

import numpy as np

from ffbrian.errors import ModelError

#: In a schedule: the network draws the label itself.
CHOSEN_BY_NETWORK = -1


@dataclass(frozen=True)
class RandomNegatives:
    """A wrong label, every one equally likely.

    Attributes
    ----------
    per_positive : int
        Negative presentations after each positive one.
    """

    per_positive: int = 1
    kind = "random"
    needs_candidates = False
    sharpness = 0.0

    def __post_init__(self):
        _check_count(self.per_positive)

    def labels(self, truth, n_classes, rng):
        """Labels to show.

        Parameters
        ----------
        truth : (n,) int array
        n_classes : int
        rng : numpy.random.Generator

        Returns
        -------
        (n, per_positive) int array
        """
        shift = rng.integers(1, n_classes, (len(truth), self.per_positive))
        return (truth[:, None] + shift) % n_classes


@dataclass(frozen=True)
class HardNegatives:
    """A wrong label drawn by the network, the likelier the better it fits.

    During a presentation a copy of the layers for each label sees the same
    input; the label is drawn from the softmax of `sharpness` times goodness.

    Attributes
    ----------
    sharpness : float
        0 draws uniformly.
    per_positive : int
    """

    sharpness: float = 1.0
    per_positive: int = 1
    kind = "hard"
    needs_candidates = True

    def __post_init__(self):
        _check_count(self.per_positive)
        if not self.sharpness >= 0:
            raise ModelError(f"HardNegatives: sharpness is {self.sharpness!r}, expected a number of at least 0.")

    def labels(self, truth, n_classes, rng):
        """As `RandomNegatives.labels`: here the network chooses while it runs."""
        return np.full((len(truth), self.per_positive), CHOSEN_BY_NETWORK)


def _check_count(number):
    if not isinstance(number, int) or number < 0:
        raise ModelError(f"negatives: per_positive is {number!r}, expected a whole number of at least 0.")


KINDS = {"random": RandomNegatives, "hard": HardNegatives}
