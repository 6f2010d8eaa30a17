"""Synapses: what they transmit, what the rule does in them, and which loops run them."""

import logging

from brian2 import Synapses, ms
from brian2.stateupdaters.exact import linear
from brian2.utils.stringtools import get_identifiers, word_substitute

from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import densify, sparsify
from ffbrian.build.group_text import block
from ffbrian.models.quantities import unit_name
from ffbrian.models.text import assigned_names
from ffbrian.network import release

#: Dale's law: no change of a weight carries it beyond 0.
SIGNED = {1: "w = clip(w, 0, inf)", -1: "w = clip(w, -inf, 0)"}
#: What the session tells every rule that reads it, with its unit.
UNITS = {"passed": "second"}
LOG = logging.getLogger("ffbrian")
#: With delays: a spike of the presentation before, of `n_steps` steps, arrives as nothing.
ARRIVING = """
delay_steps : integer (constant)
arriving = w*int(t_in_timesteps % {n_steps} >= delay_steps) : 1
"""
ON_TIME = "on_time = int(t_in_timesteps % {n_steps} >= delay_steps) : 1"


def add(bench, route, source, target, signals=(), pairs=None, transmits=True, tried=""):
    """Synapses that transmit and, in a build that learns, are plastic.

    Parameters
    ----------
    bench : Workbench
    route : Route
    source, target : brian2.NeuronGroup
    signals : iterable of str
        Broadcast values that the rule may read.
    pairs : (pre, post) int arrays, optional
        Default: those of the route.
    transmits : bool
    tried : str
        Equations of what the synapses transmit instead of their weight, as ``tried``.

    Returns
    -------
    brian2.Synapses
    """
    plan, rule, name, ends = bench.plan, bench.rule_of(route), route.name, bench.plan.ends_of(route)
    pairs = route.pairs(*ends) if pairs is None else pairs
    steps = route.delay_steps(*ends, plan.dt)
    is_graded = route.source == "inputs" and bench.network.encoder.is_graded
    sends = transmits and not is_graded and route.synapse.on_pre.strip()
    on_pre = {"transmit": transmission(route, steps is not None, tried)} if sends else {}
    on_pre |= learning(bench, route, "pre") if not is_graded else {}
    on_post = learning(bench, route, "post")
    delays = {path: 0 * ms for path in (*on_pre, *on_post) if not (steps is not None and path == "transmit")}
    is_full = name in bench.masked or (pairs is None and steps is None)
    synapses = bench.add(
        Synapses(
            source,
            target,
            synapse_equations(bench, route, signals, steps is not None, tried),
            on_pre=on_pre or None,
            on_post=on_post or None,
            delay=delays or None,
            clock=bench.step_clock,
            name=name,
            namespace=bench.namespace(route.synapse, rule) | bench.functions,
        )
    )
    pairs = route.ends(*ends) if pairs is None and not is_full else pairs
    synapses.connect(**({} if is_full else dict(zip("ij", pairs))))
    if steps is not None:
        synapses.delay_steps, synapses.transmit.delay = steps, steps * bench.step_clock.dt
    if release.is_in_synapses(route):
        begin = release.of_synapses(route).initial
        bench.at_presentation(synapses, begin, Moment.RESTORE, f"restore_{name}")
    silent = rule.silent_without if plan.learns else ""
    silent = silent if not plan.copies_learn or silent in synapses.variables else ""
    make_dense(bench, synapses, silent, None if is_full else pairs)
    if is_graded:
        code = word_substitute(route.synapse.on_presentation, sent(False, tried))
        bench.at_presentation(synapses, code, Moment.ARRIVE, f"arrive_{name}")
    return synapses


def learning(bench, route, side):
    """What spikes at one side of the synapses teach them, by the name of the path (dict of str to str)."""
    code = getattr(bench.rule_of(route), f"on_{side}")
    return {f"learn_{side}": on_connected(bench, route.name, code)} if code else {}


def sent(is_delayed, tried):
    """What a synapse transmits instead of its weight, if anything (dict of str to str)."""
    return {"w": "arriving"} if is_delayed else {"w": "tried"} if tried else {}


