"""Attention to channels: a neuron that has spiked more than the layer's mean gets more of its input.

The interneuron counts the layer's spikes of the presentation, `mean_spikes`; the input of each
neuron is multiplied by a gain between 0 and 2, a logistic function of how far its own count
lies above that.  A gain is found anew in every time step, with nothing to learn.
"""

from ffbrian.models.inhibition import Inhibition
from ffbrian.models.text import Parameter

channel_attention = Inhibition(
    name="channel_attention",
    equations="mean_spikes : 1",
    on_spike="mean_spikes += 1/size",
    arriving="2*afferent/(1 + exp(-sharpness*(n_spikes - mean_spikes)))",
    parameters={
        "sharpness": Parameter(
            0.3, "slope of the gain, per spike more than the mean", "chosen, not searched"
        ),
    },
    references=("Hu2018",),
)
