"""Time cells paced by the input: each listens while its share of the sample's events goes by.

As `relative_time_cells`, but what moves on from cell to cell is not time but
the number of events, of all units together: where much happens the cells change
fast, and they wait in a pause.  Speakers who draw out a vowel or begin with a
breath drive the same cells.  The number of events of the sample must be known
when it begins, so this is no code for a stream.  Time cells of the
hippocampus do change their timing with what happens (MacDonald et al. 2011);
that a count of input spikes paces them is an assumption.
"""

from ffbrian.models.encoder import Encoder

paced_time_cells = Encoder(
    name="paced_time_cells",
    threshold="event > 0 and event_share*copies >= copy and event_share*copies < copy + 1",
    reads="events",
    copies=10,
    rate_parameter="",
    references=("MacDonald2011",),
)
