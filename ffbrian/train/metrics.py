"""What a run measures, as it stands in ``metrics.json``.

Wall-clock times are under the key ``wall_seconds`` and nowhere else; all the
rest depends on the experiment, the seed and the versions alone.
"""

import platform
import statistics

import brian2
import numpy as np

import ffbrian
from ffbrian.build import synaptic_operations as synops
from ffbrian.errors import BuildError
from ffbrian.network import trunk
from ffbrian.run import toolchain
from ffbrian.train import baselines, health, random_control
from ffbrian.train.intervals import wilson

#: Training samples on which `train_accuracy` is measured.
TRAIN_SAMPLES = 10_000
AVERAGED = (
    "test_accuracy",
    "test_balanced_accuracy",
    "train_accuracy",
    "validation_accuracy",
    "test_relative_l2",
    "test_mean_relative_l2",
    "train_relative_l2",
    "validation_relative_l2",
)


def measure(experiment, seed, model, train, validation, test):
    """Evaluate a trained model.

    Parameters
    ----------
    experiment : Experiment
    seed : int
    model : TrainedModel
    train, validation, test : Images or Events
        `validation` may be None.

    Returns
    -------
    dict
    """
    on_test, on_train = model.predict(test), model.predict(_some(train, seed))
    task, epochs = model.plan.inputs.task, list(model.history)
    primary = task.primary
    scores = {f"test_{name}": value for name, value in task.scores(on_test).items()}
    scores |= {
        f"train_{primary}": task.scores(on_train)[primary],
        f"validation_{primary}": (epochs[-1] if epochs else {}).get(f"validation_{primary}"),
    }
    if validation is not None and not epochs:
        scores[f"validation_{primary}"] = model.score(validation)
    scores["primary"] = {
        "name": f"test_{primary}",
        "value": scores[f"test_{primary}"],
        "larger_is_better": task.larger_is_better,
    }
    work = {
        "synops_per_inference": synops.per_inference(model.plan, on_test.synops),
        "dense_macs": synops.dense_macs(model.plan),
    }
    samples = {
        "train": len(train),
        "validation": 0 if validation is None else len(validation),
        "test": len(test),
    }
    more = _of_classes(on_test, model.plan) if task.kind == "classification" else {}
    more |= {"input_spikes": float(on_test.input_spikes.mean()), "initial_gains": model.gains}
    more["warnings"] = [*model.warnings, *more.get("warnings", [])]
    if task.kind == "classification":
        scores |= intervals(scores, samples) | {"baselines": baselines.measure(train, test, seed)}
    else:
        found = random_control.measure(model.plan, train, test, task, seed, model.mode)
        scores["baselines"] = found
    return (
        {"experiment": experiment.name, "seed": seed, "seeds": [seed]}
        | scores
        | more
        | work
        | {"samples": samples, "epochs": epochs}
        | _surroundings(experiment, model.plan)
    )


def _of_classes(prediction, plan):
    """What is measured of a classification besides its scores."""
    n_classes = plan.inputs.n_classes
    warning = health.chance_warning(prediction.labels, prediction.truth, n_classes)
    return {
        "layer_test_accuracy": prediction.layer_accuracy,
        "confusion": confusion(prediction, n_classes),
        "warnings": [warning] if warning else [],
    }


def intervals(scores, samples):
    """Confidence intervals of the accuracies, ``"test_accuracy_interval"`` and so on (dict of str to [low,
    high]).
    """
    counts = samples | {"train": min(samples["train"], TRAIN_SAMPLES)}
    known = [part for part in ("test", "train", "validation") if scores.get(f"{part}_accuracy") is not None]
    return {
        f"{part}_accuracy_interval": [*wilson(scores[f"{part}_accuracy"], counts[part])] for part in known
    }


def _some(split, seed):
    if len(split) <= TRAIN_SAMPLES:
        return split
    return split.take(np.sort(np.random.default_rng(seed).permutation(len(split))[:TRAIN_SAMPLES]))


def _surroundings(experiment, plan):
    return {"network": network_size(plan), "versions": versions(), "configuration": experiment.resolved()}


