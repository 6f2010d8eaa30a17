"""The command line: ``ffbrian COMMAND ...``.

Exit status: 0 finished, 2 refused with a sentence on stderr, 130 interrupted.
"""
import argparse
import os
import signal
import sys

import ffbrian
from ffbrian.commands import COMMANDS
from ffbrian.commands.folder import Interrupted
from ffbrian.errors import FFBrianError
from ffbrian.progress import show_notes

REFUSED, INTERRUPTED = 2, 130


def parser():
    """The parser of all commands (`argparse.ArgumentParser`)."""
    parser = argparse.ArgumentParser(prog="ffbrian", description="Train spiking Forward-Forward networks without gradients.")
    parser.add_argument("--version", action="version", version=f"ffbrian {ffbrian.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        summary = command.__doc__.splitlines()[0]
        own = commands.add_parser(name, help=summary, description=command.__doc__)
        if hasattr(command, "add_arguments"):
            command.add_arguments(own)
        own.set_defaults(execute=command.execute)
    return parser


def main(words=None):
    """Run a command.

    Parameters
    ----------
    words : list of str, optional
        Default: the words of the command line.

    Returns
    -------
    int
        The exit status.
    """
    arguments = parser().parse_args(words)
    signal.signal(signal.SIGTERM, _interrupt)
    show_notes()
    try:
        return arguments.execute(arguments) or 0
    except FFBrianError as error:
        return _end(REFUSED, error)
    except KeyboardInterrupt as error:
        _ignore_further_signals()
        return _end(INTERRUPTED, error if isinstance(error, Interrupted) else "interrupted; nothing was written.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe has gone
        return 0
    except OSError as error:
        return _end(REFUSED, f"{error.filename or 'a file'} cannot be read or written: {error.strerror or error}.")


def _interrupt(*_):
    raise KeyboardInterrupt


def _ignore_further_signals():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _end(status, message):
    print(f"ffbrian: {message}", file=sys.stderr)
    return status
