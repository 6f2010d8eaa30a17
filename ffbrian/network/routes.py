"""Routes: the synapses of a network one projection after the other, as they are built."""

import zlib
from dataclasses import dataclass, fields

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.models.synapse import SynapseModel
from ffbrian.network import connections, distributions
from ffbrian.network.connections import AllToAll
from ffbrian.network.distributions import Values


@dataclass(frozen=True)
class UpTo:
    """Delays of any number of time steps up to the longest, each equally likely.

    Attributes
    ----------
    longest : float
        Seconds.
    """

    longest: float


@dataclass(frozen=True)
class Route:
    """Synapses from one population to one layer.

    Attributes
    ----------
    name : str
        Of the synapses.
    source : str
        ``"inputs"``, ``"labels"`` or ``"layer_2"``.
    target : int
        Number of the layer, from 1.
    side : str
        Under which it arrives there: ``"in"`` or ``"label"``.
    synapse : SynapseModel
        Adds to accumulators of the layer's synapse model.
    connection : AllToAll or another of `connections.KINDS`
    delay : UpTo, float, str or Values
        Seconds.
    initial_weight : float, str or Values
    is_plastic : bool
    sign : int or None
        Of all weights.
    """

    name: str
    source: str
    target: int
    side: str
    synapse: SynapseModel
    connection: object = AllToAll()
    delay: object = 0.0
    initial_weight: object = 0.02
    is_plastic: bool = True
    sign: int | None = None

    def pairs(self, shape, size):
        """Pre- and postsynaptic neurons, sorted, or None for all pairs.

        Parameters
        ----------
        shape : tuple of int
            Of the source.
        size : int
            Neurons of the target.
        """
        return connections.pairs(self.connection, shape, size)

    def ends(self, shape, size):
        """Pre- and postsynaptic neuron of every synapse, (n_synapses,) int arrays."""
        chosen = self.pairs(shape, size)
        return np.divmod(np.arange(int(np.prod(shape)) * size), size) if chosen is None else chosen

    @property
    def is_delayed(self):
        """Whether any synapse has a delay."""
        if isinstance(self.delay, UpTo):
            return self.delay.longest > 0
        return any(self.delay.numbers) if isinstance(self.delay, Values) else self.delay != 0

    def delay_steps(self, shape, size, dt):
        """The delay of every synapse in time steps, (n_synapses,) int array; None where none has one.

        Raises
        ------
        ModelError
            For delays below 0 or as many as there are no synapses.
        """
        if not self.is_delayed:
            return None
        if isinstance(self.delay, UpTo):
            longest = round(self.delay.longest / dt)
            n = connections.count(self.connection, shape, size)
            return connections.delays(longest, n) if longest else None
        seconds = self._of_synapses(self.delay, "delay", shape, size, self._own_generator())
        if not (seconds >= 0).all():
            raise ModelError(
                f"{self.name}: delay {self.delay!r} gives {seconds.min():g} second, expected at least 0; "
                "for example with clip(…, 0*ms, 20*ms)."
            )
        return np.round(seconds / dt).astype(int)

    def _own_generator(self):
        """Draws the same for this route in every training: delays are a part of the network."""
        return np.random.default_rng(zlib.crc32(f"{self.name} {self.delay}".encode()))

    def first_weights(self, shape, size, rng):
        """The weights that a training begins with, (n_synapses,) array."""
        if isinstance(self.initial_weight, float):
            n = connections.count(self.connection, shape, size)
            weights = rng.normal(0, self.initial_weight, n)
        else:
            weights = self._of_synapses(self.initial_weight, "initial_weight", shape, size, rng)
        return weights if self.sign is None else self.sign * np.abs(weights)

    def _of_synapses(self, value, where, shape, size, rng):
        """A float, an expression or values as one number for each synapse."""
        pre, post = self.ends(shape, size)
        if isinstance(value, str):
            return distributions.evaluated(value, pre, post, int(np.prod(shape)), size, rng)
        numbers = value.array() if isinstance(value, Values) else np.full(len(pre), value)
        if len(numbers) != len(pre):
            raise ModelError(
                f"{self.name}: {where} has {len(numbers)} values, but there are {len(pre)} synapses; "
                "give one for each, sorted by the presynaptic neuron, then by the postsynaptic one."
            )
        return numbers

    def to_dict(self):
        """A route as plain text and numbers (JSON)."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {
            "synapse": self.synapse.to_dict(),
            "connection": connections.to_dict(self.connection),
            "delay": _plain(self.delay),
            "initial_weight": _plain(self.initial_weight),
        }

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`."""
        models = {
            "synapse": SynapseModel.from_dict(record["synapse"]),
            "connection": connections.from_dict(record["connection"]),
            "delay": _value(record["delay"]),
            "initial_weight": _value(record["initial_weight"]),
        }
        return cls(**(record | models))


def _plain(value):
    is_own = isinstance(value, (UpTo, Values))
    return {one.name: getattr(value, one.name) for one in fields(value)} if is_own else value


def _value(plain):
    if not isinstance(plain, dict):
        return plain
    return UpTo(**plain) if "longest" in plain else Values(**plain)


def of_stack(layers):
    """The routes of a stack of layers: from below, and from the labels to each.

    Parameters
    ----------
    layers : tuple of Layer

    Returns
    -------
    tuple of Route
    """
    found = []
    for number, layer in enumerate(layers, 1):
        below = "inputs" if number == 1 else f"layer_{number - 1}"
        common = dict(target=number, synapse=layer.synapse)
        found.append(
            Route(
                f"synapses_{number}",
                below,
                side="in",
                connection=layer.connection,
                delay=UpTo(float(layer.delay)),
                initial_weight=float(layer.weight_of("in")),
                **common,
            )
        )
        from_labels = float(layer.weight_of("label"))
        found.append(
            Route(f"label_synapses_{number}", "labels", side="label", initial_weight=from_labels, **common)
        )
    return tuple(found)
