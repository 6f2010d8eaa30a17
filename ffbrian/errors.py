"""The errors ffbrian raises.

Every message is one sentence or two: the object, what was found, what was
expected, and what to do.  The command line prints it without a traceback and
exits with status 2.
"""


class FFBrianError(Exception):
    """Base class of all errors raised on purpose by ffbrian."""


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
