"""The commands: one module each, with `execute` and, where there are arguments, `add_arguments`.

The first line of a module's docstring is the command's line in ``ffbrian --help``.
"""

from ffbrian.commands import (
    audit,
    bench,
    cache,
    compare,
    describe,
    doctor,
    evaluate,
    export,
    listing,
    plot,
    resume,
    robustness,
    run,
)

#: In the order of ``ffbrian --help``.
COMMANDS = {
    "run": run,
    "compare": compare,
    "robustness": robustness,
    "resume": resume,
    "evaluate": evaluate,
    "plot": plot,
    "export": export,
    "list": listing,
    "doctor": doctor,
    "bench": bench,
    "cache": cache,
    "audit": audit,
    "describe": describe,
}
