"""Stopping on request: a signal only sets a flag, and work ends at the next safe point.

An exception that is raised wherever a signal happens to fall can hit the closing
of a file, a destructor, or another library's clean-up.  So the command line lets
signals raise none: whatever takes long calls `check` between two steps, and what
must not be torn, such as the writing of a checkpoint, calls nothing.

A script that imports ffbrian keeps Python's own handling: nothing is installed
until `listen` is called.
"""

import contextlib
import os
import signal
import time

SIGNALS = (signal.SIGINT, signal.SIGTERM)
STATUS = 130
#: A further signal, this many seconds after the first, ends the process at once.
PATIENCE_SECONDS = 2
_asked = []


def listen(signals=SIGNALS):
    """Let signals set the flag, also those that the parent process had ignored.

    Parameters
    ----------
    signals : iterable of signal.Signals
    """
    for number in signals:
        signal.signal(number, _ask)


def _ask(*_):
    now = time.monotonic()
    if _asked and now - _asked[0] > PATIENCE_SECONDS:
        os.write(2, b"ffbrian: stopped at once, as asked twice; what was saved before is whole.\n")
        os._exit(STATUS)
    _asked.append(now)


def is_asked():
    """Whether a signal has come (bool)."""
    return bool(_asked)


def check():
    """A safe point.

    Raises
    ------
    KeyboardInterrupt
        If a signal has come.
    """
    if _asked:
        raise KeyboardInterrupt


def end():
    """Ignore signals: all is done, and while Python shuts down they would change the exit status."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def held():
    """Keep signals waiting: for the start of a process, which inherits that until it listens itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def release():
    """Let signals through that the parent process held."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
