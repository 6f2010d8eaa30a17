"""write a trained network for another program

FORMAT is `brian`, a Python script that needs nothing but Brian 2, with its arrays in a
file beside it.  The script shows one test sample with a label and prints the spikes.
"""
from pathlib import Path

from ffbrian.commands.folder import Folder
from ffbrian.errors import ExperimentError, RunError
from ffbrian.model import Model

FORMATS = ("brian",)


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("format", metavar="FORMAT", choices=FORMATS, help=f"one of {', '.join(FORMATS)}")
    parser.add_argument("folder", metavar="DIR", help="folder of the run")
    parser.add_argument("-o", "--out", metavar="FILE", type=Path, required=True, help="what to write")
    parser.add_argument("--seed", metavar="N", type=int, help="the run's seed (default: its first)")
    parser.add_argument("--sample", metavar="K", type=int, default=0, help="the test sample that the script shows (default: 0)")
    parser.add_argument("--label", metavar="L", type=int, help="the label that it shows (default: the sample's own)")


def execute(arguments):
    """Run the command; returns the exit status."""
    folder = Folder.open(arguments.folder)
    finished = folder.finished_seeds()
    seed = finished[0] if arguments.seed is None else arguments.seed
    if seed not in finished:
        raise RunError(f"{arguments.folder} holds no finished run of seed {seed}; finished are {', '.join(map(str, finished))}.")
    model = Model.load(folder.of(seed) / "model.npz")
    write_brian(folder, model, arguments)
    print(arguments.out)


def write_brian(folder, model, arguments):
    """Write the script and its arrays."""
    from ffbrian.export import brian
    from ffbrian.recorder import sent_spikes

    test = folder.experiment.data.load().test
    if not 0 <= arguments.sample < len(test):
        raise ExperimentError(f"--sample {arguments.sample}: the test set has the samples 0 to {len(test) - 1}.")
    if arguments.out.suffix != ".py":
        raise ExperimentError(f"--out {arguments.out}: expected a file that ends in .py; its arrays go beside it.")
    spikes = sent_spikes(model, test[arguments.sample], arguments.label)
    brian.script(model.plan, model.state, spikes, arguments.out, title(folder, arguments))


def title(folder, arguments):
    """The first line of a script."""
    return f"{folder.experiment.title}, trained by ffbrian: test sample {arguments.sample} in plain Brian 2."
