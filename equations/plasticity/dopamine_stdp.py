"""Eligibility and dopamine that both decay: the weight changes while both are there.

As in `eligibility_stdp`, pairs of spikes make a synapse eligible, but
eligibility `elig` decays with `tau_c`.  When a presentation ends, `delay` passes
until dopamine is released: the modulator `M` tells how much (below 0: less than
the tonic level).  Dopamine decays with `tau_d`, and

    dw/dt = eta*p*elig*dopamine/tau,   1/tau = 1/tau_c + 1/tau_d,

so that without delay a synapse gains in all what the phasic rule gives it.
Nothing happens in the `pause` after the release but this decay, and so its
integral is known: elig*M*(1 - exp(-pause/tau)).  What is then left of either
(below one percent with the defaults) is gone when the next presentation begins.

No synapse needs to be visited while it decays.  Eligibility is kept as what it
would have been when the presentation began: a spike adds its contribution times
exp(age/tau_c), with `age` the time since then, and the end divides by it.  All
neurons know this factor as ``1 + growth``.
"""

from brian2 import ms, second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

dopamine_stdp = PlasticityRule(
    name="dopamine_stdp",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="""dy/dt = -y/tau_minus : 1
                      dgrowth/dt = (1 + growth)/tau_c : 1""",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post*(1 + growth_post)",
    on_post="elig += A_plus*x_pre*(1 + growth_post)",
    consolidate="""spent = elig/(1 + growth_post)*exp(-delay/tau_c)*(1 - exp(-pause/tau_c - pause/tau_d))
                   w = clip(w + eta*M*p_post*spent, -w_max, w_max)
                   elig = 0""",
    silent_without="x_pre",
    parameters={
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(0.0, "eligibility removed by post-before-pre", "as in eligibility_stdp"),
        "tau_plus": Parameter(
            100 * second, "decay of the presynaptic trace", "as in eligibility_stdp; Izhikevich 2007: 20 ms"
        ),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "as in eligibility_stdp"),
        "tau_c": Parameter(1 * second, "decay of eligibility", "Izhikevich 2007"),
        "tau_d": Parameter(200 * ms, "decay of dopamine", "Izhikevich 2007"),
        "delay": Parameter(
            0 * ms,
            "from the end of the presentation to the release",
            "0: reward at once; Izhikevich 2007 delays it by 1 to 3 s",
        ),
        "pause": Parameter(
            5 * second,
            "from the release to the next presentation",
            "five tau_c; rewards in Izhikevich 2007 are 10 s and more apart",
        ),
        "eta": Parameter(3e-4, "learning rate", "as in eligibility_stdp"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Izhikevich2007", "Fremaux2016", "Hinton2022"),
)
