"""How long a run will take, before it starts.

The time of a presentation is counted from what happens in it: steps of neurons (as
`ffbrian.analyse.work` counts them), weights that a spike adds, pairs that a spike marks,
pairs that are consolidated, input neurons that are encoded.  What each of these takes was
measured on one machine (see docs/performance.md).
"""

from dataclasses import dataclass

import numpy as np

from ffbrian.analyse import work
from ffbrian.build.data_shape import DataShape
from ffbrian.train.metrics import TRAIN_SAMPLES

#: That each neuron of a layer sends in a presentation, before anything is known.
SPIKES_PER_NEURON = 0.5


@dataclass(frozen=True)
class Rates:
    """Nanoseconds of what a network does.

    Attributes
    ----------
    step : float
        A population in a step, whatever its size.
    neuron, function, operation : float
        A neuron in a step; an exponential or its like; an addition or multiplication.
    transmission, mark, consolidation : float
        A weight that a spike adds to a neuron; a pair of which the post-neuron spikes;
        a pair whose weight changes after a presentation.
    encoding : float
        An input neuron in a presentation.
    presentation : float
        What a presentation takes whatever the network.
    compilation : float
        Seconds for a network that was never built before.
    slowdown : float
        How many times longer everything takes outside the dense pathway.
    """

    step: float = 60.0
    neuron: float = 0.15
    function: float = 0.55
    operation: float = 0.012
    transmission: float = 0.1
    mark: float = 3.5
    consolidation: float = 0.4
    encoding: float = 25.0
    presentation: float = 3000.0
    compilation: float = 8.0
    slowdown: float = 10.0


@dataclass(frozen=True)
class Estimate:
    """What a run takes on one processor.

    Attributes
    ----------
    presentations, answers : int
        Of all seeds: in training, and of samples that are answered.
    microseconds, answer_microseconds : float
        Each of them.
    build : float
        Seconds of compilation, if the cache has nothing.
    """

    presentations: int
    answers: int
    microseconds: float
    answer_microseconds: float
    build: float

    @property
    def seconds(self):
        """Of processor time, without compilation."""
        training = self.presentations * self.microseconds
        return 1e-6 * (training + self.answers * self.answer_microseconds)

    def __str__(self):
        return (
            f"about {_duration(self.seconds)} on one processor ({self.presentations:,} presentations of "
            f"{self.microseconds:.0f} µs and {self.answers:,} answers of {self.answer_microseconds:.0f} µs), "
            f"and {self.build:.0f} s to compile it the first time"
        )


def estimate(experiment, data=None, rates=Rates()):
    """How long all seeds of an experiment take.

    Parameters
    ----------
    experiment : Experiment
    data : Dataset, optional
        The experiment's, if it is loaded already.
    rates : Rates

    Returns
    -------
    Estimate
    """
    data = data or experiment.data.load()
    train, validation = experiment.data.divide(data, experiment.seeds[0])
    plan = experiment.trainer.plan(DataShape.of(train, data.n_classes))
    algorithm, n_seeds = plan.algorithm, len(experiment.seeds)
    repeats = algorithm.presentations_of_sample() * experiment.epochs
    validated = len(validation) * experiment.epochs if validation is not None else 0
    answered = min(len(train), TRAIN_SAMPLES) + len(data.test) + validated
    shown = input_spikes(plan, train)
    n_shown = algorithm.presentations_of_answer(plan.inputs)
    return Estimate(
        presentations=n_seeds * len(train) * repeats,
        answers=n_seeds * answered,
        microseconds=presentation(plan, shown, rates, plan.learns) / 1e3,
        answer_microseconds=presentation(plan, shown, rates, False, n_shown) / 1e3,
        build=2 * rates.compilation,
    )


def input_spikes(plan, split):
    """What the encoder is expected to send in a presentation.

    Parameters
    ----------
    plan : Plan
    split : Images, Events, Signals or Vectors
        Of which the first 200 samples are looked at.

    Returns
    -------
    spikes, active : float
        All spikes, and the input neurons that send any.
    """
    encoder, first = plan.network.encoder, split.take(slice(0, min(200, len(split))))
    if plan.inputs.kind == "events":
        n_events, units = len(first.units) / len(first), np.unique(first.units)
        return encoder.copies * n_events, encoder.copies * min(n_events, len(units))
    if plan.inputs.kind != "values":
        return 2 * (float(plan.inputs.n_units * encoder.copies),)
    intensity = np.asarray(first.values, float).reshape(len(first), -1) / 255
    has_rate = encoder.rate_parameter in encoder.values
    n_steps = plan.mean_steps()
    highest = float(encoder.values[encoder.rate_parameter]) * n_steps * plan.dt if has_rate else 1
    expected = np.minimum(intensity * highest, n_steps)
    return tuple(encoder.copies * many.sum(axis=1).mean() for many in (expected, np.minimum(expected, 1)))


def presentation(plan, shown, rates, learns, copies=1):
    """Nanoseconds of one presentation.

    Parameters
    ----------
    plan : Plan
    shown : (float, float)
        Spikes of the encoder, and its neurons that send any (see `input_spikes`).
    rates : Rates
    learns : bool
    copies : int
        Of every layer, as where all labels are tried at once; they share what comes from the encoder.
    """
    (spikes, active), senders = shown, 1
    units = plan.inputs.n_units * plan.network.encoder.copies
    n_steps = plan.mean_steps()
    updates = n_steps / plan.n_steps  # 1, but in a stream
    total = updates * (rates.presentation + units * rates.encoding) + n_steps * 2 * rates.step
    for layer in plan.network.layers:
        n, own = layer.size, SPIKES_PER_NEURON * layer.size
        neurons = copies * n * step_of_neuron(work.of_layer(layer), rates)
        total += n_steps * (rates.step + neurons) + senders * spikes * n * rates.transmission
        if learns:
            total += active * (own * rates.mark + updates * n * rates.consolidation)
        spikes, active, senders = own, min(own, n), copies
    return total if plan.pathway == "dense" else total * rates.slowdown


def step_of_neuron(counted, rates):
    """Nanoseconds of a neuron in a step."""
    return rates.neuron + counted.functions * rates.function + counted.operations * rates.operation


def _duration(seconds):
    """A duration in words that suit its length."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"
