"""The kinds of model a network is made of: neuron, synapse, rule, modulator, encoder.

A piece says what it needs from its neighbours and what it offers them:

- a *neuron* offers its variables and a spike; it may need a synaptic input
  (``drive`` or ``I_syn``);
- a *synapse* turns the weights that arrive in a time step (``afferent``,
  dimensionless) into that input;
- a *modulator* counts what a layer does and releases ``M`` when a
  presentation ends; it gives every neuron a polarity ``p``;
- a *plasticity rule* keeps traces in the pre- and postsynaptic neurons,
  collects an eligibility in the synapse, and changes ``w`` when ``M`` comes;
- an *encoder* turns a sample into spikes.
"""
from dataclasses import dataclass
from typing import Any

from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER
from brian2.parsing.statements import parse_statement
from brian2.stateupdaters.base import StateUpdateMethod
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions

from ffbrian.description import (
    SECOND,
    SYNAPTIC_INPUTS,
    Model,
    always,
    assigned_names,
    check_condition,
    check_equations,
    check_expression,
    check_names,
    dimension_table,
    read_names,
    statements,
)
from ffbrian.encoder import Encoder  # noqa: F401 (found here beside the other kinds)
from ffbrian.errors import ModelError
from ffbrian.expressions import KNOWN, evaluate
from ffbrian.units import parse_quantity, show_quantity, unit_name

#: What a modulator can see: the phase of the presentation that ends (+1, -1 or
#: 0) and the goodness of the layer, and for the opponent kind nothing else.
MODULATOR_INPUTS = dimension_table(s="1", goodness="1", t="second", dt="second")


