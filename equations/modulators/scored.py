"""The opponent modulator, which also keeps score: how probable the right answers were.

`M` is that of `opponent`.  `fitness` adds up the logarithm of the probability that the
goodness of each presentation gives to its own phase; a search over weights compares
networks by it.
"""

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

scored = Modulator(
    name="scored",
    neuron_equations="""p : 1 (constant)
                        a : 1""",
    neuron_initial="p = 1 - 2*(unit % 2)",
    on_spike="a += 1",
    contribution="p*a**2",
    equations="""M : 1
                 fitness : 1""",
    release="""M = s/(1 + exp(s*slope*goodness))
               fitness -= abs(s)*log(1 + exp(clip(-s*slope*goodness, -60, 60)))""",
    parameters={
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "as of the opponent modulator")
    },
    references=("Hinton2022", "Gerfen2011"),
)
