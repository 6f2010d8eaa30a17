"""What is to be built: a network, the data's shape, and the kind of run."""

import dataclasses
import json
import math
import os
from dataclasses import dataclass, field

import numpy as np
from brian2 import second

from ffbrian import learning
from ffbrian.build import flow
from ffbrian.build import synaptic_operations as synops
from ffbrian.build.data_shape import DataShape
from ffbrian.errors import ModelError
from ffbrian.learning import timing
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.learning.schedule import COMMON
from ffbrian.learning.timing import Stream
from ffbrian.models.effective_rule import effective, over_copies
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import MOST, is_whole, shortened
from ffbrian.network import connections, trunk
from ffbrian.network.connections import AllToAll
from ffbrian.network.network import Network
from ffbrian.network.weight_matrix import Rows

#: From this fraction of connected pairs on, vectorised full rows are faster than lists of synapses.
LEAST_DENSITY = 0.05
#: Time steps of a presentation, and of a whole training or evaluation unless the user allows more.
MOST_STEPS, MOST_WORK = 1_000_000, 1e11
#: Environment variable by which a user does.
WORK = "FFBRIAN_MOST_STEPS"
#: What stands for any rule where nothing is learnt: evaluations of different rules share their code.
NO_RULE = PlasticityRule(name="none", consolidate="w = w", parameters={"eta": 1.0})


def most_work():
    """Time steps that a training or an evaluation may take (float)."""
    text = os.environ.get(WORK, "")
    try:
        return float(text or MOST_WORK)
    except ValueError:
        raise ModelError(
            f"{WORK} is {shortened(text)}, expected the number of time steps that a training may take, such "
            "as 1e12."
        ) from None


