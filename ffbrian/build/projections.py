"""Synapses: what they transmit, what the rule does in them, and which loops run them."""

import logging

import numpy as np
from brian2 import Synapses, ms
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import densify
from ffbrian.build.group_text import block
from ffbrian.models.text import assigned_names
from ffbrian.network import connections

LOG = logging.getLogger("ffbrian")
#: With delays: a spike of the presentation before, of `n_steps` steps, arrives as nothing.
ARRIVING = """
delay_steps : integer (constant)
arriving = w*int(t_in_timesteps % {n_steps} >= delay_steps) : 1
"""


def add(
    bench, name, source, target, layer, side, signals=(), pairs=None, longest=0, transmits=True, tried=""
):
    """Synapses that transmit and, in a build that learns, are plastic.

    Parameters
    ----------
    bench : Workbench
    name : str
    source, target : brian2.NeuronGroup
    layer : Layer
        Of the target.
    side : str
        Under which what they bring is added up in the target.
    signals : iterable of str
        Broadcast values that the rule may read.
    pairs : (pre, post) int arrays, optional
        All-to-all without them.
    longest : int
        Longest delay, time steps.
    transmits : bool
    tried : str
        Equations of what the synapses transmit instead of their weight, as ``tried``.

    Returns
    -------
    brian2.Synapses
    """
    plan, rule = bench.plan, bench.rule
    renamed = {f"{a}_post": f"{a}_{side}_post" for a in layer.synapse.accumulators} | sent(longest, tried)
    is_graded = "value" in getattr(source, "variables", {})
    on_pre = (
        {"transmit": word_substitute(layer.synapse.on_pre, renamed)} if transmits and not is_graded else {}
    )
    on_pre |= {"learn_pre": on_connected(bench, name, rule.on_pre)} if rule.on_pre and not is_graded else {}
    on_post = {"learn_post": on_connected(bench, name, rule.on_post)} if rule.on_post else {}
    delays = {path: 0 * ms for path in (*on_pre, *on_post) if not (longest and path == "transmit")}
    if longest and pairs is None:
        pairs = np.nonzero(np.ones((len(source), len(target)), bool))
    is_full = pairs is None or name in bench.masked
    model = model_of(bench, name, signals, longest, tried)
    synapses = bench.add(
        Synapses(
            source,
            target,
            model,
            on_pre=on_pre or None,
            on_post=on_post or None,
            delay=delays or None,
            clock=bench.step_clock,
            name=name,
            namespace=bench.namespace(layer.synapse, rule) | bench.functions,
        )
    )
    synapses.connect(**({} if is_full else dict(zip("ij", pairs))))
    if longest:
        steps = connections.delays(longest, len(pairs[0]))
        synapses.delay_steps, synapses.transmit.delay = steps, steps * bench.step_clock.dt
    silent = rule.silent_without if plan.learns else ""
    make_dense(bench, synapses, silent if not plan.copies_learn or silent in synapses.variables else "")
    if is_graded:
        code = word_substitute(layer.synapse.on_presentation, sent(longest, tried))
        bench.at_presentation(synapses, code, Moment.ARRIVE, f"arrive_{name}")
    return synapses


def sent(longest, tried):
    """What a synapse transmits instead of its weight, if anything (dict of str to str)."""
    return {"w": "arriving"} if longest else {"w": "tried"} if tried else {}


def model_of(bench, name, signals, longest, tried):
    """Equations of plastic synapses."""
    return block(
        "w : 1",
        "connected : 1 (constant)" if name in bench.masked else "",
        block(bench.rule.equations, bench.rule.kept),
        "\n".join(f"{signal} : 1 (linked)" for signal in heard(bench, signals)),
        ARRIVING.format(n_steps=bench.plan.n_steps) if longest else "",
        tried,
    )


def heard(bench, signals):
    """Those broadcast signals that the rule reads, sorted."""
    rule = bench.rule
    used = get_identifiers(block(rule.on_pre, rule.on_post, rule.consolidate) if bench.plan.learns else "")
    return sorted({*signals} & used)


def on_connected(bench, name, code):
    """Code of the rule; where absent synapses are masked, it leaves their weight at 0."""
    changes = name in bench.masked and "w" in assigned_names(code)
    return block(code, "w = kept(w, connected)") if changes else code


def make_dense(bench, synapses, silent=""):
    """Choose the dense pathway where it is wanted and legal; rows are skipped while the variable `silent` is
    0.
    """
    if not bench.uses_dense:
        return
    reason = densify(synapses, silent_row=silent or None)
    bench.dense[synapses.name] = reason is None
    if reason:
        LOG.info("%s uses Brian's stock pathway: %s", synapses.name, reason)


def let_learn(bench, name, signals):
    """Let plastic synapses consolidate when a presentation has ended.

    Parameters
    ----------
    bench : Workbench
    name : str
        Of the synapses.
    signals : dict of str to str
        The group that holds each broadcast value.
    """
    synapses = bench.objects[name]
    for signal in heard(bench, signals):
        bench.link(synapses, bench.objects[signals[signal]], signal)
    code = on_connected(bench, name, bench.rule.consolidate)
    bench.at_presentation(synapses, code, Moment.CONSOLIDATE, f"consolidate_{name}")
