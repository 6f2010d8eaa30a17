"""Which neurons of a layer receive which neurons below."""

from dataclasses import MISSING, dataclass, fields
from functools import lru_cache

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.models.quantities import is_real, is_whole, shortened
from ffbrian.network import distributions
from ffbrian.network.weight_matrix import Rows


@dataclass(frozen=True)
class AllToAll:
    """Every neuron below to every neuron of the layer."""

    kind = "all_to_all"

    def pairs(self, shape, size):
        """None: there is nothing to list."""
        return None


@dataclass(frozen=True)
class RandomConnection:
    """Each pair with the same probability.

    Attributes
    ----------
    probability : float
        Of each pair, above 0 and at most 1.
    seed : int
        Of the choice, which is a part of the network.

    Raises
    ------
    ModelError
        For a probability outside its range.
    """

    probability: float
    seed: int = 0
    kind = "random"

    def __post_init__(self):
        if not is_real(self.probability) or not 0 < self.probability <= 1:
            raise ModelError(
                f"RandomConnection: probability is {shortened(self.probability)}, expected a number above 0 "
                "and at most 1."
            )
        _check_seed(self)

    def pairs(self, shape, size):
        """The connected pairs.

        Parameters
        ----------
        shape : tuple of int
            Of the population below.
        size : int
            Neurons of the layer.

        Returns
        -------
        pre, post : (n_synapses,) int arrays
            Sorted by `pre`, then by `post`.
        """
        rng = np.random.default_rng([self.seed, size])
        return np.nonzero(rng.random((int(np.prod(shape)), size)) < self.probability)


@dataclass(frozen=True)
class LocalConnection:
    """Each neuron sees one patch of what is below, in all channels; no weights are shared.

    Attributes
    ----------
    patch : int
        Side of the square, pixels; on a line of units, as those of a cochlea,
        the number of neighbours.
    seed : int
        Of the places of the patches, uniform over the image or line.
    """

    patch: int
    seed: int = 0
    kind = "local"

    def __post_init__(self):
        if not is_whole(self.patch, 1):
            raise ModelError(
                f"LocalConnection: patch is {shortened(self.patch)}, expected a positive whole number of "
                "pixels."
            )
        _check_seed(self)

    def pairs(self, shape, size):
        """The connected pairs, as `RandomConnection.pairs`.

        Raises
        ------
        ModelError
            If the population below is neither image nor line of units, as
            another layer, or smaller than the patch.
        """
        channels, *extents = shape
        if not extents or self.patch > min(extents):
            raise ModelError(
                f"LocalConnection: a patch of {self.patch} pixels does not fit the population below, of "
                f"shape {shape}; expected (channels, height, width) or (channels, n_units)."
            )
        rng = np.random.default_rng([self.seed, size])
        first = [rng.integers(0, extent - self.patch + 1, size) for extent in extents]
        inside = [
            (place[:, None] >= low) & (place[:, None] < low + self.patch)
            for place, low in zip(map(np.arange, extents), first)
        ]
        seen = inside[0] if len(extents) == 1 else inside[0][:, None] & inside[1][None]
        return np.nonzero(np.tile(seen.reshape(-1, size), (channels, 1)))


@dataclass(frozen=True)
class OneToOne:
    """Neuron k to neuron k; both populations have the same size."""

    kind = "one_to_one"

    def pairs(self, shape, size):
        """The connected pairs, as `RandomConnection.pairs`.

        Raises
        ------
        ModelError
            For populations of different sizes.
        """
        n_pre = int(np.prod(shape))
        if n_pre != size:
            raise ModelError(
                f"OneToOne: goes from {n_pre} neurons to {size}, expected as many; choose another connection."
            )
        return np.arange(size), np.arange(size)


