"""Reward-modulated STDP: the network acts, and reward minus expectation decides what its spikes taught."""

from dataclasses import dataclass

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.supervised import Supervised

EXPECTATIONS = ("confidence", "mean")


@dataclass(frozen=True)
class RewardStdp(Supervised):
    """One action a presentation, drawn from the readout's softmax; one scalar says how well it went.

    The reward is 1 if the action is the sample's class and 0 otherwise.  The modulator is
    the reward minus what was expected; it is broadcast to the synapses of all layers, which
    spikes have made eligible, and to those of the readout.

    Attributes
    ----------
    expectation : str
        ``"confidence"``: the probability with which the action was chosen;
        ``"mean"``: the running mean of the reward.
    memory : float
        Of ``"mean"``: weight of one presentation.

    Source
    ------
    Fremaux & Gerstner 2016, Front. Neural Circuits 9:85; Williams 1992, Mach. Learn. 8:229
    (the readout); Roelfsema & van Ooyen 2005, Neural Comput. 17:2176 (the chosen neuron's
    activity as expectation); Izhikevich 2007, Cereb. Cortex 17:2443 (eligibility from STDP).
    """

    expectation: str = "confidence"
    memory: float = 0.01

    kind = "reward_stdp"
    rule = "reward_stdp"
    offers = ("M",)
    tells = ("reward", "expected")

    def __post_init__(self):
        if self.expectation not in EXPECTATIONS:
            raise ModelError(
                f"RewardStdp: expectation is {self.expectation!r}, expected one of {', '.join(EXPECTATIONS)}."
            )
        value = self.memory
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
            raise ModelError(f"RewardStdp: memory is {value!r}, expected a number above 0 and at most 1.")

    def complete(self, network, inputs):
        return network.completed(rule=self.rule, readout="actor")

    def check_readout(self, network, inputs):
        if inputs is not None and inputs.n_outputs:
            raise ModelError(
                "reward_stdp chooses one of several actions, but the data hold real-valued targets; choose "
                "an algorithm that learns from errors, such as node_perturbation."
            )
        if network.readout is not None and not network.readout.acts:
            raise ModelError(
                f"reward_stdp needs a readout that acts, but {network.readout.title} has no variable "
                "p_class, or its learn reads neither chosen_post nor M; choose readouts.actor, or leave the "
                "readout out."
            )

    def for_code(self):
        return RewardStdp(self.expectation)

    def scalars(self, plan, epoch, epochs):
        return {"session.memory": float(self.memory)} if self.expectation == "mean" else {}

    def initial_state(self, plan, rng):
        expected = {"modulator.expected": np.zeros(1, plan.float_type)} if self.expectation == "mean" else {}
        return super().initial_state(plan, rng) | expected

    def means(self, sums):
        found = super().means(sums)
        return {"reward": 1 - found.pop("loss")} | found

    def words(self, means):
        return f"reward {means['reward']:.1%}, online {means['online_accuracy']:.1%}"
