"""What is recorded and counted."""

import numpy as np
from brian2 import SpikeMonitor, StateMonitor

from ffbrian.build import synaptic_operations


def add(bench):
    """Record what the plan asks for, at every time step."""
    for name, variables, indices in bench.plan.recorded:
        states = [v for v in variables if v != "spikes"]
        if states:
            bench.add(
                StateMonitor(
                    bench.objects[name],
                    states,
                    record=_places(bench, name, indices),
                    clock=bench.step_clock,
                    when="end",
                    order=10,
                    name=f"{name}_states",
                )
            )
        if "spikes" in variables:
            bench.add(SpikeMonitor(bench.objects[name], name=f"{name}_spikes"))


def _places(bench, name, indices):
    """Which values of an object are meant, as a monitor wants to be told."""
    chosen = slice(None) if indices is None else np.asarray(indices, int)
    if name in bench.masked:
        return bench.masked[name].places(chosen)
    return True if indices is None else chosen


def add_synops(bench):
    """Write how many synapses spikes reach, where another count does not tell."""
    for sender in synaptic_operations.counted_apart(bench.plan, bench.columns):
        copies = {"labels": "candidate_labels"}.get(sender, sender.replace("layer", "candidates"))
        neurons = bench.objects.get(copies) or bench.objects[sender]
        reached = synaptic_operations.fan_out(bench.plan, sender)
        bench.add_count(
            f"synops_{sender}",
            neurons,
            np.tile(reached, len(neurons) // len(reached)) if np.ndim(reached) else reached,
        )
