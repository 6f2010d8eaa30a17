"""Node perturbation with running moments.

The rule is `node_perturbation`; here each synapse keeps running means of its changes and of
their squares and divides one by the root of the other, as in `polarity_moments`.  One scalar
tells little of one synapse, so both means are taken over more presentations than there.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

node_moments = PlasticityRule(
    name="node_moments",
    pre_equations="x : 1",
    on_pre_spike="x += weight_of_spike*ramp",
    kept="""mean_change : 1
            mean_square : 1
            age : 1""",
    consolidate="""change = M*nudge_post*x_pre
                   age += 1
                   mean_change += forget*(change - mean_change)
                   mean_square += clip(1/age, forget_square, 1)*(change**2 - mean_square)
                   w = clip(w + eta*mean_change/(sqrt(mean_square) + least), -w_max, w_max)""",
    parameters={
        "eta": Parameter(3e-4, "learning rate", "first tried on the Mexican hat, not searched"),
        "forget": Parameter(
            0.02, "weight of one presentation in the mean", "first tried on the Mexican hat, not searched"
        ),
        "forget_square": Parameter(
            1e-4, "the same of the mean square", "first tried on the Mexican hat, not searched"
        ),
        "least": Parameter(1e-8, "keeps a synapse that never changed from dividing by 0", "Kingma & Ba 2015"),
        "weight_of_spike": Parameter(
            0.0625, "contribution of a spike at the beginning", "as in the linear readout"
        ),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Kingma2015", "Fiete2006"),
)
