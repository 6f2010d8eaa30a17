"""How the wrong label of a negative presentation is chosen."""

import importlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ffbrian.errors import ModelError

#: In a schedule: the network draws the label itself.
CHOSEN_BY_NETWORK = -1
#: In a schedule: no label is shown.
NO_LABEL = -2


@dataclass(frozen=True)
class RandomNegatives:
    """A wrong label, every one equally likely.

    Attributes
    ----------
    per_positive : int
        Negative presentations after each positive one.
    """

    per_positive: int = 1
    kind = "random"
    needs_candidates = False
    needs_layers = True
    shows_labels = True

    def __post_init__(self):
        _check_count(self.per_positive)

    def labels(self, truth, n_classes, rng):
        """Labels to show.

        Parameters
        ----------
        truth : (n,) int array
        n_classes : int
        rng : numpy.random.Generator

        Returns
        -------
        (n, per_positive) int array
        """
        shift = rng.integers(1, n_classes, (len(truth), self.per_positive))
        return (truth[:, None] + shift) % n_classes


@dataclass(frozen=True)
class HardNegatives:
    """A wrong label drawn by the network, the likelier the better it fits.

    During a presentation a copy of the layers for each label sees the same
    input; the label is drawn from the softmax of `sharpness` times goodness.

    Attributes
    ----------
    sharpness : float
        0 draws uniformly.
    per_positive : int
    """

    sharpness: float = 1.0
    per_positive: int = 1
    kind = "hard"
    needs_candidates = True
    needs_layers = True
    shows_labels = True

    def __post_init__(self):
        _check_count(self.per_positive)
        if not self.sharpness >= 0:
            raise ModelError(
                f"HardNegatives: sharpness is {self.sharpness!r}, expected a number of at least 0."
            )

    def labels(self, truth, n_classes, rng):
        """As `RandomNegatives.labels`: here the network chooses while it runs."""
        return np.full((len(truth), self.per_positive), CHOSEN_BY_NETWORK)


def _check_count(number):
    if not isinstance(number, int) or number < 0:
        raise ModelError(f"negatives: per_positive is {number!r}, expected a whole number of at least 0.")


@dataclass(frozen=True)
class HybridNegatives:
    """Images that look right in every small part and wrong as a whole; no label is shown.

    A negative is a hybrid of two images: under a mask with large random
    regions of ones and zeros it shows the first, elsewhere the second.  The
    layers learn without labels, and a readout behind them tells the classes
    apart.

    Attributes
    ----------
    blurs : int
        How often the random bits of a mask are blurred with (1/4, 1/2, 1/4)
        in both directions before they are cut at 1/2; more make larger regions.
    per_positive : int

    Source
    ------
    Hinton 2022, arXiv:2212.13345, section 3.2.
    """

    blurs: int = 6
    per_positive: int = 1
    kind = "hybrid"
    needs_candidates = False
    needs_layers = True
    shows_labels = False

    def __post_init__(self):
        _check_count(self.per_positive)
        if not isinstance(self.blurs, int) or self.blurs < 0:
            raise ModelError(
                f"HybridNegatives: blurs is {self.blurs!r}, expected a whole number of at least 0."
            )

    def labels(self, truth, n_classes, rng):
        """As `RandomNegatives.labels`: no label is shown."""
        return np.full((len(truth), self.per_positive), NO_LABEL)

    def images(self, split, samples, rng):
        """The negatives of some samples.

        Parameters
        ----------
        split : Images
        samples : (n,) int array
            The first image of each hybrid.
        rng : numpy.random.Generator
            Draws the second images and the masks.

        Returns
        -------
        (n * per_positive, channels, height, width) uint8 array
            Those of one sample are neighbours.
        """
        first = np.repeat(samples, self.per_positive)
        second = (first + rng.integers(1, max(len(split), 2), len(first))) % len(split)
        mask = smooth_masks(len(first), split.shape[1:], self.blurs, rng)[:, None]
        return np.where(mask, split.values[first], split.values[second])


def smooth_masks(n, shape, blurs, rng):
    """Random masks with large regions, (n, height, width) bool; see `HybridNegatives`."""
    from scipy.ndimage import convolve1d  # only here: it takes a while to load

    bits = rng.integers(0, 2, (n, *shape)).astype(np.float32)
    for _ in range(blurs):
        for axis in (1, 2):
            bits = convolve1d(bits, (0.25, 0.5, 0.25), axis=axis, mode="reflect")
    return bits > 0.5


