"""Gradient-free spiking Forward-Forward networks as Brian 2 equations.

>>> import ffbrian as ff
>>> data = ff.datasets.load("digits")
>>> net = ff.Network(layers=[ff.Layer(100)])
>>> model = ff.Trainer(net).fit(data.train, epochs=5)       # doctest: +SKIP
>>> model.score(data.test)                                  # doctest: +SKIP
"""

import importlib
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if (_root / "equations").is_dir() and not (Path(__file__).parent / "equations").is_dir():
    __path__.append(str(_root))  # a plain checkout: ffbrian.equations is the folder beside this one

__version__ = "0.1.0"

from ffbrian.learning import HOMES as _ALGORITHMS  # noqa: E402 (once the folders are known; it loads nothing)

#: Public names by the module that defines them, which is loaded when one is first used:
#: importing Brian 2 takes a second, and a command imports less of it (see `ffbrian.brian_import`).
_HOMES = {
    "datasets": (),
    "network.connections": (),
    "plot": (),
    "estimators": (),
    "equations.encoders": (),
    "equations.inhibition": (),
    "equations.modulators": (),
    "equations.neurons": (),
    "equations.plasticity": (),
    "equations.readouts": (),
    "equations.signals": (),
    "equations.synapses": (),
    "analyse.audit": ("audit",),
    "errors": ("BuildError", "DataError", "ExperimentError", "FFBrianError", "ModelError", "RunError"),
    "learning.task": ("Classification", "Outputs", "Prediction", "Regression"),
    "learning.negatives": (
        "AllNegatives",
        "FunctionNegatives",
        "HardNegatives",
        "HybridNegatives",
        "RandomNegatives",
    ),
    "learning.timing": ("Stream",),
    "models.encoder": ("Encoder",),
    "models.inhibition": ("Inhibition",),
    "models.modulator": ("Modulator",),
    "models.neuron": ("NeuronModel",),
    "models.plasticity": ("PlasticityRule",),
    "models.readout": ("Readout",),
    "models.signal": ("Signal",),
    "models.synapse": ("SynapseModel",),
    "models.text": ("Parameter",),
    "network.layer": ("Layer",),
    "network.population": ("Inputs", "Labels", "Population"),
    "network.projection": ("Projection",),
    "network.network": ("Network",),
    "train.recording": ("Recording",),
    "train.trained": ("Model",),
    "train.trainer": ("Trainer",),
    "train.training": ("Progress",),
}
_MODULES = {home.rpartition(".")[2]: home for home, names in _HOMES.items() if not names}
_NAMES = {name: home for home, names in _HOMES.items() for name in names}
_NAMES |= {kind: f"learning.{file}" for file, kind in _ALGORITHMS.values()}
__all__ = sorted((*_MODULES, *_NAMES))


def __getattr__(name):
    if name in _MODULES:
        value = importlib.import_module(f"ffbrian.{_MODULES[name]}")
    elif name in _NAMES:
        value = getattr(importlib.import_module(f"ffbrian.{_NAMES[name]}"), name)
    else:
        raise AttributeError(f"module 'ffbrian' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__():
    return sorted((*globals(), *__all__))
