"""Node perturbation with learned polarity: credit that the neuron has found out by its own noise.

`credit` is the error of the outputs, weighted by how the neuron has been seen to sway
them; `gain` how strongly its own response follows its drive, measured in this
presentation from its own noise.  No derivative is computed and no weight is transported.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

polarity_perturbation = PlasticityRule(
    name="polarity_perturbation",
    pre_equations="x : 1",
    on_pre_spike="x += weight_of_spike*ramp",
    consolidate="w = clip(w + eta*credit_post*gain_post*x_pre, -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "eta": Parameter(1e-2, "learning rate", "Mexican hat, validation"),
        "weight_of_spike": Parameter(
            0.0625, "contribution of a spike at the beginning", "as in the linear readout"
        ),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Lansdell2019", "Fiete2006"),
)
