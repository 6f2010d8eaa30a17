"""The questions of an audit, each answered from the code of a built network."""

from dataclasses import dataclass

import numpy as np
from brian2 import Function, NetworkOperation, NeuronGroup, Synapses
from brian2.units.fundamentalunits import get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.analyse.code_reader import (
    BROADCAST,
    CONSTANT,
    ELSEWHERE,
    FUNCTION,
    LABEL_COLUMNS,
    PHASE,
    POST,
    PRE,
    chain_text,
    is_per_synapse,
    key_text,
)
from ffbrian.analyse.weight_ranges import range_text, ranges
from ffbrian.models.quantities import show_quantity
from ffbrian.models.text import SECOND


@dataclass(frozen=True)
class Criterion:
    """One question, its answer and what was found.

    Attributes
    ----------
    name : str
    verdict : str
        ``"pass"``, ``"fail"`` or ``"note"`` (worth knowing, neither good nor bad).
    summary : str
    findings : tuple of str
    """

    name: str
    verdict: str
    summary: str
    findings: tuple = ()


# -- the questions -------------------------------------------------------------------
def locality(reader, plastic):
    """Whether updates read nothing but the synapse, its two neurons and what is broadcast."""
    findings = []
    for synapses in plastic:
        for write in reader.updates(synapses):
            if write.group != synapses.name:
                findings.append(
                    f"{synapses.name}.{write.target.name} is changed by {write.group} ({write.code}): "
                    f"{write.statement!r}"
                )
            findings += [
                f"{synapses.name}: {write.code} reads {place}, which is neither in this synapse nor in its "
                f"neurons: {write.statement!r}"
                for place in write.reads
                if place.where == ELSEWHERE
            ]
            findings += [
                f"{synapses.name}: {write.code} calls {place.name}, whose arguments cannot be read"
                for place in write.reads
                if place.where == FUNCTION
            ]
        findings += _foreign(reader, synapses)
    findings += [
        f"{thing.name} runs Python code, which cannot be read"
        for thing in reader.objects
        if isinstance(thing, NetworkOperation)
    ]
    summary = (
        "an update reads what is not at the synapse"
        if findings
        else "every update reads this synapse, its two neurons and what is broadcast"
    )
    return Criterion("local update", "fail" if findings else "pass", summary, tuple(dict.fromkeys(findings)))


def _foreign(reader, synapses):
    """Variables of the two neurons that another neuron's state enters without a spike."""
    for place, where, _ in reader.rows(synapses):
        for key, chain in (
            reader.sources(place.key, through_broadcast=False).items() if where in (PRE, POST) else ()
        ):
            if chain and any(
                read.key == key and _is_foreign(reader, chain[-1], read) for read in chain[-1].reads
            ):
                yield (
                    f"{synapses.name} reads {place} of {where}, into which {key_text(key)} of other neurons "
                    f"enters without a spike: {chain_text(key, chain)}"
                )


def _is_foreign(reader, write, read):
    """Whether a statement brings a neuron something from another neuron, and no spike."""
    if read.where == ELSEWHERE:
        return True
    is_between = isinstance(reader.groups[write.group], Synapses) and write.target.where in (PRE, POST)
    return is_between and read.where in (PRE, POST) and read.where != write.target.where


def broadcast(reader, plastic):
    """What is broadcast to the synapses, and whether it is one scalar for all that hear it."""
    signals = {synapses.name: reader.signals(synapses) for synapses in plastic}
    most = max(map(len, signals.values()), default=0)
    every = sorted({key for keys in signals.values() for key in keys})
    findings = []
    for key in every:
        summed = sorted({owner for owner, _ in reader.sources(key) if _is_population(reader, owner)})
        findings.append(
            f"{key_text(key)}, to {', '.join(name for name, keys in signals.items() if key in keys)}; "
            f"computed from {', '.join(summed) or 'no population'}"
        )
    return Criterion(
        "broadcast signals",
        "pass" if most <= 1 else "note",
        f"{len(every)} in all, at most {most} for a synapse",
        tuple(findings),
    )


def _is_population(reader, name):
    group = reader.groups.get(name)
    return isinstance(group, NeuronGroup) and group.N > 1


