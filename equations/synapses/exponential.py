"""Exponential synapse: a spike adds to a drive that decays with `tau_s`.

The drive enters the membrane equation as a voltage (current times input
resistance).  `J` is the jump of the drive at weight 1; with the default
``J = 15 mV * tau_m / tau_s`` of a 50 ms membrane a single spike of weight 1
delivers the charge that a delta synapse delivers.
"""

from brian2 import ms, mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

exponential = SynapseModel(
    name="exponential",
    equations="ddrive/dt = -drive/tau_s : volt",
    on_input="drive += J*afferent",
    parameters={
        "tau_s": Parameter(5 * ms, "synaptic time constant", "AMPA, Gerstner et al. 2014, ch. 3"),
        "J": Parameter(150 * mV, "jump of the drive at weight 1", "15 mV x 50 ms / 5 ms"),
    },
    references=("Gerstner2014",),
)
