"""Encoders: populations that turn a sample into spikes."""

from dataclasses import dataclass

from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.beginning import set_once
from ffbrian.models.quantities import is_whole, show_quantity
from ffbrian.models.text import (
    SECOND,
    Model,
    always,
    check_condition,
    check_equations,
    dimension_table,
    read_names,
)
from ffbrian.models.validity import check_moment

#: What an encoder can see of a sample, by the kind of data that it reads.
SEEN = {
    "values": dimension_table(intensity="1", surround="1", label="1"),
    "events": dimension_table(
        event="1", first_event="second", last_event="second", event_share="1", event_count="1"
    ),
    "signals": dimension_table(signal="1"),
    "vectors": dimension_table(number="1"),
}
#: What is not known yet when a presentation begins.
LATE = dict.fromkeys(
    ("event", "event_share", "event_count"),
    "it is read in every time step; use it in each_step or in the threshold",
)
#: What an encoder can know of its place in the population.
PLACE = dimension_table(copy="1", copies="1")


@dataclass(frozen=True, repr=False)
class Encoder(Model):
    """A population that turns a sample into spikes.

    For every unit of the data (a pixel, a channel) it has one neuron, or
    several with `copies`; ``unit`` is the index of a neuron's unit and
    ``copy`` (0 to ``copies - 1``) tells the neurons of a unit apart.

    Attributes
    ----------
    equations : str
        Brian 2 equations.  Of images they may name ``intensity`` (0 to 1),
        the value of the neuron's pixel, and ``surround``, its Gaussian
        neighbourhood; both are constant during a presentation.  Of events,
        ``event`` (1 in the time steps in which the data hold an event of the
        unit, else 0), ``first_event`` and ``last_event`` (when the first and
        the last event of the whole sample fall), ``event_count`` (how many events,
        of all units, have passed in the middle of the time step) and ``event_share``
        (the share of the whole sample's events that this is).  Of signals,
        ``signal``, the mean of the channel over the time step, in the unit of the
        recording.  Of vectors, ``number``, from 0 to 1 in
        the range of its input.  An encoder without threshold is graded: it sends no
        spikes but its ``value``, all presentation long.
    start : str
        Statements executed when a presentation begins.
    each_step : str
        Statements executed at the beginning of every time step, once the
        data of the step have been read.
    threshold, reset : str
        As in `NeuronModel`.
    reads : str
        ``"values"`` for images, ``"events"`` for event data, ``"signals"``
        for sampled signals, ``"vectors"`` for real numbers.
    copies : int
        Neurons for each unit.
    rate_parameter : str
        Name of the parameter that holds the highest rate, checked against
        the time step; empty if there is none.
    surround_parameter : str
        Name of the parameter that holds the standard deviation of
        ``surround``, in pixels; needed where ``surround`` is named.
    delay_parameter : str
        Name of the parameter by which each copy gets the events later than
        the copy before it; empty if all get them at once.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit.
    """

    equations: str = ""
    start: str = ""
    each_step: str = ""
    threshold: str = ""
    reset: str = ""
    reads: str = "values"
    copies: int = 1
    rate_parameter: str = "max_rate"
    surround_parameter: str = ""
    delay_parameter: str = ""

    kind = "encoder"
    code = ("start", "each_step", "threshold", "reset")

    def check(self):
        """Raise ModelError unless the text is known and in its unit."""
        if self.reads not in SEEN:
            raise ModelError(f"{self.title}: reads={self.reads!r}, expected one of {', '.join(SEEN)}.")
        if not is_whole(self.copies, 1):
            raise ModelError(
                f"{self.title}: copies is {self.copies!r}, expected a whole number of at least 1, the "
                "neurons for each unit of the data."
            )
        equations = self.parsed()
        dimensions = self.dimensions()
        check_equations(self.title, equations, dimensions)
        if self.is_graded and "value" not in equations.names:
            raise ModelError(
                f"{self.title}: has no threshold, so it sends its value, but the equations define "
                f'{", ".join(equations.names) or "nothing"}; add "value : 1", or a threshold such as "phase '
                '>= 1".'
            )
        if not self.is_graded:
            check_condition(self.title, "threshold", self.threshold, dimensions)
        self.check_statements(dimensions, "start", "each_step", "reset")
        check_moment(
            self.title, equations, {"start": read_names(self.start)}, LATE, "when the presentation begins"
        )
        for name in set_once(equations, self.start):
            raise ModelError(
                f"{self.title}: start sets the constant {name!r} anew at every presentation; leave out "
                "'(constant)'."
            )
        rate = self.values.get(self.rate_parameter)
        if rate is not None and not 0 < float(rate) < float("inf"):
            raise ModelError(
                f"{self.title}: {self.rate_parameter} is {show_quantity(rate)}, expected a rate above 0, "
                'such as "250 Hz".'
            )
        self._check_parameter("surround_parameter", DIMENSIONLESS, "2 (pixels)", self.names("surround"))
        self._check_parameter("delay_parameter", SECOND, '"10 ms"', False)

    @property
    def is_graded(self):
        """Whether it sends a value instead of spikes."""
        return not self.threshold.strip()

    def _check_parameter(self, role, wanted, example, is_needed):
        name = getattr(self, role)
        if not name and is_needed:
            raise ModelError(
                f"{self.title}: names 'surround' but has no {role}; give the name of the parameter that "
                "holds its standard deviation."
            )
        if name and (
            name not in self.parameters
            or get_dimensions(self.values[name]) != wanted
            or not float(self.values[name]) > 0
        ):
            raise ModelError(
                f"{self.title}: {role} is {name!r}, expected the name of a parameter above 0 such as "
                f"{example}; the parameters are {', '.join(self.parameters) or 'none'}."
            )

    def names(self, *variables):
        """Whether the text names one of some variables."""
        text = "\n".join((self.equations, self.start, self.each_step, self.threshold, self.reset))
        return bool(get_identifiers(text) & set(variables))

    def lines(self):
        """Text and parameters, line by line, for `print`."""
        yield from super().lines()
        if self.copies > 1:
            yield f"    neurons for each unit: {self.copies}"

    def dimensions(self):
        """Dimensions of everything that the model's text may name."""
        own = dict(self.parsed().dimensions)
        return always() | SEEN[self.reads] | PLACE | self.parameter_dimensions() | own

    def check_time_step(self, dt):
        """Raise ModelError if the highest rate or the delay does not fit the time step."""
        rate = self.values.get(self.rate_parameter)
        if rate is not None and float(rate) * float(dt) > 1 + 1e-9:
            raise ModelError(
                f"{self.title}: {self.rate_parameter} = {rate} needs more than one spike in a time step of "
                f"{dt}; lower it to at most {1 / dt} or shorten dt."
            )
        steps = self.delay_steps(dt)
        if abs(steps - round(steps)) > 1e-6:
            raise ModelError(
                f"{self.title}: {self.delay_parameter} = {self.values[self.delay_parameter]} is not a whole "
                f"number of time steps of {dt}."
            )

    def delay_steps(self, dt):
        """Time steps by which each copy gets the events later than the one before it (float)."""
        return float(self.values[self.delay_parameter]) / float(dt) if self.delay_parameter else 0.0
