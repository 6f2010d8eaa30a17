"""Error broadcast: the readout's error reaches every neuron through fixed random synapses."""

from dataclasses import dataclass

from ffbrian.learning.supervised import Supervised


@dataclass(frozen=True)
class ErrorBroadcast(Supervised):
    """Direct feedback alignment, gated by activity: one presentation a sample.

    When a sample has been shown, the readout compares its responses with the target.
    The errors go back to every neuron of every layer through random synapses that never
    change, and each synapse multiplies what its postsynaptic neuron gets with its
    presynaptic trace, if the neuron was active.

    Attributes
    ----------
    feedback : float
        Standard deviation of the fixed weights from the readout to a layer.

    Source
    ------
    Noekland 2016, arXiv:1609.01596; Samadi, Lillicrap & Tweed 2017, Neural Comput. 29:578.
    """

    feedback: float = 1.0

    kind = "error_broadcast"
    learns_operators = True
    rule = "error_broadcast"
    offers = ("error_post", "n_spikes_post")

    def initial_state(self, plan, rng):
        state, n = super().initial_state(plan, rng), plan.n_received
        for number, layer in enumerate(plan.network.layers, 1):
            fixed = rng.normal(0, self.feedback, n * layer.size)
            state[f"feedback_{number}.w"] = fixed.astype(plan.float_type)
        return state

    def state_for(self, state, plan):
        return (
            state
            if plan.learns
            else {name: value for name, value in state.items() if not name.startswith("feedback_")}
        )