@dataclass(frozen=True)
class Pairs:
    """The pairs that are listed.

    Attributes
    ----------
    pre, post : sequences of int
        One entry a synapse; they are sorted by `pre`, then by `post`.

    Raises
    ------
    ModelError
        For lists of different lengths, negative numbers, or a pair that stands twice.
    """

    pre: tuple
    post: tuple
    kind = "pairs"

    def __post_init__(self):
        try:
            pre, post = (np.asarray(getattr(self, end)).ravel() for end in ("pre", "post"))
            if (
                len(pre) != len(post)
                or not len(pre)
                or pre.dtype.kind not in "iu"
                or post.dtype.kind not in "iu"
            ):
                raise ValueError
        except (TypeError, ValueError):
            raise ModelError(
                f"Pairs: pre is {shortened(self.pre)} and post is {shortened(self.post)}, expected two lists "
                "of whole numbers of equal length, one entry a synapse."
            ) from None
        order = np.lexsort((post, pre))
        pre, post = pre[order], post[order]
        if min(pre.min(), post.min()) < 0 or ((np.diff(pre) == 0) & (np.diff(post) == 0)).any():
            raise ModelError("Pairs: numbers of neurons begin at 0, and no pair stands twice.")
        object.__setattr__(self, "pre", tuple(pre.tolist()))
        object.__setattr__(self, "post", tuple(post.tolist()))

    def __str__(self):
        return f"{len(self.pre)} listed pairs"

    def pairs(self, shape, size):
        """The connected pairs, as `RandomConnection.pairs`.

        Raises
        ------
        ModelError
            If a number has no neuron.
        """
        n_pre = int(np.prod(shape))
        if max(self.pre) >= n_pre or max(self.post) >= size:
            raise ModelError(
                f"Pairs: goes up to the pair ({max(self.pre)}, {max(self.post)}), but there are {n_pre} "
                f"neurons before and {size} behind the synapses, counted from 0."
            )
        return np.array(self.pre), np.array(self.post)


@dataclass(frozen=True)
class Condition:
    """The pairs for which a condition holds, such as ``"abs(i - j) <= 5"``.

    Attributes
    ----------
    condition : str
        On the presynaptic neuron ``i`` and the postsynaptic ``j``; ``N_pre`` and ``N_post``
        are how many there are, ``rand()`` is drawn for each pair.
    seed : int
        Of the draws.
    """

    condition: str
    seed: int = 0
    kind = "condition"

    def __post_init__(self):
        distributions.read_condition("Condition", self.condition)
        _check_seed(self)

    def pairs(self, shape, size):
        """The connected pairs, as `RandomConnection.pairs`.

        Raises
        ------
        ModelError
            If it holds for no pair.
        """
        n_pre = int(np.prod(shape))
        i, j = np.divmod(np.arange(n_pre * size), size)
        rng = np.random.default_rng([self.seed, size])
        holds = distributions.evaluated(self.condition, i, j, n_pre, size, rng).astype(bool)
        if not holds.any():
            raise ModelError(
                f"Condition: {self.condition!r} holds for none of the {n_pre} x {size} pairs of neurons."
            )
        return i[holds], j[holds]


def _check_seed(connection):
    if not is_whole(connection.seed):
        raise ModelError(
            f"{type(connection).__name__}: seed is {shortened(connection.seed)}, expected a whole number of "
            "at least 0."
        )


KINDS = {
    kind.kind: kind for kind in (AllToAll, RandomConnection, LocalConnection, OneToOne, Pairs, Condition)
}


@lru_cache(maxsize=16)
def pairs(connection, shape, size):
    """The connected pairs of a layer, or None for all of them (kept for the next call)."""
    return connection.pairs(shape, size)


def delays(longest, n):
    """Conduction delays of `n` synapses in time steps, each number up to `longest` equally likely; always the
    same.

    Returns
    -------
    (n,) int array
    """
    return np.random.default_rng([longest, n]).integers(0, longest + 1, n)


def count(connection, shape, size):
    """Number of synapses from a population of `shape` to `size` neurons."""
    chosen = pairs(connection, shape, size)
    return int(np.prod(shape)) * size if chosen is None else len(chosen[0])


def as_matrix(connection, shape, size, weights):
    """Weights as a matrix, with 0 where there is no synapse.

    Returns
    -------
    (n_pre, n_post) array
    """
    chosen, full = pairs(connection, shape, size), (int(np.prod(shape)), size)
    return np.reshape(weights, full) if chosen is None else Rows(*chosen, full).spread(weights)


def to_dict(connection):
    """A connection as plain text and numbers."""
    return {"kind": connection.kind} | {one.name: getattr(connection, one.name) for one in fields(connection)}


def from_dict(record):
    """The inverse of `to_dict`; an unknown kind is a ModelError that lists the known ones."""
    if not isinstance(record, dict):
        raise ModelError(
            f'connection: {shortened(record)} is no table; write for example {{kind = "random", probability '
            f"= 0.5}}."
        )
    given, kind = {key: value for key, value in record.items() if key != "kind"}, record.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ModelError(f"connection: kind is {shortened(kind)}; known are {', '.join(KINDS)}.")
    known = {f.name: f.default is MISSING for f in fields(KINDS[kind])}
    wrong = sorted(map(str, set(given) - set(known))) + [
        name for name, is_needed in known.items() if is_needed and name not in given
    ]
    if wrong:
        raise ModelError(
            f"connection {kind!r}: {'unknown is' if wrong[0] in given else 'there is no'} {wrong[0]!r}; it "
            f"takes {', '.join(known) or 'nothing'}."
        )
    return KINDS[kind](**given)
