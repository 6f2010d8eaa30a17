"""Phase code: each pixel fires once a cycle of an oscillation, the brighter the earlier.

The oscillation has rate `max_rate` and is common to all pixels; a pixel of
intensity 1 fires where the cycle begins, one of intensity 0.5 in its middle,
and one of intensity 0 never.  (Guo et al. 2021 use the name for another code,
the bits of the intensity as spikes whose weight halves from phase to phase.)
"""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

phase = Encoder(
    name="phase",
    equations="""dcycles/dt = max_rate : 1
                 next_spike : 1""",
    start="cycles = -max_rate*dt; next_spike = 1 - intensity",
    threshold="intensity > 0 and cycles >= next_spike - 0.001",
    reset="next_spike += 1",
    parameters={
        "max_rate": Parameter(
            100 * Hz,
            "rate of the oscillation",
            "two cycles in a presentation of 20 ms; a fast gamma rhythm (Hopfield 1995 argues for 20-80 Hz)",
        )
    },
    references=("Hopfield1995", "Guo2021"),
)
