"""Dopamine of the whole network: each presentation releases some, which then decays.

What is released is the opponent modulator's prediction error: large where goodness says the
opposite of the phase, next to nothing where it is right already.  `DA` decays while further
presentations go on, so that a synapse still hears something of the one before.
"""

from brian2 import ms

from ffbrian.models.signal import Signal
from ffbrian.models.text import Parameter

dopamine = Signal(
    name="dopamine",
    equations="dDA/dt = -DA/tau_DA : 1",
    release="DA += s/(1 + exp(s*slope*goodness))",
    parameters={
        "tau_DA": Parameter(
            20 * ms, "decay", "half a presentation; 200 ms where time is not cut short (Izhikevich 2007)"
        ),
        "slope": Parameter(1.0, "slope of the logistic function of goodness", "as in opponent"),
    },
    references=("Hinton2022", "Izhikevich2007", "Fremaux2016"),
)