@dataclass(frozen=True)
class NeuronModel(Model):
    """A spiking neuron.

    Attributes
    ----------
    equations : str
        Brian 2 equations; may use one of the synaptic inputs ``drive``
        (volt) and ``I_syn`` (amp).
    threshold : str
        Condition for a spike.
    reset : str
        Statements executed at a spike.
    initial : str
        Statements that set the state a presentation begins with; a variable
        that is not mentioned begins at 0.
    limit : str
        Statements executed every step after the input has arrived, such as a
        lower bound for `v`.
    refractory : Quantity or str, optional
        A duration or a condition, as in Brian 2.
    method : str, optional
        Integration method; Brian 2 chooses where it is empty.
    persistent : tuple of str
        Variables that keep their value from one presentation to the next.
    synapse : str
        Name of the synapse model that a layer of these neurons uses unless
        it is given another.
    longest_step : Quantity or str, optional
        The longest time step with which the equations can be integrated.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit.

    Source
    ------
    The text conventions are those of Brian 2 (Stimberg, Brette & Goodman
    2019, eLife 8:e47314).
    """

    equations: str = ""
    threshold: str = ""
    reset: str = ""
    initial: str = ""
    limit: str = ""
    refractory: Any = ""
    method: str = ""
    persistent: tuple = ()
    synapse: str = ""
    longest_step: str = ""

    kind = "neuron"
    code = ("threshold", "reset", "initial", "limit")

    def __init__(self, equations="", threshold="", reset="", initial="", limit="", refractory="", method="", persistent=(), synapse="", longest_step="", name="", parameters=None, references=()):
        for key, value in locals().copy().items():
            if key != "self":
                object.__setattr__(self, key, value if value is not None else {})
        self.__post_init__()

    def check(self):
        """Raise ModelError unless equations and events fit together."""
        object.__setattr__(self, "persistent", tuple(self.persistent))
        equations = self.parsed()
        check_names(self.title, equations, self.parameters)
        dimensions = self.dimensions()
        check_equations(self.title, equations, dimensions)
        if not self.threshold:
            raise ModelError(f"{self.title}: has no threshold; give a condition for a spike, such as threshold=\"v > v_th\".")
        check_condition(self.title, "threshold", self.threshold, dimensions)
        self.check_statements(dimensions, "reset", "initial", "limit")
        for where in ("reset", "initial", "limit"):
            for name in assigned_names(getattr(self, where)):
                if name not in equations:
                    advice = "it is a parameter and cannot change" if name in self.parameters else f"the equations have only {', '.join(equations.names)}"
                    raise ModelError(f"{self.title}: {where} sets {name!r}, but {advice}; add it to the equations, such as \"{name} : volt\".")
        for name in self.persistent:
            if name not in equations:
                raise ModelError(f"{self.title}: persistent names {name!r}, but the equations have only {', '.join(equations.names)}.")
        self._check_solver(dimensions)
        self._check_longest_step()

    def _check_longest_step(self):
        if isinstance(self.longest_step, str) and not self.longest_step:
            return
        try:
            step = parse_quantity(self.longest_step)
        except ModelError as error:
            raise ModelError(f"{self.title}: longest_step: {error}") from None
        if get_dimensions(step) != SECOND or not float(step) > 0:
            raise ModelError(f"{self.title}: longest_step is {self.longest_step}, expected a time such as \"0.1 ms\".")
        object.__setattr__(self, "longest_step", self.longest_step if isinstance(self.longest_step, str) else show_quantity(step))

    def check_time_step(self, dt):
        """Raise ModelError if the equations need a shorter time step than `dt`."""
        if self.longest_step and float(dt) > float(parse_quantity(self.longest_step)) * (1 + 1e-9):
            raise ModelError(f"{self.title}: needs a time step of at most {self.longest_step}, but dt is {show_quantity(dt)}; write dt = \"{self.longest_step}\".")

    def _check_solver(self, dimensions):
        methods = StateUpdateMethod.stateupdaters
        if self.method and self.method not in methods:
            raise ModelError(f"{self.title}: method is {self.method!r}, which is unknown; known are {', '.join(sorted(methods))}.")
        given, refractory = self.refractory, duration_text(self.refractory)
        object.__setattr__(self, "refractory", refractory)
        if refractory and not is_duration(self.title, refractory, dimensions):
            try:
                check_condition(self.title, "refractory", refractory, dimensions)
            except ModelError:
                raise ModelError(f"{self.title}: refractory is {given}, expected a duration such as \"2 ms\" or a condition such as \"v > 0*mV\".") from None

    def inputs(self):
        """The synaptic inputs that the equations need from a synapse model."""
        equations = self.parsed()
        return {name for name in SYNAPTIC_INPUTS if name in equations.identifiers and name not in equations.names}

    def dimensions(self):
        """Dimensions of everything that the model's text may name."""
        own = dict(self.parsed().dimensions)
        inputs = {name: get_dimensions(SYNAPTIC_INPUTS[name]) for name in self.inputs()}
        if self.refractory != "":
            inputs |= dimension_table(not_refractory="1", lastspike="second")
        return always() | inputs | self.parameter_dimensions() | own


@dataclass(frozen=True)
class SynapseModel(Model):
    """What a presynaptic spike does to the membrane.

    Attributes
    ----------
    equations : str
        Added to the postsynaptic neuron's equations.
    on_input : str
        Statements executed each step in the postsynaptic neuron, once all
        spikes of the step have arrived; they see the accumulators.
    on_pre : str
        Statement executed at a presynaptic spike; adds a function of ``w``
        to the accumulators.  An accumulator that is called ``afferent`` in
        `on_input` is written ``afferent_post`` here.
    accumulators : tuple of str
    limit : str
        As in `NeuronModel`.
    """

    equations: str = ""
    on_input: str = ""
    on_pre: str = "afferent_post += w"
    accumulators: tuple = ("afferent",)
    references: tuple = ()

    kind = "synapse"
    code = ("on_input", "on_pre")

    def check(self):
        """Raise ModelError unless the text can be read."""
        object.__setattr__(self, "accumulators", tuple(self.accumulators))
        self.parsed()
        targets = {f"{name}_post" for name in self.accumulators}
        if set(assigned_names(self.on_pre)) != targets:
            raise ModelError(f"{self.title}: on_pre sets {', '.join(assigned_names(self.on_pre)) or 'nothing'}, expected {', '.join(sorted(targets)) or 'nothing'}; name what it sets in accumulators, without _post.")
        self.check_statements(dict.fromkeys({"w"} | targets, DIMENSIONLESS) | self.parameter_dimensions(), "on_pre")

    def is_silent_at_zero(self):
        """Whether a spike through a weight of 0 does nothing."""
        known = KNOWN | {"w": 0.0} | {name: float(value) for name, value in self.values.items()}
        try:
            return all(operator == "+=" and evaluate(text, known) == 0 for _, operator, text, _ in map(parse_statement, statements(self.on_pre)))
        except KeyError:  # it names what is known in the network only, or draws random numbers
            return False

    def provides(self):
        """Names that the equations add to a neuron."""
        return set(self.parsed().names)


