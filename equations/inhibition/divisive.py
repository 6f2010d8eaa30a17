"""Feedback inhibition that divides: the layer's activity sets its own gain.

As in shunting inhibition, the input of all neurons is divided by a sum of 1
and the activity `g` of the layer, which limits activity without preferring
the strongest.  It is the spiking counterpart of layer normalisation.
"""

from brian2 import ms

from ffbrian.models.inhibition import Inhibition
from ffbrian.models.text import Parameter

divisive = Inhibition(
    name="divisive",
    equations="dg/dt = -g/tau_g : 1",
    on_spike="g += 1/size",
    arriving="afferent/(1 + strength*g)",
    parameters={
        "tau_g": Parameter(
            50 * ms, "decay of inhibition", "chosen: about a presentation, so that it follows the spike count"
        ),
        "strength": Parameter(1.0, "gain is halved at 1/strength spikes per neuron of the layer", "chosen"),
    },
    references=("Carandini2012",),
)
