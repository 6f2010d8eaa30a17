"""The names of the data sets, and the grammar of data specs.

A spec is ``NAME``, ``NAME:option=value,...`` or ``npz:PATH``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ffbrian.datasets import (
    bonn_eeg,
    digits,
    division,
    functions,
    hd_spikes,
    idx_sets,
    nmnist,
    npz,
    operators,
    tonic_sets,
    transforms,
)
from ffbrian.datasets.checks import require


@dataclass(frozen=True)
class Source:
    """A named data set: one line about it, its loader, and its options.

    `load` is called with the folder (or None) and the options by name.
    """

    description: str
    load: Callable
    options: dict = field(default_factory=dict)


def positive(text, has_value, name):
    """Parse the value of an option such as ``pool=2``."""
    return _whole(text, has_value, name, 1)


def natural(text, has_value, name):
    """Parse the value of an option such as ``fold=0``."""
    return _whole(text, has_value, name, 0)


def flag(text, has_value, name):
    """Accept an option without a value, such as ``seizure``."""
    require(not has_value, f"{name} takes no value but got {text!r}; leave out the '='.")
    return True


def _whole(text, has_value, name, lowest):
    is_sound = has_value and text.isascii() and text.isdigit() and int(text) >= lowest
    require(is_sound, f"{name} is {text!r} but should be a whole number of at least {lowest}.")
    return int(text)


def _with_options(load, first, transform):
    """A loader with more options: `first`, the second argument of `transform`, and others that need it, by
    name.
    """

    def load_transformed(folder, **options):
        require(
            first in options or not options,
            f"option {' and '.join(map(repr, options))} of a data set also needs {first!r}; "
            f"write for example {first}=35 as well.",
        )
        data = load(folder)
        if not options:
            return data
        value = options.pop(first)
        return transforms.over_parts(data, lambda part: transform(part, value, **options))

    return load_transformed


def _pooled(load):
    return _with_options(load, "pool", transforms.pool)


def _grouped(load):
    return _with_options(load, "groups", transforms.group_units)


#: Options of sounds.
GROUPING = {"groups": positive, "width": positive, "every": positive}


def _tonic(name):
    return lambda folder: tonic_sets.load(name, folder)


SOURCES = {
    "digits": Source(
        "8x8 handwritten digits of scikit-learn, 1437 + 360, works offline", lambda folder: digits.load()
    ),
    "mnist": Source(
        "28x28 handwritten digits, 60000 + 10000 (idx files)", lambda folder: idx_sets.load("mnist", folder)
    ),
    "fashion-mnist": Source(
        "28x28 clothes, 60000 + 10000 (idx files)", lambda folder: idx_sets.load("fashion-mnist", folder)
    ),
    "nmnist-1100": Source(
        "event-camera digits, 2x34x34, first 1000 + 100 of N-MNIST", _pooled(nmnist.load), {"pool": positive}
    ),
    "nmnist": Source(
        "event-camera digits, 2x34x34, 60000 + 10000, through tonic",
        _pooled(_tonic("nmnist")),
        {"pool": positive},
    ),
    "dvs-gesture": Source(
        "event-camera gestures, 2x128x128, 1077 + 264, through tonic",
        _pooled(_tonic("dvs-gesture")),
        {"pool": positive},
    ),
    "hd-spikes": Source(
        "spoken digits as cochlear spikes, 700 channels, 1200 + 240, not SHD",
        _grouped(hd_spikes.load),
        GROUPING,
    ),
    "shd": Source(
        "Spiking Heidelberg Digits, 700 channels, 8156 + 2264, through tonic",
        _grouped(_tonic("shd")),
        GROUPING,
    ),
    "ssc": Source(
        "Spiking Speech Commands, 700 channels, 35 classes, through tonic", _grouped(_tonic("ssc")), GROUPING
    ),
    "bonn-eeg": Source(
        "EEG, 500 segments of 23.6 s at 173.61 Hz, one of several folds is tested",
        bonn_eeg.load,
        {"seizure": flag, "fold": natural, "folds": positive},
    ),
    "mexican-hat": Source(
        "a function of two variables, 4000 random points + a grid of 61 x 61, made here",
        lambda folder: functions.mexican_hat(),
    ),
    "poisson": Source(
        "an operator, f to u with -u'' = f, 2000 + 500 random functions, made here",
        lambda folder: operators.poisson(),
    ),
    "reaction-diffusion": Source(
        "an operator, f(x) to u(x, t) of a nonlinear equation, 1500 + 300 random functions, made here",
        lambda folder: operators.reaction_diffusion(),
    ),
}
NPZ = "npz"


def _numbers(text, has_value, name):
    """Parse the value of an option such as ``speakers=4+5``."""
    is_sound = has_value and text.isascii() and all(part.isdigit() for part in text.split("+"))
    require(is_sound, f"{name} is {text!r} but should be whole numbers with + between them, such as 4+5.")
    return [int(part) for part in text.split("+")]


#: Options of every set with classes: which fold of how many is tested, or which speakers.
DIVIDED = {"fold": natural, "folds": positive, "speakers": _numbers}


def names():
    """Return the known data sets, ``{name: one line about it}``."""
    known = {name: source.description + _option_help(source) for name, source in SOURCES.items()}
    return known | {"npz:PATH": "your own images, events, functions or operators in one .npz file"}


def load(spec, folder=None):
    """Load a data set by its spec.

    Parameters
    ----------
    spec : str
        ``NAME``, ``NAME:option=value,...`` or ``npz:PATH``; see `names`.
    folder : str or Path, optional
        Where the files are; by default $FFBRIAN_DATA, then the user's cache.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the name or an option is unknown, or the data are missing or damaged.
    """
    name, _, rest = str(spec).partition(":")
    if name == NPZ:
        require(rest, "npz: no path was given; write npz:PATH.")
        return npz.load(rest)
    require(name in SOURCES, f"data set {name!r} is unknown; known are {', '.join(names())}.")
    options = _parsed(name, spec, rest)
    divided = {
        key: options.pop(key) for key in DIVIDED if key in options and key not in SOURCES[name].options
    }
    return _divided(SOURCES[name].load(folder, **options), **divided)


def _divided(dataset, fold=None, folds=10, speakers=None):
    """A data set with its samples divided anew, where the spec says how."""
    if speakers is not None:
        return division.of_speakers(dataset, speakers)
    return dataset if fold is None else division.fold_of(dataset, fold, folds)


def _parsed(name, spec, rest):
    require(
        rest or not str(spec).endswith(":"),
        f"data set {spec!r}: options are missing after the colon; write {name!r} alone.",
    )
    options = {}
    for item in rest.split(",") if rest else ():
        key, equals, text = item.partition("=")
        known = SOURCES[name].options | {
            key: read for key, read in DIVIDED.items() if key not in SOURCES[name].options
        }
        require(
            key in known,
            f"data set {name!r}: option {key!r} is unknown; known are {', '.join(known) or 'none'}.",
        )
        require(key not in options, f"data set {name!r}: option {key!r} is given twice.")
        options[key] = known[key](text, bool(equals), f"data set {name!r}: option {key!r}")
    return options


def _option_help(source):
    return f" (options: {', '.join(source.options)})" if source.options else ""
