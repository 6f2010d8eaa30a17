"""A network as frozen data: populations, the projections between them, what drives them."""

from dataclasses import dataclass, field, fields, replace

from ffbrian.equations import encoders, modulators, plasticity, readouts
from ffbrian.errors import ModelError
from ffbrian.models import html
from ffbrian.models.encoder import Encoder
from ffbrian.models.modulator import Modulator
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import is_equal, is_whole, shortened
from ffbrian.models.readout import Readout
from ffbrian.models.signal import Signal
from ffbrian.models.text import check_equations, dimension_table
from ffbrian.network import layer as layers_as_text
from ffbrian.network import methods, words
from ffbrian.network import signals as heard
from ffbrian.network import trunk as trunks_as_text
from ffbrian.network.graph import compiled
from ffbrian.network.layer import Layer, at_most
from ffbrian.network.routes import Route, of_stack

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


@dataclass(frozen=True, repr=False)
class Network:
    """Populations of neurons and the projections between them.

    ``Network(layers=[…])`` is a feed-forward stack with a label population that drives
    every layer; ``Network(populations={…}, projections=[…], signals={…})`` is any graph.

    Attributes
    ----------
    layers : tuple of Layer
        The populations of neurons, in order.
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
    trunks : tuple of Trunk
        Of a network that learns an operator: what multiplies the coefficients that the
        layers give (see `ffbrian.network.trunk`).
    graph : tuple of Route
        The projections, where they are given; empty for a stack of layers.
    names : dict of str to str
        What the populations are called, by ``inputs``, ``labels``, ``layer_1`` …, where
        names are given.
    signals : dict of str to Signal
        What is broadcast besides the modulator, by the names under which it is read; in a
        graph the modulator stands among them as ``"M"``.

    Raises
    ------
    ModelError
    """

    layers: tuple
    encoder: Encoder = encoders.rate
    rule: PlasticityRule | None = None
    modulator: Modulator | None = None
    labels: Encoder = encoders.labels
    label_size: int = 1
    readout: Readout | None = None
    trunks: tuple = ()
    graph: tuple = ()
    names: dict = field(default_factory=dict)
    signals: dict = field(default_factory=dict)

    def __init__(
        self,
        layers=(),
        encoder=encoders.rate,
        rule=None,
        modulator=None,
        labels=encoders.labels,
        label_size=1,
        readout=None,
        graph=(),
        names=None,
        trunks=(),
        populations=None,
        projections=(),
        signals=None,
    ):
        given = dict(layers=layers, encoder=encoder, rule=rule, modulator=modulator, labels=labels)
        given |= dict(label_size=label_size, readout=readout, graph=tuple(graph), names=dict(names or {}))
        given["trunks"] = trunks
        if populations is not None:
            _check_form(given)
            given |= compiled(populations, projections, signals)
        elif projections:
            raise ModelError("Network: projections need populations, which they name.")
        else:
            given["signals"] = _signals_of_stack(signals)
        for name, value in given.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

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
        self._check_kinds()
        object.__setattr__(self, "trunks", trunks_as_text.checked(self.trunks))
        self._check_sight()
        self._check_ends()
        heard.check(self)
        for layer in self.layers:
            self._check_names(layer)
            if self.modulator is not None:
                check_equations(
                    f"{self.modulator.title} in {layer.neuron.title}",
                    self.modulator.parsed("neuron_equations"),
                    layer.dimensions() | self.modulator.parameter_dimensions(),
                )
        methods.check(self)

    def _check_kinds(self):
        """Every piece is of the kind that its place asks for."""
        if not is_whole(self.label_size, 1):
            raise ModelError(
                f"Network: label_size is {shortened(self.label_size)}, expected a positive whole number of "
                f"neurons per class{at_most(self.label_size)}."
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

    def _check_ends(self):
        """Synapses and the rule may read what the neurons at either side declare."""
        self._check_dynamic()
        if self.rule is None or not (self.rule.reads_pre or self.rule.reads_post):
            return
        for route in self.routes():
            if route.is_plastic:
                self.rule.check_ends(self._declared(route.source), self._declared(f"layer_{route.target}"))

    def _check_dynamic(self):
        """Synapses that act without spikes read their neurons, and those with a state know theirs."""
        for number, layer in enumerate(self.layers if self.is_stack else (), 1):
            if layer.synapse.needs_graph:
                raise ModelError(
                    f"Network: layer {number} has {layer.synapse.title}, which keeps a state for every "
                    "projection or reads both neurons; write the network as populations and projections "
                    "(docs/any_network.md)."
                )
        for route in self.routes():
            when = "in every step" if route.synapse.summed_equations else "once, when a presentation begins,"
            if route.is_delayed and (route.synapse.summed_equations or route.synapse.held):
                raise ModelError(
                    f"{route.synapse.title} in {route.name}: acts {when} and has no delay; leave the "
                    "delay out."
                )
        for route in self.graph:
            sides = {"pre": self._declared(route.source), "post": self._declared(f"layer_{route.target}")}
            seen = {f"{name}_{side}": dim for side, (_, own) in sides.items() for name, dim in own.items()}
            seen |= route.synapse.parameter_dimensions() | dimension_table(w="1")
            check_equations(
                f"{route.synapse.title} in {route.name}", route.synapse.parsed("summed_equations"), seen
            )

    def _declared(self, name):
        """What the neurons of a population are called and what they declare."""
        if not name.startswith("layer_"):
            encoder = self.encoder if name == "inputs" else self.labels
            return encoder.title, dict(encoder.parsed().dimensions)
        layer = self.layers[int(name.removeprefix("layer_")) - 1]
        offered = self.modulator.parsed("neuron_equations").dimensions if self.modulator else {}
        return layer.neuron.title, dict(layer.equations().dimensions) | dict(offered)

    def _check_names(self, layer):
        """Pieces that share a group may not use one name for two things."""
        given = (layer.neuron, layer.synapse, self.rule, self.modulator, layer.inhibition)
        pieces = [piece for piece in given if piece is not None]
        values = {}
        for piece in pieces:
            for name, value in piece.values.items():
                if name in values and not is_equal(values[name][1], value):
                    raise ModelError(
                        f"{piece.title} and {values[name][0]} both have a parameter {name!r}, with different "
                        "values; rename one of them."
                    )
                values[name] = (piece.title, value)
        owners = dict.fromkeys(("w", "afferent", "M") if self.modulator else ("w", "afferent"), "synapses")
        owners |= dict.fromkeys(self.rule.parsed().names, self.rule.title) if self.rule else {}
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

    @property
    def open(self):
        """Keys of all that is to be computed from the data, as in an experiment file (tuple of str)."""
        places = {"encoder": self.encoder, "labels": self.labels}
        places |= {} if self.rule is None else {"rule": self.rule}
        for number, layer in enumerate(self.layers):
            places |= {f"layers.{number}": layer, f"layers.{number}.neuron": layer.neuron}
        return tuple(f"{place}.{name}" for place, piece in places.items() for name in piece.open)

    def with_given_rule(self):
        """The network with the rule's own numbers in place of those that are to be computed."""
        if self.rule is None or not self.rule.open:
            return self
        return replace(self, rule=self.rule(**{name: self.rule.values[name] for name in self.rule.open}))

    @property
    def is_stack(self):
        """Whether this is a feed-forward stack of layers, each reached from below and from the labels."""
        return not self.graph

    def require_stack(self, what):
        """Raise ModelError where only stacks of layers will do; `what` names the place."""
        if not self.is_stack:
            raise ModelError(
                f"{what}: takes stacks of layers only, but the network has projections of its own between "
                f"{', '.join(self.names.values())}."
            )

    def refuse_hearing(self, what):
        """Raise ModelError where neurons hear signals; `what` names the place."""
        for layer in self.layers:
            if layer.neuron.hears:
                raise ModelError(
                    f"{what}: takes neurons that hear nothing, but {layer.neuron.title} hears "
                    f"{', '.join(layer.neuron.hears)}."
                )

    def routes(self):
        """All synapses but those of a readout, projection after projection (tuple of `Route`)."""
        return self.graph or of_stack(self.layers)

    def learners(self):
        """Numbers of the layers that plastic synapses reach; these have a goodness (tuple of int)."""
        plastic = {route.target for route in self.routes() if route.is_plastic}
        return tuple(number for number, _ in enumerate(self.layers, 1) if number in plastic)

    def called(self, name):
        """A population by the name that a user gave it, if one was given (str)."""
        return self.names.get(name, name)

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
        record["layers"] = [layers_as_text.record(layer) for layer in self.layers]
        record["trunks"] = [trunks_as_text.record(trunk) for trunk in self.trunks]
        record["graph"], record["names"] = [route.to_dict() for route in self.graph], self.names
        record["signals"] = {name: signal.to_dict() for name, signal in self.signals.items()}
        left_out = ("graph", "names") if self.is_stack else ()
        for name in (*left_out, *(() if self.signals else ("signals",))):
            del record[name]
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
        pieces["layers"] = [layers_as_text.from_record(layer) for layer in record["layers"]]
        pieces["trunks"] = [trunks_as_text.from_record(trunk) for trunk in record.get("trunks", ())]
        pieces["signals"] = {name: Signal.from_dict(one) for name, one in record.get("signals", {}).items()}
        pieces["graph"] = tuple(Route.from_dict(route) for route in record.get("graph", ()))
        return cls(**pieces)

    def __repr__(self):
        if not self.is_stack:
            rest = ", ".join(
                piece.name or "own" for piece in (self.rule, self.modulator, self.readout) if piece
            )
            arrows = [
                f"{self.called(one.source)} → {self.called(f'layer_{one.target}')}" for one in self.graph
            ]
            return f"<Network: {', '.join(arrows)}; {rest}>"
        layers = " → ".join(f"{layer.size} {layer.neuron.name or 'own'}" for layer in self.layers)
        rest = ", ".join(piece.name or "own" for piece in (self.rule, self.modulator, self.readout) if piece)
        return f"<Network: {self.encoder.name or 'own'} → {layers}; {rest}>"

    def _repr_html_(self):
        return html.network(self)

    def __str__(self):
        return words.network(self)


def _signals_of_stack(given):
    """The signals of a stack of layers, whose modulator stands elsewhere."""
    modulator, found = heard.read(given)
    if modulator is not None:
        raise ModelError("Network: the modulator of a stack is not among its signals; write modulator=….")
    return found


def _check_form(given):
    """Raise ModelError if a network is given in both forms."""
    wrong = [name for name in ("layers", "rule", "modulator", "graph", "names") if given[name]]
    if wrong or given["encoder"] is not encoders.rate or given["labels"] is not encoders.labels:
        raise ModelError(
            f"Network: {', '.join(wrong) or 'encoder or labels'} cannot be given beside populations; "
            "encoders belong to ff.Inputs and ff.Labels, rules to the projections, modulators to the signals."
        )
