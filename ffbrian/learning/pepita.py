"""PEPITA: the sample is shown again, nudged by the error, and what that changes is learnt."""

from dataclasses import dataclass

from ffbrian.errors import ModelError
from ffbrian.learning.trials import Trials, require_number, require_one_of

SITES = ("layers", "input")
#: Data whose values can be nudged.
NUDGED = ("values", "vectors")


@dataclass(frozen=True)
class Pepita(Trials):
    """Present the error to perturb the input to modulate the activity.

    The sample is shown once, free, and the readout says how wrong it is.  It is shown
    again with the same spikes; this time fixed random synapses bring the error back as a
    constant drive.  Each synapse multiplies its presynaptic trace with what the nudge has
    changed in its postsynaptic neuron's spike count, if that neuron was active before.

    Attributes
    ----------
    site : str
        ``"layers"``: every neuron of every layer is nudged; ``"input"``: the values of the
        sample are, before they are coded, as published.
    gain : float
        Standard deviation of the nudge at an error of 1: in ``"layers"`` the drive of a
        whole presentation, in units of the distance from rest to threshold; in
        ``"input"`` of the values' range.
    sign : int
        Of the update in the nudged presentation; the feedback is random, so that both
        signs can be learnt with.  +1 is the published one, which lets weights grow along
        the feedback and can run away in spikes.

    Source
    ------
    Dellaferrera & Kreiman 2022, ICML, arXiv:2201.11665.
    """

    site: str = "layers"
    gain: float = 2.0
    sign: int = -1

    kind = "pepita"
    rule = "pepita"
    offers = ("s", "n_free_post", "n_spikes_post")

    def __post_init__(self):
        require_one_of(self, "site", SITES)
        require_one_of(self, "sign", (-1, 1))
        require_number(self, "gain")

    @property
    def stages(self):
        """Free, then nudged."""
        return (0, self.sign)

    def check(self, network, inputs):
        super().check(network, inputs)
        network.require_stack("pepita")
        reads = network.encoder.reads
        if self.site == "input" and reads not in NUDGED:
            raise ModelError(
                f"pepita nudges the values of a sample, but {network.encoder.title} reads {reads}, which "
                'have none; choose site = "layers".'
            )

    def for_code(self):
        return Pepita(self.site)

    def scalars(self, plan, epoch, epochs):
        return {"session.gain": float(self.gain)}

    def initial_state(self, plan, rng):
        state, n = super().initial_state(plan, rng), plan.inputs.n_answers
        sizes = {str(k): layer.size for k, layer in enumerate(plan.network.layers, 1)}
        for name, size in sizes.items() if self.site == "layers" else (("inputs", plan.n_inputs),):
            state[f"feedback_{name}.w"] = rng.normal(0, 1, n * size).astype(plan.float_type)
        return state

    def state_for(self, state, plan):
        if plan.learns:
            return state
        return {name: values for name, values in state.items() if not name.startswith("feedback_")}

    def title(self):
        return f"pepita, error into the {self.site}"
