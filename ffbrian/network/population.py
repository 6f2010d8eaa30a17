"""Populations of a network: what is shown, what the label says, and neurons."""

from dataclasses import dataclass, field

from ffbrian.equations import encoders, neurons
from ffbrian.errors import ModelError
from ffbrian.models.encoder import Encoder
from ffbrian.models.inhibition import Inhibition
from ffbrian.models.neuron import NeuronModel
from ffbrian.models.quantities import is_whole, shortened


@dataclass(frozen=True)
class Inputs:
    """The population that turns a sample into spikes; its size is that of the data.

    Attributes
    ----------
    encoder : Encoder
    """

    encoder: Encoder = encoders.rate

    def __post_init__(self):
        _check("Inputs", "encoder", self.encoder, Encoder, "ff.encoders.rate")


@dataclass(frozen=True)
class Labels:
    """The population that shows the label, for algorithms that show one.

    Attributes
    ----------
    size : int
        Neurons for each class.
    encoder : Encoder
    """

    size: int = 1
    encoder: Encoder = encoders.labels

    def __post_init__(self):
        _check("Labels", "encoder", self.encoder, Encoder, "ff.encoders.labels")
        _check_size("Labels", self.size, "neurons per class")


@dataclass(frozen=True)
class Population:
    """Neurons of one model.

    Attributes
    ----------
    size : int
    neuron : NeuronModel
    per_neuron : dict of str to text or array
        Parameters that differ from neuron to neuron, as in `Layer`.
    inhibition : Inhibition, optional
        Acts within the population.

    Raises
    ------
    ModelError
    """

    size: int
    neuron: NeuronModel = neurons.lif
    per_neuron: dict = field(default_factory=dict)
    inhibition: Inhibition | None = None

    def __post_init__(self):
        _check_size("Population", self.size, "neurons")
        _check("Population", "neuron", self.neuron, NeuronModel, "ff.neurons.lif")
        if self.inhibition is not None:
            _check("Population", "inhibition", self.inhibition, Inhibition, "ff.inhibition.subtractive")


def _check(title, name, given, kind, example):
    if not isinstance(given, kind):
        raise ModelError(
            f"{title}: {name} is {shortened(given)}, expected a {kind.__name__} such as {example}."
        )


def _check_size(title, size, what):
    if not is_whole(size, 1):
        raise ModelError(f"{title}: size is {shortened(size)}, expected a positive whole number of {what}.")
