"""What a network needs to learn from data it has not seen: scales, from 64 training samples.

The sum S of squared spike counts that a neuron sees decides how far random
weights spread its drive: from it follow the first weights and the bound of the
weights.  The overlap of samples decides how far the lesson of one moves the drive
of another: from it follows the learning rate.  From the durations of samples
follow the presentation, and how long a membrane remembers; from grey values what
is dark and bright.  Only settings that are ``"auto"`` are computed.
"""

import logging
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from brian2 import Hz, Quantity, get_dimensions, second

from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.datasets import Events, Images, Signals, Vectors
from ffbrian.equations import encoders, neurons
from ffbrian.errors import ModelError
from ffbrian.models.quantities import AUTO, short_quantity
from ffbrian.models.text import Model as Text
from ffbrian.network import connections
from ffbrian.train.encoder_spikes import encoder_spikes
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

LOG = logging.getLogger("ffbrian")
#: Training samples that are looked at, chosen the same for every seed.
N_SAMPLES, CHOICE_SEED = 64, 0
#: Time steps up to which showing them without compiling is faster, and beyond which fewer are shown.
FEW_STEPS, MOST_STEPS = 3_000, 100_000
#: Spread of the drive of a layer's neurons at the end of a presentation, from below and from the label, in
#: thresholds.
INPUT_DRIVE, LABEL_DRIVE = 2.0, 4.0
#: Least and greatest overlap of samples, in S, that the learning rate reckons with.
LEAST_OVERLAP, MOST_OVERLAP = 0.25, 0.8
#: Spikes of the shown label, and presentations of so few steps that it fires in each of them.
LABEL_SPIKES, SHORT = 10, 50
#: Time steps of a presentation of events and of signals, and the percentile of durations that it covers.
N_STEPS, SIGNAL_STEPS, COVERED = 100, 500, 99
#: Membrane time constant in presentations: that of images, 50 ms and 20 ms.
MEMBRANE = 2.5
#: Percentile of each pixel that is dark, and of all grey values above that which is bright.
DARK, BRIGHT = 5, 99.5
#: Quanta of `delta_modulation` in the range of a signal.
N_QUANTA = 20
DIGITS = 3


@dataclass(frozen=True)
class Spiking:
    """What the encoder makes of some training samples.

    Attributes
    ----------
    counts : (n_samples, n_inputs) array
        Spikes of every input neuron in one presentation.
    squares : float
        S: mean over samples and neurons of the first layer of the summed squared
        spike counts of the inputs that the neuron sees.
    overlap : float
        The same of the products of the counts of two different samples.
    """

    counts: np.ndarray
    squares: float
    overlap: float

    @property
    def silent(self):
        """Input neurons that no sample makes spike (int)."""
        return int((self.counts.max(axis=0) == 0).sum())

    @property
    def shared(self):
        """Overlap of samples as a share of S (float)."""
        return self.overlap / self.squares

    @property
    def eta(self):
        """The learning rate: one lesson moves its own sample's drive by ``eta`` times S, and others'
        by ``eta`` times the overlap; samples of many spikes teach most.
        """
        own = np.sum(self.counts**2, axis=1)
        taught = self.squares * np.mean(own**2) / max(np.mean(own), 1.0) ** 2
        return (1 / np.clip(self.shared, LEAST_OVERLAP, MOST_OVERLAP) - 1) / max(taught, 1.0)


#: Where nothing that is to be computed depends on spikes.
UNSEEN = Spiking(np.ones((1, 1)), 1.0, 1.0)


@dataclass(frozen=True)
class Calibration:
    """A trainer with every setting that was ``"auto"`` computed.

    Attributes
    ----------
    trainer : Trainer
    chosen : dict of str to object
        What was computed, by key as in an experiment file.
    n_samples : int
        Training samples that it was computed from.
    """

    trainer: object
    chosen: dict
    n_samples: int

    def words(self):
        """What was computed, in one line; empty if nothing was."""
        if not self.chosen:
            return ""
        listed = ", ".join(f"{key} = {_shown(value)}" for key, value in self.chosen.items())
        return f"computed from {self.n_samples} training samples: {listed}"


def calibrate(trainer, train, n_classes):
    """Compute every setting of a trainer that is ``"auto"``.

    Parameters
    ----------
    trainer : Trainer
    train : Images, Events, Signals or Vectors
    n_classes : int

    Returns
    -------
    Calibration
        With the trainer as it was if nothing is open.
    """
    _check_computable(trainer)
    if not trainer.open and _reads(trainer.network, train):
        return Calibration(trainer, {}, 0)
    if trainer.timing:
        return _of_stream(trainer, train, n_classes)
    return _calibrated(trainer, train, n_classes, (_times, _membranes, _contrast, _label_rate))


def _calibrated(trainer, train, n_classes, steps):
    samples = some(train, N_SAMPLES)
    trainer, chosen = _encoder(trainer, samples)
    trainer = replace(trainer, network=trainer.complete_network())  # which depends on what the encoder reads
    for step in (*steps, partial(_weights, n_classes=n_classes)):
        trainer, found = step(trainer, samples)
        chosen |= found
    return Calibration(trainer, chosen, len(samples))


