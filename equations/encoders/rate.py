"""Rate code: each pixel drives an integrate-and-fire unit without leak.

Spikes are regular, at `max_rate` times the intensity; the phase of the first
is random in every presentation.
"""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

rate = Encoder(
    name="rate",
    equations="dphase/dt = max_rate*intensity : 1",
    start="phase = rand()",
    threshold="phase >= 1",
    reset="phase -= 1",
    parameters={"max_rate": Parameter(250 * Hz, "rate at full intensity", "one spike every 4 ms")},
    references=("Guo2021",),
)
