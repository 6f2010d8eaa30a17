"""N-MNIST, SHD, SSC and DVS Gesture through tonic, which also downloads them."""

from dataclasses import dataclass
from pathlib import Path

from ffbrian.datasets import cache
from ffbrian.datasets.event_cache import cached_events, listing_key, sensor_units
from ffbrian.datasets.splits import Dataset
from ffbrian.errors import DataError


@dataclass(frozen=True)
class TonicSet:
    """How one class of tonic is asked for its parts, and the shape of its sensor."""

    class_name: str
    shape: tuple
    parts: dict


HALVES = {"train": dict(train=True), "test": dict(train=False)}
THIRDS = {"train": dict(split="train"), "test": dict(split="test"), "validation": dict(split="valid")}
SETS = {
    "nmnist": TonicSet("NMNIST", (2, 34, 34), HALVES),
    "dvs-gesture": TonicSet("DVSGesture", (2, 128, 128), HALVES),
    "shd": TonicSet("SHD", (700,), HALVES),
    "ssc": TonicSet("SSC", (700,), THIRDS),
}


def load(name, folder=None):
    """Load "nmnist", "dvs-gesture", "shd" or "ssc".

    tonic's own layout is looked for in `folder`, or else $FFBRIAN_DATA and the
    cache; without it tonic downloads the set into `folder` or the cache.
    Events are decoded once and mapped from the cache after that.

    Raises
    ------
    DataError
        If tonic can neither find nor download the set.
    """
    parts = {part: _opened(name, part, folder) for part in SETS[name].parts}
    splits = {part: _split(name, part, opened) for part, opened in parts.items()}
    return Dataset(name, **splits, class_names=_class_names(parts["train"].classes))


def _opened(name, part, folder):
    import tonic

    wanted = SETS[name]
    home = _home(wanted.class_name, folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        return getattr(tonic.datasets, wanted.class_name)(str(home), **wanted.parts[part])
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"{name} {part}: tonic could not open or download it in {home} "
            f"({error}); put {wanted.class_name}/ in tonic's layout into a folder "
            f"and set FFBRIAN_DATA to that folder."
        ) from error


def _home(class_name, folder):
    existing = cache.find([class_name], folder)
    if existing is not None:
        return existing.parent
    return cache.cache_folder() if folder is None else Path(folder)


def _split(name, part, opened):
    key = listing_key(opened.location_on_system)
    return cached_events(f"{name} {part}", key, lambda: _samples(name, part, opened), SETS[name].shape)


def _samples(name, part, opened):
    shape, speakers = SETS[name].shape, getattr(opened, "speaker", None)
    for i in _order(opened):
        events, label = _sample(opened, i, f"{name} {part} sample {i}")
        units = (
            events["x"]
            if len(shape) == 1
            else sensor_units(events["x"], events["y"], events["p"], shape, f"{name} {part} sample {i}")
        )
        yield events["t"], units, int(label), None if speakers is None else int(speakers[i])


def _order(opened):
    """Samples sorted by file name, where each has a file: tonic may list them in any order."""
    return sorted(range(len(opened)), key=opened.data.__getitem__ if opened.data else None)


def _sample(opened, i, name):
    try:
        return opened[i]
    except (OSError, ValueError, LookupError) as error:
        raise DataError(
            f"{name}: damaged file ({error}); delete {opened.location_on_system} and load again."
        ) from error


def _class_names(classes):
    return tuple(name.decode() if isinstance(name, bytes) else str(name) for name in classes)
