"""What a synapse must know to learn, read from the Brian 2 objects that run.

Nothing here trusts a description: the equations and the code of every object
are read, every name in them is resolved to the variable that Brian would use,
and each variable is followed back to what it is computed from.  The walk back
ends at a spike, because a spike is how neurons may know of each other; what
remains is what a synapse would need without a wire to carry it.
"""
import ast
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from brian2 import Function, NetworkOperation, NeuronGroup, Synapses
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import Subexpression
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import Resetter, StateUpdater, SubexpressionUpdater, Thresholder
from brian2.groups.subgroup import Subgroup
from brian2.parsing.statements import parse_statement
from brian2.synapses.synapses import SummedVariableUpdater, SynapticPathway
from brian2.units.fundamentalunits import get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.build import Builder, quiet
from ffbrian.description import SECOND
from ffbrian.device import _preferences, _standalone
from ffbrian.host import SCHEDULE_COLUMNS
from ffbrian.plan import Inputs, Plan
from ffbrian.rules import statements
from ffbrian.trainer import initial_state
from ffbrian.units import parse_quantity, show_quantity

#: Places a plastic synapse may read without another's help, and the broadcast.
SYNAPSE, PRE, POST, BROADCAST, CONSTANT, ELSEWHERE, FUNCTION = "this synapse", "its pre neuron", "its post neuron", "broadcast scalar", "constant", "elsewhere", "function"
#: What names the label where a network has no schedule to tell: a group, or one variable.
LABELS = ("labels", "candidate_labels", "session.shown", "session.truth", "session.listed", "session.negative")
LABEL_COLUMNS = ("label", "truth")
#: Only these codes carry a spike from one neuron to another.
SPIKE = "spike"
#: Neurons of a layer that is built to be read; code does not depend on it.
AUDITED_SIZE = 8
_OWN_READERS = (StateUpdater, Thresholder, Resetter, SubexpressionUpdater, SynapticPathway, SummedVariableUpdater)


@dataclass(frozen=True)
class Place:
    """A variable that some code names: its owner, its name there, and where that is seen from the code."""

    owner: str
    name: str
    where: str

    @property
    def key(self):
        """Owner and name."""
        return self.owner, self.name

    def __str__(self):
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass(frozen=True)
class Write:
    """One statement of one object: what it sets, and everything it reads.

    `helpers` are the statements before it whose results it uses.
    """

    target: Place
    reads: tuple
    group: str
    code: str
    statement: str
    kind: str
    helpers: tuple = ()


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


@dataclass(frozen=True)
class Audit:
    """The answers for a network.

    Attributes
    ----------
    verdict : str
        One sentence.
    is_local : bool
        Whether learning needs nothing but this synapse, its two neurons and
        one broadcast scalar.
    criteria : tuple of Criterion
    synapses : dict of str to dict
        For each plastic projection: ``reads`` (variable, where, read by),
        ``broadcast``, ``time_constants`` and ``weight_range``.
    """

    verdict: str
    is_local: bool
    criteria: tuple
    synapses: dict

    def to_dict(self):
        """The audit as plain text and numbers (JSON)."""
        return asdict(self)

    def criterion(self, name):
        """One criterion by name."""
        return {criterion.name: criterion for criterion in self.criteria}[name]

    def __str__(self):
        lines = []
        for name, found in self.synapses.items():
            lines += [f"{name}: the weight lies in {found['weight_range']}"]
            lines += [f"    {row['variable']:34}{row['where']:18}{row['read_by']}" for row in found["reads"]]
            lines += [f"    time constant {text}" for text in found["time_constants"]]
        lines.append("")
        for criterion in self.criteria:
            lines.append(f"{criterion.verdict.upper():5} {criterion.name}: {criterion.summary}")
            lines += [f"          {finding}" for finding in criterion.findings]
        return "\n".join([*lines, "", f"verdict: {self.verdict}"])


