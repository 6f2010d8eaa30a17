"""What each learning algorithm assembles.

A part is a module with four functions: ``session_equations(plan)`` (text), what the
session holds for it; ``before_reading(bench)`` and ``reading(bench)`` (statements), run
when the next line of the schedule is read; ``assemble(bench)``, which makes the
populations, projections and signals between the inputs and the monitors.  One that
changes what the inputs do has a fifth, ``input_extra(plan)`` (an `InputExtra`); one that
says more once the line has been read ``after_reading(bench)``.
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
    stream,
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


#: The same in a stream.
STREAM_PARTS = {"forward_forward": stream}


def part(plan):
    """The module that assembles the algorithm of a plan."""
    return (STREAM_PARTS if plan.stream else PARTS)[plan.algorithm.kind]


def input_extra(plan):
    """What a plan's algorithm adds to the input population."""
    own = getattr(part(plan), "input_extra", None)
    return own(plan) if own else InputExtra()
