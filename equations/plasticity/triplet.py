"""Triplet STDP that marks a synapse as eligible; goodness decides what becomes of it.

Pairs of spikes do not explain how plasticity depends on the rate; triplets do.
The presynaptic neuron keeps a fast trace `r1` and a slow one `r2`, the
postsynaptic neuron `o1` and `o2`.  A postsynaptic spike adds to the eligibility
``r1*(A2_plus + A3_plus*o2)``, a presynaptic spike takes
``o1*(A2_minus + A3_minus*r2)`` from it; the slow traces are read just before
the spike (all-to-all interaction).  As in `eligibility_stdp`, the modulator
turns eligibility into weight when a presentation ends.

The amplitudes are the paper's minimal model of hippocampal cultures in units of
its pair potentiation (0.0053), which `eta` takes over.
"""

from brian2 import ms

from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.text import Parameter

triplet = PlasticityRule(
    name="triplet",
    pre_equations="""dr1/dt = -r1/tau_plus : 1
                     dr2/dt = -r2/tau_x : 1""",
    on_pre_spike="r1 += 1; r2 += 1",
    post_equations="""do1/dt = -o1/tau_minus : 1
                      do2/dt = -o2/tau_y : 1""",
    on_post_spike="o1 += 1; o2 += 1",
    equations="elig : 1",
    on_pre="elig -= o1_post*(A2_minus + A3_minus*r2_pre)",
    on_post="elig += r1_pre*(A2_plus + A3_plus*o2_post)",
    consolidate="w = clip(w + eta*M*p_post*elig, -w_max, w_max); elig = 0",
    silent_without="r1_pre",
    parameters={
        "A2_plus": Parameter(
            1.0,
            "eligibility added by pre-before-post",
            "Pfister & Gerstner 2006, hippocampal culture, minimal all-to-all model: 5.3e-3, scale of eta",
        ),
        "A2_minus": Parameter(0.66, "eligibility removed by post-before-pre", "same model: 3.5e-3 / 5.3e-3"),
        "A3_plus": Parameter(1.51, "eligibility added by post-pre-post", "same model: 8e-3 / 5.3e-3"),
        "A3_minus": Parameter(0.0, "eligibility removed by pre-post-pre", "same model: absent"),
        "tau_plus": Parameter(
            16.8 * ms, "decay of the fast presynaptic trace", "Pfister & Gerstner 2006, after Bi & Poo 2001"
        ),
        "tau_x": Parameter(
            101 * ms,
            "decay of the slow presynaptic trace",
            "Pfister & Gerstner 2006, visual cortex; without effect while A3_minus is 0",
        ),
        "tau_minus": Parameter(
            33.7 * ms, "decay of the fast postsynaptic trace", "Pfister & Gerstner 2006, after Bi & Poo 2001"
        ),
        "tau_y": Parameter(
            40 * ms,
            "decay of the slow postsynaptic trace",
            "Pfister & Gerstner 2006, hippocampal culture, minimal all-to-all model",
        ),
        "eta": Parameter(3e-4, "learning rate", "as in eligibility_stdp"),
        "w_max": Parameter(1.0, "bound of the weight", "one spike brings a neuron from rest to threshold"),
    },
    references=("Pfister2006", "Fremaux2016", "Hinton2022"),
)