# -- reading the objects ---------------------------------------------------------
class Reader:
    """All statements of a set of Brian 2 objects, with every name resolved.

    Parameters
    ----------
    objects : iterable of Brian 2 objects
        Objects that belong to them (``contained_objects``) are read too.
    """

    def __init__(self, objects):
        self.objects, waiting = [], list(objects)
        while waiting:
            thing = waiting.pop(0)
            if not any(thing is known for known in self.objects):
                self.objects.append(thing)
                waiting += getattr(thing, "contained_objects", [])
        self.groups = {thing.name: thing for thing in self.objects if isinstance(thing, (NeuronGroup, Synapses))}
        self.conditions, self.writes = {}, []
        for thing in self.objects:
            for group, name, code, kind in _codes(thing):
                self._read(group, name, code, kind)
        self.by_target = {}
        for write in self.writes:
            self.by_target.setdefault(write.target.key, []).append(write)

    def _read(self, group, name, code, kind):
        local, helpers = {}, {}
        if kind == "threshold":
            self.conditions.setdefault(group.name, []).extend(self.places(group, code))
            return
        for line in statements(code):
            target, operation, expression, _ = parse_statement(line.split("#")[0])
            named = sorted(get_identifiers(expression))
            reads = [place for identifier in named for place in (local[identifier] if identifier in local else self.places(group, identifier))]
            before = tuple(text for identifier in named for text in helpers.get(identifier, ()))
            reads += [Place("", text, FUNCTION) for text in _calls(expression)]
            if target not in group.variables:
                local[target], helpers[target] = reads, (*before, line)
                continue
            for place in self.places(group, target):
                itself = [place] if operation != "=" else []
                self.writes.append(Write(place, tuple(dict.fromkeys(itself + reads)), group.name, name, line, kind, before))

    def places(self, group, text):
        """Where everything that `text` names is, from the point of view of `group`."""
        found = []
        for name in sorted(get_identifiers(text)):
            variable = group.variables.get(name)
            if isinstance(variable, Subexpression):
                found += self.places(group, variable.expr)
            elif variable is not None and name not in ("t", "dt"):
                found.append(_place(group, name, variable))
        return found

    def is_constant(self, key, seen=()):
        """Whether a variable keeps its value while the network runs: nobody sets it, or always to the same."""
        writes = self.by_target.get(key, ())
        if key in seen or len({write.statement for write in writes}) > 1:
            return False
        reads = [place for write in writes for place in write.reads]
        return not any(_is_random(write) for write in writes) and all(place.where == CONSTANT or place.where != FUNCTION and self.is_constant(place.key, (*seen, key)) for place in reads)

    def sources(self, key, through_spikes=False, through_broadcast=True):
        """Everything that a variable is computed from.

        Returns
        -------
        dict of (owner, name) to tuple of Write
            The chain of statements from the variable to that one.
        """
        chains, waiting = {key: ()}, [key]
        while waiting:
            at = waiting.pop(0)
            for write in self.by_target.get(at, ()):
                crosses = write.kind == SPIKE and write.target.where in (PRE, POST)
                for place in () if crosses and not through_spikes else (*write.reads, *(self._spiking(write) if crosses else ())):
                    if place.key in chains:
                        continue
                    chains[place.key] = (*chains[at], write)
                    if through_broadcast or place.where != BROADCAST:
                        waiting.append(place.key)
        return chains

    def rows(self, synapses):
        """What the updates of a projection read: (place, where, by which code)."""
        found = {}
        for write in self.updates(synapses):
            for place in write.reads:
                where = CONSTANT if place.where == BROADCAST and self.is_constant(place.key) else place.where
                if place.where not in (CONSTANT, FUNCTION):
                    found.setdefault((place, where), []).append(write.code)
        return [(place, where, ", ".join(dict.fromkeys(codes))) for (place, where), codes in found.items()]

    def signals(self, synapses):
        """Keys of the broadcast scalars that reach the updates, also by way of the neurons."""
        found = {}
        for place, where, _ in self.rows(synapses):
            keys = [place.key] if where == BROADCAST else self._broadcast_into(place) if where in (SYNAPSE, PRE, POST) else []
            found |= dict.fromkeys(keys)
        return sorted(found)

    def _broadcast_into(self, place):
        for key, chain in self.sources(place.key, through_broadcast=False).items():
            is_broadcast = chain and any(read.key == key and read.where == BROADCAST for read in chain[-1].reads)
            if is_broadcast and not self.is_constant(key):
                yield key

    def _spiking(self, write):
        synapses = self.groups[write.group]
        return [place for group in (synapses.source, synapses.target) for place in self.conditions.get(group.name, ())]

    def plastic(self):
        """Synapses whose own variables are changed by code."""
        return [thing for thing in self.groups.values() if isinstance(thing, Synapses) and self.updates(thing)]

    def updates(self, synapses):
        """Statements that change a synapse's own variables, whoever runs them."""
        return [write for write in self.writes if write.target.owner == synapses.name and _is_per_synapse(synapses, write.target.name)]

    def weights(self, synapses):
        """The synapse's variables that its spikes transmit."""
        sent = [place.name for write in self.writes if write.group == synapses.name and write.kind == SPIKE and write.target.where in (PRE, POST) for place in write.reads if place.where == SYNAPSE]
        return sorted(set(sent))

    def labels(self, names):
        """Keys of all variables that know the label shown, or the true one, without a spike."""
        keys = {write.target.key for write in self.writes if any(_column(place.key) in LABEL_COLUMNS for place in write.reads)}
        keys |= {tuple(name.split(".")) for name in names if "." in name}
        grown = True
        while grown:
            more = {write.target.key for write in self.writes if write.kind != SPIKE and any(place.key in keys for place in write.reads)} - keys
            keys, grown = keys | more, bool(more)
        return keys

    def label_groups(self, names):
        """Populations that show the label: all of their variables tell it."""
        shown = {owner for owner, _ in self.labels(names) if owner in self.groups and not isinstance(self.groups[owner], Synapses) and self.groups[owner].N > 1}
        return shown | {name for name in names if "." not in name}


