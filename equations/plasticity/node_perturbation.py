"""Node perturbation: a synapse multiplies its neuron's noise with the effect that is broadcast.

`nudge` is the sign of the noise that the postsynaptic neuron got, `M` how much the loss
fell for it per unit of noise.  The presynaptic trace weighs early spikes more (`ramp`).
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

node_perturbation = PlasticityRule(
    name="node_perturbation",
    pre_equations="x : 1",
    on_pre_spike="x += weight_of_spike*ramp",
    consolidate="w = clip(w + eta*M*nudge_post*x_pre, -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "eta": Parameter(1e-3, "learning rate", "Mexican hat, validation"),
        "weight_of_spike": Parameter(
            0.0625, "contribution of a spike at the beginning", "as in the linear readout"
        ),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Fiete2006",),
)
