"""Leaky integrate-and-fire neuron whose threshold rises with its own spikes.

Each spike raises the threshold by `b`, which decays with `tau_a`; a neuron
that has just been active needs more drive, so activity spreads over the layer.
"""

from brian2 import ms, mV

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

adaptive_lif = NeuronModel(
    name="adaptive_lif",
    equations="""dv/dt = (v_rest - v + drive)/tau_m : volt
                 dh/dt = -h/tau_a : volt""",
    threshold="v > v_th + h",
    reset="v -= v_th - v_rest; h += b",
    initial="v = v_rest",
    limit="v = clip(v, v_floor, inf*volt)",
    method="exact",
    synapse="delta",
    parameters={
        "tau_m": Parameter(50 * ms, "membrane time constant", "as in lif"),
        "tau_a": Parameter(100 * ms, "decay of the threshold's rise", "Bellec et al. 2018 use 0.1 to 2 s"),
        "v_rest": Parameter(-65 * mV, "resting potential", "Gerstner et al. 2014, ch. 1"),
        "v_th": Parameter(-50 * mV, "threshold at rest", "Gerstner et al. 2014, ch. 1"),
        "v_floor": Parameter(-80 * mV, "lowest potential", "as in lif"),
        "b": Parameter(
            0.5 * mV, "rise of the threshold at a spike", "a thirtieth of the distance from rest to threshold"
        ),
    },
    references=("Bellec2018", "Gerstner2014"),
)
