"""Weight perturbation: a synapse follows its own noise if the loss fell for it.

`noise` is the sign with which the weight has been tried, `M` how much the loss fell for
all noise together per unit of it.  A synapse whose presynaptic neuron was silent has had
no part in that, and does not change.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

weight_perturbation = PlasticityRule(
    name="weight_perturbation",
    pre_equations="x : 1",
    on_pre_spike="x += 1",
    consolidate="w = clip(w + eta*M*noise*int(x_pre > 0), -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "eta": Parameter(1e-3, "learning rate", "first tried on the Mexican hat, not searched"),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Jabri1992", "Wan2024"),
)
