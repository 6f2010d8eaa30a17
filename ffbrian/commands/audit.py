"""say which variables every plastic synapse reads, and whether learning is local

EXPERIMENT is a TOML file or the name of an experiment that `ffbrian list` shows.
The network is built small and read, not run; no compiler is needed.
"""

from pathlib import Path

from ffbrian.commands.arguments import add_overrides
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import to_json
from ffbrian.train.run_folder import write_text


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT")
    add_overrides(parser)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results to this file")


def execute(arguments):
    """Run the command; returns the exit status."""
    from ffbrian.analyse.audit import of_trainer  # only here: it loads what no other command needs

    experiment = Experiment.load(arguments.experiment, arguments.overrides)
    found = of_trainer(experiment.trainer)
    print(f"{experiment.title}\n\n{found}")
    if arguments.json:
        write_text(arguments.json, to_json({"experiment": experiment.name} | found.to_dict()))
