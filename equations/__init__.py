"""The science of ffbrian: one model per file.

Every model is an instance of a class of `ffbrian.models`; a user's own is made
the same way.
"""

from ffbrian.equations import (
    encoders,
    inhibition,
    modulators,
    neurons,
    plasticity,
    readouts,
    signals,
    synapses,
)

__all__ = ["encoders", "inhibition", "modulators", "neurons", "plasticity", "readouts", "signals", "synapses"]
