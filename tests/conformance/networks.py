"""Small networks that every runner must train to the same weights."""

import ffbrian as ff

NEGATIVES = ff.RandomNegatives()


def per_neuron():
    """Time constants drawn for each neuron, thresholds given one by one."""
    differing = {"tau_m": "20*ms*exp(0.5*randn())", "v_th": [f"{-52 + 0.1 * k} mV" for k in range(20)]}
    return ff.Network([ff.Layer(20, initial_weight=0.1, per_neuron=differing)])


NETWORKS = {"per neuron": per_neuron}
