"""Leaky integrate-and-fire neuron with a membrane in amp, siemens and farad.

Made for conductance synapses: `I_syn` depends on the membrane potential, so
that input saturates towards the reversal potentials and strong input makes the
membrane faster.  Any other synapse model that offers `I_syn` fits as well.
"""

from brian2 import mV, nS, pF

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

conductance_lif = NeuronModel(
    name="conductance_lif",
    equations="dv/dt = (g_leak*(v_rest - v) + I_syn)/C : volt",
    threshold="v > v_th",
    reset="v = v_reset",
    initial="v = v_rest",
    method="exponential_euler",
    synapse="conductance",
    parameters={
        "C": Parameter(200 * pF, "membrane capacitance", "Brette et al. 2007: 20,000 um^2 at 1 uF/cm^2"),
        "g_leak": Parameter(10 * nS, "leak conductance", "Brette et al. 2007: 5e-5 S/cm^2; tau_m = 20 ms"),
        "v_rest": Parameter(-65 * mV, "leak reversal potential", "as in lif; Brette et al. 2007 use -60 mV"),
        "v_th": Parameter(-50 * mV, "threshold", "Brette et al. 2007"),
        "v_reset": Parameter(-65 * mV, "reset potential", "equal to v_rest, as in Brette et al. 2007"),
    },
    references=("Brette2007", "Vogels2005", "Destexhe2003"),
)
