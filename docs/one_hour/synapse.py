"""A synapse of one's own (docs/own_synapse.md), audited, trained and recorded."""

import matplotlib.pyplot as plt
from brian2 import ms, mV

import ffbrian as ff

rising = ff.SynapseModel(
    equations="""ddrive/dt = (current - drive)/tau_rise : volt
                 dcurrent/dt = -current/tau_decay : volt""",
    on_input="current += J*afferent",
    parameters=dict(tau_rise=2 * ms, tau_decay=5 * ms, J=150 * mV),
)
data = ff.datasets.load("digits")
network = ff.Network([ff.Layer(100, synapse=rising)])
print(ff.audit(network).verdict)
model = ff.Trainer(network, presentation=40 * ms).fit(data.train, epochs=10)
print(f"accuracy {100 * model.score(data.test):.1f} %")
recording = model.record(data.test[7], label=3, variables=["v", "current", "drive"])
ff.plot.presentation(recording)
plt.savefig("synapse.png")