@dataclass(frozen=True)
class Modulator(Model):
    """A reward-like scalar that a layer's goodness releases after a presentation.

    Attributes
    ----------
    neuron_equations : str
        Variables that every neuron of the layer keeps for the modulator.  It
        must define the polarity ``p``.
    neuron_initial : str
        Statements executed once, before the first presentation (``unit`` is
        the index of the neuron within its layer).
    on_spike : str
        Statements executed in a neuron that spikes.
    contribution : str
        A neuron's contribution; goodness is the mean over the layer.
    release : str
        Statements that set ``M`` from ``goodness`` and the phase ``s`` (+1
        positive, -1 negative, 0 evaluation).
    equations : str
        State of the modulator itself; must define ``M``.  What it holds begins
        at 0 and lives on from one presentation to the next, for example a
        running mean of goodness.
    is_shared : bool
        One modulator for all layers, released by the sum of their goodness,
        instead of one for each layer.
    comparison : str
        What `goodness` is worth beside the goodness of another label,
        ``rival``; its sum over all labels, the own one included, is what
        `release` may read as ``rivals``.  All labels are compared where their
        copies learn at once (`AllNegatives`); a label that is shown alone is
        compared with itself and with the neutral point 0.
    """

    neuron_equations: str = ""
    neuron_initial: str = ""
    on_spike: str = ""
    contribution: str = ""
    equations: str = "M : 1"
    release: str = ""
    is_shared: bool = False
    comparison: str = ""

    kind = "modulator"
    code = ("neuron_initial", "on_spike", "contribution", "release")

    def check(self):
        """Raise ModelError unless the modulator defines what the others need."""
        neuron = self.parsed("neuron_equations")
        own = self.parsed()
        for name, equations, where in (("p", neuron, "neuron_equations"), ("M", own, "equations")):
            if name not in equations.names:
                raise ModelError(f"{self.title}: {where} must define {name!r}; they define {', '.join(equations.names) or 'nothing'}. Add \"{name} : 1\".")
        seen = always() | self.parameter_dimensions() | neuron.dimensions
        self.check_statements(seen, "neuron_initial", "on_spike")
        check_expression(self.title, "contribution", self.contribution, seen)
        known = MODULATOR_INPUTS | self.parameter_dimensions() | own.dimensions
        if self.comparison:
            check_expression(self.title, "comparison", self.comparison, dimension_table(goodness="1", rival="1") | self.parameter_dimensions())
            known |= dimension_table(rivals="1")
        self.check_statements(known, "release")
        if "M" not in assigned_names(self.release):
            raise ModelError(f"{self.title}: release does not set 'M'; write for example \"M = s\".")

    @property
    def lasting(self):
        """Names of the variables that live on and are saved: all of its own, but an `M` that no equation changes."""
        kept = [e.varname for e in self.parsed().values() if e.type in (DIFFERENTIAL_EQUATION, PARAMETER)]
        is_fresh = self.parsed()["M"].type == PARAMETER and "M" not in read_names(self.release)
        return tuple(name for name in kept if name != "M" or not is_fresh)