@dataclass(frozen=True)
class Plan:
    """Everything that decides the generated code.

    Attributes
    ----------
    network : Network
    inputs : DataShape
    n_steps : int
        Time steps of a presentation.
    dt : float
        Time step, seconds.
    learns : bool
        Whether synapses are plastic in this build.
    has_candidates : bool
        Whether one copy of every layer for each label is shown the sample too.
    has_layers : bool
        Whether the layers themselves run (without them only the candidates do).
    float_type : str
        ``"float32"`` or ``"float64"``.
    pathway : str
        ``"dense"`` (where it is legal) or ``"stock"``.
    algorithm : Algorithm
    stream : Stream, optional
        When samples and rewards come, if nothing is set back between them; then what
        happens once a presentation happens at every update instead.
    recorded : tuple of (str, tuple of str, tuple of int or None)
        Group or synapses, variables, and indices to record at every step;
        the variable ``"spikes"`` stands for the spikes of all neurons.
    """

    network: Network
    inputs: DataShape
    n_steps: int
    dt: float = 0.001
    learns: bool = True
    has_candidates: bool = False
    has_layers: bool = True
    float_type: str = "float32"
    pathway: str = "dense"
    recorded: tuple = ()
    algorithm: object = field(default_factory=ForwardForward)
    stream: Stream | None = None

    def __post_init__(self):
        object.__setattr__(self, "network", self.algorithm.complete(self.network, self.inputs))
        if self.float_type not in ("float32", "float64"):
            raise ModelError(f"Plan: float_type is {self.float_type!r}, expected 'float32' or 'float64'.")
        if self.pathway not in ("dense", "stock"):
            raise ModelError(f"Plan: pathway is {self.pathway!r}, expected 'dense' or 'stock'.")
        if not is_whole(self.n_steps, 1, MOST_STEPS):
            raise ModelError(
                f"Plan: a presentation has {shortened(self.n_steps)} time steps, expected a whole number "
                f"from 1 to {MOST_STEPS}; shorten it or lengthen the time step."
            )
        if self.stream:
            flow.check(self)
        self._check_sizes()
        trunk.check_points(self.network.trunks, self.inputs.points, self.algorithm)
        if self.network.encoder.reads != self.inputs.kind:
            raise ModelError(
                f"{self.network.encoder.title} reads {self.network.encoder.reads}, but the data set holds "
                f"{self.inputs.kind}; choose another encoder."
            )
        self._check_graded()
        self._check_delays()
        if self.copies_learn:
            self._check_copies()
        elif self.has_candidates and not self.shows_all_labels():
            raise ModelError(
                "Plan: labels can be shown all at once (as hard negatives need) only to stacks of layers on "
                "the dense pathway, with at least 5 % of all pairs connected and no delays above the first "
                "layer; use random negatives."
            )
        for encoder in (self.network.encoder, self.network.labels):
            encoder.check_time_step(self.dt * second)
        for layer in self.network.layers:
            layer.neuron.check_time_step(self.dt * second)

    def _check_graded(self):
        """Raise ModelError unless synapses from the inputs take what these send."""
        for route in self.routes():
            is_graded = route.source == "inputs" and self.network.encoder.is_graded
            if is_graded == bool(route.synapse.held):
                continue
            sends, needs = (
                ("a graded value", "synapses.graded") if is_graded else ("spikes", "synapses.delta")
            )
            sender = self.network.encoder.title if route.source == "inputs" else f"{route.source!r}"
            raise ModelError(
                f"{sender} sends {sends}, but layer {route.target} has {route.synapse.title}; give it one "
                f"that takes that, such as {needs}."
            )

    def _check_delays(self):
        """Raise ModelError if spikes would arrive after the presentation only."""
        for route in self.network.graph:
            steps = route.delay_steps(*self.ends_of(route), self.dt)
            if steps is not None and steps.max() >= self.n_steps:
                raise ModelError(
                    f"Plan: {route.name} has delays of up to {steps.max()} time steps, but a presentation "
                    f"has {self.n_steps}; what arrives later is lost, so make the presentation longer."
                )

    def _check_copies(self):
        """Raise ModelError unless copies of all layers can learn."""
        is_single = len(self.network.layers) == 1 and self.network.is_stack
        if not self.shows_all_labels() and not is_single:
            raise ModelError(
                "Plan: in networks of several layers all labels can learn at once only in stacks on the "
                "dense pathway, with at least 5 % of all pairs connected and no delays above the first "
                "layer; use random negatives."
            )
        over_copies(effective(self.network.rule))
        if self.network.signals:
            raise ModelError(
                f"Plan: the network has the signals {', '.join(self.network.signals)}, which copies for all "
                "labels cannot share; use random or hard negatives."
            )
        for number, layer in enumerate(self.network.layers, 1):
            if layer.size % self.network.modulator.groups:
                raise ModelError(
                    f"Plan: layer {number} has {layer.size} neurons, which cannot be divided into "
                    f"{self.network.modulator.groups} groups of equal size, as "
                    f"{self.network.modulator.title} asks; change one of the two."
                )
        if self.network.modulator.lasting:
            raise ModelError(
                f"{self.network.modulator.title}: keeps {', '.join(self.network.modulator.lasting)} from one "
                "presentation to the next, which the modulators of all labels cannot share; use random or "
                "hard negatives."
            )
        for model in (self.network.modulator, *(layer.neuron for layer in self.network.layers)):
            if model.set_once:
                raise ModelError(
                    f"{model.title}: keeps {', '.join(model.set_once)} from one presentation to the next, "
                    "which copies that learn cannot share; use random or hard negatives."
                )

    @property
    def copies_learn(self):
        """Whether the copies of the layers, one for each label, learn, and not the layers themselves."""
        return self.learns and self.has_candidates and not self.has_layers

    def _check_sizes(self):
        """Raise ModelError if a projection needs more synapses than indices of 32 bits can tell apart."""
        for route in self.routes():
            layer = self.network.layers[route.target - 1]
            n_pre = math.prod(map(int, self.shape_of(route.source)))
            where = "the labels" if route.source == "labels" else "the population below"
            if n_pre * layer.size > MOST:
                raise ModelError(
                    f"Plan: layer {route.target} has {layer.size} neurons, which with {n_pre} neurons of "
                    f"{where} makes {n_pre * layer.size} pairs, more than {MOST}; make one of the two "
                    "smaller."
                )

    def check_work(self, n_presentations):
        """Raise ModelError if so many presentations need more time steps than a file may ask for.

        Parameters
        ----------
        n_presentations : int
        """
        most, steps = most_work(), n_presentations * self.mean_steps()
        if steps > most:
            raise ModelError(
                f"Plan: {n_presentations} presentations of {self.mean_steps():g} time steps make {steps:.3g} "
                f"steps, more than {most:.3g}; ask for fewer, or set {WORK} to a larger number if meant."
            )

    def mean_steps(self):
        """Time steps from one sample to the next; of a stream, on average (int or float)."""
        return self.n_steps * self.stream.mean_updates() if self.stream else self.n_steps

    def laid_out(self, schedule):
        """A schedule with the times that a stream gives it."""
        return self.stream.laid_out(schedule) if self.stream else schedule

    def n_periods(self, schedule):
        """How often the clock of presentations ticks for a schedule (int)."""
        return int(schedule["length"].sum()) if self.stream else len(schedule)

    def key(self):
        """The plan as text; equal plans have equal text."""
        record = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        record |= {
            "network": self.network.to_dict(),
            "inputs": dataclasses.asdict(self.inputs),
            "algorithm": self.algorithm.to_dict(),
        }
        record |= {"stream": self.stream.to_dict()} if record.pop("stream") else {}
        return json.dumps(record, sort_keys=True)

    @property
    def n_inputs(self):
        """Number of input neurons: the encoder's copies of every unit of the data."""
        return self.inputs.n_units * self.network.encoder.copies

    @property
    def input_shape(self):
        """Shape of the input population: channels first, one copy after the other, as (channels, height,
        width) or (channels, n_units).
        """
        channels, *extent = self.inputs.shape if len(self.inputs.shape) > 1 else (1, *self.inputs.shape)
        return (channels * self.network.encoder.copies, *extent)

    @property
    def n_received(self):
        """Number of values that the layers give: the answers, or the coefficients of an operator."""
        return self.network.trunks[0].size if self.network.trunks else self.inputs.n_answers

    def shapes(self):
        """Shape of the population below each layer."""
        return [self.input_shape] + [(layer.size,) for layer in self.network.layers[:-1]]

    def routes(self):
        """All synapses but those of a readout (tuple of `Route`); those of labels only where there are
        labels.
        """
        has_labels = self.algorithm.has_labels
        return tuple(one for one in self.network.routes() if has_labels or one.source != "labels")

    def shape_of(self, source):
        """Shape of a population that sends spikes: ``"inputs"``, ``"labels"`` or ``"layer_1"``."""
        if source == "inputs":
            return self.input_shape
        if source == "labels":
            return (self.inputs.n_classes * self.network.label_size,)
        return (self.network.layers[int(source.removeprefix("layer_")) - 1].size,)

    def ends_of(self, route):
        """Shape of a route's source and size of its target, as `Route.pairs` takes them."""
        return self.shape_of(route.source), self.network.layers[route.target - 1].size

    def synapse_sizes(self):
        """Number of synapses of every projection, by name."""
        sizes = {one.name: connections.count(one.connection, *self.ends_of(one)) for one in self.routes()}
        if self.network.readout:
            for number, layer in enumerate(self.network.layers, 1):
                sizes[f"readout_synapses_{number}"] = layer.size * self.n_received
        return sizes

    def masked(self):
        """Where absent synapses are kept in full rows with weight 0, which the dense pathway needs (but not
        with delays).

        Returns
        -------
        dict of str to Rows
            By projection.
        """
        if self.pathway != "dense":
            return {}
        found = {}
        for route in self.routes():
            below, size = self.ends_of(route)
            pairs, shape = route.pairs(below, size), (int(np.prod(below)), size)
            if (
                pairs is not None
                and not route.is_delayed
                and len(pairs[0]) >= LEAST_DENSITY * np.prod(shape)
                and route.synapse.is_silent_at_zero()
            ):
                found[route.name] = Rows(*pairs, shape)
        return found

    def shows_all_labels(self):
        """Whether copies of the layers can be shown all labels at once."""
        if not self.network.is_stack or self.stream:
            return False
        masked = self.masked()
        full = [
            not layer.delay and (isinstance(layer.connection, AllToAll) or f"synapses_{number}" in masked)
            for number, layer in enumerate(self.network.layers, 1)
        ]
        return self.pathway == "dense" and all(full[1:])

    def code_key(self):
        """What decides the generated code: the plan less the values that enter when it runs."""
        layers = [
            dataclasses.replace(layer, initial_weight=0.0, label_weight=None, per_neuron={})
            for layer in self.network.layers
        ]
        graph = [dataclasses.replace(route, initial_weight=0.0) for route in self.network.graph]
        rule = self.network.rule(eta=1.0) if self.learns else NO_RULE
        trunks = [one.without_values() for one in self.network.trunks]
        network = dataclasses.replace(self.network, layers=layers, graph=graph, rule=rule, trunks=trunks)
        inputs = dataclasses.replace(self.inputs, low=(), high=(), offset=(), scale=1.0)
        stream = self.stream and self.stream.for_code()
        return dataclasses.replace(
            self, network=network, inputs=inputs, algorithm=self.algorithm.for_code(), stream=stream
        ).key()

    def senders(self):
        """Populations whose spikes reach synapses, by name."""
        reaching = {route.source for route in self.routes()}
        sends = [
            f"layer_{number}" in reaching or self.network.readout or layer.inhibition
            for number, layer in enumerate(self.network.layers, 1)
        ]
        return (
            "inputs",
            *(("labels",) if "labels" in reaching else ()),
            *(f"layer_{number}" for number, is_sender in enumerate(sends, 1) if is_sender),
        )

    def schedule_columns(self):
        """Names of the columns of the schedule, in order."""
        return (*COMMON, *self.algorithm.columns, *(timing.COLUMNS if self.stream else ()))

    def columns(self):
        """Names of the columns of the results, one row a presentation."""
        names = ["sample", "input_spikes", *self.algorithm.result_columns(self)]
        if self.has_layers or self.copies_learn:
            names += [f"spikes_{number}" for number, _ in enumerate(self.network.layers, 1)]
        if not self.learns:
            names += [f"synops_{name}" for name in synops.counted_apart(self, names)]
        return tuple(names)


def plan_to_dict(plan):
    """A plan as plain text and numbers."""
    return json.loads(plan.key())


def plan_from_dict(record):
    """The inverse of `plan_to_dict`; a plan of an older version learns by Forward-Forward."""
    inputs = DataShape(**record["inputs"])
    recorded = tuple(
        (name, tuple(variables), None if indices is None else tuple(indices))
        for name, variables, indices in record["recorded"]
    )
    algorithm = learning.from_dict(record["algorithm"]) if "algorithm" in record else ForwardForward()
    return Plan(
        **(
            record
            | {
                "network": Network.from_dict(record["network"]),
                "inputs": inputs,
                "recorded": recorded,
                "algorithm": algorithm,
                "stream": timing.as_stream(record.get("stream")),
            }
        )
    )