def _codes(thing):
    """(group, name, code, kind) of everything an object runs."""
    if isinstance(thing, (NeuronGroup, Synapses)):
        for equation in thing.equations.values():
            if equation.type == DIFFERENTIAL_EQUATION:
                yield thing, f"equation of {equation.varname}", f"{equation.varname} += dt*({equation.expr})", "equation"
    if isinstance(thing, NeuronGroup):
        for event, condition in thing.events.items():
            yield thing, f"condition of {event}", str(condition), "threshold"
        for event, code in thing.event_codes.items():
            yield thing, f"at own {event}", code, "reset"
    elif isinstance(thing, SynapticPathway):
        yield thing.synapses, thing.name, str(thing.code), SPIKE
    elif isinstance(thing, SummedVariableUpdater):
        yield thing.group, thing.name, f"{thing.target_varname} = {thing.expression}", "sum"
    elif isinstance(thing, CodeRunner) and not isinstance(thing, _OWN_READERS):
        yield thing.group, thing.name, thing.abstract_code or "", "clock"


def _place(group, name, variable):
    """Where a variable is, seen from the code of a group."""
    owner, index = variable.owner, group.variables.indices[name]
    owner_name = getattr(owner, "name", "")
    if owner is None or not isinstance(owner, (NeuronGroup, Synapses)):
        return Place(owner_name, variable.name, CONSTANT if owner is None or variable.constant or variable.scalar else ELSEWHERE)
    if variable.name in ("i", "j", "N") or variable.scalar and variable.constant:
        return Place(owner_name, variable.name, CONSTANT)
    return Place(owner_name, variable.name, _where(group, owner, index, variable))


def _where(group, owner, index, variable):
    if isinstance(group, Synapses):
        ends = {"_presynaptic_idx": (PRE, group.source), "_postsynaptic_idx": (POST, group.target)}
        if index in ends and _whole(ends[index][1]) == owner.name:
            return ends[index][0]
        if index == "_idx" and owner.name == group.name:
            return SYNAPSE
        return BROADCAST if variable.scalar or not isinstance(owner, Synapses) and owner.N == 1 else ELSEWHERE
    if owner.name == group.name and index in ("_idx", "0"):
        return "own neuron" if owner.N > 1 else BROADCAST
    return BROADCAST if variable.scalar or not isinstance(owner, Synapses) and owner.N == 1 else ELSEWHERE


