"""A population of neurons in a stack of layers, with what reaches it from below."""

from dataclasses import dataclass, field, fields, replace

import numpy as np
from brian2 import second
from brian2.units.fundamentalunits import have_same_dimensions

from ffbrian.equations import neurons, synapses
from ffbrian.errors import ModelError
from ffbrian.models import html, integration
from ffbrian.models.inhibition import Inhibition
from ffbrian.models.neuron import NeuronModel
from ffbrian.models.quantities import (
    AUTO,
    MOST,
    format_quantity,
    is_auto,
    is_real,
    is_whole,
    parse_quantity,
    shortened,
)
from ffbrian.models.signal import heard_names
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import always, check_code, check_equations, dimension_table
from ffbrian.network import connections, per_neuron
from ffbrian.network.connections import AllToAll

#: The synapse model that a neuron gets which names none, by the input it needs.
DEFAULT_SYNAPSES = {"drive": "exponential", "I_syn": "exponential_current"}
#: Standard deviation of first weights that are "auto" where there are no data to compute it from.
INITIAL_WEIGHT = 0.02


@dataclass(frozen=True, repr=False)
class Layer:
    """A population of neurons that learns by Forward-Forward.

    Attributes
    ----------
    size : int
        Number of neurons.
    neuron : NeuronModel
    synapse : SynapseModel, optional
        Default: the one the neuron names, else one that offers the input its
        equations need.
    initial_weight : float or "auto"
        Standard deviation of the dimensionless initial weights; ``"auto"``:
        computed from training samples (`ffbrian.train.calibration`), 0.02
        where there are none.
    label_weight : float, "auto" or None
        The same for the weights from the label population; None: as
        `initial_weight`.
    connection : AllToAll, RandomConnection or LocalConnection
        From the population below; the labels reach every neuron.
    inhibition : Inhibition, optional
        Acts within the layer.
    delay : Quantity
        Longest conduction delay from below; each synapse has one of its own,
        any number of time steps up to this.  The rule sees a presynaptic
        spike when it is fired, the membrane when it arrives; what would
        arrive after the presentation is lost.
    per_neuron : dict of str to text or array
        Parameters of the neuron model that differ from neuron to neuron: an
        expression such as ``"20*ms + 60*ms*rand()"``, drawn once in a
        training from its seed, or one value for each neuron.  They are saved
        with the model.

    Raises
    ------
    ModelError
        If neuron and synapse do not fit together.
    """

    size: int
    neuron: NeuronModel = neurons.lif
    synapse: SynapseModel | None = None
    initial_weight: float | str = AUTO
    label_weight: float | str | None = None
    connection: object = AllToAll()
    inhibition: Inhibition | None = None
    delay: object = field(default_factory=lambda: 0 * second)
    per_neuron: dict = field(default_factory=dict)

    def __post_init__(self):
        self._read_delay()
        if not is_whole(self.size, 1):
            raise ModelError(
                f"Layer: size is {shortened(self.size)}, expected a positive whole number of "
                f"neurons{at_most(self.size)}."
            )
        for name, kind, given in (
            ("neuron", NeuronModel, self.neuron),
            ("synapse", SynapseModel, self.synapse),
        ):
            if not isinstance(given, kind) and not (name == "synapse" and given is None):
                raise ModelError(
                    f"Layer: {name} is {given!r}, expected a {kind.__name__} such as "
                    f"ff.{name}s.{'lif' if name == 'neuron' else 'delta'}."
                )
        if self.inhibition is not None and not isinstance(self.inhibition, Inhibition):
            raise ModelError(
                f"Layer: inhibition is {self.inhibition!r}, expected an Inhibition such as "
                "ff.inhibition.subtractive, or None."
            )
        for name, is_needed in (("initial_weight", True), ("label_weight", False)):
            weight = getattr(self, name)
            is_given = is_needed or weight is not None
            if is_given and not is_real(weight, 0) and not is_auto(weight):
                raise ModelError(
                    f"Layer: {name} is {shortened(weight)}, expected a number of at least 0 without unit, "
                    "the standard deviation of the first weights, or 'auto'."
                )
        if type(self.connection) not in connections.KINDS.values():
            raise ModelError(
                f"Layer: connection is {shortened(self.connection)}, expected one of "
                f"{', '.join(kind.__name__ for kind in connections.KINDS.values())}."
            )
        self._read_per_neuron()
        if self.synapse is None:
            object.__setattr__(self, "synapse", default_synapse(self.neuron))
        self._check_fit()

    def _read_delay(self):
        delay = parse_quantity(self.delay)
        if np.ndim(delay) or not have_same_dimensions(delay, second) or not 0 <= float(delay) < float("inf"):
            raise ModelError(f'Layer: delay is {self.delay}, expected a time such as "5 ms".')
        object.__setattr__(self, "delay", delay)

    def _read_per_neuron(self):
        given = per_neuron.read(self.neuron, self.per_neuron, self.size)
        object.__setattr__(self, "per_neuron", given)
        object.__setattr__(self, "neuron", per_neuron.with_variables(self.neuron, given))

    def _check_fit(self):
        missing = sorted(self.neuron.inputs() - self.synapse.provides())
        if missing:
            offered = ", ".join(sorted(self.synapse.provides())) or "nothing"
            raise ModelError(
                f"{self.neuron.title} needs {missing[0]!r} but {self.synapse.title} offers {offered}; give "
                "the layer another synapse model."
            )
        self._check_exact()
        integration.check(self.neuron.title, self.equations(), self.neuron.method)
        dimensions = self.dimensions()
        check_equations(f"{self.synapse.title} in {self.neuron.title}", self.equations(), dimensions)
        check_code(
            f"{self.synapse.title} in {self.neuron.title}", "on_input", self.synapse.on_input, dimensions
        )

    def _check_exact(self):
        """Raise ModelError where the exact solution divides by the difference of two equal time constants."""
        if self.neuron.method != "exact":
            return
        membrane, synaptic = (
            {name: value for name, value in piece.values.items() if name in piece.divided_by()}
            for piece in (self.neuron, self.synapse)
        )
        for one, value in membrane.items():
            for other, same in synaptic.items():
                if (
                    have_same_dimensions(value, second)
                    and have_same_dimensions(same, second)
                    and value == same
                ):
                    raise ModelError(
                        f"{self.neuron.title}: {one} and {other} of {self.synapse.title} are both {value}; "
                        "the exact solution divides by their difference, so change one by a hundredth, or "
                        'write method="exponential_euler".'
                    )

    def resized(self, size):
        """The same with another number of neurons; what is given for each is repeated or cut."""
        differing = {
            name: value if isinstance(value, str) else replace(value, numbers=np.resize(value.numbers, size))
            for name, value in self.per_neuron.items()
        }
        return replace(self, size=size, per_neuron=differing)

    def __repr__(self):
        return (
            f"<layer of {self.size} {self.neuron.name or 'own'} neurons, {self.synapse.name or 'own'} "
            "synapses>"
        )

    def _repr_html_(self):
        return html.layer(self)

    def weight_of(self, side):
        """Standard deviation of the initial weights from below (``"in"``) or from the labels
        (``"label"``).
        """
        weight = self.initial_weight if side == "in" or self.label_weight is None else self.label_weight
        return INITIAL_WEIGHT if weight == AUTO else weight

    @property
    def open(self):
        """Names of the weights that are to be computed from the data."""
        is_same = self.label_weight is None
        label = self.initial_weight if is_same else self.label_weight
        given = {"initial_weight": self.initial_weight, "label_weight": label}
        return tuple(name for name, weight in given.items() if weight == AUTO)

    def spread(self):
        """The distribution of the initial weights in words."""
        from_labels = "" if self.label_weight is None else f", from the labels {_normal(self.label_weight)}"
        return f"{_normal(self.initial_weight)}{from_labels}"

    def equations(self):
        """Equations of neuron and synapse together (`brian2.Equations`)."""
        return self.neuron.parsed() + self.synapse.parsed()

    def dimensions(self):
        """Dimensions of everything the layer's text may name."""
        arriving = dimension_table(**dict.fromkeys((*self.synapse.accumulators, *self.synapse.held), "1"))
        parameters = self.neuron.parameter_dimensions() | self.synapse.parameter_dimensions()
        heard = heard_names(self.neuron)
        return always() | arriving | parameters | heard | dict(self.equations().dimensions)


