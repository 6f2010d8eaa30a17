"""go on with an interrupted run

Seeds that were interrupted go on from their newest checkpoint, others begin;
the result is the one of an uninterrupted run, bit by bit.  With --epochs a
finished run is trained for more epochs.
"""

import time
from dataclasses import replace

from ffbrian.commands.arguments import add_code, add_executor, add_figures, allowed, executor
from ffbrian.commands.run import finish, make_ready
from ffbrian.train.run_folder import Folder


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", help="folder of the run")
    parser.add_argument("--epochs", metavar="N", type=int, help="train until N epochs, more than the run had")
    add_executor(parser)
    add_figures(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    started = time.perf_counter()
    folder = Folder.open(arguments.folder)
    executor(arguments)
    if arguments.epochs is not None:
        folder = folder.extended(arguments.epochs)
    if not all(map(folder.is_finished, folder.seeds)):
        folder = replace(folder, experiment=allowed(folder.experiment, arguments))
        make_ready(folder.experiment)
    finish(folder, arguments, started)
