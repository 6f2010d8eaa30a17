"""All code of a set of Brian 2 objects, every name in it resolved to a variable and its place.

The equations and the code of every object are read, every name in them is
resolved to the variable that Brian would use, and each variable can be followed
back to what it is computed from.  The walk back ends at a spike, because a spike
is how neurons may know of each other.
"""

import ast
from dataclasses import dataclass

import numpy as np
from brian2 import NeuronGroup, Synapses, get_device
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import ArrayVariable, Subexpression
from brian2.equations.equations import DIFFERENTIAL_EQUATION
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import Resetter, StateUpdater, SubexpressionUpdater, Thresholder
from brian2.groups.subgroup import Subgroup
from brian2.parsing.statements import parse_statement
from brian2.synapses.synapses import SummedVariableUpdater, SynapticPathway
from brian2.utils.stringtools import get_identifiers

from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.learning.schedule import COMMON
from ffbrian.models.text import statements

#: Places a plastic synapse may read without another's help, and the broadcast.
SYNAPSE, PRE, POST, BROADCAST, CONSTANT, ELSEWHERE, FUNCTION = (
    "this synapse",
    "its pre neuron",
    "its post neuron",
    "broadcast scalar",
    "constant",
    "elsewhere",
    "function",
)
LABEL_COLUMNS = ("label", "truth")
#: Columns of the schedule in order, where nothing else is said.
SCHEDULE_COLUMNS = (*COMMON, *ForwardForward.columns)
#: Tells whether the label shown is the true one, and so may know both.
PHASE = "s"
#: Only these codes carry a spike from one neuron to another.
SPIKE = "spike"
_OWN_READERS = (
    StateUpdater,
    Thresholder,
    Resetter,
    SubexpressionUpdater,
    SynapticPathway,
    SummedVariableUpdater,
)


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


class Reader:
    """All statements of a set of Brian 2 objects, with every name resolved.

    Parameters
    ----------
    objects : iterable of Brian 2 objects
        Objects that belong to them (``contained_objects``) are read too.
    """

    def __init__(self, objects, columns=SCHEDULE_COLUMNS):
        self.columns, self.objects, waiting = columns, [], list(objects)
        while waiting:
            thing = waiting.pop(0)
            if not any(thing is known for known in self.objects):
                self.objects.append(thing)
                waiting += getattr(thing, "contained_objects", [])
        self.groups = {
            thing.name: thing for thing in self.objects if isinstance(thing, (NeuronGroup, Synapses))
        }
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
            reads = [
                place
                for identifier in named
                for place in (local[identifier] if identifier in local else self.places(group, identifier))
            ]
            before = tuple(text for identifier in named for text in helpers.get(identifier, ()))
            reads += [Place("", text, FUNCTION) for text in _calls(expression)]
            if target not in group.variables:
                local[target], helpers[target] = reads, (*before, line)
                continue
            for place in self.places(group, target):
                itself = [place] if operation != "=" else []
                self.writes.append(
                    Write(place, tuple(dict.fromkeys(itself + reads)), group.name, name, line, kind, before)
                )

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
        """Whether a variable keeps its value while the network runs: nobody sets it, or always to
        the same.
        """
        writes = self.by_target.get(key, ())
        if key in seen or len({write.statement for write in writes}) > 1:
            return False
        reads = [place for write in writes for place in write.reads]
        return not any(_is_random(write) for write in writes) and all(
            place.where == CONSTANT or place.where != FUNCTION and self.is_constant(place.key, (*seen, key))
            for place in reads
        )

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
                for place in (
                    ()
                    if crosses and not through_spikes
                    else (*write.reads, *(self._spiking(write) if crosses else ()))
                ):
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
            keys = (
                [place.key]
                if where == BROADCAST
                else self._broadcast_into(place)
                if where in (SYNAPSE, PRE, POST)
                else []
            )
            found |= dict.fromkeys(keys)
        return sorted(found)

    def _broadcast_into(self, place):
        for key, chain in self.sources(place.key, through_broadcast=False).items():
            is_broadcast = chain and any(
                read.key == key and read.where == BROADCAST for read in chain[-1].reads
            )
            if is_broadcast and not self.is_constant(key):
                yield key

    def _spiking(self, write):
        synapses = self.groups[write.group]
        return [
            place
            for group in (synapses.source, synapses.target)
            for place in self.conditions.get(group.name, ())
        ]

    def plastic(self):
        """Synapses whose own variables are changed by code."""
        return [
            thing for thing in self.groups.values() if isinstance(thing, Synapses) and self.updates(thing)
        ]

    def updates(self, synapses):
        """Statements that change a synapse's own variables, whoever runs them."""
        return [
            write
            for write in self.writes
            if write.target.owner == synapses.name and is_per_synapse(synapses, write.target.name)
        ]

    def weights(self, synapses):
        """The synapse's variables that its spikes transmit."""
        sent = [
            place.name
            for write in self.writes
            if write.group == synapses.name and write.kind == SPIKE and write.target.where in (PRE, POST)
            for place in write.reads
            if place.where == SYNAPSE
        ]
        return sorted(set(sent))

    def column(self, key):
        """The column of the schedule that is read by a call with this key, or an empty text."""
        if key[0] or not key[1].startswith("schedule_entry("):
            return ""
        entry = ast.parse(key[1], mode="eval").body.args[-2]
        return self.columns[entry.value] if isinstance(entry, ast.Constant) else ""

    def labels(self, names):
        """Keys of all variables that know the label shown, or the true one, without a spike."""
        keys = {
            write.target.key
            for write in self.writes
            if any(self.column(place.key) in LABEL_COLUMNS for place in write.reads)
        }
        keys |= {tuple(name.split(".")) for name in names if "." in name}
        grown = True
        while grown:
            more = {
                write.target.key
                for write in self.writes
                if write.kind != SPIKE
                and write.target.name != PHASE
                and any(place.key in keys for place in write.reads)
            } - keys
            keys, grown = keys | more, bool(more)
        return keys

    def label_groups(self, names):
        """Populations that show the label: all of their variables tell it."""
        shown = {
            owner
            for owner, _ in self.labels(names)
            if owner in self.groups
            and not isinstance(self.groups[owner], Synapses)
            and self.groups[owner].N > 1
        }
        return shown | {name for name in names if "." not in name}