def _whole(group):
    """The name of a group, or of the group that it is a part of."""
    return group.source.name if isinstance(group, Subgroup) else group.name


def _is_per_synapse(synapses, name):
    variable = synapses.variables.get(name)
    return name != "lastupdate" and variable is not None and not variable.scalar and synapses.variables.indices[name] == "_idx"


def _calls(expression):
    """Calls of functions that are not Brian's own, as text."""
    calls = [node for node in ast.walk(ast.parse(expression.strip(), mode="eval")) if isinstance(node, ast.Call)]
    return [ast.unparse(node) for node in calls if ast.unparse(node.func) not in DEFAULT_FUNCTIONS]


def _column(key):
    """The column of the schedule that is read by a call with this key, or an empty text."""
    if key[0] or not key[1].startswith("schedule_entry("):
        return ""
    column = ast.parse(key[1], mode="eval").body.args[-1]
    return SCHEDULE_COLUMNS[column.value] if isinstance(column, ast.Constant) else ""


def _is_random(write):
    return bool({"rand", "randn", "poisson", "xi"} & get_identifiers(write.statement))


def _text(key):
    return ".".join(part for part in key if part)


def _chain(key, writes):
    """How a variable was reached, as one line."""
    return " <- ".join([*(f"{write.target} ({write.code})" for write in writes), _text(key)])


# -- the questions -------------------------------------------------------------------
def _locality(reader, plastic):
    findings = []
    for synapses in plastic:
        for write in reader.updates(synapses):
            if write.group != synapses.name:
                findings.append(f"{synapses.name}.{write.target.name} is changed by {write.group} ({write.code}): {write.statement!r}")
            findings += [f"{synapses.name}: {write.code} reads {place}, which is neither in this synapse nor in its neurons: {write.statement!r}" for place in write.reads if place.where == ELSEWHERE]
            findings += [f"{synapses.name}: {write.code} calls {place.name}, whose arguments cannot be read" for place in write.reads if place.where == FUNCTION]
        findings += _foreign(reader, synapses)
    findings += [f"{thing.name} runs Python code, which cannot be read" for thing in reader.objects if isinstance(thing, NetworkOperation)]
    summary = "an update reads what is not at the synapse" if findings else "every update reads this synapse, its two neurons and what is broadcast"
    return Criterion("local update", "fail" if findings else "pass", summary, tuple(dict.fromkeys(findings)))


def _foreign(reader, synapses):
    """Variables of the two neurons that another neuron's state enters without a spike."""
    for place, where, _ in reader.rows(synapses):
        for key, chain in reader.sources(place.key, through_broadcast=False).items() if where in (PRE, POST) else ():
            if chain and any(read.key == key and _is_foreign(reader, chain[-1], read) for read in chain[-1].reads):
                yield f"{synapses.name} reads {place} of {where}, into which {_text(key)} of other neurons enters without a spike: {_chain(key, chain)}"


def _is_foreign(reader, write, read):
    """Whether a statement brings a neuron something from another neuron, and no spike."""
    if read.where == ELSEWHERE:
        return True
    is_between = isinstance(reader.groups[write.group], Synapses) and write.target.where in (PRE, POST)
    return is_between and read.where in (PRE, POST) and read.where != write.target.where


def _broadcast(reader, plastic):
    signals = {synapses.name: reader.signals(synapses) for synapses in plastic}
    most = max(map(len, signals.values()), default=0)
    every = sorted({key for keys in signals.values() for key in keys})
    findings = []
    for key in every:
        summed = sorted({owner for owner, _ in reader.sources(key) if _is_population(reader, owner)})
        findings.append(f"{_text(key)}, to {', '.join(name for name, keys in signals.items() if key in keys)}; computed from {', '.join(summed) or 'no population'}")
    return Criterion("broadcast signals", "pass" if most <= 1 else "note", f"{len(every)} in all, at most {most} for a synapse", tuple(findings))


def _is_population(reader, name):
    group = reader.groups.get(name)
    return isinstance(group, NeuronGroup) and group.N > 1