def _normal(spread):
    """A distribution of weights in words."""
    return "auto" if spread == AUTO else f"N(0, {spread:g})"


def default_synapse(neuron):
    """The synapse model of a neuron for which none is chosen."""
    needed = sorted(neuron.inputs())
    name = neuron.synapse or (DEFAULT_SYNAPSES[needed[0]] if needed else "delta")
    try:
        return getattr(synapses, name)
    except AttributeError:
        raise ModelError(
            f"{neuron.title}: names the synapse model {name!r}, which is unknown; known are "
            f"{', '.join(synapses.__all__)}."
        ) from None


def at_most(size):
    """The bound of a size in words, where it is too large."""
    return f", at most {MOST}" if is_whole(size, 1, np.inf) else ""


def from_record(table):
    """The inverse of `record`."""
    models = dict(
        neuron=NeuronModel.from_dict(table["neuron"]),
        synapse=SynapseModel.from_dict(table["synapse"]),
        connection=connections.from_dict(table["connection"]),
        inhibition=table.get("inhibition") and Inhibition.from_dict(table["inhibition"]),
    )
    return Layer(**(table | models))


def record(layer):
    """A layer as plain text and numbers (JSON)."""
    record = {f.name: getattr(layer, f.name) for f in fields(layer)}
    plain = {name: value.to_dict() if hasattr(value, "to_dict") else value for name, value in record.items()}
    differing = {"per_neuron": per_neuron.record(plain.pop("per_neuron"))} if layer.per_neuron else {}
    plain.pop("per_neuron", None)
    return (
        plain
        | differing
        | {
            "connection": connections.to_dict(layer.connection),
            "delay": format_quantity(layer.delay),
        }
    )
