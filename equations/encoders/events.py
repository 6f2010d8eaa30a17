"""Event data: each unit fires in the time steps in which the data holds an event for it."""

from ffbrian.models.encoder import Encoder

events = Encoder(name="events", threshold="event > 0", reads="events", rate_parameter="")
