"""Weight perturbation: all weights of a layer are tried with noise, then with the opposite noise."""

from dataclasses import dataclass

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import once, readout_answers
from ffbrian.learning.decay import share
from ffbrian.learning.schedule import Schedule
from ffbrian.learning.trials import Trials, require_decay, require_number, require_one_of

SCOPES = ("global", "layer-wise")
#: In a schedule: all layers are tried at once; else a number whose rest by the layers tells which.
ALL = -1


@dataclass(frozen=True)
class WeightPerturbation(Trials):
    """Antithetic noise in the weights, and one scalar that tells its effect.

    The sample is shown twice with the same spikes: every synapse transmits its weight plus
    `sigma` times a sign of its own, then its weight minus that.  The difference of the
    losses is broadcast, and each synapse multiplies it with its own sign, if its
    presynaptic neuron was active.  The readout learns by the delta rule, from the error of
    the second presentation.

    Attributes
    ----------
    scope : str
        ``"global"``: all layers are tried at once; ``"layer-wise"``: one in a trial, in turn.
    sigma : float
        Size of the noise, as a weight.
    sigma_decay : float or str
        How sigma falls from epoch to epoch: a factor, or ``"cosine"``.

    Source
    ------
    Jabri & Flower 1992, IEEE Trans. Neural Netw. 3:154; Cauwenberghs 1993, NIPS 5; in
    spiking networks Wan, Zhang & Karniadakis 2024, arXiv:2411.07057 (there with exact
    directional derivatives, which are not computed here).
    """

    scope: str = "global"
    sigma: float = 0.01
    sigma_decay: float | str = 1.0

    kind = "weight_perturbation"
    rule = "weight_perturbation"
    offers = ("M", "noise")
    columns = ("stage", "tried")
    stages = (1, -1)
    answered_stage = -1

    def __post_init__(self):
        require_one_of(self, "scope", SCOPES)
        require_number(self, "sigma")
        require_decay(self, "sigma_decay")

    def check(self, network, inputs):
        super().check(network, inputs)
        network.require_stack("weight_perturbation")
        for number, layer in enumerate(network.layers, 1):
            if float(layer.delay):
                raise ModelError(
                    f"weight_perturbation tries weights that arrive at once, but layer {number} has delays "
                    f"of up to {layer.delay}; leave them out, or choose node_perturbation."
                )

    def for_code(self):
        return WeightPerturbation()

    def scalars(self, plan, epoch, epochs):
        return {"session.sigma": self.sigma * share(self.sigma_decay, epoch, epochs)}

    def training(self, places, truth, inputs, jitter, rng):
        shown = super().training(places, truth, inputs, jitter, rng)
        turn = rng.integers(0, 2**20) + np.arange(len(shown)) // len(self.stages)
        tried = turn if self.scope == "layer-wise" else np.full(len(shown), ALL)
        return Schedule(shown.columns | {"tried": np.asarray(tried, np.int32)})

    def answers(self, runner, places, truth, path, state, seed):
        return readout_answers(runner, places, truth, path, state, seed, stage=0, tried=ALL)

    def probe(self, places, truth, seed):
        return once(places, truth, seed, stage=0, tried=ALL)

    def title(self):
        return f"{self.scope} weight perturbation"
