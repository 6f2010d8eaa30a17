"""A network as frozen data: layers, the rule between them, what drives them."""

from dataclasses import dataclass, field, fields, replace

import numpy as np
from brian2 import second
from brian2.units.fundamentalunits import have_same_dimensions

from ffbrian.equations import encoders, modulators, neurons, plasticity, readouts, synapses
from ffbrian.errors import ModelError
from ffbrian.models import html
from ffbrian.models.encoder import Encoder
from ffbrian.models.inhibition import Inhibition
from ffbrian.models.modulator import Modulator
from ffbrian.models.neuron import NeuronModel
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import MOST, format_quantity, is_real, is_whole, parse_quantity, shortened
from ffbrian.models.readout import Readout
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import always, check_code, check_equations, dimension_table
from ffbrian.network import connections
from ffbrian.network.connections import AllToAll

#: Places that a learning algorithm fills where a network leaves them open, and what fills them.
OPEN = ("rule", "modulator")
CATALOGUES = {"rule": plasticity, "modulator": modulators, "readout": readouts}
#: Where variables of a layer's neurons are defined.
NEURON_TEXT = (
    ("neuron", "equations"),
    ("synapse", "equations"),
    ("rule", "post_equations"),
    ("rule", "pre_equations"),
    ("modulator", "neuron_equations"),
)
#: The synapse model that a neuron gets which names none, by the input it needs.
DEFAULT_SYNAPSES = {"drive": "exponential", "I_syn": "exponential_current"}


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
    initial_weight : float
        Standard deviation of the dimensionless initial weights.
    label_weight : float, optional
        The same for the weights from the label population; default:
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

    Raises
    ------
    ModelError
        If neuron and synapse do not fit together.
    """

    size: int
    neuron: NeuronModel = neurons.lif
    synapse: SynapseModel | None = None
    initial_weight: float = 0.02
    label_weight: float | None = None
    connection: object = AllToAll()
    inhibition: Inhibition | None = None
    delay: object = field(default_factory=lambda: 0 * second)

    def __post_init__(self):
        self._read_delay()
        if not is_whole(self.size, 1):
            raise ModelError(
                f"Layer: size is {shortened(self.size)}, expected a positive whole number of "
                f"neurons{_at_most(self.size)}."
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
            if not is_real(weight, 0) and (is_needed or weight is not None):
                raise ModelError(
                    f"Layer: {name} is {shortened(weight)}, expected a number of at least 0 without unit, "
                    "the standard deviation of the first weights."
                )
        if type(self.connection) not in connections.KINDS.values():
            raise ModelError(
                f"Layer: connection is {shortened(self.connection)}, expected one of "
                f"{', '.join(kind.__name__ for kind in connections.KINDS.values())}."
            )
        if self.synapse is None:
            object.__setattr__(self, "synapse", self._default_synapse())
        self._check_fit()

    def _read_delay(self):
        delay = parse_quantity(self.delay)
        if np.ndim(delay) or not have_same_dimensions(delay, second) or not 0 <= float(delay) < float("inf"):
            raise ModelError(f'Layer: delay is {self.delay}, expected a time such as "5 ms".')
        object.__setattr__(self, "delay", delay)

    def _default_synapse(self):
        needed = sorted(self.neuron.inputs())
        name = self.neuron.synapse or (DEFAULT_SYNAPSES[needed[0]] if needed else "delta")
        try:
            return getattr(synapses, name)
        except AttributeError:
            raise ModelError(
                f"{self.neuron.title}: names the synapse model {name!r}, which is unknown; known are "
                f"{', '.join(synapses.__all__)}."
            ) from None

    def _check_fit(self):
        missing = sorted(self.neuron.inputs() - self.synapse.provides())
        if missing:
            offered = ", ".join(sorted(self.synapse.provides())) or "nothing"
            raise ModelError(
                f"{self.neuron.title} needs {missing[0]!r} but {self.synapse.title} offers {offered}; give "
                "the layer another synapse model."
            )
        dimensions = self.dimensions()
        check_equations(f"{self.synapse.title} in {self.neuron.title}", self.equations(), dimensions)
        check_code(
            f"{self.synapse.title} in {self.neuron.title}", "on_input", self.synapse.on_input, dimensions
        )

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
        return self.initial_weight if side == "in" or self.label_weight is None else self.label_weight

    def spread(self):
        """The distribution of the initial weights in words."""
        from_labels = "" if self.label_weight is None else f", from the labels N(0, {self.label_weight:g})"
        return f"N(0, {self.initial_weight:g}){from_labels}"

    def equations(self):
        """Equations of neuron and synapse together (`brian2.Equations`)."""
        return self.neuron.parsed() + self.synapse.parsed()

    def dimensions(self):
        """Dimensions of everything the layer's text may name."""
        arriving = dimension_table(**dict.fromkeys((*self.synapse.accumulators, *self.synapse.held), "1"))
        parameters = self.neuron.parameter_dimensions() | self.synapse.parameter_dimensions()
        return always() | arriving | parameters | dict(self.equations().dimensions)


