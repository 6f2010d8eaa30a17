"""How learning rates and the size of noise fall from epoch to epoch."""

import math

from ffbrian.models.quantities import is_real

COSINE = "cosine"
#: What is left in the last epoch of a cosine.
LAST = 0.01


def is_decay(value):
    """Whether a value says how something falls: a factor from epoch to epoch, or ``"cosine"``."""
    return value == COSINE if isinstance(value, str) else is_real(value) and 0 < value <= 1.5


def share(decay, epoch, epochs):
    """What is left of a rate in an epoch, as a fraction of that in the first.

    Parameters
    ----------
    decay : float or str
        A factor from epoch to epoch; or ``"cosine"``, which falls slowly, then fast, then
        slowly to `LAST` (half a period).
    epoch : int
        From 0.
    epochs : int

    Returns
    -------
    float

    Source
    ------
    Loshchilov & Hutter 2017, arXiv:1608.03983 (cosine, without restarts).
    """
    if decay != COSINE:
        return float(decay) ** epoch
    done = epoch / max(epochs - 1, 1)
    return LAST + (1 - LAST) * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
