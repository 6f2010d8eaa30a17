"""look at what an untrained network makes of its data, what "auto" chooses, and how long a run takes

Shows 64 training samples: how strongly inputs and label drive the first layer,
whether neurons spike, and the settings that are computed from these samples.
Then a short training and a short evaluation tell how long the whole run takes.
"""

from ffbrian.analyse.cost import estimate
from ffbrian.commands.arguments import add_code, add_overrides, allowed
from ffbrian.train import calibration
from ffbrian.train.experiment import Experiment
from ffbrian.train.first_look import look


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT", help="a TOML file or the name of an experiment")
    add_overrides(parser)
    add_code(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    experiment = allowed(Experiment.load(arguments.experiment, arguments.overrides), arguments)
    data = experiment.data.load()
    found = look(experiment.trainer, data.train, data.n_classes)
    print(f"{experiment.title}\n")
    print("\n".join(lines(found)) if found else "the encoder sends no spikes; there is nothing to look at.")
    print(f"a run takes {estimate(experiment, data)}")


def lines(found):
    """A `FirstLook` as lines of text."""
    share = found.overlap / found.squares
    aim = f"auto aims at {calibration.INPUT_DRIVE:g}"
    yield f"training samples shown                     {found.n_samples}"
    yield f"input neurons that never spike             {found.silent} of {found.n_inputs}"
    yield f"S, summed squared input spikes             {found.squares:.4g}"
    yield f"overlap of two samples                     {found.overlap:.4g} ({share:.0%} of S)"
    yield f"drive from below, spread in thresholds     {found.input_drive:.3g} ({aim})"
    if found.label_drive:
        yield (
            f"drive from the label                       {found.label_drive:.3g} (auto aims at "
            f"{calibration.LABEL_DRIVE:g}), {found.label_share:.0%} of the variance"
        )
    for number, spikes in enumerate(found.spikes, 1):
        yield f"spikes per neuron and presentation         {spikes:.3g} in layer {number}, before learning"
    yield f"auto, {found.chosen or 'nothing to compute'}"
