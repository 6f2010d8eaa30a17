"""Adaptive exponential integrate-and-fire neuron (AdEx).

An exponential term stands for the fast activation of sodium channels near
threshold; an adaptation current `I_adapt` follows the membrane and jumps at
each spike.  The parameters are those of the paper, fitted to a detailed model
of a regular-spiking pyramidal cell; its `w`, `a` and `b` are here `I_adapt`,
`g_adapt` and `b_adapt`, because `w` is a synaptic weight and `a` a spike count.

Stable with Euler steps of up to 1 ms, because the upstroke is cut at `v_cut`.
"""

from brian2 import ms, mV, nA, nS, pF

from ffbrian.models.neuron import NeuronModel
from ffbrian.models.text import Parameter

adex = NeuronModel(
    name="adex",
    equations="""
        dv/dt = (g_leak*(v_rest - v) + g_leak*Delta_T*exp((v - v_T)/Delta_T) - I_adapt + I_syn)/C : volt
        dI_adapt/dt = (g_adapt*(v - v_rest) - I_adapt)/tau_adapt : amp""",
    threshold="v > v_cut",
    reset="v = v_reset; I_adapt += b_adapt",
    initial="v = v_rest",
    limit="v = clip(v, v_floor, inf*volt)",
    method="euler",
    synapse="exponential_current",
    parameters={
        "C": Parameter(281 * pF, "membrane capacitance", "Brette & Gerstner 2005, table 1"),
        "g_leak": Parameter(30 * nS, "leak conductance", "Brette & Gerstner 2005, table 1"),
        "v_rest": Parameter(-70.6 * mV, "leak reversal potential", "Brette & Gerstner 2005, table 1"),
        "v_T": Parameter(
            -50.4 * mV, "potential at which the upstroke begins", "Brette & Gerstner 2005, table 1"
        ),
        "Delta_T": Parameter(2 * mV, "slope factor of the upstroke", "Brette & Gerstner 2005, table 1"),
        "v_cut": Parameter(
            -40.4 * mV,
            "potential that counts as a spike",
            "v_T + 5 Delta_T, from where the upstroke lasts less than 0.1 ms; the paper cuts at 20 mV",
        ),
        "v_reset": Parameter(-70.6 * mV, "reset potential", "Brette & Gerstner 2005: equal to v_rest"),
        "v_floor": Parameter(-90 * mV, "lowest potential", "reversal potential of K+, as in hodgkin_huxley"),
        "tau_adapt": Parameter(144 * ms, "time constant of adaptation", "Brette & Gerstner 2005, table 1"),
        "g_adapt": Parameter(
            4 * nS, "coupling of adaptation to the membrane", "Brette & Gerstner 2005, table 1"
        ),
        "b_adapt": Parameter(
            0.0805 * nA, "rise of the adaptation current at a spike", "Brette & Gerstner 2005, table 1"
        ),
    },
    references=("Brette2005", "Gerstner2014"),
)
