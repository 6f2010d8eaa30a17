"""list or remove compiled networks

`ffbrian cache` lists what is kept, `ffbrian cache clean` removes all that no process uses.
"""

import time

from ffbrian.run.cache_folder import MEGABYTE, cache_folder, limit_bytes
from ffbrian.run.cache_upkeep import clean, entries

ACTIONS = ("list", "clean")


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        choices=ACTIONS,
        default="list",
        help=f"one of {', '.join(ACTIONS)} (default: list)",
    )


def execute(arguments):
    """Run the command; returns the exit status."""
    {"list": show, "clean": remove}[arguments.action]()


def show():
    """Print every compiled network, that which was used last at the end."""
    found = entries()
    for entry in found:
        print(
            f"{entry.folder.name}  {megabytes(entry.n_bytes):>8}  "
            f"{ago(time.time() - entry.used):15}{entry.about}"
        )
    print(f"{counted(found)} in {cache_folder()}, at most {megabytes(limit_bytes())} (FFBRIAN_CACHE_LIMIT)")


def remove():
    """Remove what is not in use, and say what is left."""
    removed = clean()
    kept = entries()
    print(f"removed {counted(removed)} from {cache_folder()}" + (f"; {counted(kept)} in use" if kept else ""))


def counted(found):
    """How many networks, and their size."""
    return (
        f"{len(found)} compiled network{'' if len(found) == 1 else 's'} "
        f"({megabytes(sum(entry.n_bytes for entry in found))})"
    )


def megabytes(n_bytes):
    """A size in words."""
    return f"{n_bytes / MEGABYTE:.1f} MB"


def ago(seconds):
    """A time span in words.

    >>> ago(7300)
    '2 hours ago'
    """
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            n_units = int(seconds // length)
            return f"{n_units} {unit}{'s' * (n_units > 1)} ago"
    return "now"
