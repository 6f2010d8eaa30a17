"""Alpha synapse: the drive rises and falls with one time constant `tau_s`.

The drive after a spike is ``J*(t/tau_s)*exp(1 - t/tau_s)``, so that `J` is its
peak, reached after `tau_s`.  The default `J` delivers, at weight 1, the charge
that a delta synapse delivers to a membrane of 50 ms.
"""

from brian2 import ms, mV

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

alpha = SynapseModel(
    name="alpha",
    equations="""ddrive/dt = (rise - drive)/tau_s : volt
                 drise/dt = -rise/tau_s : volt""",
    on_input="rise += exp(1)*J*afferent",
    parameters={
        "tau_s": Parameter(
            5 * ms, "synaptic time constant, time to the peak", "AMPA, Gerstner et al. 2014, ch. 3"
        ),
        "J": Parameter(55 * mV, "peak of the drive at weight 1", "15 mV x 50 ms / (5 ms x exp(1))"),
    },
    references=("Rall1967", "Gerstner2014"),
)
