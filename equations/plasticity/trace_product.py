"""Product of traces: what fired together in a presentation is eligible together.

No work at single spikes in the synapse: a presynaptic trace `x` and a
postsynaptic trace `y` are kept in the neurons, and when the presentation ends
each synapse changes by their product times the modulator.  With traces that
outlast the presentation this is the product of spike counts.  Unlike
`eligibility_stdp` it does not ask which spike came first; since it counts both
orders, the learning rate is half as large.
"""

from brian2 import second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

trace_product = PlasticityRule(
    name="trace_product",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    consolidate="w = clip(w + eta*M*p_post*x_pre*y_post, -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "tau_plus": Parameter(
            100 * second, "decay of the presynaptic trace", "long against a presentation: a spike count"
        ),
        "tau_minus": Parameter(
            100 * second, "decay of the postsynaptic trace", "long against a presentation: a spike count"
        ),
        "eta": Parameter(
            1.5e-4, "learning rate", "half of eligibility_stdp's, because both orders of spikes count"
        ),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Hebb1949", "Fremaux2016", "Hinton2022"),
)
