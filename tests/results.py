"""What a run has left in its folder, to be compared with what another has left."""

import json

from ffbrian.files.array_file import load


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def without_times(record):
    """A copy without the keys `wall_seconds`."""
    if isinstance(record, dict):
        return {key: without_times(value) for key, value in record.items() if key != "wall_seconds"}
    return [without_times(value) for value in record] if isinstance(record, list) else record


def same_arrays(one, other):
    """Whether two files hold the same header and the same bits."""
    (header, arrays), (other_header, other_arrays) = load(one), load(other)
    return without_times(header) == without_times(other_header) and {
        k: v.tobytes() for k, v in arrays.items()
    } == {k: v.tobytes() for k, v in other_arrays.items()}
