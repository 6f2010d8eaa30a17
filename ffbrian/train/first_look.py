"""What an untrained network makes of its data: what reaches it, and how much of that is the label."""

from dataclasses import dataclass, replace

import numpy as np

from ffbrian.build.data_shape import DataShape
from ffbrian.datasets import Events, Signals
from ffbrian.models.quantities import AUTO
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train import calibration
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

SEED = 0


@dataclass(frozen=True)
class FirstLook:
    """Some training samples in a network with first weights.

    Attributes
    ----------
    n_samples, n_inputs, silent : int
        Samples, input neurons, and how many of these no sample makes spike.
    squares, overlap : float
        S and the overlap of samples, see `ffbrian.train.calibration`.
    input_drive, label_drive : float
        Spread over neurons of the first layer of what a presentation adds to the
        membrane, in thresholds.
    spikes : tuple of float
        Spikes per neuron and presentation of each layer.
    chosen : str
        What ``"auto"`` chooses for every setting, in words.
    """

    n_samples: int
    n_inputs: int
    silent: int
    squares: float
    overlap: float
    input_drive: float
    label_drive: float
    spikes: tuple
    chosen: str

    @property
    def label_share(self):
        """The label's part of the variance of the drive (float from 0 to 1)."""
        whole = self.input_drive**2 + self.label_drive**2
        return self.label_drive**2 / whole if whole else 0.0


def look(trainer, train, n_classes):
    """Show some training samples to a network that has learnt nothing.

    Parameters
    ----------
    trainer : Trainer
    train : Images, Events, Signals or Vectors
    n_classes : int

    Returns
    -------
    FirstLook or None
        None for encoders that send no spikes.
    """
    encoder, trainer = trainer.network.encoder, trainer.calibrated(train, n_classes).trainer
    samples = calibration.some(train, calibration.N_SAMPLES)
    found = calibration.spiking(trainer, samples, n_classes)
    if found is None:
        return None
    layer = trainer.network.layers[0]
    shows_labels = trainer.algorithm.has_labels and trainer.network.readout is None
    n_labels = calibration.label_spikes(trainer) * np.sqrt(trainer.network.label_size)
    return FirstLook(
        len(found.counts),
        found.counts.shape[1],
        found.silent,
        found.squares,
        found.overlap,
        layer.weight_of("in") * np.sqrt(found.squares),
        layer.weight_of("label") * n_labels if shows_labels else 0.0,
        spikes(trainer, samples, n_classes),
        calibration.calibrate(opened(trainer, encoder, train), train, n_classes).words(),
    )


def opened(trainer, encoder, train):
    """A calibrated trainer with every setting ``"auto"`` and the encoder that was given; times only where
    they are computed from the data.
    """
    network = replace(trainer.network, encoder=encoder)
    has_durations = isinstance(train, (Events, Signals)) and not trainer.timing
    pieces = {"layers": [opened_layer(one, has_durations) for one in network.layers]}
    if network.labels.rate_parameter in network.labels.parameters:
        pieces["labels"] = network.labels(**{network.labels.rate_parameter: AUTO})
    if network.rule is not None and {"eta", "w_max"} <= set(network.rule.parameters):
        pieces["rule"] = network.rule(eta=AUTO, w_max=AUTO)
    times = {"presentation": AUTO, "dt": AUTO} if has_durations else {}
    return replace(trainer, network=replace(network, **pieces), offset=AUTO, scale=AUTO, **times)


def opened_layer(layer, has_durations):
    """A layer with first weights ``"auto"``, and the time constant of the membrane where durations are."""
    is_open = has_durations and "tau_m" in layer.neuron.parameters
    neuron = layer.neuron(tau_m=AUTO) if is_open else layer.neuron
    return replace(layer, neuron=neuron, initial_weight=AUTO, label_weight=AUTO)


def spikes(trainer, samples, n_classes):
    """Spikes per neuron and presentation of each layer, before anything is learnt (tuple of float)."""
    plan = trainer.plan(DataShape.of(samples, n_classes))
    model = Model(plan, initial_state(plan, np.random.default_rng(SEED)), mode=trainer.mode)
    probe = plan.algorithm.probe(np.arange(len(samples)), np.asarray(samples.labels), SEED)
    with data_file(samples, plan) as path:
        table = open_plan(plan, trainer.mode).run(probe, path, model.state_for(plan), {}).table
    layers = enumerate(plan.network.layers, 1)
    return tuple(float(table[f"spikes_{number}"].mean() / layer.size) for number, layer in layers)
