"""Izhikevich's two-variable neuron, here a regular-spiking cell.

A quadratic membrane and a recovery variable `u`; four numbers make it spike
like most cortical cells.  `v` is a voltage and `u` a voltage per time, as in
Brian 2's own examples; the paper's a, b, c and d are `a_u`, `b_u`, `v_reset`
and `d_u`.  Its input current of 10 is here ``drive = 10 mV/ms * tau_in``.
"""

from brian2 import ms, mV

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

izhikevich = NeuronModel(
    name="izhikevich",
    equations="""dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + drive/tau_in : volt
                 du/dt = a_u*(b_u*v - u) : volt/second""",
    threshold="v > v_peak",
    reset="v = v_reset; u += d_u",
    initial="v = v_rest; u = b_u*v_rest",
    limit="v = clip(v, v_floor, inf*volt)",
    method="rk2",
    synapse="exponential",
    parameters={
        "a_u": Parameter(0.02 / ms, "rate of recovery (the paper's a)", "Izhikevich 2003, regular spiking"),
        "b_u": Parameter(
            0.2 / ms, "coupling of recovery to the membrane (b)", "Izhikevich 2003, regular spiking"
        ),
        "v_reset": Parameter(-65 * mV, "reset potential (c)", "Izhikevich 2003, regular spiking"),
        "d_u": Parameter(8 * mV / ms, "jump of recovery at a spike (d)", "Izhikevich 2003, regular spiking"),
        "v_peak": Parameter(30 * mV, "top of the spike", "Izhikevich 2003"),
        "v_rest": Parameter(
            -70 * mV, "resting potential", "lower root of 0.04 v^2 + 5 v + 140 = b v at b = 0.2"
        ),
        "v_floor": Parameter(
            -90 * mV,
            "lowest potential",
            "keeps the quadratic term from throwing v up after strong inhibition in steps of 1 ms",
        ),
        "tau_in": Parameter(
            10 * ms,
            "time in which a constant drive moves the membrane by its own size",
            "one exponential synapse at weight 0.46 then evokes a spike from rest",
        ),
    },
    references=("Izhikevich2003",),
)
