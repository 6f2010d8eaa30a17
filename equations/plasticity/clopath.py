"""Voltage-based plasticity of Clopath et al. 2010, gated by the modulator.

A presynaptic spike makes a synapse eligible for weakening by as much as the slow
membrane `u_minus` is above `theta_minus`; a postsynaptic spike for strengthening by
the presynaptic trace, the membrane above `theta_plus`, and the slow membrane `u_plus`
above `theta_minus`.  The membrane of an integrate-and-fire neuron is above `theta_plus` in
the step of its spike only, so that the term, continuous in the original, is added there.
`u_minus` and `u_plus` are kept as distances from `theta_minus`, which is rest.
"""

from brian2 import ms, mV

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

clopath = PlasticityRule(
    name="clopath",
    reads_post="v : volt",
    pre_equations="dx/dt = -x/tau_x : 1",
    on_pre_spike="x += 1",
    post_equations="""du_minus/dt = (v - theta_minus - u_minus)/tau_minus : volt
                      du_plus/dt = (v - theta_minus - u_plus)/tau_plus : volt""",
    equations="elig : 1",
    on_pre="elig -= A_LTD*clip(u_minus_post, 0*volt, inf*volt)",
    on_post=(
        "elig += A_LTP*x_pre*clip(v_post - theta_plus, 0*volt, inf*volt)*clip(u_plus_post, 0*volt, inf*volt)"
    ),
    consolidate="w = clip(w + eta*M*p_post*elig, -w_max, w_max); elig = 0",
    parameters={
        "theta_minus": Parameter(
            -65 * mV, "threshold of the slow membrane", "rest of lif, as -70.6 mV there"
        ),
        "theta_plus": Parameter(-55 * mV, "threshold of the membrane", "below v_th of lif; -45.3 mV there"),
        "tau_x": Parameter(15 * ms, "decay of the presynaptic trace", "Clopath et al. 2010, table 1"),
        "tau_minus": Parameter(10 * ms, "of the membrane for weakening", "Clopath et al. 2010, table 1"),
        "tau_plus": Parameter(7 * ms, "of the membrane for strengthening", "Clopath et al. 2010, table 1"),
        "A_LTD": Parameter(0.002 / mV, "weakening", "chosen: small, as A_minus = 0 of eligibility_stdp"),
        "A_LTP": Parameter(0.02 / mV**2, "strengthening", "chosen: about 1 at a usual spike"),
        "eta": Parameter(6e-4, "learning rate", "twice that of eligibility_stdp: the trace decays"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Clopath2010", "Fremaux2016"),
)
