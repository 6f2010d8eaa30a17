"""The delta rule of `delta`, in a readout that waits until the layers have settled.

Layers whose synapses still change send other spikes for the same sample a little later, and what a
readout has learnt from them by then may be in its way.  Here its synapses are closed
while the layers' learning rate is above `opens`, and then learn by the delta rule (Widrow & Hoff 1960):
an area matures after the one that feeds it.  With a learning rate that decays, training has a first
part without the readout and a second one for it.
"""

from ffbrian.models.readout import Readout
from ffbrian.models.text import Parameter

late_delta = Readout(
    name="late_delta",
    equations="""y : 1
                 error : 1""",
    on_pre="y_post += w",
    respond="error = target - 1/(1 + exp(-y))",
    learn="w += speed*eta*int(s > 0)*int(eta < opens)*error_post*n_spikes_pre",
    response="y",
    parameters={
        "speed": Parameter(
            2.0, "learning rate, as a multiple of that of the layers", "chosen on MNIST, validation"
        ),
        "opens": Parameter(
            1e-4, "learning rate of the layers below which it learns", "a third of the first one on MNIST"
        ),
    },
    references=("WidrowHoff1960",),
)
