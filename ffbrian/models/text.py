"""What a model is: equations, events and parameters, checked when made.

A model is plain frozen data.  Nothing here needs a compiler, and nothing here
knows how a network is built or run.  The models that ffbrian ships (the folder
``equations``) are instances of these classes, and so are a user's own.
"""

import abc
import dataclasses
from dataclasses import dataclass, field
from typing import Any, Mapping

import numpy as np
from brian2 import amp, volt
from brian2.units.fundamentalunits import get_dimensions

from ffbrian.errors import ModelError, show_plainly
from ffbrian.models import html
from ffbrian.models.checking import (  # noqa: F401 (found here by those who describe models)
    ALWAYS,
    SECOND,
    always,
    assigned_names,
    check_code,
    check_condition,
    check_equations,
    check_expression,
    check_names,
    check_parameter_name,
    check_unset,
    dimension_table,
    expressions_of,
    parse_equations,
    read_names,
    statements,
)
from ffbrian.models.expressions import LONGEST_TEXT, divisors, without_comments
from ffbrian.models.quantities import (
    AUTO,
    format_quantity,
    is_auto,
    parse_quantity,
    short_quantity,
    shortened,
    show_quantity,
    unit_name,
)

show_plainly()  # after Brian 2, which has put a hook of its own in place
#: Parameters that a model's short form names.
N_SHOWN = 4
#: What a synapse model may offer to a membrane equation.
SYNAPTIC_INPUTS = {"drive": volt, "I_syn": amp}


@dataclass(frozen=True)
class Parameter:
    """A value with its meaning and where it comes from.

    Attributes
    ----------
    value : float or Quantity
        Scalar, with its unit.
    meaning, source : str
        One line each.
    """

    value: Any
    meaning: str = ""
    source: str = ""

    def with_value(self, value):
        """The same parameter with another value, or left to be computed if that is ``"auto"``."""
        kind, number = (Auto, self.value) if value is AUTO else (Parameter, value)
        return kind(number, self.meaning, self.source)

    def record(self):
        """Value, meaning and source as text, for JSON."""
        return [format_quantity(self.value), self.meaning, self.source]


@dataclass(frozen=True)
class Auto(Parameter):
    """A parameter that a training computes from its first samples.

    `value` says in which unit, and holds where a network is built by hand,
    without data from which to compute it.
    """

    def record(self):
        """As of a `Parameter`, with a fourth word."""
        return [*super().record(), AUTO]


def parameter_of(record):
    """A parameter from what ``record()`` gave."""
    value, meaning, source, *more = record
    return (Auto if more == [AUTO] else Parameter)(parse_quantity(value), meaning, source)


