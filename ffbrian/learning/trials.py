"""What algorithms have in common that show a sample several times before they have learnt from it."""

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import once, readout_answers
from ffbrian.learning.decay import is_decay
from ffbrian.learning.schedule import Schedule
from ffbrian.learning.supervised import Supervised


class Trials(Supervised):
    """A *trial* is all presentations of one sample; they have the same random numbers.

    Their column ``stage`` tells them apart, the session's `s` in the equations: 0 where
    the sample is shown as in an evaluation.

    Attributes
    ----------
    stages : tuple of int
        Of the presentations of a trial, in order.
    answered_stage : int
        In which of them the readout's answer counts.
    """

    columns = ("stage",)
    stages = (0,)
    answered_stage = 0

    def training(self, places, truth, inputs, jitter, rng):
        shown = super().training(places, truth, inputs, jitter, rng)
        trials = shown.part(np.repeat(np.arange(len(shown)), len(self.stages)))
        stage = np.tile(np.array(self.stages, np.int32), len(shown))
        return Schedule(trials.columns | {"stage": stage})

    def answered(self, schedule):
        return schedule["stage"] == self.answered_stage

    def answers(self, runner, places, truth, path, state, seed):
        return readout_answers(runner, places, truth, path, state, seed, stage=0)

    def probe(self, places, truth, seed):
        return once(places, truth, seed, stage=0)

    def presentations_of_sample(self):
        return len(self.stages)


def require_number(algorithm, name, at_least_zero=False):
    """Raise ModelError unless a setting is a finite number above 0 (or at least 0)."""
    value = getattr(algorithm, name)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and (0 < value < np.inf or (at_least_zero and value == 0)):
        return
    wanted = "a finite number of at least 0" if at_least_zero else "a finite number above 0"
    raise ModelError(f"{type(algorithm).__name__}: {name} is {value!r}, expected {wanted}.")


def require_one_of(algorithm, name, known):
    """Raise ModelError unless a setting is one of those known."""
    value = getattr(algorithm, name)
    if isinstance(value, bool) or value not in known:
        words = ", ".join(map(str, known))
        raise ModelError(f"{type(algorithm).__name__}: {name} is {value!r}, expected one of {words}.")


def require_decay(algorithm, name):
    """Raise ModelError unless a setting says how something falls from epoch to epoch."""
    value = getattr(algorithm, name)
    if not is_decay(value):
        raise ModelError(
            f"{type(algorithm).__name__}: {name} is {value!r}, expected a factor above 0 and at most 1.5, or "
            "'cosine'."
        )
