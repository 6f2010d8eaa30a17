"""Feedback inhibition that is subtracted: a soft winner-take-all.

One interneuron stands for the basket cells of a layer.  Every spike of the
layer excites it, its activity `g` (mean spike count of the layer's neurons,
fading with `tau_g`) decays, and what it sends back is taken away from the
input of all neurons alike, so that only the best driven go on firing.
"""

from brian2 import ms

from ffbrian.models.inhibition import Inhibition
from ffbrian.models.text import Parameter

subtractive = Inhibition(
    name="subtractive",
    equations="dg/dt = -g/tau_g : 1",
    on_spike="g += 1/size",
    arriving="afferent - strength*g",
    parameters={
        "tau_g": Parameter(10 * ms, "decay of inhibition", "GABA-A currents decay within about 10 ms"),
        "strength": Parameter(
            0.5, "input taken away per spike and neuron of the layer", "chosen; a threshold is 1"
        ),
    },
    references=("Diehl2015",),
)
