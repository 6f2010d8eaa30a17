"""A synapse multiplies the error that reaches its postsynaptic neuron with its presynaptic trace.

The error of the readout comes back through fixed random synapses; a neuron that was
silent in the presentation changes nothing.  No derivative of any neuron is needed.
"""

from brian2 import second

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

error_broadcast = PlasticityRule(
    name="error_broadcast",
    pre_equations="dx/dt = -x/tau_plus : 1",
    on_pre_spike="x += 1",
    consolidate="w = clip(w + eta*error_post*int(n_spikes_post > 0)*x_pre, -w_max, w_max)",
    silent_without="x_pre",
    parameters={
        "tau_plus": Parameter(
            100 * second, "decay of the presynaptic trace", "long against a presentation: a spike count"
        ),
        "eta": Parameter(3e-4, "learning rate", "digits with 30 hidden neurons, validation"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Nokland2016", "Samadi2017"),
)
