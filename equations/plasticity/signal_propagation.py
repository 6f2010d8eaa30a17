"""A synapse brings the response to a sample towards that to its own target, away from a wrong one.

`n_input` counts the spikes of a neuron when the sample was shown, `n_wrong` when the wrong
target was, `n_spikes` those of the presentation that has ended: the own target's, when `M`
is released.  `M` is small where the own target's response is already the more similar one.
"""

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

signal_propagation = PlasticityRule(
    name="signal_propagation",
    consolidate="""credit = M*int(n_input_post > 0)*(n_spikes_post - n_wrong_post)
                   w = clip(w + eta*credit*n_input_pre, -w_max, w_max)""",
    silent_without="n_input_pre",
    parameters={
        "eta": Parameter(1e-3, "learning rate", "first tried on digits, not searched"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Kohan2023",),
)