def timing(reader, plastic):
    """Broadcast signals that are read before they belong to the presentation that goes on."""
    findings = []
    for synapses in plastic:
        for write, place in _read_at_any_time(reader, synapses):
            if place.where == BROADCAST and _is_released(reader, place.key):
                setter = ", ".join(sorted({one.code for one in reader.by_target[place.key]}))
                findings.append(
                    f"{synapses.name}: {write.code} reads {place} at any time, but only {setter} sets it, "
                    f"when a presentation has ended: until then it is of the one before: {write.statement!r}"
                )
    summary = (
        "a signal of the presentation before is read as one of this"
        if findings
        else "what is released at the end of a presentation is read then"
    )
    return Criterion(
        "signals in time", "fail" if findings else "pass", summary, tuple(dict.fromkeys(findings))
    )


def _read_at_any_time(reader, synapses):
    """What spikes and equations read, in the synapse itself and in what its updates read of the
    two neurons.
    """
    for write in reader.updates(synapses):
        yield from ((write, place) for place in write.reads if write.kind != "clock")
        for place in write.reads:
            if place.where in (PRE, POST):
                chains = reader.sources(place.key, through_broadcast=False)
                yield from (
                    (chain[-1], read)
                    for chain in chains.values()
                    if chain and chain[-1].kind != "clock"
                    for read in chain[-1].reads
                )


def _is_released(reader, key):
    """Whether a signal is set by a clock alone, from what a population has done."""
    kinds = {write.kind for write in reader.by_target.get(key, ())}
    return kinds == {"clock"} and any(_is_population(reader, owner) for owner, _ in reader.sources(key))


def transport(reader, plastic):
    """Whether a weight is used away from its own synapse."""
    needed = {}
    for synapses in plastic:
        for write in reader.updates(synapses):
            for place in write.reads:
                needed |= reader.sources(place.key, through_spikes=True)
    violations, devices, learning = [], [], []
    for write, place in _away_from_their_synapse(reader):
        if write.target.key == place.key:
            learning.append(
                f"{write.group} ({write.code}) changes the weight {place}, which copies for all labels "
                f"share: {write.statement!r}; a computational device, as in showing one label after the "
                "other, holding in the neurons what each leaves, and consolidating in the end"
            )
            continue
        text = f"{write.group} ({write.code}) uses the weight {place} of other synapses: {write.statement!r}"
        learns = write.target.key in needed or write.target.owner in {s.name for s in plastic}
        (violations if learns else devices).append(text)
    devices = [
        f"{text}; a computational device, as in showing one label after the other; no update of a plastic "
        "synapse depends on it"
        for text in devices
    ] + learning
    verdict = "fail" if violations else "note" if devices else "pass"
    summary = (
        "a weight is used away from its synapse"
        if violations
        else "weights are shared only with copies that stand for showing one label after the other"
        if devices
        else "every weight is used at its own synapse only"
    )
    return Criterion("weight transport", verdict, summary, tuple(dict.fromkeys(violations + devices)))


def _away_from_their_synapse(reader):
    """Statements that read what belongs to single synapses of other objects, and the place that they read."""
    for write in reader.writes:
        for place in write.reads:
            owner = reader.groups.get(place.owner)
            is_other = isinstance(owner, Synapses) and owner.name != write.group
            if is_other and is_per_synapse(owner, place.name):
                yield write, place


def leak(reader, plastic, names):
    """Whether a broadcast signal knows the label without a spike that carries it."""
    populations, findings = reader.label_groups(names), []
    for signal in sorted({key for synapses in plastic for key in reader.signals(synapses)}):
        for key, chain in reader.sources(signal).items():
            if not _tells_phase(chain) and (
                key_text(key) in names or key[0] in populations or reader.column(key) in LABEL_COLUMNS
            ):
                findings.append(f"{key_text(signal)} depends on {key_text(key)}: {chain_text(key, chain)}")
                break
    summary = (
        "the label reaches a broadcast signal without a spike"
        if findings
        else "no broadcast signal knows the label; it reaches the layers as spikes only"
    )
    return Criterion("label in the modulator", "fail" if findings else "pass", summary, tuple(findings))


def _tells_phase(chain):
    """Whether a chain of statements runs through the phase of a label's copy."""
    return any(write.target.name == PHASE for write in chain)


def negative_phase(reader, plastic):
    """What tells a synapse that a wrong label is shown, and who chose that label."""
    findings = [*_told_phases(reader, plastic), *_compared_labels(reader), *_chosen_labels(reader)]
    reset = sorted({write.target.owner for write in reader.writes if write.code.startswith("restore_")})
    findings += (
        [f"every presentation begins at rest: the state is set back in {', '.join(reset)}"] if reset else []
    )
    if any(reader.column(place.key) == "label" for write in reader.writes for place in write.reads):
        comes = (
            "the same sample comes again with a wrong one"
            if "labels" in reader.groups
            else "all others are shown beside it"
        )
        findings.append(f"the label population is told which label to show, and {comes}")
    return Criterion(
        "negative phase",
        "note",
        "what learning takes from outside the network" if findings else "no phase signal was found",
        tuple(findings),
    )


