"""Bienenstock, Cooper and Munro: a threshold that slides decides between stronger and weaker.

The change is the presynaptic activity times ``r*(r - theta_m)``, where the postsynaptic
neuron itself keeps its activity `r` and the threshold `theta_m`, as `sliding_lif` does;
the modulator and the neuron's polarity gate it.
"""

from brian2 import second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

bcm = PlasticityRule(
    name="bcm",
    pre_equations="dx/dt = -x/tau_x : 1",
    on_pre_spike="x += 1",
    reads_post="""r : 1
                  theta_m : 1""",
    consolidate="w = clip(w + eta*M*p_post*x_pre*r_post*(r_post - theta_m_post), -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "tau_x": Parameter(
            100 * second, "decay of the presynaptic trace", "long against a presentation: a count"
        ),
        "eta": Parameter(1.5e-5, "learning rate", "found on a validation split of digits; r enters squared"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Bienenstock1982", "Fremaux2016"),
)
