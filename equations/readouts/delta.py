"""A linear readout that learns by the delta rule (Widrow & Hoff 1960), local to each of its synapses.

One neuron per class sums the spikes of all layers, each with its weight.  In a positive
presentation it compares its response, squashed to lie between 0 and 1, with
what a teacher says, and every synapse changes by the product of that error,
which its postsynaptic neuron knows, and the spike count of its presynaptic
neuron.  Nothing of it reaches the layers.
"""

from ffbrian.models.readout import Readout
from ffbrian.models.text import Parameter

delta = Readout(
    name="delta",
    equations="""y : 1
                 error : 1""",
    on_pre="y_post += w",
    respond="error = target - 1/(1 + exp(-y))",
    learn="w += speed*eta*int(s > 0)*error_post*n_spikes_pre",
    response="y",
    parameters={
        "speed": Parameter(
            3.0, "learning rate, as a multiple of that of the layers", "chosen on MNIST, validation"
        )
    },
    references=("WidrowHoff1960",),
)
