"""Delay lines: copies of each unit that fire for its events later and later.

Copy `copy` of a unit fires ``copy*lag`` after each event.  A neuron behind
the lines gets what happened at different times in one moment, and can learn
to wait for a sequence (Jeffress 1948, for the time difference between the
ears).
"""

from brian2 import ms

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

delay_lines = Encoder(
    name="delay_lines",
    threshold="event > 0",
    reads="events",
    copies=4,
    rate_parameter="",
    delay_parameter="lag",
    parameters={
        "lag": Parameter(
            20 * ms,
            "from each copy to the next",
            "chosen for sounds of speech, which change within tens of milliseconds",
        )
    },
    references=("Jeffress1948",),
)
