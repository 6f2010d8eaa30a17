"""Noise and damage: what may happen to a trained network, or to what it is shown.

A perturbation is a frozen object with a `strength`; `apply` takes a trained
model and the samples that it is to be shown and gives both back, changed.
Nothing learns afterwards.  Those of the input change the samples (images) or the
encoder's spikes, which are recorded once and replayed as events; those of the
synapses change the weights; those of the neurons change their equations.

Random numbers come from the generator that `apply` is given: equal generators
draw equal patterns for every strength.
"""

from dataclasses import dataclass, replace

import numpy as np

from ffbrian.analyse.neuron_perturbations import DeadNeurons, MembraneNoise, ThresholdMismatch
from ffbrian.analyse.perturbation import Perturbation, with_network
from ffbrian.datasets import Events, Images
from ffbrian.errors import ModelError
from ffbrian.train.encoder_spikes import as_events


# -- the samples -------------------------------------------------------------------
@dataclass(frozen=True)
class GaussianNoise(Perturbation):
    """Normal noise on every pixel, its standard deviation a fraction of the range of intensities (0 to 255,
    clipped).
    """

    kind = "gaussian_noise"
    axis = "sd / intensity range"

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        return model, self._images(
            split,
            split_values(self, split)
            + 255 * self.strength * rng.standard_normal(split.values.shape, np.float32),
        )

    @staticmethod
    def _images(split, values):
        return replace(split, values=np.rint(values).clip(0, 255).astype(np.uint8))


@dataclass(frozen=True)
class SaltAndPepper(Perturbation):
    """A fraction of the pixels is black or white, each with the same probability."""

    kind = "salt_and_pepper"
    axis = "fraction of the pixels"
    highest = 1.0

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        values, drawn = split_values(self, split), rng.random(split.values.shape, np.float32)
        white = 255 * rng.integers(0, 2, split.values.shape, np.uint8)
        return model, replace(split, values=np.where(drawn < self.strength, white, values).astype(np.uint8))


def split_values(perturbation, split):
    """The pixels of images; a ModelError for anything else."""
    if not isinstance(split, Images):
        raise ModelError(
            f"perturbation {perturbation.kind!r}: needs images, but {split.name} holds "
            f"{type(split).__name__.lower()}; use spike_deletion or spike_jitter."
        )
    return split.values


# -- the spikes of the input ---------------------------------------------------------
@dataclass(frozen=True)
class InputRate(Perturbation):
    """The encoder's highest rate, multiplied."""

    kind = "input_rate"
    axis = "factor on the input rate"
    clean = 1.0
    is_random = False

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        encoder = model.network.encoder
        name = encoder.rate_parameter
        if name not in encoder.parameters:
            raise ModelError(
                f"perturbation {self.kind!r}: {encoder.title} has no parameter for its rate; leave this "
                "perturbation out."
            )
        return with_network(model, encoder=encoder(**{name: self.strength * encoder.values[name]})), split


@dataclass(frozen=True)
class SpikeDeletion(Perturbation):
    """Each spike of the input is lost, with the same probability, before it reaches any synapse."""

    kind = "spike_deletion"
    axis = "probability of a loss"
    highest = 1.0

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        model, events = as_events(model, split)
        kept = rng.random(len(events.times_us)) >= self.strength
        offsets = np.concatenate([[0], np.cumsum(kept)])[events.offsets]
        return model, replace(
            events, times_us=events.times_us[kept], units=events.units[kept], offsets=offsets
        )


@dataclass(frozen=True)
class SpikeJitter(Perturbation):
    """Each spike of the input is displaced by a normal time; none leaves the presentation, and two of one
    unit in one step merge.
    """

    kind = "spike_jitter"
    axis = "sd of the displacement (ms)"

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        model, events = as_events(model, split)
        last = int(1e6 * model.plan.n_steps * model.plan.dt) - 1
        times = events.times_us + 1000 * self.strength * rng.standard_normal(len(events.times_us))
        return model, sorted_events(events, np.rint(times).clip(0, last).astype(np.int64))


