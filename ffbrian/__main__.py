"""``python -m ffbrian``, and the command ``ffbrian``: listens for signals before anything that takes its
time.
"""

import os
import sys

from ffbrian import brian_import, stopping


def main():
    """Run the command line.

    Returns
    -------
    int
        The exit status.
    """
    stopping.listen()
    reason = why_not(sys.argv[1:])
    if reason:
        print(f"ffbrian: {reason}", file=sys.stderr)
        return 2
    brian_import.import_brian()  # before anything imports it whole
    from ffbrian import cli

    stopping.listen()  # Brian 2 has put a handler of its own in place
    status = cli.main()
    stopping.end()
    return status


def why_not(words):
    """Why Brian 2 cannot run here with these words of the command line; None if it can."""
    if sys.flags.optimize > 1:
        return (
            "Python runs with -OO, which takes away the docstrings that the help texts are made of; run it "
            "with -O or without."
        )
    undecoded = [word for word in words if any("\ud800" <= letter <= "\udfff" for letter in word)]
    if undecoded:
        return (
            f"{os.fsencode(undecoded[0])!r} on the command line is no text in {sys.getfilesystemencoding()}; "
            "rename the file, or set LC_ALL to the encoding of its name."
        )
    return None


if __name__ == "__main__":
    sys.exit(main())
