"""Small networks that every runner must train to the same weights."""

from brian2 import ms, mV

import ffbrian as ff
from ffbrian.network.connections import Condition, OneToOne, RandomConnection

STDP = ff.plasticity.eligibility_stdp
OPPONENT = {"M": ff.modulators.opponent}


def per_neuron():
    """Time constants drawn for each neuron, thresholds given one by one; calcium in every synapse."""
    differing = {"tau_m": "20*ms*exp(0.5*randn())", "v_th": [f"{-52 + 0.1 * k} mV" for k in range(20)]}
    layer = ff.Layer(20, initial_weight=0.1, per_neuron=differing)
    return ff.Network([layer], rule=ff.plasticity.calcium)


def recurrent():
    """Skip, lateral and feedback projections beside the feed-forward ones."""
    learning = dict(rule=STDP, initial_weight=0.1)
    return ff.Network(
        populations={
            "image": ff.Inputs(),
            "label": ff.Labels(),
            "first": ff.Population(20),
            "second": ff.Population(16),
        },
        projections=[
            ff.Projection("image", "first", **learning),
            ff.Projection("label", "first", **learning),
            ff.Projection("first", "second", rule=STDP, initial_weight=0.3),
            ff.Projection("label", "second", **learning),
            ff.Projection("image", "second", **learning),
            ff.Projection("first", "first", connection=Condition("i != j"), **learning),
            ff.Projection("second", "first", delay="1*ms + 4*ms*rand()", **learning),
        ],
        signals=OPPONENT,
    )


def excitatory_inhibitory():
    """Dale's law, depression with and without delays, gap junctions, several synapse models on one neuron."""
    weak = ff.synapses.exponential(tau_s=5 * ms, J=4 * mV)
    tired, facilitating = ff.synapses.depressing(J=60 * mV), ff.synapses.tsodyks_markram
    junction = ff.synapses.gap_junction
    return ff.Network(
        populations={
            "image": ff.Inputs(),
            "label": ff.Labels(),
            "cells": ff.Population(20),
            "basket": ff.Population(20),
        },
        projections=[
            ff.Projection("image", "cells", rule=STDP, initial_weight=0.1, sign=+1),
            ff.Projection("label", "cells", tired, rule=STDP, initial_weight=0.2, sign=+1),
            ff.Projection("cells", "cells", tired, rule=STDP, initial_weight=0.05, sign=+1, delay=2 * ms),
            ff.Projection("cells", "basket", facilitating, OneToOne(), initial_weight="0*i + 2", sign=+1),
            ff.Projection("basket", "basket", junction, Condition("i != j"), initial_weight="0*i + 0.05"),
            ff.Projection(
                "basket", "cells", weak, RandomConnection(0.3), delay=1 * ms, initial_weight=0.3, sign=-1
            ),
        ],
        signals=OPPONENT,
    )


def two_signals():
    """Decaying dopamine and acetylcholine, one gating the modulator, and neurons that hear the other."""
    rule = STDP(
        hears=("DA", "ACh"),
        consolidate="w = clip(w + eta*(M + DA)*ACh*p_post*elig, -w_max, w_max); elig = 0",
    )
    modulator = ff.modulators.opponent(hears=("ACh",), release="M = ACh*s/(1 + exp(s*slope*goodness))")
    excitable = ff.neurons.lif(threshold="v > v_th - 2*mV*(ACh - 1)", hears=("ACh",))
    follower = ff.Signal(name="follower", equations="late : 1", release="late += M*DA", hears=("M", "DA"))
    return ff.Network(
        [ff.Layer(20, excitable, initial_weight=0.1)],
        rule=rule,
        modulator=modulator,
        signals={"DA": ff.signals.dopamine, "ACh": ff.signals.acetylcholine, "late": follower},
    )


def voltage_based():
    """Conductances and NMDA receptors, and a rule that reads the membrane."""
    layer = ff.Layer(20, ff.neurons.conductance_lif, ff.synapses.nmda, initial_weight=0.1)
    return ff.Network([layer], rule=ff.plasticity.clopath)


def sliding_threshold():
    """A rule whose threshold of modification follows the activity of its neuron."""
    layer = ff.Layer(20, ff.neurons.sliding_lif, initial_weight=0.1)
    return ff.Network([layer], rule=ff.plasticity.bcm)


def sparse():
    """Three pairs in a hundred, within a population and from the image."""
    rule = STDP(A_minus=0.5)
    few = dict(rule=rule, connection=RandomConnection(0.03), initial_weight=0.5)
    return ff.Network(
        populations={"image": ff.Inputs(), "label": ff.Labels(), "cells": ff.Population(60)},
        projections=[
            ff.Projection("image", "cells", **few),
            ff.Projection("label", "cells", rule=rule, initial_weight=0.5),
            ff.Projection("cells", "cells", **few),
        ],
        signals=OPPONENT,
    )


NETWORKS = {
    "per neuron": per_neuron,
    "recurrent": recurrent,
    "excitatory and inhibitory": excitatory_inhibitory,
    "two signals": two_signals,
    "voltage-based": voltage_based,
    "sliding threshold": sliding_threshold,
    "sparse": sparse,
}
