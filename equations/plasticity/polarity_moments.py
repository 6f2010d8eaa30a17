"""Node perturbation with learned polarity, with running moments.

The rule is `polarity_perturbation`; here each synapse keeps running means of its changes
and of their squares and divides one by the root of the other, as Adam does: two states a
synapse and its age, nothing from elsewhere.

Until a synapse is as old as the memory of its mean square, that is the plain mean of all
its changes so far, so that first steps are not too long.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

polarity_moments = PlasticityRule(
    name="polarity_moments",
    pre_equations="x : 1",
    on_pre_spike="x += weight_of_spike*ramp",
    kept="""mean_change : 1
            mean_square : 1
            age : 1""",
    consolidate="""change = credit_post*gain_post*x_pre
                   age += 1
                   mean_change += forget*(change - mean_change)
                   mean_square += clip(1/age, forget_square, 1)*(change**2 - mean_square)
                   w = clip(w + eta*mean_change/(sqrt(mean_square) + least), -w_max, w_max)""",
    parameters={
        "eta": Parameter(1e-3, "learning rate", "digits with 30 hidden neurons, validation"),
        "forget": Parameter(0.1, "weight of one presentation in the mean", "Kingma & Ba 2015"),
        "forget_square": Parameter(1e-3, "the same of the mean square", "Kingma & Ba 2015"),
        "least": Parameter(1e-8, "keeps a synapse that never changed from dividing by 0", "Kingma & Ba 2015"),
        "weight_of_spike": Parameter(
            0.0625, "contribution of a spike at the beginning", "as in the linear readout"
        ),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Kingma2015", "Lansdell2019"),
)
