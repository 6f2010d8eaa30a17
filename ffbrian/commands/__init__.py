"""The commands: one module each, with `execute` and, where there are arguments, `add_arguments`.

The first line of a module's docstring is the command's line in ``ffbrian --help``.
"""

from ffbrian.commands import (
    audit,
    bench,
    cache,
    check,
    collect,
    compare,
    describe,
    doctor,
    evaluate,
    export,
    listing,
    plot,
    report,
    resume,
    robustness,
    run,
    sweep,
)

#: In the order of ``ffbrian --help``.
COMMANDS = {
    "run": run,
    "check": check,
    "compare": compare,
    "sweep": sweep,
    "collect": collect,
    "robustness": robustness,
    "resume": resume,
    "evaluate": evaluate,
    "plot": plot,
    "report": report,
    "export": export,
    "list": listing,
    "doctor": doctor,
    "bench": bench,
    "cache": cache,
    "audit": audit,
    "describe": describe,
}
