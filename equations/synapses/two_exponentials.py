"""Fast and slow exponential synapse: one weight, two time constants, as of AMPA and NMDA receptors.

A spike adds `J_fast` and `J_slow` times the weight to two drives that decay
with `tau_fast` and `tau_slow`; the membrane gets their sum.  So a neuron that
reads sounds meets what happened just now beside what happened a syllable ago.
With the defaults each part delivers half of the charge of a delta synapse on
a 50 ms membrane.
"""

from brian2 import ms, mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

two_exponentials = SynapseModel(
    name="two_exponentials",
    equations="""ddrive_fast/dt = -drive_fast/tau_fast : volt
                 ddrive_slow/dt = -drive_slow/tau_slow : volt
                 drive = drive_fast + drive_slow : volt""",
    on_input="drive_fast += J_fast*afferent; drive_slow += J_slow*afferent",
    parameters={
        "tau_fast": Parameter(5 * ms, "fast time constant", "AMPA, Gerstner et al. 2014, ch. 3"),
        "tau_slow": Parameter(100 * ms, "slow time constant", "NMDA, Gerstner et al. 2014, ch. 3"),
        "J_fast": Parameter(75 * mV, "jump of the fast drive at weight 1", "half of 15 mV x 50 ms / 5 ms"),
        "J_slow": Parameter(
            3.75 * mV, "jump of the slow drive at weight 1", "half of 15 mV x 50 ms / 100 ms"
        ),
    },
    references=("Gerstner2014",),
)
