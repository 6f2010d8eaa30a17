"""Depressing synapse: each spike uses up transmitter, which comes back slowly.

A spike transmits the fraction `U` of what is left, `left`, and takes it away; `left` recovers
towards 1 with `tau_rec`.  At a rate far above ``1/(U*tau_rec)`` the drive no longer grows with the
rate.  The first spike after a pause delivers what a spike of `exponential` delivers.
"""

from brian2 import ms, mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

depressing = SynapseModel(
    name="depressing",
    pre_equations="dleft/dt = (1 - left)/tau_rec : 1",
    pre_initial="left = 1",
    on_pre_spike="left -= U*left",
    on_pre="afferent_post += w*left_pre",
    equations="ddrive/dt = -drive/tau_s : volt",
    on_input="drive += J*afferent",
    parameters={
        "U": Parameter(0.5, "fraction of the transmitter that a spike uses", "Tsodyks & Markram 1997"),
        "tau_rec": Parameter(800 * ms, "recovery of the transmitter", "Tsodyks & Markram 1997"),
        "tau_s": Parameter(5 * ms, "synaptic time constant", "AMPA, Gerstner et al. 2014, ch. 3"),
        "J": Parameter(150 * mV, "jump of the drive at weight 1, rested", "as of exponential"),
    },
    references=("Tsodyks1997", "Gerstner2014"),
)
