"""``python -m ffbrian``, and the command ``ffbrian``: listens for signals before anything that takes its time."""
import sys

from ffbrian import lean, stopping


def main():
    """Run the command line.

    Returns
    -------
    int
        The exit status.
    """
    stopping.listen()
    if sys.flags.optimize > 1:
        print("ffbrian: Python runs with -OO, which takes away the docstrings that the help texts and Brian 2 are made of; run it with -O or without.", file=sys.stderr)
        return 2
    lean.import_brian()  # before anything imports it whole
    from ffbrian import cli

    stopping.listen()  # Brian 2 has put a handler of its own in place
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
