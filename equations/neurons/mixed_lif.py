"""Leaky integrate-and-fire neurons as `lif`, each with a time constant of its own.

The membrane time constants of a layer lie between `tau_fast` and `tau_slow`,
evenly on a logarithmic scale, so that some neurons hear coincidences and
others a whole word.  Neurons 0 and 1, 2 and 3 … (one of each polarity under
the opponent modulator) share one; from pair to pair the place on the scale
moves on by the golden ratio, which fills it evenly whatever the layer's size.
"""

from brian2 import ms, mV

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

mixed_lif = NeuronModel(
    name="mixed_lif",
    equations="""dv/dt = (v_rest - v + drive)/tau_m : volt
                 tau_m : second""",
    threshold="v > v_th",
    reset="v -= v_th - v_rest",
    initial="v = v_rest; tau_m = tau_fast*(tau_slow/tau_fast)**((stride*(unit//2)) % 1)",
    limit="v = clip(v, v_floor, inf*volt)",
    method="exact",
    synapse="delta",
    parameters={
        "tau_fast": Parameter(
            10 * ms, "shortest membrane time constant", "cortical in vivo, Destexhe et al. 2003"
        ),
        "tau_slow": Parameter(
            1000 * ms,
            "longest membrane time constant",
            "chosen: a spoken word; beyond what membranes alone give",
        ),
        "stride": Parameter(0.618034, "from pair to pair, on the logarithmic scale", "golden ratio"),
        "v_rest": Parameter(-65 * mV, "resting potential", "Gerstner et al. 2014, ch. 1"),
        "v_th": Parameter(-50 * mV, "threshold", "Gerstner et al. 2014, ch. 1"),
        "v_floor": Parameter(-80 * mV, "lowest potential", "as in lif"),
    },
    references=("Gerstner2014", "Destexhe2003"),
)
