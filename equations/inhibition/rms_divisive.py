"""Divisive normalisation by what arrives: the layer's input of each step is brought to one size.

The interneuron sums the squares of what has arrived in a time step at all neurons of the
layer, `power`, and divides each neuron's input by its root: normalisation by the root mean
square, step by step, with nothing to learn.  What the layer receives does then not depend on
the contrast of the sample.
"""

from ffbrian.models.inhibition import Inhibition
from ffbrian.models.text import Parameter

rms_divisive = Inhibition(
    name="rms_divisive",
    equations="power : 1",
    each_step="power = 0",
    on_arrival="power += afferent**2/size",
    arriving="level*afferent/(sqrt(power) + least)",
    parameters={
        "level": Parameter(
            0.15, "root mean square of the input that is left, in a time step", "chosen, not searched"
        ),
        "least": Parameter(1e-3, "input of this size or less is not raised much", "chosen; a threshold is 1"),
    },
    references=("Carandini2012", "Zhang2019"),
)
