"""Conductance synapses: positive weights open `g_e`, negative ones `g_i`.

The weight's sign decides which conductance a spike adds to, so that one plastic
weight can be excitatory or inhibitory.  The current `I_syn` depends on the
membrane potential `v` of the neuron that receives it: excitation drives it
towards `E_e`, inhibition towards `E_i`.  Fits every neuron model with a
variable `v` in volt whose equation uses `I_syn`.
"""

from brian2 import ms, mV, nS

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

conductance = SynapseModel(
    name="conductance",
    equations="""I_syn = g_e*(E_e - v) + g_i*(E_i - v) : amp
                 dg_e/dt = -g_e/tau_e : siemens
                 dg_i/dt = -g_i/tau_i : siemens""",
    on_pre="afferent_e_post += clip(w, 0, inf); afferent_i_post += clip(-w, 0, inf)",
    on_input="g_e += J_e*afferent_e; g_i += J_i*afferent_i",
    accumulators=("afferent_e", "afferent_i"),
    parameters={
        "tau_e": Parameter(5 * ms, "decay of the excitatory conductance", "AMPA, Brette et al. 2007"),
        "tau_i": Parameter(10 * ms, "decay of the inhibitory conductance", "GABA-A, Brette et al. 2007"),
        "E_e": Parameter(0 * mV, "excitatory reversal potential", "Brette et al. 2007"),
        "E_i": Parameter(-80 * mV, "inhibitory reversal potential", "Brette et al. 2007"),
        "J_e": Parameter(
            24 * nS,
            "jump of the excitatory conductance at weight 1",
            "a spike of weight 0.7 then brings conductance_lif and hodgkin_huxley from rest to a spike",
        ),
        "J_i": Parameter(
            48 * nS,
            "jump of the inhibitory conductance at weight -1",
            "at -65 mV the charge of an excitatory spike within 10 percent: 48 nS x 10 ms x 15 mV against 24 "
            "nS x 5 ms x 65 mV",
        ),
    },
    references=("Brette2007", "Vogels2005", "Gerstner2014"),
)
