"""`eligibility_stdp` under Dale's law: a neuron excites or inhibits, but not both.

Every `period`-th presynaptic neuron is inhibitory (`effect` = -1), the others
are excitatory (+1), in the input, in the label population and in every layer.
A weight that would pass 0 stops there.  Initial weights, which have either
sign, take that of their neuron when the first presentation ends.

Give the label population at least `period` neurons a class, so that every class
can both excite and inhibit.
"""

from brian2 import ms, second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

dale_stdp = PlasticityRule(
    name="dale_stdp",
    pre_equations="""dx/dt = -x/tau_plus : 1
                     effect = 1 - 2*int(i % period >= period - 1) : 1""",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post",
    on_post="elig += A_plus*x_pre",
    consolidate=(
        "w = clip(effect_pre*abs(w) + eta*M*p_post*elig, -w_max*int(effect_pre < 0), w_max*int(effect_pre > "
        "0)); elig = 0"
    ),
    parameters={
        "period": Parameter(
            2,
            "one neuron in so many is inhibitory",
            "chosen: half, because there are no interneurons; in cortex about 1 in 5",
        ),
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(0.0, "eligibility removed by post-before-pre", "as in eligibility_stdp"),
        "tau_plus": Parameter(100 * second, "decay of the presynaptic trace", "as in eligibility_stdp"),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "as in eligibility_stdp"),
        "eta": Parameter(3e-4, "learning rate", "as in eligibility_stdp"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Eccles1954", "Bi1998", "Izhikevich2007", "Hinton2022"),
)
