"""measure the accuracy of a trained network

On the test set of its experiment, or on the test set of other data.
"""

from pathlib import Path

from ffbrian import datasets
from ffbrian.commands.arguments import add_jobs, check_jobs
from ffbrian.train import intervals
from ffbrian.train.experiment_files import to_json
from ffbrian.train.run_folder import Folder, write_text
from ffbrian.train.trained import Model


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", help="folder of the run")
    parser.add_argument(
        "--data",
        metavar="SPEC",
        help="another data set, such as npz:my.npz (default: that of the experiment)",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results to this file")
    add_jobs(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    folder = Folder.open(arguments.folder)
    check_jobs(arguments.jobs)
    settings = dict(jobs=arguments.jobs, mode=folder.experiment.trainer.mode)
    models = {seed: Model.load(folder.of(seed) / "model.npz", **settings) for seed in folder.finished_seeds()}
    data = datasets.load(arguments.data) if arguments.data else folder.experiment.data.load()
    results = [evaluate(seed, model, data) for seed, model in models.items()]
    if arguments.json:
        write_text(arguments.json, to_json({"data": data.name, "runs": results}))


def evaluate(seed, model, data):
    """Score a model on a test set; prints a line and returns a dict."""
    prediction, task = model.predict(data.test), model.plan.inputs.task
    if task.kind == "regression":
        scores = task.scores(prediction)
        print(f"seed {seed}: test relative L2 {task.words(prediction.relative_l2)}")
        return (
            {"seed": seed}
            | {f"test_{name}": value for name, value in scores.items()}
            | {"samples": len(data.test)}
        )
    n_right = int((prediction.labels == prediction.truth).sum())
    interval = intervals.wilson(prediction.accuracy, len(data.test))
    counted = f"{n_right} of {len(data.test)}, {intervals.words(*interval)}"
    print(f"seed {seed}: test {prediction.accuracy:.2%} ({counted}){_of_layers(prediction, model)}")
    return {
        "seed": seed,
        "test_accuracy": prediction.accuracy,
        "test_accuracy_interval": [*interval],
        "layer_test_accuracy": prediction.layer_accuracy,
        "samples": len(data.test),
    }


def _of_layers(prediction, model):
    """What each layer answers alone, in words; a readout answers for all of them."""
    layers = ", ".join(f"{accuracy:.2%}" for accuracy in prediction.layer_accuracy)
    return "" if model.network.readout else f", layer by layer {layers}"