def _transport(reader, plastic):
    needed = {}
    for synapses in plastic:
        for write in reader.updates(synapses):
            for place in write.reads:
                needed |= reader.sources(place.key, through_spikes=True)
    violations, devices = [], []
    for write in reader.writes:
        for place in write.reads:
            owner = reader.groups.get(place.owner)
            if not isinstance(owner, Synapses) or owner.name == write.group or not _is_per_synapse(owner, place.name):
                continue
            text = f"{write.group} ({write.code}) uses the weight {place} of other synapses: {write.statement!r}"
            learns = write.target.key in needed or write.target.owner in {s.name for s in plastic}
            (violations if learns else devices).append(text)
    devices = [f"{text}; a computational device, as in showing one label after the other; no update of a plastic synapse depends on it" for text in devices]
    verdict = "fail" if violations else "note" if devices else "pass"
    summary = "a weight is used away from its synapse" if violations else "weights are shared only with copies that do not learn (an evaluation shortcut)" if devices else "every weight is used at its own synapse only"
    return Criterion("weight transport", verdict, summary, tuple(dict.fromkeys(violations + devices)))


def _leak(reader, plastic, names):
    populations, findings = reader.label_groups(names), []
    for signal in sorted({key for synapses in plastic for key in reader.signals(synapses)}):
        for key, chain in reader.sources(signal).items():
            if _text(key) in names or key[0] in populations or _column(key) in LABEL_COLUMNS:
                findings.append(f"{_text(signal)} depends on {_text(key)}: {_chain(key, chain)}")
                break
    summary = "the label reaches a broadcast signal without a spike" if findings else "no broadcast signal knows the label; it reaches the layers as spikes only"
    return Criterion("label in the modulator", "fail" if findings else "pass", summary, tuple(findings))


def _negative_phase(reader, plastic):
    findings = []
    for signal in sorted({key for synapses in plastic for key in reader.signals(synapses)}):
        findings += [f"{_text(signal)} is told whether the label shown is the true one (phase +1) or a wrong one (-1): {_chain(key, chain)}" for key, chain in reader.sources(signal).items() if _column(key) == "phase"]
    ballot = sorted({str(place) for write in reader.by_target.get(("ballot", "score"), ()) for place in write.reads if place.where not in (CONSTANT, FUNCTION)})
    findings += [f"the wrong label is chosen by {write.statement!r}, a function outside the equations, from {', '.join(ballot)}: it must know the true label and try all labels" for write in reader.by_target.get(("session", "negative"), ())]
    reset = sorted({write.target.owner for write in reader.writes if write.code.startswith("restore_")})
    findings += [f"every presentation begins at rest: the state is set back in {', '.join(reset)}"] if reset else []
    if any(_column(place.key) == "label" for write in reader.writes for place in write.reads):
        findings.append("the label population is told which label to show, and the same sample comes again with a wrong one")
    return Criterion("negative phase", "note", "what learning takes from outside the network" if findings else "no phase signal was found", tuple(findings))


# -- Dale's law ----------------------------------------------------------------------
def _clip_bounds(statement):
    """The two bounds of ``w = clip(expression, low, high)``, or None."""
    _, operation, expression, _ = parse_statement(statement)
    node = ast.parse(expression.strip(), mode="eval").body
    if operation == "=" and isinstance(node, ast.Call) and ast.unparse(node.func) == "clip":
        return tuple(ast.unparse(bound) for bound in node.args[1:])
    return None


def _values(reader, synapses, expression, namespace):
    """An expression of constants for each synapse, or None if it changes as the network runs."""
    known = {name: function.pyfunc for name, function in DEFAULT_FUNCTIONS.items()} | {"int": lambda x: np.asarray(x).astype(int)}
    for name in get_identifiers(expression):
        if name in synapses.variables:
            if not all(place.where == CONSTANT or reader.is_constant(place.key) for place in reader.places(synapses, name)):
                return None
            known[name] = np.asarray(getattr(synapses, name)[:])
        elif name not in known:
            value = synapses.namespace.get(name, namespace.get(name))
            if value is None or isinstance(value, Function):
                return None
            known[name] = np.asarray(value)
    return np.broadcast_to(np.asarray(eval(expression, {"__builtins__": {}}, known), float), (len(synapses),))  # noqa: S307 - text of our own objects


