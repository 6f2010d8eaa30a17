"""Decoded events kept on disk, so that they are parsed once and mapped after that."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from ffbrian import stopping
from ffbrian.datasets import cache
from ffbrian.datasets.checks import require
from ffbrian.datasets.splits import Events
from ffbrian.errors import DataError


def cached_events(name, key, samples, shape):
    """Map the events of one split from the cache; parse them first if need be.

    Parameters
    ----------
    name : str
        For example "shd train".
    key : str
        Checksum of what the events are parsed from.
    samples : callable
        Returns an iterator over ``(times_us, units, label, speaker)``, with
        speaker None where unknown; each sample is sorted by time here.
    shape : tuple of int
        (channels, height, width) of the sensor, or (n_units,).

    Returns
    -------
    Events
        Read-only arrays mapped from disk.
    """
    folder = cache.cache_folder() / f"{name.replace(' ', '-')}-{key[:24]}"
    if not folder.exists():
        _store(folder, name, samples)
    with cache.refusing_damage(folder):
        with np.load(folder / "samples.npz", allow_pickle=False) as file:
            fields = {key: file[key] for key in file.files}
        times_us = _mapped(folder / "times_us.bin", np.int64)
        units = _mapped(folder / "units.bin", np.int32)
    return Events(times_us, units, n_units=int(np.prod(shape)), name=name, shape=shape, **fields)


def sensor_units(x, y, channel, shape, name):
    """Number the pixels of a sensor: ``(channel*height + y)*width + x``, (k,) int64.

    Raises
    ------
    DataError
        If a coordinate lies outside `shape`, (channels, height, width).
    """
    parts = [np.asarray(part).astype(np.int64) for part in (channel, y, x)]
    for what, part, size in zip(("polarity", "y", "x"), parts, shape):
        require(
            not len(part) or (part.min() >= 0 and part.max() < size),
            f"{name}: {what} goes up to {part.max(initial=0)} but should be in "
            f"0..{size - 1}; the file is damaged or of another sensor.",
        )
    return np.ravel_multi_index(parts, shape)


def listing_key(folder):
    """Checksum of the names, sizes and dates of all files below `folder`."""
    seen = hashlib.sha256()
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        status = path.stat()
        seen.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _store(folder, name, samples):
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        _write(temporary, name, samples())
        _publish(temporary, folder)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written ({error.strerror or error}); free some "
            f"space or set XDG_CACHE_HOME to another folder."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _write(folder, name, samples):
    counts, labels, speakers = [], [], []
    files = [folder / "times_us.bin", folder / "units.bin"]
    with open(files[0], "wb") as time_file, open(files[1], "wb") as unit_file:
        for times_us, units, label, speaker in samples:
            stopping.check()
            require(
                len(times_us) == len(units),
                f"{name}: sample {len(counts)} has {len(times_us)} event times but {len(units)} "
                f"units; the file is damaged, fetch it again.",
            )
            order = np.argsort(times_us, kind="stable")
            time_file.write(np.asarray(times_us)[order].astype(np.int64).tobytes())
            unit_file.write(np.asarray(units)[order].astype(np.int32).tobytes())
            counts.append(len(order))
            labels.append(label)
            speakers.append(speaker)
    fields = dict(offsets=np.cumsum([0] + counts, dtype=np.int64), labels=np.array(labels, np.int64))
    if labels and speakers[0] is not None:
        fields["speaker"] = np.array(speakers, np.int64)
    np.savez(folder / "samples.npz", **fields)


def _publish(temporary, folder):
    try:
        os.rename(temporary, folder)
    except OSError:
        if not folder.exists():  # otherwise another process stored the same just now
            raise


def _mapped(path, dtype):
    if path.stat().st_size == 0:
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, "r")
