"""Latency code: each pixel fires once, the brighter the earlier.

A threshold common to all pixels falls from 1 as ``exp(-age/tau)``, with `age`
the time since the presentation began; a pixel fires when the threshold reaches
its intensity, so its latency is ``tau*log(1/intensity)``.
"""

from brian2 import ms

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

latency = Encoder(
    name="latency",
    equations="""dage/dt = 1 : second
                 spikes_left : 1""",
    start="age = -dt; spikes_left = 1",
    threshold="spikes_left > 0 and intensity >= exp(-age/tau)",
    reset="spikes_left -= 1",
    rate_parameter="",
    parameters={
        "tau": Parameter(
            6 * ms,
            "time constant of the falling threshold",
            "a presentation of 20 ms then shows intensities above 0.036",
        )
    },
    references=("Thorpe2001", "Guo2021"),
)
