"""Networks and recordings for other programs: Brian 2, NIR, Neo, NWB, tables.

Each file here turns a plan with its weights, or a recording, into the objects
or files of one other tool; packages that only one of them needs are imported
when it is used (see `optional.needed`).
"""
