"""Graded synapse: a presynaptic value drives the membrane all presentation long.

The current is the sum of values times weights, set once when a presentation begins;
in each time step it moves the membrane by `J` for a sum of 1, as a spike through a
weight of 1 moves it in `delta`.  Spikes from other populations arrive as in `delta`.
"""

from brian2 import mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

graded = SynapseModel(
    name="graded",
    equations="drive = 0*volt : volt",
    on_presentation="current_post += w*value_pre",
    held=("current",),
    on_input="v += J*(current + afferent)",
    parameters={
        "J": Parameter(
            15 * mV, "step of the membrane at a current of 1", "distance from rest to threshold of lif"
        )
    },
    references=("Gerstner2014",),
)
