"""Delta synapse: a presynaptic spike moves the membrane at once.

Weights are dimensionless; a weight of 1 moves the membrane by `J`, which by
default is the distance from rest to threshold of the LIF neuron.
"""

from brian2 import mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

delta = SynapseModel(
    name="delta",
    equations="drive = 0*volt : volt",
    on_input="v += J*afferent",
    parameters={
        "J": Parameter(15 * mV, "jump of the membrane at weight 1", "distance from rest to threshold of lif")
    },
    references=("Gerstner2014",),
)
