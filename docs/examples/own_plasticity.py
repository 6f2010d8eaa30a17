"""A rule that counts both orders of spikes and slows down near its bounds learns digits."""
from brian2 import ms

import ffbrian as ff

rule = ff.PlasticityRule(
    pre_equations="dx/dt = -x/tau : 1", on_pre_spike="x += 1",
    post_equations="dy/dt = -y/tau : 1", on_post_spike="y += 1",
    equations="elig : 1", on_pre="elig += y_post", on_post="elig += x_pre",
    consolidate="w += eta*M*p_post*elig*(1 - abs(w)); elig = 0",
    parameters=dict(tau=20*ms, eta=1e-3))
data = ff.datasets.load("digits")
model = ff.Trainer(ff.Network([ff.Layer(100)], rule=rule)).fit(data.train, epochs=5)
recording = model.record(data.test[7])
ff.plot.anatomy(recording)["weight"].figure.savefig("own_plasticity.png")
accuracy = model.score(data.test)
print(f"accuracy {accuracy:.1%}")
assert accuracy > 0.8