@dataclass(frozen=True)
class PlasticityRule(Model):
    """A three-factor rule: traces, eligibility, and what the modulator does with it.

    Attributes
    ----------
    pre_equations, post_equations : str
        Traces kept in the presynaptic and the postsynaptic neuron.
    on_pre_spike, on_post_spike : str
        Statements executed in the presynaptic or postsynaptic neuron when it
        spikes (after the synapses have seen the spike).
    equations : str
        State of a synapse besides its weight ``w``.
    on_pre, on_post : str
        Statements executed in the synapse at a pre- or postsynaptic spike;
        variables of the neurons carry the suffix ``_pre`` or ``_post``.
    consolidate : str
        Statements executed in the synapse when the presentation has ended
        and the modulator ``M`` has been released; ``p_post`` is the polarity
        of the postsynaptic neuron and ``eta`` the learning rate.
    silent_without : str
        A presynaptic variable: while it is exactly 0, neither `on_post` nor
        `consolidate` changes the synapse.  It lets the dense pathway skip
        the row.  Empty if there is none.
    """

    pre_equations: str = ""
    post_equations: str = ""
    on_pre_spike: str = ""
    on_post_spike: str = ""
    equations: str = ""
    on_pre: str = ""
    on_post: str = ""
    consolidate: str = ""
    silent_without: str = ""

    kind = "plasticity rule"
    code = ("on_pre_spike", "on_post_spike", "on_pre", "on_post", "consolidate")

    def check(self):
        """Raise ModelError unless every statement is known and in its unit."""
        if "eta" not in self.parameters:
            raise ModelError(f"{self.title}: has no parameter 'eta', the learning rate; add one, such as eta=3e-4.")
        if not get_dimensions(self.values["eta"]).is_dimensionless:
            raise ModelError(f"{self.title}: the learning rate 'eta' is {self.values['eta']}, expected a number without unit, such as 3e-4.")
        pre, post, synapse = (self.parsed(key) for key in ("pre_equations", "post_equations", "equations"))
        base = self.parameter_dimensions() | dimension_table(t="second", dt="second")
        check_equations(self.title, pre, base | always())
        check_equations(self.title, post, base | always())
        self.check_statements(base | always() | pre.dimensions, "on_pre_spike")
        self.check_statements(base | always() | post.dimensions, "on_post_spike")
        seen = base | self._synaptic(pre, post, synapse)
        check_equations(self.title, synapse, seen)
        self.check_statements(seen, "on_pre", "on_post", "consolidate")
        if "w" not in assigned_names("\n".join((self.on_pre, self.on_post, self.consolidate))):
            raise ModelError(f"{self.title}: no statement sets the weight 'w'; write for example consolidate=\"w += eta*M*p_post*elig\".")

    @staticmethod
    def _synaptic(pre, post, synapse):
        offered = {"w": "1", "M": "1", "s": "1", "goodness": "1", "p_post": "1", "a_post": "1"}
        names = dimension_table(**offered) | synapse.dimensions
        names |= {f"{name}_pre": dim for name, dim in pre.dimensions.items()}
        return names | {f"{name}_post": dim for name, dim in post.dimensions.items()}


def duration_text(value):
    """A refractory period as text that Brian 2 evaluates: ``2*ms`` and ``"2 ms"`` become ``"0.002*second"``."""
    if isinstance(value, str) and not (value[:1].isdigit() and " " in value.strip()):
        return value
    quantity = parse_quantity(value)
    return f"{float(quantity)!r}*{unit_name(get_dimensions(quantity))}"


def is_duration(title, text, dimensions):
    """Whether an expression over known names is a time."""
    try:
        check_expression(title, "refractory", text, dimensions, SECOND)
    except ModelError:
        return False
    return True
