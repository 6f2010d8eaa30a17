"""Dopamine as the reward that was not expected, which then decays.

Goodness as in `opponent`, but of activity `a` that decays, so that nothing needs to be set
back.  The logistic function of goodness is the reward that the layer expects: 1 where the
label is right, 0 where it is wrong.  When the reward arrives, dopamine rises by reward minus
expectation, which is the opponent modulator's release; it decays with `tau_dopamine`.
"""

from brian2 import ms

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

reward_prediction = Modulator(
    name="reward_prediction",
    neuron_equations="""p : 1 (constant)
                        da/dt = -a/tau_activity : 1""",
    neuron_initial="p = 1 - 2*(unit % 2)",
    on_spike="a += 1",
    contribution="p*a**2",
    equations="dM/dt = -M/tau_dopamine : 1",
    release="M += s/(1 + exp(s*slope*goodness))",
    parameters={
        "tau_activity": Parameter(60 * ms, "decay of a neuron's activity", "chosen: shorter than a sample"),
        "tau_dopamine": Parameter(
            30 * ms, "decay of dopamine", "chosen: gone when the next sample ends; Izhikevich 2007: 200 ms"
        ),
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "as in opponent"),
    },
    references=("Schultz1997", "Izhikevich2007", "Hinton2022", "Gerfen2011"),
)
