"""What each learning algorithm assembles.

A part is a module with four functions: ``session_equations(plan)`` (text), what the
session holds for it; ``before_reading(bench)`` and ``reading(bench)`` (statements), run
when the next line of the schedule is read; ``assemble(bench)``, which makes the
populations, projections and signals between the inputs and the monitors.  One that
changes what the inputs do has a fifth, ``input_extra(plan)`` (an `InputExtra`).
"""

from ffbrian.build.inputs import InputExtra
from ffbrian.build.learning import (
    broadcast,
    evolution,
    forward_forward,
    pepita,
    perturbation,
    reward,
    signal_propagation,
    weights,
)

#: The part of each algorithm, by the algorithm's kind.
PARTS = {
    "forward_forward": forward_forward,
    "error_broadcast": broadcast,
    "random_features": broadcast,
    "node_perturbation": perturbation,
    "evolution": evolution,
    "reward_stdp": reward,
    "weight_perturbation": weights,
    "pepita": pepita,
    "signal_propagation": signal_propagation,
}


def part(algorithm):
    """The module that assembles an algorithm."""
    return PARTS[algorithm.kind]


def input_extra(plan):
    """What a plan's algorithm adds to the input population."""
    own = getattr(part(plan.algorithm), "input_extra", None)
    return own(plan) if own else InputExtra()
