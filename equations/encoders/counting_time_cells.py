"""Time cells paced by a count of the input: each listens while its own number of events goes by.

As `paced_time_cells`, but what moves on from cell to cell is the number of events that
have passed, of all units together, not their share of the whole sample: nothing need be
known of its end.  The last cell listens until the
presentation ends.
"""

from ffbrian.models.encoder import Encoder
from ffbrian.models.text import Parameter

counting_time_cells = Encoder(
    name="counting_time_cells",
    threshold="event > 0 and copy == clip(int(event_count/count), 0, copies - 1)",
    reads="events",
    copies=10,
    rate_parameter="",
    parameters={
        "count": Parameter(
            50.0,
            "events for which a cell listens",
            "about a tenth of those of a spoken digit behind 35 pooled channels",
        ),
    },
    references=("MacDonald2011",),
)
