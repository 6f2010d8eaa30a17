"""Neuron models: membrane equations, a threshold, and what happens at a spike."""

from dataclasses import dataclass
from typing import Any

from brian2.stateupdaters.base import StateUpdateMethod
from brian2.units.fundamentalunits import get_dimensions

from ffbrian.errors import ModelError
from ffbrian.models.beginning import begin_once, set_once
from ffbrian.models.quantities import parse_quantity, show_quantity, unit_name
from ffbrian.models.signal import heard_names
from ffbrian.models.text import (
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
)


@dataclass(frozen=True, repr=False)
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
        that is not mentioned begins at 0.  Variables that are persistent, or
        flagged ``(constant)`` and drawn at random, are set by them once in a
        training, from its seed.
    limit : str
        Statements executed every step after the input has arrived, such as a
        lower bound for `v`.
    refractory : Quantity or str, optional
        A duration or a condition, as in Brian 2.
    method : str, optional
        Integration method; Brian 2 chooses where it is empty.
    persistent : tuple of str
        Variables that keep their value from one presentation to the next and
        are saved with the model.
    synapse : str
        Name of the synapse model that a layer of these neurons uses unless
        it is given another.
    longest_step : Quantity or str, optional
        The longest time step with which the equations can be integrated.
    hears : tuple of str
        Signals of the network that its text reads by their names; they must be valid at
        all times.

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
    hears: tuple = ()

    kind = "neuron"
    code = ("threshold", "reset", "initial", "limit")

    def __init__(
        self,
        equations="",
        threshold="",
        reset="",
        initial="",
        limit="",
        refractory="",
        method="",
        persistent=(),
        synapse="",
        longest_step="",
        name="",
        parameters=None,
        references=(),
        hears=(),
    ):
        for key, value in locals().copy().items():
            if key != "self":
                object.__setattr__(self, key, value if value is not None else {})
        self.__post_init__()

    def check(self):
        """Raise ModelError unless equations and events fit together."""
        object.__setattr__(self, "persistent", tuple(self.persistent))
        object.__setattr__(self, "hears", tuple(self.hears))
        equations = self.parsed()
        check_names(self.title, equations, self.parameters)
        dimensions = self.dimensions()
        check_equations(self.title, equations, dimensions)
        if not self.threshold:
            raise ModelError(
                f'{self.title}: has no threshold; give a condition for a spike, such as threshold="v > v_th".'
            )
        check_condition(self.title, "threshold", self.threshold, dimensions)
        self.check_statements(dimensions, "reset", "initial", "limit")
        for where in ("reset", "initial", "limit"):
            for name in assigned_names(getattr(self, where)):
                if name not in equations:
                    advice = (
                        "it is a parameter and cannot change"
                        if name in self.parameters
                        else f"the equations have only {', '.join(equations.names)}"
                    )
                    raise ModelError(
                        f"{self.title}: {where} sets {name!r}, but {advice}; add it to the equations, such "
                        f'as "{name} : volt".'
                    )
        for name in self.persistent:
            if name not in equations:
                raise ModelError(
                    f"{self.title}: persistent names {name!r}, but the equations have only "
                    f"{', '.join(equations.names)}."
                )
        self._check_once()
        self._check_solver(dimensions)
        self._check_longest_step()

    def _check_once(self):
        """Raise ModelError if what a training begins with reads a signal: nothing has been released yet."""
        heard = read_names("\n".join(begin_once(self.initial, self.set_once))) & {*self.hears}
        if heard:
            raise ModelError(
                f"{self.title}: initial reads {heard.pop()!r} for a variable that is set once, before any "
                "signal is released; read it in the equations, or leave the variable out of persistent."
            )

    def _check_longest_step(self):
        if isinstance(self.longest_step, str) and not self.longest_step:
            return
        try:
            step = parse_quantity(self.longest_step)
        except ModelError as error:
            raise ModelError(f"{self.title}: longest_step: {error}") from None
        if get_dimensions(step) != SECOND or not float(step) > 0:
            raise ModelError(
                f'{self.title}: longest_step is {self.longest_step}, expected a time such as "0.1 ms".'
            )
        object.__setattr__(
            self,
            "longest_step",
            self.longest_step if isinstance(self.longest_step, str) else show_quantity(step),
        )

    def check_time_step(self, dt):
        """Raise ModelError if the equations need a shorter time step than `dt`."""
        if self.longest_step and float(dt) > float(parse_quantity(self.longest_step)) * (1 + 1e-9):
            raise ModelError(
                f"{self.title}: needs a time step of at most {self.longest_step}, but dt is "
                f'{show_quantity(dt)}; write dt = "{self.longest_step}".'
            )

    def _check_solver(self, dimensions):
        methods = StateUpdateMethod.stateupdaters
        if self.method and self.method not in methods:
            raise ModelError(
                f"{self.title}: method is {self.method!r}, which is unknown; known are "
                f"{', '.join(sorted(methods))}."
            )
        given, refractory = self.refractory, duration_text(self.refractory)
        object.__setattr__(self, "refractory", refractory)
        if refractory and not is_duration(self.title, refractory, dimensions):
            try:
                check_condition(self.title, "refractory", refractory, dimensions)
            except ModelError:
                raise ModelError(
                    f'{self.title}: refractory is {given}, expected a duration such as "2 ms" or a condition '
                    'such as "v > 0*mV".'
                ) from None

    @property
    def set_once(self):
        """Names of the variables that get their value once in a training (see `ffbrian.models.beginning`)."""
        return set_once(self.parsed(), self.initial, self.persistent)

    @property
    def begin(self):
        """Statements that set the state: `initial`, or ``v = v_rest`` of a neuron that has both and says
        nothing.
        """
        return self.initial or (
            "v = v_rest" if "v" in self.parsed().names and "v_rest" in self.parameters else ""
        )

    def inputs(self):
        """The synaptic inputs that the equations need from a synapse model."""
        equations = self.parsed()
        return {
            name for name in SYNAPTIC_INPUTS if name in equations.identifiers and name not in equations.names
        }

    def dimensions(self):
        """Dimensions of everything that the model's text may name."""
        own = dict(self.parsed().dimensions)
        inputs = {name: get_dimensions(SYNAPTIC_INPUTS[name]) for name in self.inputs()}
        if self.refractory != "":
            inputs |= dimension_table(not_refractory="1", lastspike="second")
        return always() | inputs | self.parameter_dimensions() | heard_names(self) | own


def duration_text(value):
    """A refractory period as text that Brian 2 evaluates: ``2*ms`` and ``"2 ms"`` become
    ``"0.002*second"``.
    """
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
