"""Opponent goodness: half of the layer is pushed up by what pushes the other half down.

Like D1 and D2 medium spiny neurons under one dopamine signal, neurons have
polarity `p` = +1 or -1.  Goodness is the mean of p a^2 over the layer, with
`a` the neuron's spike count in the presentation.  Its neutral point is 0 by
symmetry, so there is no threshold to tune.  The modulator saturates: a sample
that is already right releases nearly none.
"""

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

opponent = Modulator(
    name="opponent",
    neuron_equations="""p : 1 (constant)
                        a : 1""",
    neuron_initial="p = 1 - 2*(unit % 2)",
    on_spike="a += 1",
    contribution="p*a**2",
    release="M = s/(1 + exp(s*slope*goodness))",
    parameters={
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "0.4 costs 1.6 points on MNIST")
    },
    references=("Hinton2022", "Gerfen2011"),
)
