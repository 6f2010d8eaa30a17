"""Gaussian receptive fields that send spikes: as `receptive_fields`, with regular firing in proportion to the
activity.
"""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

field_spikes = Encoder(
    name="field_spikes",
    reads="vectors",
    copies=16,
    equations="""activity : 1
                 dphase/dt = max_rate*activity : 1""",
    start="""activity = exp(-0.5*((number*(copies - 1) - copy)/overlap)**2)
             phase = (copy*0.618034) % 1.0""",
    threshold="phase >= 1",
    reset="phase -= 1",
    parameters={
        "max_rate": Parameter(500 * Hz, "rate at full activity", "a spike every 2 ms"),
        "overlap": Parameter(
            1.0, "standard deviation of a field, in distances of centres", "as in receptive_fields"
        ),
    },
    references=("Bohte2002",),
)
