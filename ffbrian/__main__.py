"""``python -m ffbrian``, and the script ``ffbrian``."""
import sys

from ffbrian import lean


def main():
    """Run the command line; returns the exit status."""
    lean.import_brian()  # before anything imports it whole
    from ffbrian import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
