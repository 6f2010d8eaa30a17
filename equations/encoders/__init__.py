"""Encoders: one file each, found by the name of the file."""
from ffbrian.equations._catalogue import catalogue

_MODELS = catalogue(__name__, __path__)
globals().update(_MODELS)
globals().update({name.title().replace("_", ""): model for name, model in _MODELS.items()})  # Rate(...) as well as rate(...)
__all__ = sorted(_MODELS)
