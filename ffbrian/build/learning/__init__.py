"""What each learning algorithm assembles.

A part is a module with four functions: ``session_equations(plan)`` (text), what the
session holds for it; ``before_reading(bench)`` and ``reading(bench)`` (statements), run
when the next line of the schedule is read; ``assemble(bench)``, which makes the
populations, projections and signals between the inputs and the monitors.
"""

from ffbrian.build.learning import broadcast, evolution, forward_forward, perturbation, reward

#: The part of each algorithm, by the algorithm's kind.
PARTS = {
    "forward_forward": forward_forward,
    "error_broadcast": broadcast,
    "random_features": broadcast,
    "node_perturbation": perturbation,
    "evolution": evolution,
    "reward_stdp": reward,
}


def part(algorithm):
    """The module that assembles an algorithm."""
    return PARTS[algorithm.kind]