def _check_computable(trainer):
    """Raise ModelError where a parameter is to be computed for which there is no formula."""
    network = trainer.network
    computed = [(network.encoder, ()), (network.labels, (network.labels.rate_parameter,))]
    computed += [(layer.neuron, () if trainer.timing else ("tau_m",)) for layer in network.layers]
    computed += [] if network.rule is None else [(network.rule, ("eta", "w_max"))]
    for piece, known in computed:
        for name in sorted(set(piece.open) - set(known)):
            raise ModelError(
                f'{piece.title}: {name} is "auto", but nothing computes it; give it a value. '
                f"Computed can be: {', '.join(known) or 'no parameter of it'}."
            )


def _of_stream(trainer, train, n_classes):
    """The same as if samples were shown in presentations as long as they last on average."""
    dt = float(trainer.times()[1])
    shown = max(1, round(trainer.timing.mean_shown() / dt)) * dt * second
    in_parts = replace(trainer, timing=None, presentation=shown)
    found = _calibrated(in_parts, train, n_classes, (_times, _contrast, _label_rate))
    own = replace(found.trainer, timing=trainer.timing, presentation=AUTO)
    return replace(found, trainer=own)


def some(train, count):
    """A random choice of samples, the same whatever the seed of the run."""
    order = np.random.default_rng(CHOICE_SEED).permutation(len(train))
    return train.take(np.sort(order[:count]))


def _shown(value):
    if np.ndim(value):
        return f"{np.min(value):.3g} to {np.max(value):.3g}"
    return value if isinstance(value, str) else short_quantity(_rounded_quantity(value))


def _rounded_quantity(value):
    dimensions = get_dimensions(value)
    return Quantity(float(f"{float(value):.4g}"), dim=dimensions)


def _rounded(number):
    """A number as it is printed, so that what is typed again is the same."""
    return float(f"{number:.{DIGITS}g}")


# -- what reads the data, and how long ---------------------------------------------------
def _reads(network, split):
    return DataShape.of(split, 2).kind == network.encoder.reads or network.encoder != encoders.rate


def _encoder(trainer, samples):
    """The default encoder reads images; other data get the one that suits them."""
    if _reads(trainer.network, samples):
        return trainer, {}
    found = _suiting(samples)
    network = replace(trainer.network, encoder=found)
    return replace(trainer, network=network), {"network.encoder": found.name}


def _suiting(samples):
    if isinstance(samples, Events):
        return encoders.paced_time_cells
    if isinstance(samples, Vectors):
        return encoders.field_spikes
    low, high = np.percentile(samples.values, (100 - BRIGHT, BRIGHT))
    return encoders.delta_modulation(copies=6, smallest=_rounded((high - low) / N_QUANTA or 1.0))


def _times(trainer, samples):
    """Presentation and time step: of events and signals their duration, in a hundred steps."""
    if AUTO not in (trainer.presentation, trainer.dt):
        return trainer, {}
    presentation, dt = trainer.times()
    if isinstance(samples, (Events, Signals)):
        n_steps = N_STEPS if isinstance(samples, Events) else SIGNAL_STEPS
        if trainer.presentation == AUTO:
            step_us = max(1, int(np.ceil(np.percentile(durations_us(samples), COVERED) / n_steps)))
            given = step_us if trainer.dt == AUTO else float(dt) * 1e6
            presentation = given * max(1, round(n_steps * step_us / given)) / 1e6 * second
        if trainer.dt == AUTO:
            dt = presentation / n_steps
    known = {"presentation": trainer.presentation, "dt": trainer.dt}
    found = {"presentation": presentation, "dt": dt}
    chosen = {f"training.{name}": found[name] for name, value in known.items() if value == AUTO}
    return replace(trainer, **found), chosen


def _membranes(trainer, samples):
    """Default neurons remember a presentation of events or signals as well as one of images."""
    layers, chosen = [], {}
    for number, layer in enumerate(trainer.network.layers):
        if _forgets_too_soon(layer, samples) or "tau_m" in layer.neuron.open:
            tau = _rounded(MEMBRANE * float(trainer.times()[0])) * second
            layer = replace(layer, neuron=layer.neuron(tau_m=tau))
            chosen[f"network.layers.{number}.neuron.tau_m"] = tau
        layers.append(layer)
    network = replace(trainer.network, layers=tuple(layers)) if chosen else trainer.network
    return replace(trainer, network=network), chosen


def _forgets_too_soon(layer, samples):
    is_open = layer.neuron == neurons.lif and "initial_weight" in layer.open
    return is_open and isinstance(samples, (Events, Signals))


def durations_us(samples):
    """Time of the last event of every sample that has one, or the length of signals, (n,) float array."""
    if isinstance(samples, Signals):
        return np.full(len(samples), samples.duration_us, float)
    filled = np.diff(samples.offsets) > 0
    last = samples.times_us[samples.offsets[1:][filled] - 1]
    return last.astype(float) if len(last) else np.ones(1)


