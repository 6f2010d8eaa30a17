"""Label population: the neurons of the shown label fire regularly, all others are silent.

``label`` is 1 in the population of the shown label and 0 elsewhere.
"""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Auto

labels = Encoder(
    name="labels",
    equations="dphase/dt = max_rate*label : 1",
    start="phase = 0.5",
    threshold="phase >= 1",
    reset="phase -= 1",
    parameters={
        "max_rate": Auto(1000 * Hz, "rate of the shown label's neurons", "a spike in every step of 1 ms")
    },
)
