"""Contrast: every label is weighed against all the others.

Goodness as in `opponent`.  With copies of the layer for every label at hand,
`share` is the label's part in the softmax of goodness over all labels.  The
sample's own label releases `1 - share`, every wrong label takes its `share`
away: labels that the network confuses change it most, and a sample that stands
out clearly changes nothing.  Still one scalar is broadcast to each copy, and no
derivative is taken.

A label that is shown alone has the neutral point 0 as its only rival; then
contrast is the same as `opponent`.
"""

from ffbrian.models.modulator import Modulator
from ffbrian.models.text import Parameter

contrast = Modulator(
    name="contrast",
    neuron_equations="""p : 1 (constant)
                        a : 1""",
    neuron_initial="p = 1 - 2*(unit % 2)",
    on_spike="a += 1",
    contribution="p*a**2",
    comparison="exp(slope*(rival - goodness))",
    release="share = 1/rivals; M = abs(s)*(int(s > 0) - share)",
    parameters={
        "slope": Parameter(
            1.0,
            "factor on goodness in the softmax over labels",
            "1 to 10: the larger, the less a sample teaches that is right",
        )
    },
    references=("Hinton2022", "Gerfen2011"),
)