def sorted_events(events, times_us):
    """The same events at other times, in order again within each sample (`Events`)."""
    sample = np.repeat(np.arange(len(events)), np.diff(events.offsets))
    order = np.lexsort((times_us, sample))
    return Events(
        times_us[order],
        events.units[order],
        events.offsets,
        events.labels,
        events.n_units,
        events.name,
        events.shape,
    )


# -- the synapses ------------------------------------------------------------------
class OfWeights(Perturbation):
    """A perturbation of every array of weights by itself."""

    def apply(self, model, split, rng):
        """As `Perturbation.apply`."""
        old = {f"{name}.w": model.state[f"{name}.w"] for name in model.plan.synapse_sizes()}
        weights = {name: self.weights(w, rng).astype(w.dtype) for name, w in old.items()}
        return replace(model, state=model.state | weights), split

    def weights(self, w, rng):
        """The perturbed weights of one projection, (n_synapses,) float."""
        raise NotImplementedError


@dataclass(frozen=True)
class WeightNoise(OfWeights):
    """Every weight times (1 + strength * N(0, 1)): synapses that do not hold what they were told."""

    kind = "weight_noise"
    axis = "sd / weight"

    def weights(self, w, rng):
        """As `OfWeights.weights`."""
        return w * (1 + self.strength * rng.standard_normal(w.size))


@dataclass(frozen=True)
class WeightOffset(OfWeights):
    """Noise that is added: every weight plus strength * N(0, 1) times the root mean square of its
    projection.
    """

    kind = "weight_offset"
    axis = "sd / rms weight"

    def weights(self, w, rng):
        """As `OfWeights.weights`."""
        return w + self.strength * np.sqrt(np.mean(np.square(w, dtype=float))) * rng.standard_normal(w.size)


@dataclass(frozen=True)
class Quantization(OfWeights):
    """Weights in whole steps, 2**bits - 1 of them around 0.

    The step of each projection is the one of the least mean squared error
    (weights beyond the last step are clipped): no data are needed to choose it.
    """

    kind = "quantization"
    axis = "bits of a weight"
    clean = None
    is_random = False

    def __post_init__(self):
        if isinstance(self.strength, bool) or self.strength not in range(2, 25):
            raise ModelError(
                f"perturbation {self.kind!r}: strength is {self.strength!r}, expected a whole number of bits "
                "from 2 to 24."
            )

    def weights(self, w, rng):
        """As `OfWeights.weights`."""
        largest = 2 ** (int(self.strength) - 1) - 1
        spread, top = np.sqrt(np.mean(np.square(w, dtype=float))), float(np.abs(w).max(initial=0))
        steps = np.geomspace(max(min(spread, top), 1e-12), max(top, 1e-12), 60) / largest
        return min((rounded(w, step, largest) for step in steps), key=lambda q: np.square(q - w).sum())


def rounded(w, step, largest):
    """The nearest whole multiple of `step`, at most `largest` steps from 0."""
    return step * np.rint(w / step).clip(-largest, largest)


@dataclass(frozen=True)
class StuckOn(OfWeights):
    """A fraction of the synapses is stuck at the largest weight of its projection."""

    kind = "stuck_on"
    axis = "fraction of the synapses"
    highest = 1.0

    def weights(self, w, rng):
        """As `OfWeights.weights`."""
        return np.where(rng.random(w.size) < self.strength, np.abs(w).max(initial=0), w)


@dataclass(frozen=True)
class StuckOff(OfWeights):
    """A fraction of the synapses is stuck at 0."""

    kind = "stuck_off"
    axis = "fraction of the synapses"
    highest = 1.0

    def weights(self, w, rng):
        """As `OfWeights.weights`."""
        return np.where(rng.random(w.size) < self.strength, 0, w)


#: Every perturbation by its name in an experiment file.
KINDS = {
    kind.kind: kind
    for kind in (
        GaussianNoise,
        SaltAndPepper,
        InputRate,
        SpikeDeletion,
        SpikeJitter,
        WeightNoise,
        WeightOffset,
        Quantization,
        StuckOn,
        StuckOff,
        DeadNeurons,
        ThresholdMismatch,
        MembraneNoise,
    )
}
