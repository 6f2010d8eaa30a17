"""The control: hidden weights stay as they were drawn, and the readout learns by the delta rule."""

from dataclasses import dataclass

from ffbrian.learning.supervised import Supervised


@dataclass(frozen=True)
class RandomFeatures(Supervised):
    """Fixed random layers and a readout that learns: what any rule for the layers must beat.

    Source
    ------
    Rahimi & Recht 2007, NIPS 20.
    """

    kind = "random_features"
    learns_operators = True
    rule = "fixed"
