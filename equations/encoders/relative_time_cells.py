"""Time cells on the sample's own time scale: each listens during its share of the time from first to last
event.

As `time_cells`, but the cells of a unit divide the duration of the sample
evenly, so that a word spoken slowly and one spoken fast drive the same cells.
The end of the sample must be known when it begins: this is a normalised
duration, for recordings that are cut into samples, and no code for a stream.
Some time cells of the hippocampus do change their timing with an interval that
the animal knows (MacDonald et al. 2011).
"""

from ffbrian.models.encoder import Encoder

relative_time_cells = Encoder(
    name="relative_time_cells",
    equations="""dage/dt = 1 : second
                 progress = (age - first_event + dt/2)/(last_event - first_event + dt) : 1""",
    start="age = -dt",
    threshold="event > 0 and progress*copies >= copy and progress*copies < copy + 1",
    reads="events",
    copies=10,
    rate_parameter="",
    references=("MacDonald2011",),
)
