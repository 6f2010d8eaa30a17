"""A softmax readout that learns by the delta rule: one neuron a class, cross-entropy as loss.

Each neuron sums the spikes of all layers, weighted; a spike that comes early in a
presentation counts more than a late one (`ramp` falls from 1 to 0, as in the time
average of an integrator without leak).  The responses are normalised by their sum
over the classes, `pool`.  A synapse changes by the product of its postsynaptic
neuron's error and its presynaptic neuron's weighted spikes `r`.
"""

from ffbrian.models.readout import Readout
from ffbrian.models.text import Parameter

softmax = Readout(
    name="softmax",
    equations="""y : 1
                 p_class : 1
                 error : 1
                 loss : 1""",
    pre_equations="r : 1",
    on_pre_spike="r += charge*ramp",
    on_pre="y_post += charge*ramp*w",
    pooled="exp(clip(y, -60, 60))",
    respond="""p_class = exp(clip(y, -60, 60))/pool
               error = target - p_class
               loss = -target*log(p_class + 1e-30)""",
    learn="w += speed*eta*error_post*r_pre",
    response="y",
    parameters={
        "speed": Parameter(
            10.0, "learning rate, as a multiple of that of the layers", "chosen on digits, validation"
        ),
        "charge": Parameter(
            1.0,
            "contribution of a spike at the beginning of a presentation",
            "weights of order 1 separate classes",
        ),
    },
    references=("WidrowHoff1960",),
)
