"""write one page about a finished run, to be opened in any browser

DIR/report.html holds what was run, accuracies with intervals beside baselines,
figures, equations, parameters with sources, the audit, versions and command
lines.  It needs no network.  Every run ends with it, unless --no-figures says
that there be none.
"""

from ffbrian.train.run_folder import Folder

WHEN_INTERRUPTED = "the same command writes the page again."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", help="folder of the run")


def execute(arguments):
    """Run the command; returns the exit status."""
    from ffbrian.analyse import report  # only here: it loads matplotlib

    for place in Folder.open(arguments.folder).finished_places():
        print(report.write(place))
