"""Node perturbation: a copy of the network gets noise, and what it changes tells each neuron what to do."""

from dataclasses import dataclass

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.decay import share
from ffbrian.learning.supervised import Supervised
from ffbrian.learning.trials import require_decay

ESTIMATES = ("antithetic", "baseline", "polarity")
#: The rule of each estimate.  With running moments a learning rate is the size of a step, whatever the
#: scale of the loss.
RULES = {
    "antithetic": "node_moments",
    "baseline": "node_moments",
    "polarity": "polarity_moments",
}


@dataclass(frozen=True)
class NodePerturbation(Supervised):
    """Noise in the drive of every neuron, constant over a presentation, and a scalar that tells its effect.

    The sample is shown to the network and, at the same time, to a copy that shares all
    weights.  Three estimates of what a neuron's noise did to the loss:

    - ``"antithetic"``: the network gets the noise, its copy the opposite noise; the
      difference of their losses is broadcast, one scalar.
    - ``"baseline"``: the network gets none, its copy gets it.
    - ``"polarity"``: as ``"baseline"``, but the errors of the undisturbed network and the
      changes of the responses are broadcast, one of each per output.  Every neuron learns
      from its own noise how it sways each output (its polarity) and multiplies that with
      the error and with its own measured gain.

    Attributes
    ----------
    estimate : str
    sigma : float
        Size of the noise, +sigma or -sigma, as a drive per time step in units of the
        distance from rest to threshold.
    memory : float
        Of ``"polarity"``: weight of one presentation in the running estimate.
    sigma_decay : float or str
        How sigma falls from epoch to epoch: a factor, or ``"cosine"``.

    Source
    ------
    Fiete & Seung 2006, Phys. Rev. Lett. 97:048104; Lansdell, Prakash & Kording 2019,
    arXiv:1906.00889 (polarity learned from perturbations).
    """

    estimate: str = "polarity"
    sigma: float = 0.01
    memory: float = 0.01
    sigma_decay: float | str = 1.0

    kind = "node_perturbation"
    learns_operators = True
    offers = ("nudge_post", "gain_post", "credit_post", "M")

    def __post_init__(self):
        if self.estimate not in ESTIMATES:
            raise ModelError(
                f"NodePerturbation: estimate is {self.estimate!r}, expected one of {', '.join(ESTIMATES)}."
            )
        for name in ("sigma", "memory"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < np.inf:
                raise ModelError(f"NodePerturbation: {name} is {value!r}, expected a number above 0.")
        require_decay(self, "sigma_decay")

    @property
    def rule(self):
        """The plasticity rule of a network that gives none."""
        return RULES[self.estimate]

    @property
    def trunks_learn(self):
        """With a polarity: the error that returns from the products is all a feature needs."""
        return self.estimate == "polarity"

    def for_code(self):
        return NodePerturbation(self.estimate)

    def check(self, network, inputs):
        super().check(network, inputs)
        network.require_stack("node_perturbation")

    def scalars(self, plan, epoch, epochs):
        return {"session.sigma": self.sigma * share(self.sigma_decay, epoch, epochs)} | (
            {"session.memory": float(self.memory)} if self.estimate == "polarity" else {}
        )

    def initial_state(self, plan, rng):
        state = super().initial_state(plan, rng)
        if self.estimate == "polarity":
            n = plan.n_received
            for number, layer in enumerate(plan.network.layers, 1):
                state |= {
                    f"feedback_{number}.c": np.zeros(n * layer.size, plan.float_type),
                    f"layer_{number}.q": np.zeros(layer.size, plan.float_type),
                }
        return state

    def state_for(self, state, plan):
        if plan.learns:
            return state
        return {
            name: value
            for name, value in state.items()
            if not name.startswith("feedback_") and not name.endswith(".q")
        }
