"""Ways to learn, without any Brian object: what is shown, what is released, how an answer is read."""

import importlib

from ffbrian.errors import ModelError

#: Every learning algorithm, by its name in experiment files: the file and the class that define it.
HOMES = {
    "forward_forward": ("forward_forward", "ForwardForward"),
    "error_broadcast": ("error_broadcast", "ErrorBroadcast"),
    "random_features": ("random_features", "RandomFeatures"),
    "node_perturbation": ("node_perturbation", "NodePerturbation"),
    "evolution": ("evolution", "Evolution"),
    "reward_stdp": ("reward_stdp", "RewardStdp"),
    "weight_perturbation": ("weight_perturbation", "WeightPerturbation"),
    "pepita": ("pepita", "Pepita"),
    "signal_propagation": ("signal_propagation", "SignalPropagation"),
}


def class_of(name):
    """The class of a learning algorithm.

    Raises
    ------
    KeyError
        For an unknown name.
    """
    file, kind = HOMES[name]
    return getattr(importlib.import_module(f"ffbrian.learning.{file}"), kind)


def named(name):
    """A learning algorithm with its defaults, by name.

    Raises
    ------
    ModelError
        For an unknown name; it lists the known ones.
    """
    if name not in HOMES:
        raise ModelError(f"learning.algorithm is {name!r}; known are {', '.join(HOMES)}.")
    return class_of(name)()


def from_dict(record):
    """An algorithm from what ``to_dict`` gave."""
    record = dict(record)
    kind = class_of(record.pop("algorithm"))
    return kind.from_dict(record) if hasattr(kind, "from_dict") else kind(**record)
