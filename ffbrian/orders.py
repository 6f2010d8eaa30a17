"""The order of what happens between two presentations, on their clock (see `build`)."""
CLEAR, COLLECT, COMPARE, RELEASE, WRITE, CREDIT, CONSOLIDATE, RESTORE, SCHEDULE, ENCODE = range(-24, -14)
