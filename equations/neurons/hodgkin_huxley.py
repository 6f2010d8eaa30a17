"""Hodgkin-Huxley neuron with the sodium and potassium channels of Traub and Miles.

A cortical cell of 20,000 um^2: transient sodium current (gates `m`, `h`),
delayed-rectifier potassium current (gate `n`) and leak, as in the benchmark of
Brette et al. 2007, with the threshold of a regular-spiking cell.  A spike is counted when `v` passes `v_th`
upwards; there
is no reset, the channels bring the membrane back.

Needs a time step of at most 0.1 ms: with exponential Euler it is stable there,
while steps of 1 ms miss the spike.
"""

from brian2 import mV, nS, pF, uS

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

hodgkin_huxley = NeuronModel(
    name="hodgkin_huxley",
    equations="""dv/dt = (g_leak*(v_leak - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + I_syn)/C : volt
                 dm/dt = alpha_m*(1 - m) - beta_m*m : 1
                 dh/dt = alpha_h*(1 - h) - beta_h*h : 1
                 dn/dt = alpha_n*(1 - n) - beta_n*n : 1
                 alpha_m = 1.28/exprel((13*mV - v + v_T)/(4*mV))/ms : Hz
                 beta_m = 1.4/exprel((v - v_T - 40*mV)/(5*mV))/ms : Hz
                 alpha_h = 0.128*exp((17*mV - v + v_T)/(18*mV))/ms : Hz
                 beta_h = 4/(1 + exp((40*mV - v + v_T)/(5*mV)))/ms : Hz
                 alpha_n = 0.16/exprel((15*mV - v + v_T)/(5*mV))/ms : Hz
                 beta_n = 0.5*exp((10*mV - v + v_T)/(40*mV))/ms : Hz""",
    threshold="v > v_th",
    refractory="v > v_th",
    initial="""v = v_rest
               m = alpha_m/(alpha_m + beta_m)
               h = alpha_h/(alpha_h + beta_h)
               n = alpha_n/(alpha_n + beta_n)""",
    method="exponential_euler",
    synapse="conductance",
    longest_step="0.1 ms",
    parameters={
        "C": Parameter(200 * pF, "membrane capacitance", "Brette et al. 2007: 20,000 um^2 at 1 uF/cm^2"),
        "g_leak": Parameter(10 * nS, "leak conductance", "Brette et al. 2007: 5e-5 S/cm^2"),
        "g_Na": Parameter(20 * uS, "peak sodium conductance", "Brette et al. 2007: 100 mS/cm^2"),
        "g_K": Parameter(6 * uS, "peak potassium conductance", "Brette et al. 2007: 30 mS/cm^2"),
        "v_leak": Parameter(
            -65 * mV, "leak reversal potential", "f-I example of Brian 2; Brette et al. 2007: -65 mV"
        ),
        "E_Na": Parameter(50 * mV, "sodium reversal potential", "Traub & Miles 1991; Brette et al. 2007"),
        "E_K": Parameter(-90 * mV, "potassium reversal potential", "Traub & Miles 1991; Brette et al. 2007"),
        "v_T": Parameter(
            -56.2 * mV,
            "shift of the gates, which sets the threshold",
            "Pospischil et al. 2008, regular-spiking cell; Brette et al. 2007: -63 mV, which fires at a "
            "weight of 0.25",
        ),
        "v_th": Parameter(-20 * mV, "potential that counts as a spike", "COBAHH example of Brian 2"),
        "v_rest": Parameter(
            -65 * mV, "potential at which a presentation begins", "where the currents cancel, within 0.1 mV"
        ),
    },
    references=("Hodgkin1952", "Traub1991", "Brette2007", "Pospischil2008", "Stimberg2019"),
)
