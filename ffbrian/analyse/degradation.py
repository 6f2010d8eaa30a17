"""How much accuracy a trained network keeps under noise and damage.

Each perturbation is applied at several strengths, with several random draws, to
networks that were trained with several seeds.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from ffbrian.analyse.perturbations import Perturbation
from ffbrian.errors import RunError


@dataclass(frozen=True)
class Sweep:
    """One perturbation at several strengths.

    Attributes
    ----------
    perturbations : tuple of Perturbation
        Of one kind, ascending in strength.
    scale : str
        Of the axis, ``"linear"`` or ``"log"``.
    """

    perturbations: tuple
    scale: str = "linear"

    @property
    def kind(self):
        """Name of the perturbation."""
        return self.perturbations[0].kind

    @property
    def strengths(self):
        """The strengths, ascending (list of float)."""
        return [one.strength for one in self.perturbations]

    def settings(self):
        """All that decides the curve besides the networks, as text."""
        return f"{self.scale}: {', '.join(map(repr, self.perturbations))}"

    def measure(self, model, split, n_draws):
        """Accuracies of one trained model.

        Parameters
        ----------
        model : Model
        split : Images or Events
        n_draws : int
            Of the perturbation; one is enough where nothing is random.

        Returns
        -------
        (n_strengths, n_draws) float array
        """
        return np.array(
            [
                [accuracy(one, model, split, draw) for draw in range(n_draws if one.is_random else 1)]
                for one in self.perturbations
            ]
        )


def accuracy(perturbation: Perturbation, model, split, draw):
    """Accuracy under one draw of a perturbation; it depends on kind, strength, draw and the model's seed
    alone.
    """
    check(model)
    rng = np.random.default_rng([model.seed, draw, zlib.crc32(perturbation.kind.encode())])
    changed, shown = perturbation.apply(model, split, rng)
    return changed.score(shown)


def check(model):
    """Raise RunError unless a model answers presentations, and with classes."""
    if model.plan.stream:
        raise RunError("Robustness is measured in presentations, but this model learnt in a stream.")
    if model.plan.inputs.n_outputs:
        raise RunError(
            "Robustness is measured in accuracy, but this model answers with real-valued outputs, which have "
            "an error instead; choose data with classes."
        )


def area(strengths, accuracies, clean_strength, clean_accuracy, scale="linear"):
    """Area under the curve of accuracy against strength, 1 for a network that loses nothing.

    The curve is the polygon through the measured points and, where there is a
    strength that changes nothing, through the clean accuracy at that strength.
    Its integral (by trapezoids) is divided by the range of strengths that it
    spans and by the clean accuracy.  On a logarithmic scale the integral and the
    range are those of log2(strength).

    Parameters
    ----------
    strengths, accuracies : (n,) sequences
    clean_strength : float or None
    clean_accuracy : float
    scale : str

    Returns
    -------
    float
    """
    points = dict(zip(strengths, accuracies)) | (
        {} if clean_strength is None else {clean_strength: clean_accuracy}
    )
    x = np.array(sorted(points), float)
    y = np.array([points[strength] for strength in sorted(points)])
    x = np.log2(x) if scale == "log" else x
    if len(x) < 2:
        return float(y.mean() / clean_accuracy)
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum() / (x[-1] - x[0]) / clean_accuracy)


def curve(sweep, per_seed, clean):
    """What was measured of one sweep, as plain numbers.

    Parameters
    ----------
    sweep : Sweep
    per_seed : list of (n_strengths, n_draws) float array
        One for every training seed.
    clean : list of float
        Accuracies without perturbation.

    Returns
    -------
    dict
        `accuracy` is the mean over draws and seeds, `accuracy_sd` the standard
        deviation over seeds of the means over draws, `draw_sd` that over draws,
        averaged over seeds; `area` as of `area`, for each seed and averaged.
        Where there is one value only, there is no standard deviation, and it is None.
    """
    first = sweep.perturbations[0]
    means, n_draws = np.array([found.mean(axis=1) for found in per_seed]), per_seed[0].shape[1]
    areas = [area(sweep.strengths, mean, first.clean, base, sweep.scale) for mean, base in zip(means, clean)]
    return {
        "kind": sweep.kind,
        "settings": sweep.settings(),
        "axis": first.axis,
        "scale": sweep.scale,
        "clean_strength": first.clean,
        "strengths": sweep.strengths,
        "accuracy": means.mean(axis=0).tolist(),
        "accuracy_sd": _sd(means),
        "draw_sd": np.mean([_sd(found.T) for found in per_seed], axis=0).tolist() if n_draws > 1 else None,
        "area": float(np.mean(areas)),
        "area_sd": _sd(np.array(areas)),
        "runs": [found.tolist() for found in per_seed],
        "areas": areas,
    }


def _sd(values):
    """Standard deviations over the first axis (list of float, or float); None where there is one value."""
    return np.std(values, axis=0, ddof=1).tolist() if len(values) > 1 else None
