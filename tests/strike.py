"""Run the command line and send this process a signal when it reaches a stage: ``strike.py STAGE SIGNAL
WORDS...``.

STAGE is ``import``, for the import of Brian 2, or a function as ``module:name``.
"""

import importlib
import os
import signal
import sys

stage, number, *words = sys.argv[1:]


def strike():
    """Send the signal, the first time."""
    global number
    if number:
        os.kill(os.getpid(), signal.Signals[number])
        number = None


class Finder:
    """Finds nothing, but hears what is imported."""

    @staticmethod
    def find_spec(name, *_):
        """Strike at Brian 2."""
        if name == "brian2":
            strike()


def strike_at(module, path):
    """Let a function strike before it does its work."""
    owner = importlib.import_module(module)
    *way, name = path.split(".")
    for step in way:
        owner = getattr(owner, step)
    inner = getattr(owner, name)

    def struck(*arguments, **named):
        strike()
        return inner(*arguments, **named)

    setattr(owner, name, struck)


if __name__ == "__main__":
    if stage == "import":
        sys.meta_path.insert(0, Finder)
    else:
        strike_at(*stage.split(":"))
    sys.argv = ["ffbrian", *words]
    from ffbrian.__main__ import main

    sys.exit(main())
