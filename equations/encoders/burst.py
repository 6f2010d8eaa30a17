"""Burst code: each pixel fires one burst, the brighter the longer and the denser.

A pixel fires ``ceil(n_max*intensity)`` spikes from the beginning of the
presentation.  Their interval falls linearly from `longest_interval` at
intensity 0 to ``1/max_rate`` at intensity 1.
"""

from brian2 import Hz, ms

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

burst = Encoder(
    name="burst",
    equations="""dage/dt = 1 : second
                 interval = longest_interval + (1/max_rate - longest_interval)*intensity : second
                 next_spike : second
                 spikes_left : 1""",
    start="age = -dt; next_spike = 0*second; spikes_left = ceil(n_max*intensity)",
    threshold="spikes_left > 0 and age >= next_spike - dt/2",
    reset="spikes_left -= 1; next_spike += interval",
    parameters={
        "n_max": Parameter(
            5,
            "spikes of the longest burst",
            "chosen: with the two intervals below every burst ends within 16 ms and so fits a presentation "
            "of 20 ms",
        ),
        "max_rate": Parameter(
            500 * Hz,
            "rate within a burst at full intensity",
            "interval of 2 ms, the shortest in cortical bursts",
        ),
        "longest_interval": Parameter(10 * ms, "interval towards intensity 0", "as for n_max"),
    },
    references=("Park2019", "Guo2021"),
)
