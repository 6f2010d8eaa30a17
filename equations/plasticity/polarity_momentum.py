"""Node perturbation with learned polarity, with momentum.

The rule is `polarity_perturbation`; here each synapse keeps a running mean of its changes
and follows that: one state a synapse.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

polarity_momentum = PlasticityRule(
    name="polarity_momentum",
    pre_equations="x : 1",
    on_pre_spike="x += weight_of_spike*ramp",
    kept="""mean_change : 1""",
    consolidate="""change = credit_post*gain_post*x_pre
                   mean_change += forget*(change - mean_change)
                   w = clip(w + eta*mean_change, -w_max, w_max)""",
    parameters={
        "eta": Parameter(5.0, "learning rate", "as polarity_perturbation on the Mexican hat"),
        "forget": Parameter(
            0.1, "weight of one presentation in the running mean", "Sutskever et al. 2013: 0.1"
        ),
        "weight_of_spike": Parameter(
            0.0625, "contribution of a spike at the beginning", "as in the linear readout"
        ),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Sutskever2013", "Lansdell2019"),
)
