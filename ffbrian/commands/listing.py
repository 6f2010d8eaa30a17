"""list models with their parameters, data sets, experiments and comparisons"""

from ffbrian import datasets
from ffbrian.models.quantities import show_quantity
from ffbrian.network.from_tables import ROLES
from ffbrian.train.experiment_files import catalogue, comparisons, read, suites

TITLES = {
    "neuron": "neurons",
    "synapse": "synapses",
    "rule": "rules",
    "modulator": "modulators",
    "encoder": "encoders",
    "inhibition": "inhibition",
    "readout": "readouts",
    "signal": "signals",
}
KINDS = (*TITLES.values(), "data", "experiments", "comparisons", "suites")


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument(
        "kind", metavar="KIND", nargs="?", choices=KINDS, help=f"one of {', '.join(KINDS)} (default: all)"
    )


def execute(arguments):
    """Run the command; returns the exit status."""
    for kind, lines in sections().items():
        if arguments.kind in (None, kind):
            print("\n  ".join([kind, *lines]))


def sections():
    """All that can be named in an experiment, lines by kind."""
    models = {
        title: [model_line(name, getattr(ROLES[role].models, name)) for name in ROLES[role].known()]
        for role, title in TITLES.items()
    }
    data = [f"{name:16}{line}" for name, line in datasets.names().items()]
    files = {
        kind: [f"{name:26}{read(path).get('title', '')}" for name, path in paths().items()]
        for kind, paths in (("experiments", catalogue), ("comparisons", comparisons), ("suites", suites))
    }
    return models | {"data": data} | files


def model_line(name, model):
    """A model's name and the defaults of its parameters."""
    values = ", ".join(f"{key} = {show_quantity(value)}" for key, value in model.values.items())
    return f"{name:22}{values}".rstrip()
