"""A synapse learns what a nudge by the error has changed in its postsynaptic neuron.

`n_free` is the neuron's spike count when the sample was shown alone, `n_spikes` that of
the presentation that has ended; `s` is 0 when that was the free one, so that nothing
changes then, and -1 or +1 when the same spikes came with the nudge.  A neuron that was
silent can only be nudged upwards, and changes nothing.
"""

from brian2 import second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

pepita = PlasticityRule(
    name="pepita",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    consolidate="w = clip(w + eta*s*int(n_free_post > 0)*(n_spikes_post - n_free_post)*x_pre, -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "tau_plus": Parameter(
            100 * second, "decay of the presynaptic trace", "long against a presentation: a spike count"
        ),
        "eta": Parameter(1e-3, "learning rate", "digits with 30 hidden neurons, validation"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Dellaferrera2022",),
)
