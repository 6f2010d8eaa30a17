"""Keeping the cache in bounds: what it holds, what is left in it, and what may go."""

import contextlib
import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from ffbrian.run.cache_folder import LEFTOVER, MANIFEST, NAME, headers, lock, locked, projects, unseal

N_LOGS = 10


@dataclass(frozen=True)
class Entry:
    """A compiled network in the cache.

    Attributes
    ----------
    folder : Path
    about : str
        What it computes.
    n_bytes : int
    used : float
        When it was opened last, seconds since the epoch.
    """

    folder: Path
    about: str
    n_bytes: int
    used: float


def entries():
    """What the cache holds (list of `Entry`), that which was used last at the end."""
    folders = [path for path in projects().iterdir() if NAME.fullmatch(path.name)]
    return sorted(
        (Entry(path, _about(path), size(path), used_at(path / MANIFEST)) for path in folders),
        key=lambda entry: entry.used,
    )


def _about(folder):
    with contextlib.suppress(OSError):
        manifest = unseal((folder / MANIFEST).read_bytes())
        return manifest["about"] if manifest else "damaged"
    return "damaged"


def used_at(manifest):
    try:
        return manifest.stat().st_mtime
    except OSError:
        return 0.0


def size(folder):
    """Bytes of all files in a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # just removed
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def clean():
    """Remove all that is not in use.

    Returns
    -------
    list of Entry
        What was removed.
    """
    folder = projects()
    remove_leftovers(folder)
    removed = [entry for entry in entries() if _remove_unused(entry.folder)]
    for path in (*folder.glob("*.log"), *headers().glob("*")):
        path.unlink(missing_ok=True)
    return removed


def keep_in_bounds(folder, most):
    """Remove what was not used for longest until the rest is small enough, and old logs."""
    found = entries()
    total = sum(entry.n_bytes for entry in found)
    for entry in found:
        if total <= most:
            break
        total -= entry.n_bytes if _remove_unused(entry.folder) else 0
    for path in sorted(folder.glob("*.log"), key=used_at)[:-N_LOGS]:
        path.unlink(missing_ok=True)


def _remove_unused(folder):
    """Remove a project unless a process uses it; returns whether it is gone."""
    try:
        handle = os.open(folder / MANIFEST, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return _removed(folder)
    except OSError:
        return False
    try:
        lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _removed(folder)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)


def _removed(folder):
    """Remove a project and its lock; returns whether that could be done."""
    try:
        set_aside(folder)
    except OSError:
        return False
    _remove_lock(folder.with_suffix(".lock"))
    return True


def set_aside(folder):
    """Take a folder from its place and remove it, so that nobody sees half of it."""
    if os.path.lexists(folder):
        aside = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def _remove_lock(path):
    """Remove the lock of a project, unless it is being built."""
    with contextlib.suppress(OSError):
        handle = locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
        os.close(handle)


def remove_leftovers(folder):
    """Remove what processes that were killed left."""
    for path in folder.iterdir():
        if LEFTOVER.fullmatch(path.name):
            with contextlib.suppress(OSError):  # being built: its lock is held
                handle = locked(folder / f"{path.name.partition('.')[0]}.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
                os.close(handle)
