"""write a trained network for another program

FORMAT is `brian`, a Python script that needs nothing but Brian 2, with its arrays in a
file beside it and one test sample that it shows, or `nir`, a graph of integrate-and-fire
neurons for simulators and neuromorphic hardware (pip install "ffbrian[nir]").
"""

from pathlib import Path

from ffbrian.errors import ExperimentError, RunError
from ffbrian.train.run_folder import Folder
from ffbrian.train.trained import Model


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("format", metavar="FORMAT", choices=FORMATS, help=f"one of {', '.join(FORMATS)}")
    parser.add_argument("folder", metavar="DIR", help="folder of the run")
    parser.add_argument("-o", "--out", metavar="FILE", type=Path, required=True, help="what to write")
    parser.add_argument("--seed", metavar="N", type=int, help="the run's seed (default: its first)")
    parser.add_argument(
        "--sample",
        metavar="K",
        type=int,
        default=0,
        help="of brian: the test sample that the script shows (default: 0)",
    )
    parser.add_argument(
        "--label", metavar="L", type=int, help="of brian: the label that it shows (default: the sample's own)"
    )


def execute(arguments):
    """Run the command; returns the exit status."""
    folder = Folder.open(arguments.folder)
    finished = folder.finished_seeds()
    seed = finished[0] if arguments.seed is None else arguments.seed
    if seed not in finished:
        known = ", ".join(map(str, finished))
        raise RunError(f"{arguments.folder} holds no finished run of seed {seed}; finished are {known}.")
    model = Model.load(folder.of(seed) / "model.npz")
    FORMATS[arguments.format](folder, model, arguments)
    print(arguments.out)


def write_nir(folder, model, arguments):
    """Write the graph."""
    _check_ending(arguments.out, ".nir")
    model.to_nir(arguments.out)


def write_brian(folder, model, arguments):
    """Write the script and its arrays."""
    from ffbrian.export import brian
    from ffbrian.train.recorder import sent_spikes

    _check_ending(arguments.out, ".py")
    test, k = folder.experiment.data.load().test, arguments.sample
    if not 0 <= k < len(test):
        raise ExperimentError(f"--sample {k}: the test set has the samples 0 to {len(test) - 1}.")
    spikes = sent_spikes(model, test[k], arguments.label)
    title = f"{folder.experiment.title}, trained by ffbrian: test sample {k} in plain Brian 2."
    brian.script(model.plan, model.state, spikes, arguments.out, title)


def _check_ending(path, ending):
    if path.suffix != ending:
        raise ExperimentError(f"--out {path}: expected a file that ends in {ending}.")


FORMATS = {"brian": write_brian, "nir": write_nir}
