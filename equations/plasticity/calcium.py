"""Calcium-based plasticity of Graupner and Brunel 2012, gated by the modulator.

Every spike lets calcium into the synapse, a presynaptic one after the time `late`; it leaves with
`tau_ca`.  While calcium is above `theta_p` the synapse is made eligible for strengthening, while
above `theta_d` for weakening; the rates are those of the source for a synapse half way between
its two states.  The modulator, not bistability, decides what remains.  Calcium of presynaptic
spikes is kept in their neuron: the trace of all spikes less those younger than `late`, of which it
knows the last two.
"""

from brian2 import ms

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

calcium = PlasticityRule(
    name="calcium",
    pre_equations="""dx/dt = -x/tau_ca : 1
                     dlast/dt = -last/tau_ca : 1
                     dbefore/dt = -before/tau_ca : 1
                     young = last*int(last > exp(-late/tau_ca)) : 1
                     also_young = before*int(before > exp(-late/tau_ca)) : 1
                     ca_in = exp(late/tau_ca)*(x - young - also_young) : 1""",
    on_pre_spike="x += 1; before = last; last = 1",
    post_equations="dy/dt = -y/tau_ca : 1",
    on_post_spike="y += 1",
    equations="""ca = C_pre*ca_in_pre + C_post*y_post : 1
                 pull = gamma_p*int(ca > theta_p) - gamma_d*int(ca > theta_d) : 1 (constant over dt)
                 delig/dt = pull/tau_elig : 1 (clock-driven)""",
    consolidate="w = clip(w + eta*M*p_post*elig, -w_max, w_max); elig = 0",
    parameters={
        "tau_ca": Parameter(20 * ms, "decay of calcium", "Graupner & Brunel 2012, DP"),
        "late": Parameter(13.7 * ms, "presynaptic calcium comes so much later", "Graupner & Brunel 2012, DP"),
        "C_pre": Parameter(1.0, "calcium of a presynaptic spike", "Graupner & Brunel 2012, DP"),
        "C_post": Parameter(2.0, "calcium of a postsynaptic spike", "Graupner & Brunel 2012, DP"),
        "theta_d": Parameter(1.0, "calcium above which the synapse weakens", "Graupner & Brunel 2012, DP"),
        "theta_p": Parameter(1.3, "calcium above which it strengthens", "Graupner & Brunel 2012, DP"),
        "gamma_d": Parameter(100.0, "rate of weakening", "half of their 200: at half efficacy"),
        "gamma_p": Parameter(160.904, "rate of strengthening", "half of their 321.808: at half efficacy"),
        "tau_elig": Parameter(
            1000 * ms, "unit of the eligibility", "chosen: elig is about 1 in a presentation"
        ),
        "eta": Parameter(3e-4, "learning rate", "as in eligibility_stdp"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Graupner2012", "Fremaux2016"),
)
