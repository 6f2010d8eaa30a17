"""Files of experiments: TOML that is found, read and overridden, JSON that is written."""

import json
import tomllib
from pathlib import Path

import ffbrian
from ffbrian.errors import ExperimentError
from ffbrian.files.safe_files import is_file

DEFAULT_LAYERS = ({"size": 500},)


def catalogue():
    """The experiments that ffbrian ships, paths by name."""
    return {name: path for name, path in _shipped("*.toml").items() if "base" not in read(path)}


def suites():
    """The robustness suites that ffbrian ships, paths by name: files that name an experiment as
    their base.
    """
    return {name: path for name, path in _shipped("*.toml").items() if "base" in read(path)}


def comparisons():
    """The comparisons of experiments that ffbrian ships, paths by name."""
    return _shipped("comparisons/*.toml", "plausibility/*.toml")


def _shipped(*patterns):
    folders = [Path(place) / "experiments" for place in ffbrian.__path__]
    return {
        path.stem: path for folder in folders for pattern in patterns for path in sorted(folder.glob(pattern))
    }


def find(place):
    """The file of an experiment: a path, or the name of one that ffbrian ships."""
    if is_file(place):
        return Path(place)
    known = catalogue()
    if str(place) in known:
        return known[str(place)]
    if str(place) in comparisons():
        raise ExperimentError(f"{place} compares experiments; run it with 'ffbrian compare {place}'.")
    if str(place) in suites():
        raise ExperimentError(
            f"{place} perturbs the networks of an experiment; run it with 'ffbrian robustness {place}'."
        )
    raise ExperimentError(
        f"{place} is neither a file nor a known experiment; known are {', '.join(known) or 'none'}."
    )


def read(path):
    """The table of a TOML file."""
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path} is not valid TOML: {error}.") from None
    except OSError as error:
        raise ExperimentError(f"{path} cannot be read: {error.strerror}.") from None


def read_known(path, known):
    """The table of a TOML file that has no keys but the known ones."""
    table = read(path)
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ExperimentError(f"{path} has the unknown key {unknown[0]!r}; known are {', '.join(known)}.")
    return table


def override_key(table, text):
    """Set one key of a table, such as ``"network.layers.0.size=100"``; changes `table`."""
    key, equals, value = text.partition("=")
    *parents, last = key.strip().split(".")
    if not equals or not all((*parents, last)):
        raise ExperimentError(
            f"--set {text}: expected a dotted key, '=' and a value, such as training.epochs=3."
        )
    for name in parents:
        table = _step(table, name, text)
    if isinstance(table, list):
        _step(table, last, text)
    table[int(last) if isinstance(table, list) else last] = _value(value.strip())


def _step(table, name, text):
    """Go one key down, making what is not there; a model's name becomes a table."""
    if isinstance(table, list):
        if not name.isdigit() or int(name) >= len(table):
            raise ExperimentError(
                f"--set {text}: {name!r} is no index here; the list has {len(table)} entries, counted from 0."
            )
        return table[int(name)]
    if isinstance(table.get(name), str):
        table[name] = {"model": table[name]}
    if name == "layers" and name not in table:
        table[name] = [dict(layer) for layer in DEFAULT_LAYERS]
    below = table.setdefault(name, {})
    if not isinstance(below, (dict, list)):
        raise ExperimentError(f"--set {text}: {name!r} holds {below!r} and has no keys of its own.")
    return below


def _value(text):
    """A TOML value, or else the bare text."""
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def to_json(record):
    """JSON text with a line for every key; lists without tables in them take one line."""
    return _lines(record, "\n") + "\n"


def _lines(value, margin):
    if isinstance(value, dict) and value:
        parts = [f"{json.dumps(key)}: {_lines(part, margin + ' ')}" for key, part in value.items()]
    elif isinstance(value, (list, tuple)) and any(isinstance(part, dict) for part in value):
        parts = [_lines(part, margin + " ") for part in value]
    else:
        return json.dumps(value, ensure_ascii=False)
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}{margin} {f',{margin} '.join(parts)}{margin}{right}"
