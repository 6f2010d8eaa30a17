"""A readout that acts: one action is drawn from its softmax, and only reward tells whether it was right.

Each neuron sums the spikes of all layers as in `softmax`.  One of them is `chosen`, with
the probability `p_class`.  A synapse changes by the modulator `M`, reward minus what was
expected, times how much more its postsynaptic neuron acted than it does on average, times
its presynaptic neuron's weighted spikes `r`.  No neuron is told which action would have
been right.
"""

from ffbrian.models.readout import Readout
from ffbrian.models.text import Parameter

actor = Readout(
    name="actor",
    equations="""y : 1
                 p_class : 1""",
    pre_equations="r : 1",
    on_pre_spike="r += charge*ramp",
    on_pre="y_post += charge*ramp*w",
    pooled="exp(clip(y, -60, 60))",
    respond="p_class = exp(clip(y, -60, 60))/pool",
    learn="w += speed*eta*M*(chosen_post - p_class_post)*r_pre",
    response="y",
    parameters={
        "speed": Parameter(
            300.0, "learning rate, as a multiple of that of the layers", "chosen on digits, validation"
        ),
        "charge": Parameter(
            1.0, "contribution of a spike at the beginning of a presentation", "as in the softmax readout"
        ),
    },
    references=("Williams1992", "Fremaux2016"),
)