@dataclass(frozen=True)
class Model(abc.ABC):
    """A named piece of model text with parameters.

    Attributes
    ----------
    name : str
    parameters : mapping of str to Parameter
        Plain quantities are wrapped when the model is made.
    references : tuple of str
        BibTeX keys or short citations.
    """

    name: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    references: tuple = ()

    kind = "model"
    #: Fields that hold statements or an expression.
    code = ()

    def __post_init__(self):
        self._read_text()
        if not isinstance(self.parameters, Mapping):
            raise ModelError(
                f"{self.title}: parameters is {self.parameters!r}, expected a mapping of names to "
                "quantities, such as dict(tau_m=50*ms)."
            )
        wrapped = {
            name: value if isinstance(value, Parameter) else Parameter(self._read(name, value))
            for name, value in self.parameters.items()
        }
        object.__setattr__(self, "parameters", wrapped)
        object.__setattr__(self, "references", tuple(self.references))
        for name, value in self.values.items():
            self._check_value(name, value)
            check_parameter_name(self.title, name)
        self.check()
        self._check_divisors()

    def _read_text(self):
        """Take comments out of every text, so that what is shown, checked and run is the same."""
        if not isinstance(self.name, str):
            raise ModelError(f"{self.kind}: name is {self.name!r}, expected text.")
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if f.type is str and not isinstance(value, str) and not f.name == "longest_step":
                raise ModelError(f"{self.title}: {f.name} is {shortened(value)}, expected text.")
            if f.type is tuple and not (
                isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value)
            ):
                raise ModelError(
                    f'{self.title}: {f.name} is {shortened(value)}, expected a list of text, such as ["h"].'
                )
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise ModelError(
                    f"{self.title}: {f.name} has {len(value)} characters; {LONGEST_TEXT} are possible."
                )
            if isinstance(value, str) and f.name != "name":
                object.__setattr__(self, f.name, without_comments(value))

    def _check_value(self, name, value):
        if getattr(value, "shape", ()) != ():
            raise ModelError(
                f"{self.title}: parameter {name!r} has shape {value.shape}, expected a single value; make it "
                "a variable of the equations if it differs from neuron to neuron."
            )
        if not get_dimensions(value).is_dimensionless and not np.isfinite(float(value)):
            raise ModelError(f"{self.title}: parameter {name!r} is {float(value)}, expected a finite value.")

    def _check_divisors(self):
        """Raise ModelError unless every time that something is divided by is above 0."""
        times = {
            name: value
            for name, value in self.values.items()
            if get_dimensions(value) == SECOND and not float(value) > 0
        }
        for name in sorted(times and set(times) & self.divided_by()):
            raise ModelError(
                f"{self.title}: parameter {name!r} is {show_quantity(times[name])}, but the model divides by "
                'it; expected a time above 0, such as "20 ms".'
            )

    def divided_by(self):
        """Names that the model's text divides by (set of str)."""
        found = set()
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if f.name.endswith("equations"):
                found |= {
                    name
                    for one in self.parsed(f.name).values()
                    if one.expr is not None
                    for name in divisors(str(one.expr))
                }
            elif f.name in self.code:
                found |= {name for expression in expressions_of(value) for name in divisors(expression)}
        return found

    def _read(self, name, value):
        if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
            raise ModelError(
                f"{self.title}: {shortened(name)} is no name of a parameter; use letters, digits and _."
            )
        try:
            return parse_quantity(value)
        except ModelError as error:
            raise ModelError(f"{self.title}: parameter {name!r}: {error}") from None

    @abc.abstractmethod
    def check(self):
        """Raise ModelError if the model is not valid by itself."""

    def parsed(self, text="equations"):
        """The equations of one of the model's fields (`brian2.Equations`)."""
        return parse_equations(self.title, getattr(self, text))

    def own_names(self):
        """Names of the variables and parameters that its text defines (set of str)."""
        fields = [
            f.name for f in dataclasses.fields(self) if f.name.endswith("equations") or f.name == "kept"
        ]
        return {*self.parameters}.union(*(self.parsed(name).names for name in fields))

    def check_statements(self, dimensions, *texts):
        """Raise ModelError unless every statement in some of the model's fields is known and in its unit."""
        for where in texts:
            check_code(self.title, where, getattr(self, where), dimensions)

    def __call__(self, **changes):
        """The same model with other parameter values or other text.

        Parameters
        ----------
        **changes
            Parameter values (quantities or text such as ``"50 ms"``), or new
            values of the model's fields (``reset="v = v_rest"``).  A parameter
            goes before a field of the same name.

        Raises
        ------
        ModelError
            For an unknown name, or a value in the wrong unit.
        """
        fields = {f.name for f in dataclasses.fields(self)} - {"parameters", "name"} - set(self.parameters)
        text = {key: value for key, value in changes.items() if key in fields}
        values = {key: value for key, value in changes.items() if key not in fields}
        unknown = sorted(set(values) - set(self.parameters))
        if unknown:
            known = ", ".join(sorted(self.parameters) + sorted(fields - {"references"}))
            raise ModelError(f"{self.title}: unknown parameter {unknown[0]!r}; known are {known}.")
        parameters = dict(self.parameters)
        for key, value in values.items():
            parameters[key] = self._changed(key, value)
        return dataclasses.replace(self, parameters=parameters, **text)

    def _changed(self, key, value):
        old = self.parameters[key]
        if is_auto(value):
            return old.with_value(AUTO)
        value = self._read(key, value)
        if get_dimensions(value) != get_dimensions(old.value):
            wanted, found = unit_name(get_dimensions(old.value)), unit_name(get_dimensions(value))
            raise ModelError(
                f"{self.title}: parameter {key!r} has unit {found}, expected {wanted}; write for example "
                f'{key} = "{show_quantity(old.value)}".'
            )
        return old.with_value(value)

    @property
    def title(self):
        """Kind and name, as errors and printouts show them."""
        return f"{self.kind} {self.name!r}" if self.name else f"{self.kind} without a name"

    @property
    def open(self):
        """Names of the parameters that are to be computed from the data."""
        return tuple(name for name, parameter in self.parameters.items() if isinstance(parameter, Auto))

    @property
    def values(self):
        """Parameter values by name."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def parameter_dimensions(self):
        """Dimensions of the parameters by name."""
        return {name: get_dimensions(value) for name, value in self.values.items()}

    def to_dict(self):
        """A description of plain text and numbers (JSON)."""
        record = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        record["parameters"] = {name: parameter.record() for name, parameter in self.parameters.items()}
        return {
            key: list(value)
            if isinstance(value, tuple)
            else dict(value)
            if isinstance(value, Mapping)
            else value
            for key, value in record.items()
        }

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`."""
        record = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
        record["parameters"] = {name: parameter_of(one) for name, one in record["parameters"].items()}
        return cls(**record)

    def lines(self):
        """Text and parameters, line by line, for `print`."""
        yield self.title
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, str) and f.name != "name" and value.strip():
                yield f"    {f.name}: " + "\n        ".join(
                    line.strip() for line in value.strip().splitlines()
                )
        for name, parameter in self.parameters.items():
            shown = AUTO if name in self.open else show_quantity(parameter.value)
            yield f"    {name} = {shown}" + (f"    ({parameter.meaning})" if parameter.meaning else "")

    def __str__(self):
        return "\n".join(self.lines())

    def __repr__(self):
        values = [f"{name} = {short_quantity(value)}" for name, value in self.values.items()]
        listed = ", ".join(values[:N_SHOWN] + ["…"] * (len(values) > N_SHOWN))
        return f"<{self.title}{': ' if listed else ''}{listed}>"

    def _repr_html_(self):
        return html.piece(self)