def _contrast(trainer, samples):
    """Grey values of images that are dark and bright."""
    if not isinstance(samples, Images) or AUTO not in (trainer.offset, trainer.scale):
        return trainer, {}
    grey = samples.values.reshape(len(samples), -1).astype(float)
    dark = np.percentile(grey, DARK, axis=0) if trainer.offset == AUTO else np.asarray(trainer.offset, float)
    bright = np.percentile((grey - dark).clip(0), BRIGHT) or 255.0
    found = {"offset": [_rounded(one) for one in dark] if trainer.offset == AUTO else trainer.offset}
    found["scale"] = _rounded(bright) if trainer.scale == AUTO else trainer.scale
    chosen = {f"training.{name}": found[name] for name in found if getattr(trainer, name) == AUTO}
    return replace(trainer, **found), chosen


# -- the label ------------------------------------------------------------------------------
def _label_rate(trainer, samples):
    """Ten spikes of the shown label, or one in each step of a short presentation."""
    labels = trainer.network.labels
    if labels.rate_parameter not in labels.open or not trainer.algorithm.has_labels:
        return trainer, {}
    presentation, dt = map(float, trainer.times())
    is_short = round(presentation / dt) <= SHORT
    rate = (1 / dt if is_short else LABEL_SPIKES / presentation) * Hz
    network = replace(trainer.network, labels=labels(**{labels.rate_parameter: rate}))
    return replace(trainer, network=network), {f"network.labels.{labels.rate_parameter}": rate}


def label_spikes(trainer):
    """Spikes of a neuron of the shown label in one presentation (float)."""
    labels, (presentation, dt) = trainer.network.labels, trainer.times()
    rate = labels.values.get(labels.rate_parameter)
    return float(presentation / dt if rate is None else np.floor(float(rate * presentation) + 0.5)) or 1.0


# -- weights and learning rate -----------------------------------------------------------------
def spiking(trainer, samples, n_classes):
    """What the encoder makes of some samples (`Spiking`); None where it sends no spikes."""
    if trainer.network.encoder.is_graded:
        return None
    plan = trainer.plan(DataShape.of(samples, n_classes))
    samples = samples.take(slice(0, max(8, MOST_STEPS // plan.n_steps)))
    mode = "runtime" if len(samples) * plan.n_steps <= FEW_STEPS else trainer.mode
    model = Model(plan, initial_state(plan, np.random.default_rng(CHOICE_SEED)), mode=mode)
    spikes = encoder_spikes(model, samples)
    sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    counts = np.zeros((len(spikes), plan.n_inputs))
    np.add.at(counts, (sample, spikes.units), 1)
    squares = np.mean(counts**2, axis=0)
    products = (len(counts) * counts.mean(axis=0) ** 2 - squares) / max(len(counts) - 1, 1)
    return Spiking(counts, max(1.0, seen(plan, squares)), seen(plan, products))


def seen(plan: Plan, squares):
    """Mean over the first layer's neurons of what they see of the inputs (float)."""
    layer = plan.network.layers[0]
    pairs = connections.pairs(layer.connection, plan.input_shape, layer.size)
    return float(squares.sum() if pairs is None else squares[pairs[0]].sum() / layer.size)


def _weights(trainer, samples, n_classes):
    """First weights of every layer, the learning rate and the bound of the weights."""
    network = trainer.network
    if not network.open or network.encoder.is_graded:
        return trainer, {}
    seen_spikes = spiking(trainer, samples, n_classes) if _needs_spikes(network) else UNSEEN
    layers, chosen, squares = [], {}, seen_spikes.squares
    for number, layer in enumerate(network.layers):
        changes = _first_weights(trainer, layer, squares)
        chosen |= {f"network.layers.{number}.{name}": value for name, value in changes.items()}
        layers.append(replace(layer, **changes))
        squares = max(
            1.0, layer.size * (INPUT_DRIVE**2 + LABEL_DRIVE**2) / 2
        )  # half of the drives are above 0
    rule = _open_values(network.rule, {"eta": seen_spikes.eta, "w_max": _bound(layers)})
    chosen |= {f"network.rule.{name}": value for name, value in rule.items()}
    network = replace(network, layers=tuple(layers), rule=network.rule and network.rule(**rule))
    return replace(trainer, network=network), chosen


def _needs_spikes(network):
    """Whether anything open depends on the spikes of the encoder, which take a second to find."""
    return "initial_weight" in network.layers[0].open or "eta" in (network.rule.open if network.rule else ())


def _first_weights(trainer, layer, squares):
    n_labels = label_spikes(trainer) * np.sqrt(trainer.network.label_size)
    known = {"initial_weight": INPUT_DRIVE / np.sqrt(squares)}
    known |= {"label_weight": LABEL_DRIVE / n_labels} if trainer.algorithm.has_labels else {}
    return {name: _rounded(value) for name, value in known.items() if name in layer.open}


def _bound(layers):
    return max(max(1.0, 20 * layer.weight_of("in"), 2 * layer.weight_of("label")) for layer in layers)


def _open_values(rule: Text | None, known):
    return {name: _rounded(known[name]) for name in (rule.open if rule else ()) if name in known}