def _codes(thing):
    """(group, name, code, kind) of everything an object runs."""
    if isinstance(thing, (NeuronGroup, Synapses)):
        for equation in thing.equations.values():
            if equation.type == DIFFERENTIAL_EQUATION:
                yield (
                    thing,
                    f"equation of {equation.varname}",
                    f"{equation.varname} += dt*({equation.expr})",
                    "equation",
                )
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
        return Place(
            owner_name,
            variable.name,
            CONSTANT if owner is None or variable.constant or variable.scalar else ELSEWHERE,
        )
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
    is_broadcast = (
        variable.scalar
        or not isinstance(owner, Synapses)
        and (owner.N == 1 or _is_one_for_a_copy(group, owner, index))
    )
    return BROADCAST if is_broadcast else ELSEWHERE


def _is_one_for_a_copy(group, owner, index):
    """Whether all neurons of a copy read the same neuron of `owner`, and those of the next copy
    the next one.
    """
    places, device = group.variables.get(index), get_device()
    if group.N <= owner.N or group.N % owner.N or not isinstance(places, ArrayVariable):
        return False
    chosen = device.array_cache.get(places) if hasattr(device, "array_cache") else places.get_value()
    return np.array_equal(chosen, np.repeat(np.arange(owner.N), group.N // owner.N))


def _whole(group):
    """The name of a group, or of the group that it is a part of."""
    return group.source.name if isinstance(group, Subgroup) else group.name


def is_per_synapse(synapses, name):
    variable = synapses.variables.get(name)
    return (
        name != "lastupdate"
        and variable is not None
        and not variable.scalar
        and synapses.variables.indices[name] == "_idx"
    )


def _calls(expression):
    """Calls of functions that are not Brian's own, as text."""
    calls = [
        node for node in ast.walk(ast.parse(expression.strip(), mode="eval")) if isinstance(node, ast.Call)
    ]
    return [ast.unparse(node) for node in calls if ast.unparse(node.func) not in DEFAULT_FUNCTIONS]


def _is_random(write):
    return bool({"rand", "randn", "poisson", "xi"} & get_identifiers(write.statement))


def key_text(key):
    return ".".join(part for part in key if part)


def chain_text(key, writes):
    """How a variable was reached, as one line."""
    return " <- ".join([*(f"{write.target} ({write.code})" for write in writes), key_text(key)])
