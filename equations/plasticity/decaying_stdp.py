"""STDP that marks a synapse as eligible for as long as the mark lasts, and dopamine that reads it meanwhile.

Nothing needs to be set back.  The weight follows

    dw/dt = eta*p*elig*M/tau_c,   delig/dt = -elig/tau_c + pairs of spikes,

with `M` dopamine, which comes and decays when it will.  Both are integrated from one
update to the next (`passed` is the time between two), which is short against `tau_c`.
"""

from brian2 import ms

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

decaying_stdp = PlasticityRule(
    name="decaying_stdp",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post",
    on_post="elig += A_plus*x_pre",
    consolidate="""w = clip(w + eta*M*p_post*elig*passed/tau_c, -w_max, w_max)
                   elig = elig*exp(-passed/tau_c)""",
    parameters={
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(0.0, "eligibility removed by post-before-pre", "as in eligibility_stdp"),
        "tau_plus": Parameter(
            50 * ms, "decay of the presynaptic trace", "chosen: about that of a neuron's activity"
        ),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "as in eligibility_stdp"),
        "tau_c": Parameter(
            100 * ms, "decay of eligibility", "chosen: the delay of a reward; Izhikevich 2007: a second"
        ),
        "eta": Parameter(
            1e-3,
            "learning rate",
            "estimated: a sample changes weights by less than they begin with; not searched",
        ),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Izhikevich2007", "Fremaux2016", "Bi1998"),
)