def _ranges(reader, synapses, namespace):
    """Lowest and highest weight of every synapse, as far as the code bounds them."""
    low, high = np.full(len(synapses), np.inf), np.full(len(synapses), -np.inf)
    for write in reader.updates(synapses):
        if write.target.name not in reader.weights(synapses):
            continue
        bounds = _clip_bounds(write.statement)
        ends = [_values(reader, synapses, text, namespace) for text in bounds] if bounds else [None, None]
        low = np.minimum(low, -np.inf if ends[0] is None else ends[0])
        high = np.maximum(high, np.inf if ends[1] is None else ends[1])
    return low, high


def _range_text(low, high):
    ends = sorted({(float(a) + 0.0, float(b) + 0.0) for a, b in zip(low, high)})
    return " or ".join(f"[{a:g}, {b:g}]" for a, b in ends[:3]) if ends and np.isfinite(ends).all() else "no bounds that the code states"


def _dale(reader, plastic, namespace, has_values):
    findings, signs, early = [], {}, []
    for synapses in plastic:
        low, high = _ranges(reader, synapses, namespace)
        mixed = (low < 0) & (high > 0)
        if mixed.any():
            findings.append(f"{synapses.name}: {mixed.mean():.0%} of the weights can change sign; the code keeps them in {_range_text(low[mixed], high[mixed])}")
        if has_values:
            _collect_signs(reader, synapses, low, high, signs, early)
    both = sorted({name for (name, _), seen in signs.items() if seen >= {1, -1}})
    findings += [f"neurons of {name} have synapses of both signs" for name in both]
    if findings:
        return Criterion("Dale's law", "fail", "a neuron's synapses may have both signs", tuple(findings + early))
    summary = "every neuron is either excitatory or inhibitory, and the code keeps it so"
    return Criterion("Dale's law", "note" if early else "pass", summary + (", from the first update on" if early else ""), tuple(early))


def _collect_signs(reader, synapses, low, high, signs, early):
    for weight in reader.weights(synapses):
        values, pre = np.asarray(getattr(synapses, weight)[:]), np.asarray(synapses.i[:])
        fixed = (low >= 0) | (high <= 0)
        wrong = fixed & ((values < low) | (values > high))
        if wrong.any():
            early.append(f"{synapses.name}: {wrong.mean():.0%} of the initial weights have the sign that their neuron must not have, until the first update")
        kept = values[~fixed]
        for neuron, sign in {*zip(pre[~fixed].tolist(), np.sign(kept).astype(int).tolist()), *zip(pre[fixed].tolist(), np.where(high > 0, 1, -1)[fixed].tolist())}:
            signs.setdefault((synapses.source.name, neuron), set()).add(sign)


def _time_constants(reader, synapses, namespace):
    """Constants in seconds in the updates, and in the equations of the variables that these read."""
    texts = [(synapses, text, write.code) for write in reader.updates(synapses) for text in (*write.helpers, write.statement)]
    for place, _, _ in reader.rows(synapses):
        texts += [(reader.groups[write.group], write.statement, str(place)) for write in reader.by_target.get(place.key, ()) if write.kind == "equation"]
    found = {}
    for group, statement, where in texts:
        for name in sorted(get_identifiers(statement)):
            value = (group.namespace or {}).get(name, namespace.get(name))
            if value is not None and not isinstance(value, Function) and get_dimensions(value) == SECOND:
                found[f"{name} = {show_quantity(value)} in {where}"] = None
    return list(found)


