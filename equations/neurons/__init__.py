"""Neuron models: one file each, found by the name of the file."""
from ffbrian.equations._catalogue import catalogue

_MODELS = catalogue(__name__, __path__)
globals().update(_MODELS)
__all__ = sorted(_MODELS)
