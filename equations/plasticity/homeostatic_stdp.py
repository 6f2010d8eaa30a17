"""`eligibility_stdp` with synaptic scaling: every neuron keeps near a rate of its own.

When a presentation ends, all synapses of a neuron change in proportion to their
strength, so that its spike count `a` moves towards `target`: excitatory ones
grow and inhibitory ones shrink while it is below, and the other way round.
Proportions between synapses of one sign stay as learning made them.  Scaling
is slow (`k_scale`), so what counts is the mean over thousands of presentations,
of both phases.
"""

from brian2 import ms, second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

homeostatic_stdp = PlasticityRule(
    name="homeostatic_stdp",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau_minus : 1",
    on_post_spike="y += 1",
    equations="elig : 1",
    on_pre="elig -= A_minus*y_post",
    on_post="elig += A_plus*x_pre",
    consolidate="w = clip(w + eta*M*p_post*elig + k_scale*(target - a_post)*abs(w), -w_max, w_max); elig = 0",
    parameters={
        "target": Parameter(
            2.0, "spikes of a neuron in a presentation", "chosen; 50 Hz in a presentation of 40 ms"
        ),
        "k_scale": Parameter(
            1e-4,
            "relative change of a weight for each spike too few",
            "chosen: 10,000 presentations; hours to days in culture (Turrigiano et al. 1998)",
        ),
        "A_plus": Parameter(1.0, "eligibility added by pre-before-post", "scale of eta"),
        "A_minus": Parameter(0.0, "eligibility removed by post-before-pre", "as in eligibility_stdp"),
        "tau_plus": Parameter(100 * second, "decay of the presynaptic trace", "as in eligibility_stdp"),
        "tau_minus": Parameter(34 * ms, "decay of the postsynaptic trace", "as in eligibility_stdp"),
        "eta": Parameter(3e-4, "learning rate", "as in eligibility_stdp"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Turrigiano1998", "Bi1998", "Izhikevich2007", "Hinton2022"),
)
