"""Plain currents of an image: each pixel is one cell, which sends its intensity as a constant current.

The cells send no spikes but a value, which a `graded` synapse takes.  Nothing is drawn at
random, so that a network answers the same whenever it sees the same image.
"""

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

pixel_currents = Encoder(
    name="pixel_currents",
    equations="value : 1",
    start="value = gain*intensity",
    rate_parameter="",
    parameters={"gain": Parameter(1.0, "value at full intensity", "of order 1, so that weights are")},
    references=("Gerstner2014",),
)