@dataclass(frozen=True)
class FunctionNegatives:
    """Wrong labels that a function of your own chooses.

    Attributes
    ----------
    function : callable or str
        ``function(truth, n_classes, rng)`` gets the true labels, (n,) int array,
        and a ``numpy.random.Generator``, from which alone it may draw, so that a
        run can be repeated.  It returns one wrong label for each, (n,) ints, or
        several, (n, n_negatives).  An experiment file names it
        ``"module:function"``; the module must be importable where ffbrian runs.
        A name alone imports nothing, see `imported`.

    Raises
    ------
    ModelError
        If this is no function and no such name.
    """

    function: Any
    kind = "function"
    needs_candidates = False
    needs_layers = True
    shows_labels = True

    def __post_init__(self):
        if isinstance(self.function, str):
            _check_name(self.function)
            return
        if not callable(self.function):
            raise ModelError(
                f"FunctionNegatives: function is {self.function!r}, expected a function of (truth, "
                'n_classes, rng), or its name as "module:function".'
            )
        function = self.function
        object.__setattr__(self, "chosen", function)
        object.__setattr__(
            self,
            "function",
            f"{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}",
        )

    @property
    def is_imported(self):
        """Whether the function is at hand, and not its name alone."""
        return hasattr(self, "chosen")

    def imported(self):
        """The same with the function at hand; this runs the code of its module.

        Raises
        ------
        ModelError
            If there is no such function.
        """
        if self.is_imported:
            return self
        found, same = _imported(self.function), replace(self)
        if not callable(found):
            raise ModelError(
                f"FunctionNegatives: {self.function} is {found!r}, expected a function of (truth, n_classes, "
                "rng)."
            )
        object.__setattr__(same, "chosen", found)
        return same

    def labels(self, truth, n_classes, rng):
        """As `RandomNegatives.labels`."""
        if not self.is_imported:
            raise ModelError(
                f"FunctionNegatives: {self.function} is a name in a file, and code that a file names is "
                "imported only if you allow it: with --allow-code on the command line, with .imported() in "
                "Python."
            )
        wrong = np.asarray(self.chosen(truth.copy(), n_classes, rng))
        wrong = wrong[:, None] if wrong.ndim == 1 else wrong
        if wrong.ndim != 2 or len(wrong) != len(truth) or not np.issubdtype(wrong.dtype, np.integer):
            raise ModelError(
                f"FunctionNegatives: {self.function} returned {wrong.dtype} of shape {wrong.shape} for "
                f"{len(truth)} samples, expected whole numbers of shape ({len(truth)},) or ({len(truth)}, "
                "n_negatives)."
            )
        if wrong.size and not (0 <= wrong.min() and wrong.max() < n_classes):
            raise ModelError(
                f"FunctionNegatives: {self.function} returned the label "
                f"{wrong.min() if wrong.min() < 0 else wrong.max()}, expected labels from 0 to "
                f"{n_classes - 1}."
            )
        if (wrong == truth[:, None]).any():
            raise ModelError(
                f"FunctionNegatives: {self.function} returned the true label of a sample "
                f"({truth[(wrong == truth[:, None]).any(axis=1)][0]}); a negative needs a wrong one."
            )
        return wrong


def _check_name(text):
    module, _, name = text.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise ModelError(f'FunctionNegatives: {text!r} names no function; write "module:function".')


def _imported(text):
    """The function that ``"module:function"`` names."""
    module, _, name = text.partition(":")
    try:
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # the module may raise anything
        raise ModelError(
            f"FunctionNegatives: {text!r} cannot be found ({type(error).__name__}: {error}); write "
            '"module:function", with a module that Python finds from here (set PYTHONPATH to its folder).'
        ) from error
    return found


@dataclass(frozen=True)
class AllNegatives:
    """All wrong labels at once, and the right one with them: one presentation a sample.

    A copy of the layers for each label sees the sample, and all copies learn
    when the presentation ends: the right one in its positive phase, all
    others in their negative phase.  The rule must keep its traces in the neurons, as
    `trace_product` does; `contrast` is the modulator made for it.
    """

    kind = "all"
    per_positive = 0
    needs_candidates = True
    needs_layers = False
    shows_labels = True

    def labels(self, truth, n_classes, rng):
        """As `RandomNegatives.labels`: no presentation besides the positive one."""
        return np.zeros((len(truth), 0), int)


KINDS = {
    "random": RandomNegatives,
    "hard": HardNegatives,
    "all": AllNegatives,
    "hybrid": HybridNegatives,
    "function": FunctionNegatives,
}


def as_negatives(given):
    """One of the classes above; a plain function, or an object with a method ``labels``, is wrapped."""
    if type(given) in KINDS.values():
        return given
    return FunctionNegatives(getattr(given, "labels", given))
