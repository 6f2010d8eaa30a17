"""Gaussian receptive fields: each real number is coded by the activity of overlapping cells.

The centres of the `copies` cells of an input are evenly spaced over its range; the width
of a field is `overlap` times their distance.  The cells send their activity as a constant
current, not spikes (`value`), which a `graded` synapse takes.
"""

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

receptive_fields = Encoder(
    name="receptive_fields",
    reads="vectors",
    copies=16,
    equations="value : 1",
    start="value = exp(-0.5*((number*(copies - 1) - copy)/overlap)**2)",
    rate_parameter="",
    parameters={
        "overlap": Parameter(
            1.0, "standard deviation of a field, in distances of centres", "Bohte et al. 2002: about 0.7 to 1"
        )
    },
    references=("Bohte2002",),
)
