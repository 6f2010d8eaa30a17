"""Where compiled networks are kept: the folder, who may write there, locks and manifests.

``projects/NAME/``
    A project: ``main``, ``static_arrays/``, its sources, and ``manifest.json`` with the
    sizes and checksums of all that runs.  Who uses it holds a shared lock on the manifest.
``projects/NAME.lock``
    Locked while the project is built.
``projects/NAME.XXXXXXXX/``
    Being built, or left by a process that was killed.
``projects/NAME.log``
    What the compiler said of a network that it refused.
``headers/``
    Headers compiled for all projects, one file of 45 MB for each compiler.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import stat
from pathlib import Path

from ffbrian.errors import BuildError

MANIFEST, BINARY, ARRAYS = "manifest.json", "main", "static_arrays"
DEFAULT_LIMIT, MEGABYTE = 1000, 10**6
NAME = re.compile(r"[0-9a-f]{24}(-[0-9a-f]{8})?")
LEFTOVER = re.compile(NAME.pattern + r"\.\w{8}")
_NOT_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cache_folder():
    """Where compiled projects are kept: ``FFBRIAN_CACHE`` or the user's cache folder (absolute)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("FFBRIAN_CACHE") or Path(base) / "ffbrian").expanduser().absolute()


def limit_bytes():
    """How large the cache may become: ``FFBRIAN_CACHE_LIMIT`` in megabytes.

    Raises
    ------
    BuildError
        If the variable holds no positive number.
    """
    text = os.environ.get("FFBRIAN_CACHE_LIMIT", "").strip() or str(DEFAULT_LIMIT)
    with contextlib.suppress(ValueError, OverflowError):
        if 0 < float(text) < float("inf"):
            return int(float(text) * MEGABYTE)
    raise BuildError(
        f"FFBRIAN_CACHE_LIMIT is {text!r}, expected the most megabytes that compiled networks may take, such "
        "as 1000."
    )


def projects():
    """The folder with the projects, made if it is missing; see `_made`."""
    return _made("projects")


def headers():
    """The folder with compiled headers, made if it is missing; see `_made`."""
    return _made("headers")


def _made(name):
    """A folder in the cache, made if it is missing.

    Raises
    ------
    BuildError
        If it cannot be made, or others could put their programs there.
    """
    folder = cache_folder() / name
    if not folder.is_dir():
        try:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise unwritable(error) from None
    refuse_untrusted(folder.parent, sticky_is_safe=True)
    refuse_untrusted(folder)
    return folder


def unwritable(error):
    """The BuildError for an OSError in the cache."""
    reason = getattr(error, "strerror", None) or error
    return BuildError(
        f"The cache folder {cache_folder()} cannot be written ({reason}); free some space there, or set "
        "FFBRIAN_CACHE to a folder that can."
    )


def refuse_untrusted(folder, sticky_is_safe=False):
    """Raise BuildError if somebody else could have put a program into a folder."""
    for status in (os.lstat(folder), os.stat(folder)):
        if status.st_uid not in (os.geteuid(), 0):
            raise BuildError(
                f"The cache folder {folder} belongs to another user (number {status.st_uid}), whose programs "
                "would be run from there; set FFBRIAN_CACHE to a folder of your own."
            )
    if status.st_mode & _NOT_OTHERS and not (sticky_is_safe and status.st_mode & stat.S_ISVTX):
        raise BuildError(
            f"The cache folder {folder} can be written by other users, whose programs would be run from "
            "there; empty it and take that right away (chmod go-w), or set FFBRIAN_CACHE to a folder of "
            "your own."
        )


# -- locks ----------------------------------------------------------------------------
@contextlib.contextmanager
def building(folder):
    """Hold the lock of those who build a project."""
    path = folder.with_suffix(".lock")
    try:
        handle = locked(path, fcntl.LOCK_EX)
    except OSError as error:
        raise unwritable(f"{path}: {error.strerror}") from None
    try:
        yield
    finally:
        os.close(handle)


def locked(path, kind):
    """A handle of a locked file that was not removed meanwhile; raises OSError."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            lock(handle, kind)
            if os.path.exists(path) and os.stat(path).st_ino == os.fstat(handle).st_ino:
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def lock(handle, kind):
    """Lock a file; raises BlockingIOError if that was not to be waited for."""
    try:
        fcntl.flock(handle, kind)
    except BlockingIOError:
        raise
    except OSError:
        pass  # a file system without locks: what is renamed into place is whole all the same


# -- manifests ------------------------------------------------------------------------
def checksum(path):
    """SHA-256 of a file, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder, manifest):
    """Write a manifest with the checksums of what runs, and its own."""
    paths = [folder / BINARY, *sorted((folder / ARRAYS).glob("*"))]
    files = {str(path.relative_to(folder)): (path.stat().st_size, checksum(path)) for path in paths}
    text = json.dumps(manifest | {"files": files}, sort_keys=True).encode()
    (folder / MANIFEST).write_bytes(_first_line(text) + b"\n" + text)


def unseal(content):
    """The manifest in a file's bytes; None if a bit of it has changed."""
    first, _, text = content.partition(b"\n")
    is_whole = first == _first_line(text)
    return json.loads(text) if is_whole else None


def _first_line(text):
    return json.dumps({"sha256": hashlib.sha256(text).hexdigest()}).encode()