def confusion(prediction, n_classes):
    """Counts of test samples, rows by true label and columns by predicted label."""
    table = np.zeros((n_classes, n_classes), int)
    np.add.at(table, (prediction.truth, prediction.labels), 1)
    return table.tolist()


def network_size(plan):
    """Numbers of neurons and synapses, in all and one by one; copies that share weights count once."""
    labels = {"labels": plan.inputs.n_classes * plan.network.label_size} if plan.algorithm.has_labels else {}
    neurons = (
        {"inputs": plan.n_inputs}
        | labels
        | {f"layer_{number}": layer.size for number, layer in enumerate(plan.network.layers, 1)}
        | {f"trunk_{number}": one.size for number, one in enumerate(plan.network.trunks, 1)}
        | ({"readout": plan.inputs.n_answers} if plan.network.readout else {})
    )
    synapses = plan.synapse_sizes() | trunk.n_weights(plan.network.trunks, plan.inputs.points)
    return {
        "neurons": sum(neurons.values()),
        "synapses": sum(synapses.values()),
        "neurons_of": neurons,
        "synapses_of": synapses,
    }


def versions():
    """What the numbers were made with."""
    try:
        compiler = toolchain.compiler_version(toolchain.find_compiler())
    except BuildError:
        compiler = None
    return {
        "ffbrian": ffbrian.__version__,
        "brian2": brian2.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "compiler": compiler,
    }


def summary(runs):
    """Mean and standard deviation over seeds.

    Parameters
    ----------
    runs : list of dict
        From `measure`, at least two.

    Returns
    -------
    dict
        As for one seed, with means, ``*_sd`` and the single ``runs``.
    """
    first, result = runs[0], {"experiment": runs[0]["experiment"], "seeds": [run["seed"] for run in runs]}
    for key in [key for key in AVERAGED if key in first]:
        values = [run[key] for run in runs]
        known = None not in values
        result |= {
            key: statistics.fmean(values) if known else None,
            f"{key}_sd": statistics.stdev(values) if known else None,
        }
    if "primary" in first:
        result["primary"] = first["primary"] | {"value": result[first["primary"]["name"]]}
    if "test_accuracy" in first:
        result |= _intervals_of_means(result, runs)
    elif "primary" in first:
        result["baselines"] = baselines_of_means(runs, first["primary"]["name"])
    common = {
        key: first[key] for key in ("dense_macs", "network", "versions", "configuration") if key in first
    }  # runs of an older version lack some
    counts = [run["synops_per_inference"] for run in runs if "synops_per_inference" in run]
    work = {"synops_per_inference": _mean_entry(counts)} if counts else {}
    single = [{key: value for key, value in run.items() if key not in common} for run in runs]
    said = [f"seed {run['seed']}: {words}" for run in runs for words in run.get("warnings", [])]
    return (
        result
        | work
        | {"warnings": said, "epochs": _mean_epochs([run["epochs"] for run in runs]), "runs": single}
        | common
    )


def _intervals_of_means(result, runs):
    """The intervals of means over seeds, and of baselines; runs of an older version lack both."""
    if any("samples" not in run for run in runs):
        return {}
    samples, means = runs[0]["samples"], baselines_of_means(runs, "test_accuracy")
    scores = {name: baselines.score(one["test_accuracy"], samples["test"]) for name, one in means.items()}
    return intervals(result, samples) | {"baselines": scores}


def baselines_of_means(runs, score):
    """Mean over seeds of the score of every baseline that all runs have; seeds divide samples differently."""
    found = [run.get("baselines", {}) for run in runs]
    return {
        name: {score: statistics.fmean(one[name][score] for one in found)}
        for name in sorted(set.intersection(*map(set, found)))
    }


def _mean_epochs(histories):
    return [_mean_entry(entries) for entries in zip(*histories)]


def _mean_entry(entries):
    numbers = [key for key, value in entries[0].items() if isinstance(value, (int, float))]
    lists = (
        {"spikes_per_neuron": np.mean([entry["spikes_per_neuron"] for entry in entries], axis=0).tolist()}
        if all("spikes_per_neuron" in entry for entry in entries)
        else {}
    )
    return {
        key: entries[0][key]
        if key in ("epoch", "online_labels")
        else statistics.fmean(entry[key] for entry in entries)
        for key in numbers
    } | lists