def _told_phases(reader, plastic):
    for signal in sorted({key for synapses in plastic for key in reader.signals(synapses)}):
        for key, chain in reader.sources(signal).items():
            if reader.column(key) == "stage":
                yield (
                    f"{key_text(signal)} is told which of a sample's presentations is on: "
                    f"{chain_text(key, chain)}"
                )
            if reader.column(key) == "phase":
                yield (
                    f"{key_text(signal)} is told whether the label shown is the true one (phase +1) or a "
                    f"wrong one (-1): {chain_text(key, chain)}"
                )


def _compared_labels(reader):
    for write in reader.writes:
        if write.target.name == PHASE and any(
            reader.column(key) == "truth" for place in write.reads for key in reader.sources(place.key)
        ):
            yield (f"{write.target} tells every copy whether its label is the true one: {write.statement!r}")
        if write.target.name == "rivals" and isinstance(reader.groups[write.group], Synapses):
            yield (
                f"the goodness of every label is compared with that of all labels by {write.statement!r}: "
                "they must be shown side by side, or one after the other and held"
            )


def _chosen_labels(reader):
    ballot = sorted(
        {
            str(place)
            for write in reader.by_target.get(("ballot", "score"), ())
            for place in write.reads
            if place.where not in (CONSTANT, FUNCTION)
        }
    )
    for write in reader.by_target.get(("session", "negative"), ()):
        yield (
            f"the wrong label is chosen by {write.statement!r}, a function outside the equations, from "
            f"{', '.join(ballot)}: it must know the true label and try all labels"
        )


# -- Dale's law ----------------------------------------------------------------------
def dale_law(reader, plastic, namespace, has_values):
    """Whether the synapses of a neuron keep one sign."""
    findings, signs, early = [], {}, []
    for synapses in plastic:
        low, high = ranges(reader, synapses, namespace)
        mixed = (low < 0) & (high > 0)
        if mixed.any():
            findings.append(
                f"{synapses.name}: {mixed.mean():.0%} of the weights can change sign; the code keeps them in "
                f"{range_text(low[mixed], high[mixed])}"
            )
        if has_values:
            _collect_signs(reader, synapses, low, high, signs, early)
    both = sorted({name for (name, _), seen in signs.items() if seen >= {1, -1}})
    findings += [f"neurons of {name} have synapses of both signs" for name in both]
    if findings:
        return Criterion(
            "Dale's law", "fail", "a neuron's synapses may have both signs", tuple(findings + early)
        )
    summary = "every neuron is either excitatory or inhibitory, and the code keeps it so"
    return Criterion(
        "Dale's law",
        "note" if early else "pass",
        summary + (", from the first update on" if early else ""),
        tuple(early),
    )


def _collect_signs(reader, synapses, low, high, signs, early):
    for weight in reader.weights(synapses):
        values, pre = np.asarray(getattr(synapses, weight)[:]), np.asarray(synapses.i[:])
        fixed = (low >= 0) | (high <= 0)
        wrong = fixed & ((values < low) | (values > high))
        if wrong.any():
            early.append(
                f"{synapses.name}: {wrong.mean():.0%} of the initial weights have the sign that their neuron "
                "must not have, until the first update"
            )
        kept = values[~fixed]
        for neuron, sign in {
            *zip(pre[~fixed].tolist(), np.sign(kept).astype(int).tolist()),
            *zip(pre[fixed].tolist(), np.where(high > 0, 1, -1)[fixed].tolist()),
        }:
            signs.setdefault((synapses.source.name, neuron), set()).add(sign)


def time_constants(reader, synapses, namespace):
    """Constants in seconds in the updates, and in the equations of the variables that these read."""
    texts = [
        (synapses, text, write.code)
        for write in reader.updates(synapses)
        for text in (*write.helpers, write.statement)
    ]
    for place, _, _ in reader.rows(synapses):
        texts += [
            (reader.groups[write.group], write.statement, str(place))
            for write in reader.by_target.get(place.key, ())
            if write.kind == "equation"
        ]
    found = {}
    for group, statement, where in texts:
        for name in sorted(get_identifiers(statement)):
            value = (group.namespace or {}).get(name, namespace.get(name))
            if value is not None and not isinstance(value, Function) and get_dimensions(value) == SECOND:
                found[f"{name} = {show_quantity(value)} in {where}"] = None
    return list(found)
