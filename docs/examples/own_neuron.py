"""A leaky integrate-and-fire neuron with a slow K+ current learns digits."""
from brian2 import ms, mV

import ffbrian as ff

neuron = ff.NeuronModel(
    """dv/dt = (v_rest - v + g_K*(E_K - v) + drive)/tau_m : volt
       dg_K/dt = -g_K/tau_K : 1""",
    threshold="v > v_th", reset="v = v_rest; g_K += b", limit="v = clip(v, E_K, inf*volt)",
    parameters=dict(tau_m=50*ms, tau_K=100*ms, v_rest=-65*mV, E_K=-90*mV, v_th=-50*mV, b=0.5))
data = ff.datasets.load("digits")
net = ff.Network([ff.Layer(100, neuron)], rule=ff.plasticity.eligibility_stdp(eta=1e-3))
model = ff.Trainer(net, presentation=40*ms).fit(data.train, epochs=5)
recording = model.record(data.test[7], variables=["v", "g_K"])
ff.plot.membrane(recording).figure.savefig("own_neuron.png")
ff.plot.membrane(recording, variable="g_K").figure.savefig("own_neuron_g_K.png")
accuracy = model.score(data.test)
print(f"accuracy {accuracy:.1%}")
assert accuracy > 0.8
