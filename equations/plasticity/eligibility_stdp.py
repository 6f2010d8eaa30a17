"""Pair STDP that marks a synapse as eligible; goodness decides what becomes of it.

A presynaptic trace `x` and a postsynaptic trace `y` are kept in the neurons.
A postsynaptic spike adds `A_plus` times the presynaptic trace to the
eligibility `elig`, a presynaptic spike takes `A_minus` times the postsynaptic
trace from it.  When a presentation ends, the modulator `M` turns eligibility
into weight, with the sign of the neuron's polarity `p`, and the eligibility is
spent.  For a neuron whose spike count grows linearly with its drive this
descends the layer's own Forward-Forward objective without computing any
derivative.

`tau_plus` is long against a presentation by default: within one showing every
earlier input spike is equally eligible.
"""

from brian2 import ms, second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Auto, Parameter

eligibility_stdp = PlasticityRule(
    name="eligibility_stdp",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post",
    on_post="elig += A_plus*x_pre",
    consolidate="w = clip(w + eta*M*p_post*elig, -w_max, w_max); elig = 0",
    silent_without="x_pre",
    parameters={
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(
            0.0,
            "eligibility removed by post-before-pre",
            "0: count coincidences only; Bi & Poo 1998 find about 0.5 A_plus",
        ),
        "tau_plus": Parameter(
            100 * second,
            "decay of the presynaptic trace",
            "long against a presentation; Bi & Poo 1998: 17 ms",
        ),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "Bi & Poo 1998"),
        "eta": Auto(3e-4, "learning rate", "found on a validation split of MNIST"),
        "w_max": Auto(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Bi1998", "Izhikevich2007", "Fremaux2016", "Hinton2022"),
)
