"""Weight perturbation with running moments.

The rule is `weight_perturbation`; here each synapse keeps running means of its changes and of
their squares and divides one by the root of the other, as in `node_moments`.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

weight_moments = PlasticityRule(
    name="weight_moments",
    pre_equations="x : 1",
    on_pre_spike="x += 1",
    kept="""mean_change : 1
            mean_square : 1
            age : 1""",
    consolidate="""change = M*noise*int(x_pre > 0)
                   age += 1
                   mean_change += forget*(change - mean_change)
                   mean_square += clip(1/age, forget_square, 1)*(change**2 - mean_square)
                   w = clip(w + eta*mean_change/(sqrt(mean_square) + least), -w_max, w_max)""",
    parameters={
        "eta": Parameter(1e-4, "learning rate", "first tried on the Mexican hat, not searched"),
        "forget": Parameter(
            0.02, "weight of one presentation in the mean", "first tried on the Mexican hat, not searched"
        ),
        "forget_square": Parameter(
            1e-4, "the same of the mean square", "first tried on the Mexican hat, not searched"
        ),
        "least": Parameter(1e-8, "keeps a synapse that never changed from dividing by 0", "Kingma & Ba 2015"),
        "w_max": Parameter(5.0, "bound of the weight", "five spikes' worth of drive"),
    },
    references=("Kingma2015", "Jabri1992"),
)
