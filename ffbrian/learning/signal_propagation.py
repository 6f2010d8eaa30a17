"""Signal propagation: targets are sent forwards like samples, and responses to both are brought together."""

from dataclasses import dataclass, replace

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import Answers, once, readout_columns
from ffbrian.learning.schedule import Schedule
from ffbrian.learning.trials import Trials, require_number, require_one_of

ANSWERS = ("readout", "nearest")


@dataclass(frozen=True)
class SignalPropagation(Trials):
    """Contrastive signal propagation, with hard wrong targets.

    A trial has three presentations: the sample alone; a wrong target alone; the sample's
    own target alone.  A target drives the first layer through fixed, positive, random
    synapses and goes on from there like any input.  Each layer compares its response to
    the sample with that to either target, and a scalar M, small where the own target's is
    the more similar already, tells its synapses how much to learn.  Nothing goes backwards.
    The wrong target is drawn from what the readout takes the sample for.

    Attributes
    ----------
    drive : float
        Scale of the drive from a target over a whole presentation, in units of the
        distance from rest to threshold (a half-normal distribution over neurons).
    contrast : float
        Slope of M in the difference of the similarities, in spikes.
    sharpness : float
        Of the draw of wrong targets, on the readout's responses; at 0 every one is equally
        likely.
    answer : str
        ``"readout"``, which learns by the delta rule from the responses to samples; or
        ``"nearest"``: the class whose target response is the most similar one in the last
        layer, without any readout.

    Source
    ------
    Kohan, Rietman & Siegelmann 2023, arXiv:2204.01723; the contrastive form with wrong
    targets as in Forward-Forward (Hinton 2022).
    """

    drive: float = 3.0
    contrast: float = 1.0
    sharpness: float = 1.0
    answer: str = "readout"

    kind = "signal_propagation"
    rule = "signal_propagation"
    offers = ("M", "n_input_pre", "n_input_post", "n_spikes_post", "n_wrong_post")
    stages = (0, -1, 1)

    def __post_init__(self):
        require_one_of(self, "answer", ANSWERS)
        require_number(self, "drive")
        require_number(self, "contrast")
        require_number(self, "sharpness", at_least_zero=True)

    # -- the network ------------------------------------------------------------
    def check(self, network, inputs):
        super().check(network, inputs)
        network.require_stack("signal_propagation")
        if inputs is not None and inputs.n_outputs:
            raise ModelError(
                "signal_propagation sends the targets of classes forwards, but the data hold real-valued "
                "targets; choose another algorithm with a readout, such as node_perturbation."
            )
        if network.encoder.is_graded:
            raise ModelError(
                f"signal_propagation compares spike counts, but {network.encoder.title} sends a graded "
                "value; choose an encoder that spikes, such as rate."
            )

    def for_code(self):
        return SignalPropagation(answer=self.answer)

    def scalars(self, plan, epoch, epochs):
        return {"session.contrast": float(self.contrast), "ballot.sharpness": float(self.sharpness)}

    def initial_state(self, plan, rng):
        n, size = plan.inputs.n_classes, plan.network.layers[0].size
        drawn = np.abs(rng.normal(0, self.drive / plan.n_steps, n * size))
        return super().initial_state(plan, rng) | {"target_synapses.w": drawn.astype(plan.float_type)}

    def state_for(self, state, plan):
        if plan.learns or self.answer == "nearest":
            return state
        return {name: values for name, values in state.items() if name != "target_synapses.w"}

    # -- answers ------------------------------------------------------------------
    def answers(self, runner, places, truth, path, state, seed):
        if self.answer == "readout":
            return super().answers(runner, places, truth, path, state, seed)
        n_classes = runner.plan.inputs.n_classes
        shown = targets_first(n_classes, once(places, truth, seed, stage=0))
        table = runner.run(shown, path, state, {}).table
        found = {name: column[n_classes:] for name, column in table.items()}
        values = np.array([found[name] for name in readout_columns(runner.plan)]).T[:, None]
        return Answers(values, found["input_spikes"], found)

    def title(self):
        by = {"readout": "the readout", "nearest": "the nearest target"}[self.answer]
        return f"signal propagation, answered by {by}"


def targets_first(n_classes, samples):
    """The target of every class alone, then samples.

    Parameters
    ----------
    n_classes : int
    samples : Schedule

    Returns
    -------
    Schedule
    """
    targets = Schedule.of(
        np.zeros(n_classes), np.zeros(n_classes), np.arange(n_classes), stage=np.ones(n_classes)
    )
    joined = {name: np.concatenate([targets[name], column]) for name, column in samples.columns.items()}
    return replace(samples, columns=joined)
