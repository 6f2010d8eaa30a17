"""The flat files that the compiled network maps into memory.

All start with 64 bytes: an 8-byte magic and seven little-endian int64.

=======  ======================  ==========================================
kind     magic                   int64 fields (the rest are 0)
=======  ======================  ==========================================
images   ``FFIMG\\0\\0\\1``         n, channels, height, width
events   ``FFEVT\\0\\0\\1``         n, n_events, n_units, n_steps
signals  ``FFSIG\\0\\0\\1``         n, channels, n_steps
=======  ======================  ==========================================

Images: uint8 values, row-major.  Events: int64 offsets[n+1], uint16
bins[n_events], uint16 units[n_events].  Signals: float32 values, row-major.
"""

import shutil
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np

from ffbrian import stopping
from ffbrian.datasets import binning
from ffbrian.datasets.checks import require
from ffbrian.errors import DataError
from ffbrian.files.safe_files import replacing

HEADER_BYTES = 64
MAGIC = {b"FFIMG\0\0\1": "images", b"FFEVT\0\0\1": "events", b"FFSIG\0\0\1": "signals"}
FIELDS = {
    "images": ("n", "channels", "height", "width"),
    "events": ("n", "n_events", "n_units", "n_steps"),
    "signals": ("n", "channels", "n_steps"),
}
BLOCK_BYTES = 1 << 22


def atomic(path):
    """Open a temporary file beside `path` that replaces it when all went well; see `replacing`.

    Raises
    ------
    DataError
        If the folder cannot be written or the disk is full; `path` is then
        left as it was.
    """
    return replacing(path, DataError, "free some space or choose a folder that can be written")


def _write(path, header, blocks):
    """Write a header and arrays, one after the other; replaces the file only when all are written."""
    with atomic(path) as file:
        file.write(header)
        for block in blocks:
            stopping.check()
            file.write(block.tobytes())


def write_images(split, path):
    """Write an `Images` split for the compiled network, block by block.

    Parameters
    ----------
    split : Images
    path : str or Path
        Replaced only when the new file is complete.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    step = max(1, BLOCK_BYTES // split.n_units)
    _write(
        path,
        _header("images", len(split), *split.shape),
        (split.values[start : start + step] for start in range(0, len(split), step)),
    )


def write_events(bins, n_units, n_steps, path):
    """Write `EventBins` for the compiled network.

    Parameters
    ----------
    bins : EventBins
    n_units, n_steps : int
        At most 65536 each.
    path : str or Path
        Replaced only when the new file is complete.

    Raises
    ------
    DataError
        If the bins do not fit `n_units` and `n_steps`, or the file cannot be written.
    """
    _check_bins(bins, n_units, n_steps, path)
    n_events = len(bins.bins)
    blocks = (
        array[start : start + BLOCK_BYTES].astype("<u2")
        for array in (bins.bins, bins.units)
        for start in range(0, n_events, BLOCK_BYTES)
    )
    _write(
        path,
        _header("events", len(bins.offsets) - 1, n_events, n_units, n_steps),
        chain([bins.offsets.astype("<i8")], blocks),
    )


def write_binned(events, dt_us, n_steps, path):
    """Bin an `Events` split and write it, without holding all bins in memory.

    Same file as ``write_events(events.binned(dt_us, n_steps), ...)``.

    Raises
    ------
    DataError
        As `Events.binned` and `write_events`.
    """
    counts = []
    with atomic(path) as file, tempfile.TemporaryFile(dir=Path(path).parent) as unit_file:
        file.seek(HEADER_BYTES + 8 * (len(events) + 1))
        for count, bins, units in binning.blocks(events, dt_us, n_steps):
            stopping.check()
            counts.append(count)
            file.write(bins.astype("<u2").tobytes())
            unit_file.write(units.astype("<u2").tobytes())
        unit_file.seek(0)
        shutil.copyfileobj(unit_file, file, BLOCK_BYTES)
        offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype("<i8")
        file.seek(0)
        file.write(_header("events", len(events), offsets[-1], events.n_units, n_steps))
        file.write(offsets.tobytes())


def write_signals(split, dt_s, n_steps, path):
    """Write a `Signals` split on the time grid of a simulation.

    A recorded value holds until the next; each step gets the mean over its
    time.  After the end of the recording the last value stays.

    Parameters
    ----------
    split : Signals
    dt_s : float
        Length of a step, seconds.
    n_steps : int
        Steps of a presentation; what comes later is dropped.
    path : str or Path
        Replaced only when the new file is complete.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    means = (
        np.array([_step_means(channel, split.rate_hz, dt_s, n_steps) for channel in sample], "<f4")
        for sample in split.values
    )
    _write(path, _header("signals", len(split), split.n_units, n_steps), means)


