"""Synapse that facilitates and depresses: its first spikes are weak, lasting activity tires it.

The fraction `used` that a spike transmits rises by ``U*(1 - used)`` with each spike and falls
back to 0 with `tau_facil`; the spike takes it from `left`, which recovers towards 1 with
`tau_rec`.  At a steady rate the drive has its peak where facilitation and depression balance.  The
first spike after a pause delivers what a spike of `exponential` delivers.
"""

from brian2 import ms, mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

tsodyks_markram = SynapseModel(
    name="tsodyks_markram",
    pre_equations="""dused/dt = -used/tau_facil : 1
                     dleft/dt = (1 - left)/tau_rec : 1""",
    pre_initial="left = 1",
    on_pre_spike="used += U*(1 - used); left -= used*left",
    on_pre="afferent_post += w*(used_pre + U*(1 - used_pre))*left_pre/U",
    equations="ddrive/dt = -drive/tau_s : volt",
    on_input="drive += J*afferent",
    parameters={
        "U": Parameter(0.03, "rise of the used fraction", "Markram et al. 1998: 0.03 pyramid to interneuron"),
        "tau_rec": Parameter(130 * ms, "recovery of the transmitter", "Markram et al. 1998"),
        "tau_facil": Parameter(530 * ms, "decay of the facilitation", "Markram et al. 1998"),
        "tau_s": Parameter(5 * ms, "synaptic time constant", "AMPA, Gerstner et al. 2014, ch. 3"),
        "J": Parameter(150 * mV, "jump of the drive at weight 1, rested", "as of exponential"),
    },
    references=("Markram1998", "Tsodyks1997", "Gerstner2014"),
)
