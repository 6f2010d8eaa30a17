"""Leaky integrate-and-fire neuron with subtractive reset and a floor.

The membrane forgets with time constant `tau_m`.  At a spike the distance from
rest to threshold is subtracted, so that charge beyond the threshold is kept
and the spike count grows linearly with the drive.  ``lif(reset="v = v_rest")``
is the textbook neuron with hard reset; ``lif(limit="")`` has no floor.
"""

from brian2 import ms, mV

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

lif = NeuronModel(
    name="lif",
    equations="dv/dt = (v_rest - v + drive)/tau_m : volt",
    threshold="v > v_th",
    reset="v -= v_th - v_rest",
    initial="v = v_rest",
    limit="v = clip(v, v_floor, inf*volt)",
    method="exact",
    synapse="delta",
    parameters={
        "tau_m": Parameter(
            50 * ms,
            "membrane time constant",
            "chosen for 20-40 ms presentations; cortical in vivo values are 10-50 ms (Destexhe et al. 2003)",
        ),
        "v_rest": Parameter(-65 * mV, "resting potential", "Gerstner et al. 2014, ch. 1"),
        "v_th": Parameter(-50 * mV, "threshold", "Gerstner et al. 2014, ch. 1"),
        "v_floor": Parameter(
            -80 * mV,
            "lowest potential, one threshold distance below rest",
            "near the reversal potential of K+",
        ),
    },
    references=("Lapicque1907", "Gerstner2014", "Destexhe2003"),
)
