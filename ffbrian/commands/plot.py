"""draw the standard figures of a finished run again"""

from ffbrian.commands import drawing
from ffbrian.train.run_folder import Folder

WHEN_INTERRUPTED = "the same command draws all figures again."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", help="folder of the run")


def execute(arguments):
    """Run the command; returns the exit status."""
    folder = Folder.open(arguments.folder)
    places = [folder.of(seed) for seed in folder.finished_seeds()]
    if len(folder.seeds) > 1 and (folder.path / "metrics.json").is_file():
        places.append(folder.path)
    for place in places:
        drawing.standard(place)
        print(place / "figures")
