"""Plain currents: each real number is the value of one cell, from -gain to +gain over its range.

The cells send it as a constant current, not spikes (`value`), which a `graded` synapse takes.
"""

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

currents = Encoder(
    name="currents",
    reads="vectors",
    equations="value : 1",
    start="value = gain*(2*number - 1)",
    rate_parameter="",
    parameters={
        "gain": Parameter(1.0, "value at the upper end of the range", "of order 1, so that weights are")
    },
    references=("Gerstner2014",),
)
