"""NMDA receptors: a slow conductance that magnesium blocks until the neuron is depolarised.

Spikes open `g`, which rises with `tau_rise` and falls with `tau_decay`; of it the fraction
``1/(1 + Mg/Mg_half*exp(-v/v_block))`` lets current through.  Negative weights open nothing:
inhibition has other receptors.  `exponential_euler` takes the block as constant within a time step.
"""

from brian2 import ms, mV, nS

from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import Parameter

nmda = SynapseModel(
    name="nmda",
    equations="""I_syn = g*unblocked*(E_nmda - v) : amp
                 unblocked = 1/(1 + Mg/Mg_half*exp(-v/v_block)) : 1
                 dg/dt = opening/tau_rise - g/tau_decay : siemens
                 dopening/dt = -opening/tau_rise : siemens""",
    on_pre="afferent_post += clip(w, 0, inf)",
    on_input="opening += J_nmda*afferent",
    parameters={
        "tau_rise": Parameter(3 * ms, "rise of the conductance", "Gerstner et al. 2014, ch. 3"),
        "tau_decay": Parameter(40 * ms, "decay of the conductance", "Gerstner et al. 2014, ch. 3"),
        "E_nmda": Parameter(0 * mV, "reversal potential", "Jahr & Stevens 1990"),
        "Mg": Parameter(1.0, "magnesium outside, mmol per litre", "Gerstner et al. 2014, ch. 3"),
        "Mg_half": Parameter(
            3.57, "magnesium that blocks half at 0 mV, mmol per litre", "Jahr & Stevens 1990"
        ),
        "v_block": Parameter(1 / 0.062 * mV, "voltage over which the block changes", "Jahr & Stevens 1990"),
        "J_nmda": Parameter(
            12 * nS, "jump of the opening conductance at weight 1", "half of J_e of conductance"
        ),
    },
    references=("Jahr1990", "Gerstner2014"),
)
