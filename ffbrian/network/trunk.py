"""A trunk of an operator network: what it tells of the points where a solution is asked for."""

from dataclasses import dataclass, fields, replace

import numpy as np

from ffbrian.equations import encoders
from ffbrian.errors import ModelError
from ffbrian.models.encoder import Encoder
from ffbrian.models.quantities import is_real, is_whole, shortened
from ffbrian.network import layer as layers_as_text
from ffbrian.network.layer import Layer


@dataclass(frozen=True, repr=False)
class Trunk:
    """A population that is shown coordinates; each of its neurons is a feature of the solution.

    It runs once for every different point, all of them beside each other and with the same
    weights.  A solution at a point is the sum over the features of products: the
    coefficient that the layers give for the input function, times the feature of every
    trunk.  One trunk makes a DeepONet; trunks of different axes make a separable one.

    Attributes
    ----------
    layer : Layer
        Its neurons; its synapse takes graded values.
    encoder : Encoder
        Codes coordinates.
    axes : tuple of int
        The coordinates that it is shown, from 0; empty for all.
    gain : float
        A feature is `gain` times the neuron's weighted spikes.
    speed : float
        Learning rate of its weights, as a multiple of that of the layers.

    Raises
    ------
    ModelError
        For another encoder, or a number out of its range.

    Source
    ------
    Lu and others 2021, Nature Machine Intelligence 3:218-229 (DeepONet); Yu and others
    2024, arXiv:2407.11253 (separable).
    """

    layer: Layer
    encoder: Encoder = encoders.receptive_fields
    axes: tuple = ()
    gain: float = 5.0
    speed: float = 1.0

    def __post_init__(self):
        if not isinstance(self.layer, Layer) or not self.layer.synapse.held:
            raise ModelError(
                f"Trunk: layer is {self.layer!r}, expected a Layer with a synapse that takes graded values, "
                "such as Layer(48, synapse=synapses.graded)."
            )
        is_coder = isinstance(self.encoder, Encoder) and self.encoder.reads == "vectors"
        if not is_coder or not self.encoder.is_graded:
            raise ModelError(
                f"Trunk: encoder is {self.encoder!r}, expected one that sends coordinates as graded values, "
                "such as encoders.receptive_fields."
            )
        axes = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes,)
        if not all(is_whole(axis, 0) for axis in axes) or len(set(axes)) < len(axes):
            raise ModelError(
                f"Trunk: axes is {shortened(self.axes)}, expected different whole numbers from 0, such "
                "as (0,)."
            )
        object.__setattr__(self, "axes", tuple(axes))
        for name, lowest in (("gain", -np.inf), ("speed", 0)):
            if not is_real(getattr(self, name), lowest):
                raise ModelError(
                    f"Trunk: {name} is {shortened(getattr(self, name))}, expected a number without unit"
                    f"{' of at least 0' if lowest == 0 else ''}."
                )

    def __repr__(self):
        seen = f"axes {', '.join(map(str, self.axes))}" if self.axes else "all axes"
        return f"<trunk of {self.layer.size} neurons for {seen}>"

    @property
    def size(self):
        """Number of features."""
        return self.layer.size

    def places(self, points):
        """The different points of its axes, scaled to lie between 0 and 1.

        Parameters
        ----------
        points : (q, d) array

        Returns
        -------
        places : (n_copies, n_axes) float array
        copy : (q,) int array
            Which of them belongs to each point.
        """
        seen = np.asarray(points, float)[:, list(self.axes) or slice(None)]
        low, width = seen.min(axis=0), np.ptp(seen, axis=0)
        places, copy = np.unique((seen - low) / np.where(width > 0, width, 1), axis=0, return_inverse=True)
        return places, np.ravel(copy)

    def without_values(self):
        """The trunk less what enters when a network runs."""
        return replace(self, layer=replace(self.layer, initial_weight=0.0, label_weight=None))

    def n_fields(self, n_axes):
        """Number of encoding cells, of points with `n_axes` coordinates."""
        return (len(self.axes) or n_axes) * self.encoder.copies


def checked(trunks):
    """Trunks as a tuple.

    Raises
    ------
    ModelError
        If one is no trunk, or they differ in the number of features.
    """
    trunks = tuple(trunks) if isinstance(trunks, (list, tuple)) else (trunks,)
    for trunk in trunks:
        if not isinstance(trunk, Trunk):
            raise ModelError(f"Network: trunks holds {trunk!r}, expected Trunk(Layer(48, ...)).")
    if len({trunk.size for trunk in trunks}) > 1:
        raise ModelError(
            f"Network: trunks have {', '.join(str(trunk.size) for trunk in trunks)} neurons; give all of "
            "them the same number, one neuron for each feature."
        )
    return trunks


def check_points(trunks, points, algorithm):
    """Raise ModelError unless data have the points, and the axes, that trunks are shown, and the algorithm
    knows trunks.

    Parameters
    ----------
    trunks : tuple of Trunk
    points : sequence of points, or empty
    algorithm : Algorithm
    """
    if trunks and not algorithm.learns_operators:
        raise ModelError(
            f"Plan: {algorithm.kind} knows no networks with trunks; learn operators by node_perturbation, "
            "error_broadcast or random_features, or leave the trunks out."
        )
    if trunks and not points:
        raise ModelError(
            "Plan: the network has trunks, which are shown the points of solutions, but the data have none; "
            "choose data such as 'poisson', or leave the trunks out."
        )
    for number, trunk in enumerate(trunks, 1):
        if max(trunk.axes, default=0) >= len(points[0]):
            raise ModelError(
                f"Plan: trunk {number} looks at axis {max(trunk.axes)}, but the points have {len(points[0])} "
                f"coordinates; choose axes from 0 to {len(points[0]) - 1}."
            )


def points_for(trunks):
    """Two points with as many coordinates as some trunks are shown; none without trunks."""
    n_axes = 1 + max((axis for trunk in trunks for axis in trunk.axes), default=0)
    return ((0.0,) * n_axes, (1.0,) * n_axes) if trunks else ()


def n_weights(trunks, points):
    """Number of weights of every trunk, by name (dict of str to int)."""
    return {
        f"trunk_weights_{number}": trunk.n_fields(len(points[0])) * trunk.size
        for number, trunk in enumerate(trunks, 1)
    }


def record(trunk):
    """A trunk as plain text and numbers (JSON)."""
    own = {f.name: getattr(trunk, f.name) for f in fields(trunk)}
    pieces = {"layer": layers_as_text.record(trunk.layer), "encoder": trunk.encoder.to_dict()}
    return own | pieces | {"axes": list(trunk.axes)}


def from_record(table):
    """The inverse of `record`."""
    layer, encoder = layers_as_text.from_record(table["layer"]), Encoder.from_dict(table["encoder"])
    return Trunk(**(table | {"layer": layer, "encoder": encoder}))
