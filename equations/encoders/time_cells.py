"""Time cells: each neuron passes the events of its unit during a time of its own, and is deaf before and
after.

Cell `copy` of a unit listens while the time since the presentation began is in
``[copy*width, (copy + 1)*width)``, so that together the cells of a unit tell
when its events came: time becomes place.  ``time_cells(copies=12, width=80*ms)``
covers 0.96 s.  Cells that fire one after the other while an interval passes
are found in the hippocampus (MacDonald et al. 2011); here they gate an input.
"""

from brian2 import ms

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

time_cells = Encoder(
    name="time_cells",
    equations="dage/dt = 1 : second",
    start="age = -dt",
    threshold="event > 0 and age >= copy*width - dt/2 and age < (copy + 1)*width - dt/2",
    reads="events",
    copies=10,
    rate_parameter="",
    parameters={
        "width": Parameter(
            100 * ms,
            "time for which a cell listens",
            "chosen: ten cells then span a second; fields in the hippocampus are 0.1-10 s wide (MacDonald et "
            "al. 2011)",
        )
    },
    references=("MacDonald2011",),
)
