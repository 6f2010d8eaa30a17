"""Single-sign goodness with a threshold, as in Hinton's original.

Every neuron has polarity +1; goodness is the mean of a^2 over the layer, with
`a` the neuron's spike count in the presentation, and is compared with `theta`.
"""

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

threshold = Modulator(
    name="threshold",
    neuron_equations="""p : 1 (constant)
                        a : 1""",
    neuron_initial="p = 1",
    on_spike="a += 1",
    contribution="p*a**2",
    release="M = s/(1 + exp(s*slope*(goodness - theta)))",
    parameters={
        "theta": Parameter(
            1.0,
            "goodness at which positive and negative are told apart",
            "1 works on Fashion-MNIST; results depend on it",
        ),
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "as in opponent"),
    },
    references=("Hinton2022",),
)
