"""Nanoseconds of a neuron and step: every shipped neuron against stock Brian, a kernel, and the machine.

A layer is shown blank images: its neurons are integrated, compared with their threshold
and given their input in every step, as in a training, but nothing arrives and nobody spikes.
"""

import numpy as np
from ffbrian.benchmarks import product
from ffbrian.benchmarks.machine import BY_HAND

import ffbrian as ff
from ffbrian.analyse import work
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.models.quantities import parse_quantity

SIZE, SIDE = 500, 4
#: Steps of a presentation, and presentations that are timed.
N_STEPS, N_SHOWN = 400, 100
NAMES = (
    *("lif", "adaptive_lif", "mixed_lif", "conductance_lif"),
    *("quadratic", "izhikevich", "adex", "hodgkin_huxley"),
)


def plan(name, pathway):
    """The plan of one layer of shipped neurons."""
    layer = ff.Layer(SIZE, neuron=getattr(ff.neurons, name))
    longest = layer.neuron.longest_step
    dt = float(parse_quantity(longest)) if longest else 0.001
    inputs = DataShape("values", (1, SIDE, SIDE), product.N_CLASSES)
    return Plan(ff.Network([layer]), inputs, N_STEPS, dt=dt, learns=False, pathway=pathway)


def measure(name, program, machine, repetitions):
    """Time one neuron by all means, in turns.

    Parameters
    ----------
    name : str
        Of a shipped neuron.
    program : machine.Program
    machine : Machine
    repetitions : int
        Rounds, of which the shortest time counts.

    Returns
    -------
    dict
        ``neuron``, ``ns`` by variant, ``allowed`` (what the machine's rates allow, ns)
        and ``work``.
    """
    blank = ff.datasets.Images(np.zeros((1, 1, SIDE, SIDE), np.uint8), [0], "blank")
    rows = product.evaluation_rows(blank, N_SHOWN, [0])
    with (
        product.prepared(plan(name, "dense"), blank, rows) as dense,
        product.prepared(plan(name, "stock"), blank, rows) as stock,
    ):
        for shown in (dense, stock):
            shown.run(1)  # builds it
        by_hand = (lambda: program.nanoseconds(name, SIZE, 4000)) if name in BY_HAND else None
        rounds = [
            {"ffbrian": seconds(dense), "stock": seconds(stock)} | ({"kernel": by_hand()} if by_hand else {})
            for _ in range(repetitions)
        ]
    counted = work.of_layer(dense.plan.network.layers[0])
    return {
        "neuron": name,
        "ns": {key: per_step([one[key] for one in rounds]) for key in rounds[0]},
        "allowed": machine.nanoseconds(least(counted)),
        "work": vars(counted),
    }


def seconds(shown):
    """Processor time of a short and a long run."""
    found = []
    for n in (1, N_SHOWN):
        begin = product.processor_seconds()
        shown.run(n)
        found.append(product.processor_seconds() - begin)
    return found


def per_step(rounds):
    """Nanoseconds of a neuron and a step: of runs the shortest of each length, without the start."""
    if np.ndim(rounds) == 1:
        return min(rounds)
    short, long = np.min(rounds, axis=0)
    return 1e9 * (long - short) / (SIZE * N_STEPS * (N_SHOWN - 1))


def least(counted):
    """The work of a neuron in a step as `Machine.nanoseconds` takes it."""
    return {
        "layer": counted.bytes,
        "exponentials": counted.functions,
        "multiply_adds": counted.operations / 2,
    }


def header():
    """The head of the table."""
    return f"{'ns per neuron and step':30}" + "".join(
        f"{name:>10}" for name in ("ffbrian", "allowed", "kernel", "stock")
    )


def line(found):
    """One line of the table."""
    values = found["ns"] | {"allowed": found["allowed"]}
    cells = (
        f"{values[name]:10.2f}" if name in values else f"{'-':>10}"
        for name in ("ffbrian", "allowed", "kernel", "stock")
    )
    return f"(n) {found['neuron']:26}" + "".join(cells)