# -- asking ----------------------------------------------------------------------------
def audit_objects(objects, namespace=None, labels=LABELS, has_values=True, full=None):
    """Audit Brian 2 objects.

    Parameters
    ----------
    objects : iterable of Brian 2 objects
        NeuronGroups and Synapses, of any origin.
    namespace : dict, optional
        Names that their code takes from outside.
    labels : tuple of str
        Groups and variables (``"group.variable"``) that tell the label.
    has_values : bool
        Whether the weights have the values that training starts with.
    full : iterable of Brian 2 objects, optional
        The same network with further objects, whose values cannot be read;
        weights and phases are audited there.

    Returns
    -------
    Audit
    """
    reader, namespace = Reader(objects), namespace or {}
    plastic, whole = reader.plastic(), Reader(full) if full is not None else reader
    everywhere = whole.plastic()
    local = [_locality(reader, plastic), _broadcast(reader, plastic), _transport(whole, everywhere), _leak(whole, everywhere, labels)]
    dale = _dale(reader, plastic, namespace, has_values)
    found = {synapses.name: _projection(reader, synapses, namespace) for synapses in plastic}
    is_local = all(criterion.verdict != "fail" for criterion in local) and local[1].verdict == "pass" and bool(plastic)
    return Audit(_verdict(local, dale, is_local, plastic), is_local, (*local, dale, _negative_phase(whole, everywhere)), found)


def _projection(reader, synapses, namespace):
    rows = [{"variable": str(place), "where": where, "read_by": codes} for place, where, codes in reader.rows(synapses)]
    return {"reads": rows, "broadcast": [_text(key) for key in reader.signals(synapses)], "time_constants": _time_constants(reader, synapses, namespace), "weight_range": _range_text(*_ranges(reader, synapses, namespace))}


def _verdict(local, dale, is_local, plastic):
    failed = [criterion.name for criterion in local if criterion.verdict == "fail"]
    if not plastic:
        return "nothing learns here"
    first = "local, with one broadcast scalar per layer" if is_local else f"not local: {', '.join(failed)}" if failed else f"local, but {local[1].summary}"
    second = {"pass": "Dale's law is obeyed", "note": "Dale's law is obeyed from the first update on"}.get(dale.verdict, "Dale's law is not obeyed")
    return f"{first}; {second}"


def audit(net, inputs=None, negatives=None, dt=None):
    """Audit a network: build it small, without a compiler, and read what was built.

    Parameters
    ----------
    net : Network
    inputs : Inputs, optional
        Shape of the data; default: small, of the kind that the encoder reads.
    negatives : RandomNegatives or HardNegatives, optional
        Default: random.
    dt : float, optional
        Time step, seconds; default: 1 ms, or the longest that the neurons allow.

    Returns
    -------
    Audit
        `Audit.is_local`, `Audit.verdict`, and everything behind them.
    """
    layers = [replace(layer, size=min(layer.size, AUDITED_SIZE)) for layer in net.layers]
    plan = Plan(replace(net, layers=layers), inputs or _small_inputs(net), 4, dt or _time_step(net), float_type="float64")
    objects = _build_with_weights(plan)
    if negatives is None or not negatives.needs_candidates or not plan.shows_all_labels():
        return audit_objects(objects)
    with tempfile.TemporaryDirectory(prefix="ffbrian-audit-") as folder, _standalone(Path(folder)):
        builder = Builder(replace(plan, has_candidates=True))
        builder.build()
        return audit_objects(objects, full=_never_run(builder))


def _time_step(net):
    return min([1e-3, *(float(parse_quantity(layer.neuron.longest_step)) for layer in net.layers if layer.neuron.longest_step)])


def _small_inputs(net):
    """Data just large enough for the network's connections."""
    if net.encoder.reads == "events":
        return Inputs("events", (AUDITED_SIZE,), 3)
    side = max([4, *(getattr(layer.connection, "patch", 0) for layer in net.layers)])
    return Inputs("values", (1, side, side), 3)


def _build_with_weights(plan):
    """The objects of a plan in Brian's runtime mode, with the weights that training starts with."""
    quiet()
    with _preferences(plan, **{"codegen.target": "numpy"}):
        builder = Builder(plan)
        builder.build()
        for name, value in initial_state(plan, np.random.default_rng(0)).items():
            owner, variable = name.split(".")
            builder.objects[owner].variables[variable].get_value()[:] = value
    return _never_run(builder)


def _never_run(builder):
    """The builder's objects, marked so that Brian does not miss a network when they go."""
    objects = list(builder.objects.values())
    for thing in Reader(objects).objects:
        thing._network = "audit"
    return objects
