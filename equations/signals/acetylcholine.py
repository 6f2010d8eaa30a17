"""Acetylcholine: a tonic level, and more of it after whatever was not expected.

The network keeps what goodness usually is; the distance of a presentation's goodness from
that is its novelty, and raises `ACh` until it has decayed to the tonic level.
"""

from brian2 import ms

from ffbrian.models.signal import Signal
from ffbrian.models.text import Parameter

acetylcholine = Signal(
    name="acetylcholine",
    equations="""dACh/dt = (tonic - ACh)/tau_ACh : 1
                 usual : 1""",
    initial="ACh = tonic",
    release="""ACh += gain*clip(abs(goodness - usual), 0, most)
               usual += memory*(goodness - usual)""",
    parameters={
        "tonic": Parameter(1.0, "level to which it decays", "unit of the signal"),
        "tau_ACh": Parameter(100 * ms, "decay", "chosen: a few presentations"),
        "gain": Parameter(0.2, "rise for a novelty of 1, in units of goodness", "chosen: a mild gate"),
        "most": Parameter(5.0, "novelty that counts at most", "chosen"),
        "memory": Parameter(0.02, "weight of one presentation in what is usual", "chosen"),
    },
    references=("Yu2005", "Hasselmo2006"),
)
