"""``python -m ffbrian``."""
import sys

from ffbrian.cli import main

if __name__ == "__main__":
    sys.exit(main())
