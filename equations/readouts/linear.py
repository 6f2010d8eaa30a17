"""A linear readout for real-valued targets that learns by the delta rule; half the squared error as loss.

As in `softmax`, an early spike counts more than a late one.  Each neuron adds a bias
`b` of its own, which it learns from its error.
"""

from ffbrian.models.readout import Readout
from ffbrian.models.text import Parameter

linear = Readout(
    name="linear",
    equations="""y : 1
                 error : 1
                 loss : 1""",
    kept="b : 1",
    pre_equations="r : 1",
    on_pre_spike="r += charge*ramp",
    on_pre="y_post += charge*ramp*w",
    respond="""y = y + b
               error = target - y
               loss = 0.5*error**2""",
    learn="w += speed*eta*error_post*r_pre",
    learn_neuron="b += speed*eta*error",
    response="y",
    parameters={
        "speed": Parameter(
            3.0,
            "learning rate, as a multiple of that of the layers",
            "perturbation learning of the Mexican hat",
        ),
        "charge": Parameter(
            0.0625,
            "contribution of a spike at the beginning of a presentation",
            "two over 32 steps: the time average of an integrator",
        ),
    },
    references=("WidrowHoff1960",),
)
