"""The commands: one module each, with `add_arguments` and `execute`.

The first line of a module's docstring is the command's line in ``ffbrian --help``.
"""
from ffbrian.commands import bench, doctor, evaluate, listing, plot, resume, run

#: In the order of ``ffbrian --help``.
COMMANDS = {"run": run, "resume": resume, "evaluate": evaluate, "plot": plot, "list": listing, "doctor": doctor, "bench": bench}