@dataclass(frozen=True, repr=False)
class Network:
    """A feed-forward network with a label population that drives every layer.

    Attributes
    ----------
    layers : tuple of Layer
    encoder : Encoder
        Turns a sample into spikes of the input population.
    rule : PlasticityRule, optional
        Of all synapses onto the layers; default: the one that the learning algorithm
        names, of Forward-Forward `eligibility_stdp`.
    modulator : Modulator, optional
        Default: that of the algorithm, if it needs one; of Forward-Forward `opponent`.
    labels : Encoder
        Turns the shown label into spikes of the label population.
    label_size : int
        Neurons per class in the label population.
    readout : Readout, optional
        Tells the classes apart where the layers learn without labels (see
        `HybridNegatives`).
    """

    layers: tuple
    encoder: Encoder = encoders.rate
    rule: PlasticityRule | None = None
    modulator: Modulator | None = None
    labels: Encoder = encoders.labels
    label_size: int = 1
    readout: Readout | None = None

    def __post_init__(self):
        layers = (
            (self.layers,)
            if isinstance(self.layers, Layer)
            else tuple(self.layers)
            if isinstance(self.layers, (list, tuple))
            else self.layers
        )
        if not isinstance(layers, tuple) or not all(isinstance(layer, Layer) for layer in layers):
            raise ModelError(
                f"Network: layers is {shortened(self.layers)}, expected a list of layers, such as "
                "layers=[Layer(500)]."
            )
        object.__setattr__(self, "layers", layers)
        if not self.layers:
            raise ModelError("Network: has no layers; give at least one, such as layers=[Layer(500)].")
        if not is_whole(self.label_size, 1):
            raise ModelError(
                f"Network: label_size is {shortened(self.label_size)}, expected a positive whole number of "
                f"neurons per class{_at_most(self.label_size)}."
            )
        kinds = dict(encoder=Encoder, rule=PlasticityRule, modulator=Modulator, labels=Encoder)
        for name, kind in kinds.items():
            may_be_open = name in OPEN and getattr(self, name) is None
            if not may_be_open and not isinstance(getattr(self, name), kind):
                raise ModelError(f"Network: {name} is {getattr(self, name)!r}, expected a {kind.__name__}.")
        if self.readout is not None and not isinstance(self.readout, Readout):
            raise ModelError(
                f"Network: readout is {self.readout!r}, expected a Readout such as ff.readouts.delta, or "
                "None."
            )
        self._check_sight()
        for layer in self.layers:
            self._check_names(layer)
            if self.modulator is not None:
                check_equations(
                    f"{self.modulator.title} in {layer.neuron.title}",
                    self.modulator.parsed("neuron_equations"),
                    layer.dimensions() | self.modulator.parameter_dimensions(),
                )

    def _check_sight(self):
        """Pieces may read only what their neighbours declare, and when it is valid."""
        if self.rule is not None and self.modulator is not None:
            self.rule.check_with(self.modulator)
        seen_by_inputs = ("intensity", "surround", "event", "signal", "unit", "copy")
        for role, encoder, hidden, why in (
            ("encoder", self.encoder, ("label",), "the label reaches the label population only"),
            ("labels", self.labels, seen_by_inputs, "label neurons see nothing but the label"),
        ):
            for name in hidden:
                if encoder.names(name):
                    raise ModelError(f"Network: {role} is {encoder.title}, which reads {name!r}; {why}.")

    def _check_names(self, layer):
        """Pieces that share a group may not use one name for two things."""
        given = (layer.neuron, layer.synapse, self.rule, self.modulator, layer.inhibition)
        pieces = [piece for piece in given if piece is not None]
        values = {}
        for piece in pieces:
            for name, value in piece.values.items():
                if name in values and values[name][1] != value:
                    raise ModelError(
                        f"{piece.title} and {values[name][0]} both have a parameter {name!r}, with different "
                        "values; rename one of them."
                    )
                values[name] = (piece.title, value)
        owners = {}
        for piece, field_name in NEURON_TEXT:
            owner = getattr(layer, piece, None) or getattr(self, piece, None)
            if owner is None:
                continue
            for name in owner.parsed(field_name).names:
                if name in owners or name in values:
                    raise ModelError(
                        f"{owner.title}: the variable {name!r} is also used by "
                        f"{owners.get(name) or values[name][0]}; rename one of them."
                    )
                owners[name] = owner.title

    def completed(self, **names):
        """The network with shipped models in the places that are open.

        Parameters
        ----------
        **names : str
            ``rule``, ``modulator`` or ``readout`` and the name of a model in `ffbrian.equations`.
        """
        found = {
            place: getattr(CATALOGUES[place], name)
            for place, name in names.items()
            if getattr(self, place) is None
        }
        return replace(self, **found) if found else self

    def to_dict(self):
        """A description of plain text and numbers (JSON)."""
        record = {f.name: getattr(self, f.name) for f in fields(self)}
        record["layers"] = [_record(layer) for layer in self.layers]
        return {
            name: value.to_dict() if hasattr(value, "to_dict") else value for name, value in record.items()
        }

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`."""
        kinds = dict(encoder=Encoder, rule=PlasticityRule, modulator=Modulator, labels=Encoder)
        pieces = {
            name: kinds[name].from_dict(value) if name in kinds and value is not None else value
            for name, value in record.items()
        }
        if record.get("readout"):
            pieces["readout"] = Readout.from_dict(record["readout"])
        pieces["layers"] = [
            Layer(
                **(
                    layer
                    | dict(
                        neuron=NeuronModel.from_dict(layer["neuron"]),
                        synapse=SynapseModel.from_dict(layer["synapse"]),
                        connection=connections.from_dict(layer["connection"]),
                        inhibition=layer.get("inhibition") and Inhibition.from_dict(layer["inhibition"]),
                    )
                )
            )
            for layer in record["layers"]
        ]
        return cls(**pieces)

    def __repr__(self):
        layers = " → ".join(f"{layer.size} {layer.neuron.name or 'own'}" for layer in self.layers)
        rest = ", ".join(piece.name or "own" for piece in (self.rule, self.modulator, self.readout) if piece)
        return f"<Network: {self.encoder.name or 'own'} → {layers}; {rest}>"

    def _repr_html_(self):
        return html.network(self)

    def __str__(self):
        parts = [
            f"layer {number}: {layer.size} neurons, initial weights {layer.spread()}, from below "
            f"{layer.connection}{_delayed(layer)}\n{_indent(layer.neuron)}\n{_indent(layer.synapse)}"
            + (f"\n{_indent(layer.inhibition)}" if layer.inhibition else "")
            for number, layer in enumerate(self.layers, 1)
        ]
        labels = f"{self.labels}\n    neurons per class: {self.label_size}"
        rest = [
            str(self.encoder),
            labels,
            *(str(piece) for piece in (self.rule, self.modulator, self.readout) if piece is not None),
        ]
        return "\n".join(["Network", *parts, *rest])


def _at_most(size):
    return f", at most {MOST}" if is_whole(size, 1, np.inf) else ""


def _record(layer):
    record = {f.name: getattr(layer, f.name) for f in fields(layer)}
    plain = {name: value.to_dict() if hasattr(value, "to_dict") else value for name, value in record.items()}
    return plain | {
        "connection": connections.to_dict(layer.connection),
        "delay": format_quantity(layer.delay),
    }


def _delayed(layer):
    return f", delays up to {layer.delay}" if layer.delay else ""


def _indent(model):
    return "\n".join("    " + line for line in model.lines())
