"""Quadratic integrate-and-fire neuron (QIF).

The normal form of every neuron that begins to fire at a saddle-node (class I):
between `v_rest` and `v_crit` it falls back, beyond `v_crit` it spikes by
itself.  Above the rheobase ``(v_crit - v_rest)**2/(4*v_scale)`` its rate grows
with the square root of the drive.  With `v_scale` equal to the distance from
`v_rest` to `v_crit` it behaves near rest like `lif` with the same `tau_m`.
"""

from brian2 import ms, mV

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

quadratic = NeuronModel(
    name="quadratic",
    equations="dv/dt = ((v - v_rest)*(v - v_crit)/v_scale + drive)/tau_m : volt",
    threshold="v > v_peak",
    reset="v = v_reset",
    initial="v = v_rest",
    limit="v = clip(v, v_floor, inf*volt)",
    method="rk2",
    synapse="exponential",
    parameters={
        "tau_m": Parameter(
            20 * ms,
            "membrane time constant at rest",
            "within the 10-50 ms of cortical cells (Destexhe et al. 2003); one exponential synapse at weight "
            "0.48 then evokes a spike from rest",
        ),
        "v_rest": Parameter(-65 * mV, "resting potential", "as in lif"),
        "v_crit": Parameter(
            -50 * mV, "potential beyond which the neuron spikes by itself", "the threshold of lif"
        ),
        "v_scale": Parameter(
            15 * mV, "scale of the quadratic term", "v_crit - v_rest: slope -1/tau_m at rest"
        ),
        "v_peak": Parameter(
            0 * mV,
            "top of the spike",
            "from here to infinity takes 5 ms without input; Gerstner et al. 2014, ch. 5",
        ),
        "v_reset": Parameter(-65 * mV, "reset potential", "equal to v_rest, as in lif with hard reset"),
        "v_floor": Parameter(-80 * mV, "lowest potential", "as in lif"),
    },
    references=("Ermentrout1986", "Latham2000", "Gerstner2014", "Destexhe2003"),
)
