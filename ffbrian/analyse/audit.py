"""What a synapse must know to learn, read from the Brian 2 objects that run.

Nothing here trusts a description: `ffbrian.analyse.code_reader` resolves every name in
the code of the built network and follows each variable back to what it is
computed from; what remains when the walk has ended at spikes is what a synapse
would need without a wire to carry it.
"""

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ffbrian.analyse.code_reader import SCHEDULE_COLUMNS, Reader, key_text
from ffbrian.analyse.criteria import (
    Criterion,
    broadcast,
    dale_law,
    leak,
    locality,
    negative_phase,
    time_constants,
    timing,
    transport,
)
from ffbrian.analyse.weight_ranges import range_text, ranges
from ffbrian.build.builder import build, quiet
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.build.workbench import Workbench
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.models.quantities import parse_quantity
from ffbrian.network import trunk
from ffbrian.run.project import preferences, standalone
from ffbrian.train.initial_state import initial_state

#: What names the label where a network has no schedule to tell: a group, or one variable.
LABELS = (
    "labels",
    "candidate_labels",
    "session.shown",
    "session.truth",
    "session.listed",
    "session.negative",
)
#: Neurons of a layer that is built to be read; code does not depend on it.
AUDITED_SIZE = 8
#: Sampling rate of the signals that it is built for.
AUDITED_RATE_HZ = 1000.0


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


# -- asking ----------------------------------------------------------------------------
def audit_objects(
    objects, namespace=None, labels=LABELS, has_values=True, full=None, columns=SCHEDULE_COLUMNS
):
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
    columns : tuple of str
        Of the schedule that their code reads.

    Returns
    -------
    Audit
    """
    reader, namespace = Reader(objects, columns), namespace or {}
    plastic, whole = reader.plastic(), Reader(full, columns) if full is not None else reader
    everywhere = whole.plastic()
    local = [
        locality(reader, plastic),
        broadcast(reader, plastic),
        timing(reader, plastic),
        transport(whole, everywhere),
        leak(whole, everywhere, labels),
    ]
    dale = dale_law(reader, plastic, namespace, has_values)
    found = {synapses.name: _projection(reader, synapses, namespace) for synapses in plastic}
    is_local = (
        all(criterion.verdict != "fail" for criterion in local)
        and local[1].verdict == "pass"
        and bool(plastic)
    )
    return Audit(
        _verdict(local, dale, is_local, plastic),
        is_local,
        (*local, dale, negative_phase(whole, everywhere)),
        found,
    )


def _projection(reader, synapses, namespace):
    rows = [
        {"variable": str(place), "where": where, "read_by": codes}
        for place, where, codes in reader.rows(synapses)
    ]
    return {
        "reads": rows,
        "broadcast": [key_text(key) for key in reader.signals(synapses)],
        "time_constants": time_constants(reader, synapses, namespace),
        "weight_range": range_text(*ranges(reader, synapses, namespace)),
    }


def _verdict(local, dale, is_local, plastic):
    failed = [criterion.name for criterion in local if criterion.verdict == "fail"]
    if not plastic:
        return "nothing learns here"
    first = (
        "local, with one broadcast scalar per layer"
        if is_local
        else f"not local: {', '.join(failed)}"
        if failed
        else f"local, but {local[1].summary}"
    )
    second = {"pass": "Dale's law is obeyed", "note": "Dale's law is obeyed from the first update on"}.get(
        dale.verdict, "Dale's law is not obeyed"
    )
    return f"{first}; {second}"


def audit(net, inputs=None, negatives=None, dt=None, algorithm=None, timing=None):
    """Audit a network: build it small, without a compiler, and read what was built.

    Parameters
    ----------
    net : Network
    inputs : DataShape, optional
        Shape of the data; default: small, of the kind that the encoder reads.
    negatives : RandomNegatives, HardNegatives or AllNegatives, optional
        Default: random.
    dt : float, optional
        Time step, seconds; default: 1 ms, or the longest that the neurons allow.
    algorithm : Algorithm, optional
        The way to learn; default: Forward-Forward with these negatives.
    timing : Stream, optional
        Of a network that learns in one continuous simulation.

    Returns
    -------
    Audit
        `Audit.is_local`, `Audit.verdict`, and everything behind them.
    """
    most = AUDITED_SIZE * (net.modulator.groups if net.modulator else 1)
    layers = [layer.resized(min(layer.size, most)) if net.is_stack else layer for layer in net.layers]
    chosen = algorithm or ForwardForward()
    negatives = getattr(algorithm, "negatives", negatives)
    plan = Plan(
        replace(net, layers=layers),
        inputs or _small_inputs(net),
        4,
        dt or _time_step(net),
        float_type="float64",
        algorithm=chosen,
        stream=timing,
    )
    objects, columns = _build_with_weights(plan), plan.schedule_columns()
    if chosen.from_outside():
        return _searched(audit_objects(objects, columns=columns), chosen.from_outside())
    if negatives is None or not negatives.needs_candidates or not plan.shows_all_labels():
        return audit_objects(objects, columns=columns)
    with tempfile.TemporaryDirectory(prefix="ffbrian-audit-") as folder, standalone(Path(folder)):
        bench = Workbench(
            replace(
                plan,
                has_candidates=True,
                has_layers=negatives.needs_layers,
                algorithm=ForwardForward(negatives),
            )
        )
        build(bench)
        return audit_objects(objects, full=_never_run(bench))


def of_trainer(trainer):
    """The `Audit` of the network that a trainer trains, as it learns there."""
    dt = float(trainer.times()[1])
    return audit(trainer.network, dt=dt, algorithm=trainer.algorithm, timing=trainer.timing)


def _searched(found, sentence):
    """The audit of a network whose weights come from outside."""
    outside = Criterion("weights from outside", "fail", "no synapse learns by itself", (sentence,))
    return replace(
        found,
        verdict="not local: weights from outside",
        is_local=False,
        criteria=(outside, *found.criteria),
    )


def _time_step(net):
    return min(
        [
            1e-3,
            *(
                float(parse_quantity(layer.neuron.longest_step))
                for layer in net.layers
                if layer.neuron.longest_step
            ),
        ]
    )


def _small_inputs(net):
    """Data just large enough for the network's connections."""
    side = max([4, *(getattr(route.connection, "patch", 0) for route in net.routes())])
    if net.encoder.reads == "signals":
        return DataShape("signals", (side,), 3, AUDITED_RATE_HZ)
    if net.encoder.reads == "vectors":
        points = trunk.points_for(net.trunks)
        return DataShape("vectors", (2,), 1, n_outputs=len(points) or 1, points=points)
    return DataShape(net.encoder.reads, (1, side, side), 3)


def _build_with_weights(plan):
    """The objects of a plan in Brian's runtime mode, with the weights that training starts with."""
    quiet()
    with preferences(plan, **{"codegen.target": "numpy"}):
        bench = Workbench(plan)
        build(bench)
        fresh = initial_state(plan, np.random.default_rng(0))
        for name, value in plan.algorithm.state_for(fresh, plan).items():
            owner, variable = name.split(".")
            bench.objects[owner].variables[variable].get_value()[:] = value
    return _never_run(bench)


def _never_run(bench):
    """The objects of a network, marked so that Brian does not miss a network when they go."""
    objects = list(bench.objects.values())
    for thing in Reader(objects).objects:
        thing._network = "audit"
    return objects
