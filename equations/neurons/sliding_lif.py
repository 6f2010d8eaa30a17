"""Leaky integrate-and-fire neuron with a sliding threshold of its plasticity.

The activity `r` counts the neuron's spikes in a presentation.  `theta_m` follows the
mean of ``r**2/r_0`` over many presentations: it is kept from one to the next and saved
with the model.  A rule such as `bcm` strengthens synapses of a neuron that is more
active than `theta_m` and weakens those of one that is less, so that no neuron
stays silent and none takes all.
"""

from brian2 import ms, mV, second

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

sliding_lif = NeuronModel(
    name="sliding_lif",
    equations="""dv/dt = (v_rest - v + drive)/tau_m : volt
                 dr/dt = -r/tau_r : 1
                 dtheta_m/dt = (r**2/r_0 - theta_m)/tau_theta : 1""",
    threshold="v > v_th",
    reset="v -= v_th - v_rest; r += 1",
    initial="v = v_rest; theta_m = theta_0",
    limit="v = clip(v, v_floor, inf*volt)",
    method="exponential_euler",
    persistent=("theta_m",),
    synapse="delta",
    parameters={
        "tau_m": Parameter(50 * ms, "membrane time constant", "as in lif"),
        "tau_r": Parameter(
            100 * second, "decay of the activity", "long against a presentation: a spike count"
        ),
        "tau_theta": Parameter(
            2 * second, "time over which theta_m averages", "chosen: 50 presentations of 40 ms"
        ),
        "r_0": Parameter(
            20.0,
            "activity at which theta_m equals it",
            "well above usual spike counts, so that most strengthen",
        ),
        "theta_0": Parameter(
            0.0, "theta_m when a training begins", "chosen: at first everything strengthens"
        ),
        "v_rest": Parameter(-65 * mV, "resting potential", "Gerstner et al. 2014, ch. 1"),
        "v_th": Parameter(-50 * mV, "threshold", "Gerstner et al. 2014, ch. 1"),
        "v_floor": Parameter(-80 * mV, "lowest potential", "as in lif"),
    },
    references=("Bienenstock1982", "Gerstner2014"),
)
