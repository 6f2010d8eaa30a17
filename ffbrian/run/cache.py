"""Compiled networks in the cache: opened when they are whole, built when they are not.

A process that opens a project for the first time compares what runs with the
checksums in its manifest, and builds it anew if a bit has changed.  See
`ffbrian.run.cache_folder` for what lies where, `ffbrian.run.cache_upkeep` for its size.
"""

import contextlib
import fcntl
import logging
import os
import re
import shutil
import stat
import tempfile
import weakref
from pathlib import Path

from ffbrian.errors import BuildError
from ffbrian.run.cache_folder import (  # noqa: F401 (headers: found here beside the projects)
    BINARY,
    MANIFEST,
    MEGABYTE,
    NAME,
    building,
    checksum,
    headers,
    limit_bytes,
    lock,
    projects,
    refuse_untrusted,
    seal,
    unseal,
    unwritable,
)
from ffbrian.run.cache_upkeep import keep_in_bounds, remove_leftovers, set_aside, used_at

LOG = logging.getLogger("ffbrian")
#: A build that fails while less than this is free has failed for want of space.
LEAST_FREE = MEGABYTE
FULL = re.compile("No space left on device|Disk quota exceeded|File too large|File size limit exceeded")
#: Manifests (device, inode) whose projects this process has found whole.
_whole = set()


class Opened:
    """A project in use, which nobody removes from the cache as long as this object lives.

    Attributes
    ----------
    folder : Path
    manifest : dict
        ``arrays``, ``dense``, ``about``, ``compiler`` and ``files``.
    """

    def __init__(self, folder, manifest, handle):
        self.folder, self.manifest = folder, manifest
        weakref.finalize(self, os.close, handle)


def opened(name):
    """A project of the cache, whole and in use from now on.

    Parameters
    ----------
    name : str

    Returns
    -------
    Opened or None
        None if there is none, or only one that is damaged.
    """
    folder = projects() / name
    try:
        handle = os.open(folder / MANIFEST, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        if os.path.lexists(folder):
            _tell_damage(folder, "its manifest is missing")
        return None
    try:
        manifest = _whole_manifest(folder, handle)
    except BaseException:
        os.close(handle)
        raise
    if manifest is None:
        os.close(handle)
        return None
    with contextlib.suppress(OSError):  # a cache that can only be read
        os.utime(folder / MANIFEST)
    return Opened(folder, manifest, handle)


def newest(key):
    """The project of a key, by any compiler, that was used last; None if there is none."""
    found = sorted(projects().glob(f"{key}-*/{MANIFEST}"), key=used_at, reverse=True)
    return next(
        filter(None, map(opened, (path.parent.name for path in found if NAME.fullmatch(path.parent.name)))),
        None,
    )


def _whole_manifest(folder, handle):
    """The manifest of a project; None if the project is removed just now or damaged."""
    refuse_untrusted(folder)
    lock(handle, fcntl.LOCK_SH)
    status = os.fstat(handle)
    with contextlib.suppress(OSError):
        if os.stat(folder / MANIFEST).st_ino == status.st_ino:
            return _checked(folder, handle, (status.st_dev, status.st_ino))
    return None


def _checked(folder, handle, identity):
    manifest = unseal(os.pread(handle, os.fstat(handle).st_size, 0))
    if manifest is None:
        problem = f"{MANIFEST} has changed"
    else:
        problem = None if identity in _whole else _problem(folder, manifest["files"])
    if problem:
        _tell_damage(folder, problem)
        return None
    _whole.add(identity)
    return manifest


def _tell_damage(folder, problem):
    LOG.warning("the compiled network in %s is damaged (%s); it is built anew", folder, problem)


def _problem(folder, files):
    """What is wrong with the files of a project; None if nothing is."""
    for name, (size, expected) in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} of {size} bytes"
        if checksum(path) != expected:
            return f"{name} has changed"
    return None if os.stat(folder / BINARY).st_mode & stat.S_IXUSR else f"{BINARY} is no program"


# -- building a project -------------------------------------------------------------
def built(name, make):
    """A project that is built now, unless another process has just built it.

    Parameters
    ----------
    name : str
    make : callable
        ``make(folder, log)`` writes and compiles a project; where the compiler
        refuses it, what it said goes into the file `log`.  Returns its manifest.

    Returns
    -------
    Opened

    Raises
    ------
    BuildError
        If it cannot be built, or the cache has no space.
    """
    folder, most = projects() / name, limit_bytes()
    remove_leftovers(folder.parent)
    with building(folder):
        found = opened(name)
        if found is None:
            _build(folder, make)
            found = opened(name)
    keep_in_bounds(folder.parent, most)
    if found is None:
        raise BuildError(
            f"The compiled network in {folder} was damaged as soon as it was written; check the disk, or set "
            "FFBRIAN_CACHE to a folder on another one."
        )
    return found


def _build(folder, make):
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise unwritable(error) from None
    try:
        seal(scratch, make(scratch, folder.with_suffix(".log")))
        set_aside(folder)
        scratch.rename(folder)
    except (BuildError, OSError) as error:
        if (
            isinstance(error, OSError)
            or FULL.search(str(error))
            or shutil.disk_usage(scratch).free < LEAST_FREE
        ):
            raise unwritable(error if isinstance(error, OSError) else "no space left on device") from None
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
