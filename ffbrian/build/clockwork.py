"""The order of what happens between two presentations, on their clock (see `build`)."""
CLEAR, COLLECT, RELEASE, WRITE, CONSOLIDATE, RESTORE, SCHEDULE, ENCODE = range(-22, -14)
