"""ON/OFF retina: each pixel against its Gaussian surround, brighter (ON) and darker (OFF) apart.

ON cells (copy 0) respond to ``gain*(pixel - surround)`` and OFF cells (copy 1)
to its negative, both rectified: a difference of Gaussians whose centre is one
pixel (Rodieck 1965; ON and OFF centres: Kuffler 1953).  The response drives a
rate code, as in `rate`.
"""

from brian2 import Hz

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

on_off = Encoder(
    name="on_off",
    equations="""dphase/dt = max_rate*response : 1
                 response = clip(gain*(1 - 2*copy)*(intensity - surround), 0, 1) : 1""",
    start="phase = rand()",
    threshold="phase >= 1",
    reset="phase -= 1",
    copies=2,
    surround_parameter="sigma",
    parameters={
        "max_rate": Parameter(250 * Hz, "rate at full response", "as in rate"),
        "gain": Parameter(
            2.0, "response at full contrast, which is clipped at 1", "found on Fashion-MNIST, with sigma"
        ),
        "sigma": Parameter(
            2.0, "standard deviation of the surround, pixels", "found on Fashion-MNIST, with gain"
        ),
    },
    references=("Kuffler1953", "Rodieck1965"),
)
