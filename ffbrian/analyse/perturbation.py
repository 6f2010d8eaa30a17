"""What all perturbations have in common."""

from dataclasses import dataclass, replace

import numpy as np

from ffbrian.errors import ModelError


@dataclass(frozen=True)
class Perturbation:
    """What all perturbations have in common.

    Attributes
    ----------
    strength : float
        Of what, `axis` says.
    """

    strength: float

    kind = ""
    axis = ""
    #: The strength that changes nothing; None where there is no such strength.
    clean = 0.0
    #: Highest strength that makes sense.
    highest = np.inf
    #: Whether two draws differ.
    is_random = True

    def __post_init__(self):
        strength = self.strength
        if (
            isinstance(strength, bool)
            or not isinstance(strength, (int, float))
            or not 0 <= strength <= self.highest
        ):
            limit = "of at least 0" if self.highest == np.inf else f"from 0 to {self.highest:g}"
            raise ModelError(
                f"perturbation {self.kind!r}: strength is {strength!r}, expected a number {limit} "
                f"({self.axis})."
            )

    def apply(self, model, split, rng):
        """Perturb.

        Parameters
        ----------
        model : Model
        split : Images or Events
        rng : numpy.random.Generator

        Returns
        -------
        model, split
            The arguments themselves stay as they are.

        Raises
        ------
        ModelError
            If the model or the data have nothing that could be perturbed in this way.
        """
        raise NotImplementedError


def with_network(model, **changes):
    """The same model with other parts of its network, which learns no more."""
    network = replace(model.network, **changes)
    return replace(model, plan=replace(model.plan, network=network, learns=False))
