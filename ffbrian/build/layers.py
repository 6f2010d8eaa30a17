"""Layers: neurons with what arrives at them, what the rule remembers in them, and what an algorithm adds."""

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Equations

from ffbrian.build import group_text, inhibition
from ffbrian.build.group_text import block


@dataclass(frozen=True)
class NeuronExtra:
    """What an algorithm adds to every neuron of a layer.

    Attributes
    ----------
    equations, initial, on_spike : str
        Variables, statements executed when a presentation begins, statements at a spike.
    models : tuple of Model
        Whose parameters these name.
    sides : tuple of str
        Whence input arrives: ``"in"`` (from below), ``"label"``, or another name
        under which the algorithm puts it in.
    keep : tuple of str
        Variables that are not set back when a presentation begins.
    links : tuple of str
        Variables that belong to the session.
    """

    equations: str = ""
    initial: str = ""
    on_spike: str = ""
    models: tuple = ()
    sides: tuple = ("in",)
    keep: tuple = ()
    links: tuple = ()


def make(bench, name, layer, number, extra, n_copies=1, shares_input=False):
    """The neurons of a layer, in one or more copies.

    Parameters
    ----------
    bench : Workbench
    name : str
    layer : Layer
    number : int
        Place of the layer, from 1.
    extra : NeuronExtra
    n_copies : int
    shares_input : bool
        Whether what arrives from below is that of another group, to be linked.

    Returns
    -------
    brian2.NeuronGroup
    """
    rule, is_source = bench.rule, is_remembered(bench.network, number)
    released = bench.released_by(f"layer_{number}")
    extra = replace(extra, sides=reached(bench.network, number, extra.sides))
    equations = group_text.layer_equations(layer, rule, extra, is_source, shares_input)
    equations += Equations(released.equations)
    equations += Equations(bench.timing.linked)
    traces = bench.trace_code if is_source else ""
    changes = (rule.on_post_spike, traces, released.on_spike, extra.on_spike)
    reset = block(layer.neuron.reset, *changes, "n_spikes += 1")
    events = {
        key: getattr(layer.neuron, key) for key in ("refractory", "method") if getattr(layer.neuron, key)
    }
    values = bench.namespace(layer.neuron, layer.synapse, rule, *extra.models, layer.inhibition)
    values |= released.values
    group = bench.group(
        name,
        layer.size * n_copies,
        equations,
        threshold=layer.neuron.threshold,
        reset=reset,
        namespace=values,
        runs_while=bench.probing(n_copies),
        **events,
    )
    group.unit = np.tile(np.arange(layer.size), n_copies)
    bench.link(group, bench.objects["session"], *extra.links)
    keep = {*layer.neuron.set_once, *extra.keep}
    begin = block(group_text.begin_code(layer, extra, equations, keep), released.initial)
    bench.timing.set_back(group, begin)
    sides = [side for side in extra.sides if not (shares_input and side == "in")]
    add_arrival(bench, group, layer, sides, before_source=n_copies > 1 or shares_input)
    if layer.inhibition:
        inhibition.add(
            bench,
            group,
            layer,
            extra.sides,
            lambda pool, own: bench.timing.set_back(pool, group_text.clear_code(own)),
        )
    return group


def reached(network, number, sides):
    """Those sides of a layer at which something may arrive: in a graph, labels only where they are sent."""
    is_labelled = any(route.target == number and route.side == "label" for route in network.routes())
    return sides if network.is_stack or is_labelled else tuple(side for side in sides if side != "label")


def is_remembered(network, number):
    """Whether plastic synapses follow a layer, which needs a presynaptic trace then."""
    return any(route.source == f"layer_{number}" and route.is_plastic for route in network.routes())


def add_arrival(bench, group, layer, sides, before_source):
    """Let the weights that have arrived in a step enter the neurons; copies before the group whose input they
    share.
    """
    emptied = [
        f"{name}_{side} = 0"
        for name in layer.synapse.accumulators
        for side in sides
        if side in ("in", "label")
    ]
    order = -1 if before_source else 0
    code = block(layer.synapse.on_input, layer.neuron.limit, "\n".join(emptied))
    group.run_regularly(code, clock=bench.step_clock, when="end", order=order, name=f"arrive_{group.name}")


def make_afferents(bench, name, layer, sides, more=""):
    """Only the input that a layer's copies share, and what `more` adds."""
    names = [f"{accumulator}_{side}" for accumulator in layer.synapse.accumulators for side in sides]
    group = bench.group(
        name, layer.size, block(*(f"{name} : 1" for name in (*names, *layer.synapse.held)), more)
    )
    empty = "\n".join(f"{name} = 0" for name in names)
    group.run_regularly(empty, clock=bench.step_clock, when="end", order=0, name=f"arrive_{name}")
    return group
