"""Gradient-free spiking Forward-Forward networks as Brian 2 equations.

>>> import ffbrian as ff
>>> data = ff.datasets.load("digits")
>>> net = ff.Network(layers=[ff.Layer(100)])
>>> model = ff.Trainer(net).fit(data.train, epochs=5)       # doctest: +SKIP
>>> model.score(data.test)                                  # doctest: +SKIP
"""
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if (_root / "equations").is_dir() and not (Path(__file__).parent / "equations").is_dir():
    __path__.append(str(_root))  # a plain checkout: ffbrian.equations is the folder beside this one

from ffbrian import datasets, plot  # noqa: E402
from ffbrian.description import Parameter  # noqa: E402
from ffbrian.equations import encoders, modulators, neurons, plasticity, synapses  # noqa: E402
from ffbrian.errors import BuildError, DataError, ExperimentError, FFBrianError, ModelError, RunError  # noqa: E402
from ffbrian.model import Model, Prediction  # noqa: E402
from ffbrian.models import Encoder, Modulator, NeuronModel, PlasticityRule, SynapseModel  # noqa: E402
from ffbrian.negatives import HardNegatives, RandomNegatives  # noqa: E402
from ffbrian.network import Layer, Network  # noqa: E402
from ffbrian.trainer import Progress, Trainer  # noqa: E402

__version__ = "0.1.0"
__all__ = [
    "BuildError", "DataError", "Encoder", "ExperimentError", "FFBrianError", "HardNegatives", "Layer", "Model",
    "ModelError", "Modulator", "Network", "NeuronModel", "Parameter", "PlasticityRule", "Prediction", "Progress",
    "RandomNegatives", "RunError", "SynapseModel", "Trainer", "datasets", "encoders", "modulators", "neurons",
    "plasticity", "plot", "synapses",
]
