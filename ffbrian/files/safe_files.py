"""Files in folders that may be a stranger's: nothing is written or locked through a link, nothing odd is
read.

A run folder, a cache or a comparison can come from somebody else.  A link in
it may point at any file of the user, so what is written goes to a new file
with a name that nobody can guess, and takes its place when all is written;
what is read must be a plain file of a bounded size.
"""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import stat
from pathlib import Path

from ffbrian.errors import RunError

#: Ending of the files that are being written; `remove_leftovers` knows it.
ENDING = ".new"
#: No text that ffbrian reads (experiments, metrics) is longer.
LONGEST_TEXT = 64 << 20
ADVICE = "the older file, if any, is untouched: free some space and resume"


@contextlib.contextmanager
def replacing(path, error=RunError, advice=ADVICE):
    """Open a file that takes the place of an older one only when all is written.

    A link at this place is replaced, not followed.

    Parameters
    ----------
    path : path
    error : type
        What is raised if the file cannot be written.
    advice : str
        How the sentence goes on then.

    Yields
    ------
    binary file

    Raises
    ------
    RunError, or `error`
        If the file cannot be written; an older file stays as it was.
    """
    path, temporary = Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary, handle = _new_file(path)
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(temporary, path)
    except OSError as problem:
        raise error(f"{path} cannot be written ({problem.strerror or problem}); {advice}.") from problem
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def lasting(path):
    """As `replacing`, for what must outlive a power failure: models, checkpoints, results."""
    with replacing(path) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _new_file(path):
    """A new, empty file beside `path`: its place, and its descriptor."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}{ENDING}")
    return temporary, os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
    )


def remove_leftovers(folder):
    """Remove what killed processes left half written in a folder; call it with the folder locked."""
    for path in Path(folder).glob(f".*.{'[0-9a-f]' * 16}{ENDING}"):
        with contextlib.suppress(OSError):
            path.unlink()


@contextlib.contextmanager
def locked(path, in_use=None):
    """Hold a lock file, which is made if it is not there and never emptied.

    Parameters
    ----------
    path : path
    in_use : str, optional
        What to say if another process holds it; by default that is waited for.

    Raises
    ------
    RunError
        If another process holds it, or it is a link or cannot be opened.
    """
    with os.fdopen(_lock_file(Path(path)), "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if in_use is None else fcntl.LOCK_NB))
        except BlockingIOError:
            raise RunError(in_use) from None
        yield


def _lock_file(path):
    refuse_link(path)
    try:
        handle = os.open(
            path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666
        )
    except OSError as problem:
        raise RunError(
            f"{path} cannot be locked ({_reason(problem)}); remove it, or choose another folder."
        ) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise RunError(f"{path} is no plain file and cannot be locked; remove it.")
    return handle


def refuse_link(path):
    """Raise RunError if a link is where a file or folder of a run should be."""
    if Path(path).is_symlink():
        raise RunError(
            f"{path} is a symbolic link to {os.readlink(path)!r}; ffbrian does not write through links in a "
            "run folder: remove it."
        )


def is_file(path):
    """Whether there is a plain file; a name that no file can have is none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def read_bytes(path, limit=LONGEST_TEXT):
    """The content of a plain file.

    Raises
    ------
    OSError
        If it cannot be read, is no plain file (a device, a pipe), or is larger
        than `limit` bytes.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if status.st_size > limit:
            raise OSError(
                errno.EFBIG, f"it has {status.st_size} bytes, at most {limit} are expected", str(path)
            )
        return file.read()


def read_record(path, advice):
    """The record (dict) in a JSON file.

    Raises
    ------
    RunError
        If the file is missing, no plain file, too large, or holds anything but
        a record; the sentence ends with `advice`.
    """
    try:
        record = json.loads(read_bytes(path), parse_constant=_refuse_constant)
    except OSError as problem:
        raise RunError(f"{path} cannot be read ({problem.strerror or problem}); {advice}.") from None
    except (ValueError, RecursionError) as problem:
        raise RunError(f"{path} is damaged ({problem}); {advice}.") from None
    if not isinstance(record, dict):
        raise RunError(
            f"{path} is damaged (it holds a {type(record).__name__}, expected keys and values); {advice}."
        )
    return record


def _refuse_constant(name):
    raise ValueError(f"it holds {name}, which is no number")


def _reason(problem):
    return "it is a symbolic link" if problem.errno == errno.ELOOP else problem.strerror or problem
