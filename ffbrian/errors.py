"""The errors ffbrian raises.

Every message is one sentence or two: the object, what was found, what was
expected, and what to do.  The command line prints it without a traceback and
exits with status 2.
"""

import shlex
import sys

#: What a sentence quotes from a file may be of any length; the middle of a longer one is left out.
LONGEST = 2000


class FFBrianError(Exception):
    """Base class of all errors raised on purpose by ffbrian."""

    def __str__(self):
        text = super().__str__()
        return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


class ModelError(FFBrianError):
    """A description (neuron, rule, modulator, encoder, network) is not valid."""


class DataError(FFBrianError):
    """A data set is missing, damaged or does not fit the network."""


class ExperimentError(FFBrianError):
    """An experiment file or a command-line override is not valid."""


class BuildError(FFBrianError):
    """The compiler is missing or refused the generated code."""


class RunError(FFBrianError):
    """A compiled network did not run to its end, or a run folder is damaged."""


def typed(path):
    """A path as it can be typed in a shell: quoted, and no option even if it begins with a hyphen (str)."""
    return shlex.quote(f"./{path}" if str(path).startswith("-") else str(path))


def show_plainly():
    """Let Python show an uncaught FFBrianError as any other; Brian 2 would ask its reader to report a bug in
    Brian.
    """
    others = sys.excepthook

    def show(kind, error, trace):
        (sys.__excepthook__ if issubclass(kind, FFBrianError) else others)(kind, error, trace)

    sys.excepthook = show
