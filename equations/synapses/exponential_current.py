"""Exponential current synapse: a spike adds to a current that decays with `tau_s`.

The same as `exponential`, for membrane equations in amp and farad (`I_syn`).
The default `J` suits `adex`, whose cell is large; scale it with the
capacitance for others.
"""

from brian2 import ms, nA

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

exponential_current = SynapseModel(
    name="exponential_current",
    equations="dI_syn/dt = -I_syn/tau_s : amp",
    on_input="I_syn += J*afferent",
    parameters={
        "tau_s": Parameter(5 * ms, "synaptic time constant", "AMPA, Gerstner et al. 2014, ch. 3"),
        "J": Parameter(
            3 * nA,
            "jump of the current at weight 1",
            "a spike of weight 0.85 then brings adex from rest to a spike",
        ),
    },
    references=("Gerstner2014",),
)
