"""How long a run will take, before it starts.

What a sample takes is measured on the network itself, compiled as the run needs it: equations,
encoder, activity and processor are those of the run, so nothing has to be assumed of them.
"""

import contextlib
import logging
import resource
from dataclasses import dataclass

from ffbrian.train.calibration import N_SAMPLES, some
from ffbrian.train.metrics import TRAIN_SAMPLES

LOG = logging.getLogger("ffbrian")
#: Samples of the shortest of the measured showings, by what factor they become more, and the most of them.
FEW, GROWTH, MOST = 8, 8, 4_096
#: Epochs in which a program is started again to see what that takes.
STARTS = 8
#: Seconds by which the last one should take longer than the shortest.
ENOUGH = 0.5


@dataclass(frozen=True)
class Times:
    """Milliseconds of processor time.

    Attributes
    ----------
    start, sample, answer : float
        The start of a program that trains, a sample to be learnt from, and one to be answered.
    """

    start: float
    sample: float
    answer: float


@dataclass(frozen=True)
class Estimate:
    """What a run takes on one processor, once its networks are compiled.

    Attributes
    ----------
    starts, samples, answers : int
        Programs that are started, samples that are learnt from and samples that are answered, in all
        epochs of all seeds.
    times : Times
        What each of them takes.
    """

    starts: int
    samples: int
    answers: int
    times: Times

    @property
    def seconds(self):
        """Of processor time."""
        times = self.times
        parts = self.starts * times.start, self.samples * times.sample, self.answers * times.answer
        return sum(parts) / 1e3

    def __str__(self):
        return (
            f"about {_duration(self.seconds)} on one processor ({self.samples:,} samples of "
            f"{self.times.sample:.3g} ms, {self.answers:,} answers of {self.times.answer:.3g} ms, "
            f"{self.starts:,} starts of {self.times.start:.3g} ms)"
        )


def estimate(experiment, data=None):
    """How long all seeds of an experiment take.

    Networks that are not in the cache are compiled, those that the run needs.

    Parameters
    ----------
    experiment : Experiment
    data : Dataset, optional
        The experiment's, if it is loaded already.

    Returns
    -------
    Estimate
    """
    data = data or experiment.data.load()
    train, validation = experiment.data.divide(data, experiment.seeds[0])
    trainer = experiment.trainer.calibrated(train, data.n_classes).trainer
    with _without_warnings():
        times = measured(trainer, train, data.n_classes)
    n_epochs = len(experiment.seeds) * experiment.epochs
    answered = len(experiment.seeds) * (min(len(train), TRAIN_SAMPLES) + len(data.test))
    return Estimate(
        starts=n_epochs * -(-len(train) // trainer.chunk),
        samples=n_epochs * len(train),
        answers=answered + (n_epochs * len(validation) if validation is not None else 0),
        times=times,
    )


@contextlib.contextmanager
def _without_warnings():
    """Keep quiet about a few samples what would be said of a run."""
    level = LOG.level
    LOG.setLevel(logging.ERROR)
    try:
        yield
    finally:
        LOG.setLevel(level)


def measured(trainer, train, n_classes):
    """What a network takes (`Times`), found by a short training and a short evaluation.

    Parameters
    ----------
    trainer : Trainer
        In which nothing is open.
    train : Images, Events, Signals or Vectors
    n_classes : int
    """

    def learn(samples, epochs=1):
        trainer.fit(samples, epochs=epochs, n_classes=n_classes, progress=None, initial=model)

    model = trainer.fit(some(train, N_SAMPLES), epochs=1, n_classes=n_classes, progress=None)
    model.predict(some(train, 1))  # compiles what answers
    few = some(train, _few(train))
    once, repeated = _seconds(learn, few), _seconds(learn, few, 1 + STARTS)
    sample, answer = _milliseconds(learn, train), _milliseconds(model.predict, train)
    return Times(max(1e3 * (repeated - once) / STARTS - len(few) * sample, 0), sample, answer)


def _milliseconds(work, split):
    """Processor time that every further sample takes, from so many that the start hardly matters."""
    few = n_samples = _few(split)
    least = taken = _seconds(work, some(split, few))
    while taken - least < ENOUGH and n_samples < min(MOST, len(split)):
        n_samples = min(MOST, len(split), GROWTH * n_samples)
        taken = _seconds(work, some(split, n_samples))
    return 1e3 * max(taken - least, 0) / max(n_samples - few, 1)


def _few(split):
    return max(1, min(FEW, len(split) // 2))


def _seconds(work, *what):
    """Processor time of this process and of those that it starts."""
    before = processor_seconds()
    work(*what)
    return processor_seconds() - before


def processor_seconds():
    """Of this process, and of those that it has started and that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in found)


def _duration(seconds):
    """A duration in words that suit its length."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"
