"""write the methods section of an experiment, from the models that it runs

Equations, events, parameter tables with sources, training settings and the
BibTeX of every model.  Without --out the text is printed.
"""

from pathlib import Path

from ffbrian.analyse.methods_section import FORMATS, describe
from ffbrian.commands.arguments import add_overrides
from ffbrian.train.experiment import Experiment
from ffbrian.train.run_folder import write_text


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT", help="a TOML file or the name of an experiment")
    add_overrides(parser)
    parser.add_argument("--format", choices=FORMATS, default="markdown", help="default: markdown")
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="write methods.md or methods.tex, and references.bib, into this folder",
    )


def execute(arguments):
    """Run the command; returns the exit status."""
    experiment = Experiment.load(arguments.experiment, arguments.overrides).calibrated()[0]
    text, bibliography = describe(experiment, arguments.format)
    if arguments.out is None:
        print(text)
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_text(arguments.out / FORMATS[arguments.format][1], text)
    write_text(arguments.out / "references.bib", bibliography)
    print(arguments.out)
