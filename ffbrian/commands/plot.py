"""draw the standard figures of a finished run again"""

from ffbrian.commands import drawing
from ffbrian.commands.arguments import add_format
from ffbrian.train.run_folder import Folder

WHEN_INTERRUPTED = "the same command draws all figures again."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", help="folder of the run")
    add_format(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    for place in Folder.open(arguments.folder).finished_places():
        drawing.figures(place, arguments.format)
        print(place / "figures")
