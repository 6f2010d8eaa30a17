"""Reward-modulated STDP: pairs of spikes make a synapse eligible, reward minus its expectation decides.

A postsynaptic spike adds `A_plus` times the presynaptic trace `x` to the eligibility
`elig`, a presynaptic spike takes `A_minus` times the postsynaptic trace `y` from it.  When
the presentation has ended, the modulator `M` turns eligibility into weight: what a neuron
did is strengthened if it brought more reward than expected, and weakened otherwise.
"""

from brian2 import ms, second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

reward_stdp = PlasticityRule(
    name="reward_stdp",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post",
    on_post="elig += A_plus*x_pre",
    consolidate="w = clip(w + eta*M*elig, -w_max, w_max); elig = 0",
    silent_without="x_pre",
    parameters={
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(
            0.0,
            "eligibility removed by post-before-pre",
            "0: count coincidences only; Bi & Poo 1998 find about 0.5 A_plus",
        ),
        "tau_plus": Parameter(
            100 * second, "decay of the presynaptic trace", "long against a presentation: a spike count"
        ),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "Bi & Poo 1998"),
        "eta": Parameter(3e-4, "learning rate", "digits with 30 hidden neurons, validation"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Izhikevich2007", "Fremaux2016"),
)
