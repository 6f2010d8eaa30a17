"""Dopamine that can rise far above its tonic level but not fall far below it.

Goodness as in `opponent`.  `M` is dopamine relative to the tonic level: a
sample that deserves more weight releases a burst, one that deserves less makes
the cells pause, and a pause can take away no more than is there, `tonic`.
"""

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

dopamine = Modulator(
    name="dopamine",
    neuron_equations="""p : 1 (constant)
                        a : 1""",
    neuron_initial="p = 1 - 2*(unit % 2)",
    on_spike="a += 1",
    contribution="p*a**2",
    release="M = clip(s/(1 + exp(s*slope*goodness)), -tonic, inf)",
    parameters={
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "as in opponent"),
        "tonic": Parameter(
            1.0,
            "tonic level, in units of the largest burst",
            "1: bursts and pauses of equal size; Bayer & Glimcher 2005 find that pauses encode less",
        ),
    },
    references=("Hinton2022", "Gerfen2011", "Izhikevich2007", "Bayer2005"),
)