def write_vectors(split, path):
    """Write a `Vectors` split: coded inputs, then scaled targets; see `write_images`."""
    header = _header("signals", len(split), split.n_units, 1, split.n_outputs)
    _write(path, header, (split.coded(), split.scaled_targets()))


def _step_means(values, rate_hz, dt_s, n_steps):
    """Means over time steps of a signal that keeps each value until the next."""
    values = values.astype(np.float64)
    n_held = int(np.ceil(n_steps * dt_s * rate_hz)) + 1
    held = np.append(values, np.full(max(0, n_held - len(values)), values[-1]))
    integral = np.append(0, np.cumsum(held)) / rate_hz
    edges = np.interp(np.arange(n_steps + 1) * dt_s, np.arange(len(integral)) / rate_hz, integral)
    return np.diff(edges) / dt_s


def read_header(path):
    """Return the header of a file written here.

    Returns
    -------
    dict
        ``kind`` ("images", "events" or "signals") and the int64 fields by name.

    Raises
    ------
    DataError
        If the file is missing, of another kind, or truncated.
    """
    path = Path(path)
    require(path.is_file(), f"{path}: no such file; write it with write_images or write_events.")
    with open(path, "rb") as file:
        raw = file.read(HEADER_BYTES)
    kind = MAGIC.get(raw[:8])
    require(
        kind and len(raw) == HEADER_BYTES,
        f"{path}: starts with {raw[:8]!r}, not with the mark of a ffbrian image or "
        f"event file; write it again.",
    )
    header = dict(kind=kind, **_fields(kind, raw))
    expected = HEADER_BYTES + _payload_bytes(header)
    found = path.stat().st_size
    require(
        found == expected, f"{path}: has {found} bytes but its header announces {expected}; write it again."
    )
    return header


def _header(kind, *numbers):
    magic = next(mark for mark, name in MAGIC.items() if name == kind)
    padded = [*numbers] + [0] * (7 - len(numbers))
    return magic + np.array(padded, "<i8").tobytes()


def _fields(kind, raw):
    numbers = np.frombuffer(raw[8:], "<i8")
    return {name: int(number) for name, number in zip(FIELDS[kind], numbers)}


def _payload_bytes(header):
    if header["kind"] == "images":
        return header["n"] * header["channels"] * header["height"] * header["width"]
    if header["kind"] == "signals":
        return 4 * header["n"] * header["channels"] * header["n_steps"]
    return 8 * (header["n"] + 1) + 4 * header["n_events"]


def _check_bins(bins, n_units, n_steps, path):
    for array, limit, what in (bins.bins, n_steps, "step"), (bins.units, n_units, "unit"):
        require(
            1 <= limit <= binning.LARGEST and (not len(array) or array.max() < limit),
            f"{path}: {what} {array.max() if len(array) else ''} does not fit "
            f"n_{what}s = {limit} (at most {binning.LARGEST}); bin the events again.",
        )
    require(
        len(bins.bins) == len(bins.units) == bins.offsets[-1],
        f"{path}: {len(bins.bins)} steps, {len(bins.units)} units and "
        f"{bins.offsets[-1]} by the offsets should be equal; bin the events again.",
    )