def transmission(route, is_delayed, tried=""):
    """What a spike does to the target."""
    renamed = {f"{a}_post": f"{a}_{route.side}_post" for a in route.synapse.accumulators}
    code = word_substitute(route.synapse.on_pre, renamed | sent(is_delayed, tried))
    if not release.is_in_synapses(route):
        return code
    return block(release.own_names(route, code), release.of_synapses(route).on_spike)


def synapse_equations(bench, route, signals, is_delayed, tried=""):
    """Weight, state of the rule, and what the rule hears (str)."""
    rule = bench.rule_of(route)
    names = heard(bench, signals, route)
    scalars = "\n".join(f"{name} : {UNITS.get(name, '1')} (linked)" for name in names)
    return block(
        "w : 1",
        "connected : 1 (constant)" if route.name in bench.masked else "",
        block(rule.equations, rule.kept),
        scalars,
        ARRIVING.format(n_steps=bench.plan.n_steps) if is_delayed else "",
        *kept_by_synapses(bench, route),
        summed(route),
        tried,
    )


def kept_by_synapses(bench, route):
    """What the synapse model keeps in each synapse, and whether a spike has arrived in time."""
    if not release.is_in_synapses(route):
        return ()
    return release.of_synapses(route).equations, ON_TIME.format(n_steps=bench.plan.n_steps)


def summed(route):
    """What the target receives in every step without spikes (str)."""
    return "\n".join(
        f"{e.varname}_post = {e.expr} : {unit_name(e.dim)} (summed)"
        for e in route.synapse.parsed("summed_equations").values()
    )


def heard(bench, signals, route):
    """Those broadcast signals that the rule of a projection reads, sorted."""
    rule = bench.rule_of(route)
    texts = (rule.on_pre, rule.on_post, rule.consolidate, rule.equations)
    used = get_identifiers(block(*texts) if bench.plan.learns else "")
    return sorted({*signals, *UNITS} & used)


def reads_passed(bench):
    """Whether the rule reads how much time has passed since the synapses were last updated."""
    return bench.plan.learns and "passed" in get_identifiers(bench.rule.consolidate)


def on_connected(bench, name, code):
    """Code of the rule; where absent synapses are masked, it leaves their weight at 0."""
    changes = name in bench.masked and "w" in assigned_names(code)
    return block(code, "w = kept(w, connected)") if changes else code


def make_dense(bench, synapses, silent="", pairs=None):
    """Choose the dense pathway where it is wanted and legal, else rows of the listed `pairs`; dense rows are
    skipped while the variable `silent` is 0.
    """
    if not bench.uses_dense:
        return
    reason = densify(synapses, silent_row=silent or None) if pairs is None else sparsify(synapses, pairs)
    bench.dense[synapses.name] = reason is None and pairs is None
    if reason:
        LOG.info("%s uses Brian's stock pathway: %s", synapses.name, reason)


def let_learn(bench, route, signals):
    """Let plastic synapses consolidate when a presentation has ended.

    Parameters
    ----------
    bench : Workbench
    route : Route
        Of the synapses; nothing happens where it is not plastic.
    signals : dict of str to str
        The group that holds each broadcast value.
    """
    if not route.is_plastic:
        return
    synapses = bench.objects[route.name]
    for signal in heard(bench, signals, route):
        bench.link(synapses, bench.objects[signals.get(signal, "session")], signal)
    code = on_connected(bench, route.name, bench.rule.consolidate)
    whole = block(up_to_date(bench, synapses), code, SIGNED.get(route.sign, ""))
    bench.at_presentation(synapses, whole, Moment.CONSOLIDATE, f"consolidate_{route.name}")


def up_to_date(bench, synapses):
    """Statements that bring what is integrated from spike to spike to the end of the last step (str)."""
    if not any("event-driven" in e.flags for e in bench.rule.parsed().values()):
        return ""
    step = f"{float(bench.step_clock.dt)!r}*second"
    since = f"clip(t - lastupdate - {step}, 0*second, inf*second)"
    update = linear(synapses.event_driven, synapses.variables)
    return block(word_substitute(update, {"dt": since}), f"lastupdate = t - {step}")
