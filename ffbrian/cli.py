"""The command line: ``ffbrian COMMAND ...``.

Exit status: 0 finished, 2 refused with a sentence on stderr, 130 interrupted.
"""

import argparse
import codecs
import os
import sys

import ffbrian
from ffbrian import stopping
from ffbrian.commands import COMMANDS
from ffbrian.errors import FFBrianError
from ffbrian.train.progress import show_notes
from ffbrian.train.run_folder import Interrupted

REFUSED = 2
#: How a terminal shows what its encoding lacks.
PLAIN = {"±": "+-", "→": "->", "×": "x", "…": "...", "–": "-", "−": "-", "²": "^2"}


def parser():
    """The parser of all commands (`argparse.ArgumentParser`)."""
    parser = argparse.ArgumentParser(
        prog="ffbrian", description="Train spiking Forward-Forward networks without gradients."
    )
    parser.add_argument("--version", action="version", version=f"ffbrian {ffbrian.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        summary = command.__doc__.splitlines()[0]
        own = commands.add_parser(name, help=summary, description=command.__doc__)
        if hasattr(command, "add_arguments"):
            command.add_arguments(own)
        own.set_defaults(
            execute=command.execute,
            **(
                {"when_interrupted": command.WHEN_INTERRUPTED} if hasattr(command, "WHEN_INTERRUPTED") else {}
            ),
        )
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
    write_plainly()
    arguments = parser().parse_args(words)
    show_notes()
    try:
        stopping.check()
        return arguments.execute(arguments) or 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe has gone
        return 0
    except (KeyboardInterrupt, FFBrianError, OSError) as error:
        return _end(*_verdict(error, getattr(arguments, "when_interrupted", "nothing was written.")))


def _verdict(error, when_interrupted):
    """Exit status and sentence.  What fails after a signal, such as a compiler that got it too, fails because
    of it.
    """
    if isinstance(error, KeyboardInterrupt) or stopping.is_asked():
        return stopping.STATUS, error if isinstance(
            error, Interrupted
        ) else f"interrupted; {when_interrupted}"
    if isinstance(error, OSError):
        return REFUSED, f"{error.filename or 'a file'} cannot be read or written: {error.strerror or error}."
    return REFUSED, error


def write_plainly():
    """Write letters that the terminal's encoding lacks in ASCII, instead of failing."""
    codecs.register_error(
        "ffbrian.plain",
        lambda error: (
            "".join(
                PLAIN.get(letter, ascii(letter)[1:-1]) for letter in error.object[error.start : error.end]
            ),
            error.end,
        ),
    )
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="ffbrian.plain")


def _end(status, message):
    print(f"ffbrian: {message}", file=sys.stderr)
    return status
