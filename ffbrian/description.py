"""What a model is: equations, events and parameters, checked when made.

A model is plain frozen data.  Nothing here needs a compiler, and nothing here
knows how a network is built or run.  The models that ffbrian ships (the folder
``equations``) are instances of these classes, and so are a user's own.
"""
import dataclasses
from dataclasses import dataclass, field
from typing import Any, Mapping

from brian2 import Equations, amp, siemens, volt
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.variables import Constant, Variable
from brian2.equations.equations import PARAMETER, EquationError
from brian2.equations.unitcheck import check_dimensions, check_units_statements
from brian2.units.allunits import all_units
from brian2.units.fundamentalunits import DIMENSIONLESS, DimensionMismatchError, get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.units import format_quantity, parse_quantity, show_quantity, unit_name

UNITS = {str(unit): unit for unit in all_units} | {unit.name: unit for unit in all_units}
#: What a group offers to any code that runs in it.
ALWAYS = {"t": "second", "dt": "second", "i": "1", "N": "1", "unit": "1", "n_spikes": "1", "xi": "second**-0.5"}
#: What a synapse model may offer to a membrane equation.
SYNAPTIC_INPUTS = {"drive": volt, "I_syn": amp, "g_syn": siemens}


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


class _Namespace:
    """Everything a piece of model text may name, for checking units."""

    def __init__(self, dimensions):
        self.variables = {name: Variable(name, dimensions=dim) for name, dim in dimensions.items()}
        self.variables |= {name: Constant(name, float(unit), unit.dim) for name, unit in UNITS.items() if name not in self.variables}
        self.variables |= DEFAULT_FUNCTIONS | DEFAULT_CONSTANTS

    def unknown(self, text, local=()):
        names = get_identifiers(text) - {"and", "or", "not", "True", "False", "if", "else"}
        return sorted(names - set(self.variables) - set(local))


def dimension_table(**units):
    """Dimensions by name from unit text: ``dimension_table(v="volt")``."""
    return {name: get_dimensions(parse_quantity(f"1 {unit}" if unit != "1" else 1)) for name, unit in units.items()}


def assigned_names(code):
    """The names that stand on the left of an assignment in `code`."""
    from brian2.parsing.statements import parse_statement

    lines = [line.strip() for line in code.replace(";", "\n").splitlines()]
    return [parse_statement(line)[0] for line in lines if line and not line.startswith("#")]


@dataclass(frozen=True)
class Model:
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

    def __post_init__(self):
        wrapped = {name: value if isinstance(value, Parameter) else Parameter(parse_quantity(value)) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", wrapped)
        object.__setattr__(self, "references", tuple(self.references))
        self.check()

    def check(self):
        """Raise ModelError if the model is not valid by itself."""

    def __call__(self, **changes):
        """The same model with other parameter values or other text.

        Parameters
        ----------
        **changes
            Parameter values (quantities or text such as ``"50 ms"``), or new
            values of the model's fields (``reset="v = v_rest"``).

        Raises
        ------
        ModelError
            For an unknown name, or a value in the wrong unit.
        """
        fields = {f.name for f in dataclasses.fields(self)} - {"parameters", "name"}
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
        old, value = self.parameters[key], parse_quantity(value)
        if get_dimensions(value) != get_dimensions(old.value):
            wanted, found = unit_name(get_dimensions(old.value)), unit_name(get_dimensions(value))
            raise ModelError(f"{self.title}: parameter {key!r} has unit {found}, expected {wanted}; write for example {key} = \"{show_quantity(old.value)}\".")
        return dataclasses.replace(old, value=value)

    @property
    def title(self):
        """Kind and name, as errors and printouts show them."""
        return f"{self.kind} {self.name!r}" if self.name else f"{self.kind} without a name"

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
        record["parameters"] = {name: [format_quantity(p.value), p.meaning, p.source] for name, p in self.parameters.items()}
        return {key: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value for key, value in record.items()}

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`."""
        record = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
        record["parameters"] = {name: Parameter(parse_quantity(value), meaning, source) for name, (value, meaning, source) in record["parameters"].items()}
        return cls(**record)

    def lines(self):
        """Text and parameters, line by line, for `print`."""
        yield self.title
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, str) and f.name != "name" and value.strip():
                yield f"    {f.name}: " + "\n        ".join(line.strip() for line in value.strip().splitlines())
        for name, parameter in self.parameters.items():
            yield f"    {name} = {show_quantity(parameter.value)}" + (f"    ({parameter.meaning})" if parameter.meaning else "")

    def __str__(self):
        return "\n".join(self.lines())


def parse_equations(title, text):
    """Brian 2 `Equations` from text, with errors that name the model."""
    try:
        return Equations(text)
    except (EquationError, ValueError, SyntaxError, TypeError) as error:
        raise ModelError(f"{title}: the equations cannot be read: {error}") from None


def check_equations(title, equations, dimensions):
    """Raise ModelError unless every expression in `equations` has its unit."""
    namespace = _Namespace(dimensions | equations.dimensions)
    for equation in equations.values():
        if equation.type == PARAMETER:
            continue
        _refuse_unknown(title, f"equation of {equation.varname!r}", str(equation.expr), namespace)
        wanted = equation.dim / get_dimensions(1 * UNITS["second"]) if equation.type == "differential equation" else equation.dim
        try:
            check_dimensions(str(equation.expr), wanted, namespace.variables)
        except DimensionMismatchError as error:
            raise ModelError(f"{title}: equation of {equation.varname!r}: {error}") from None


def check_code(title, where, code, dimensions, known=()):
    """Raise ModelError unless every statement of `code` is known and in its unit."""
    namespace = _Namespace(dimensions)
    try:
        local = assigned_names(code)
        _refuse_unknown(title, where, code, namespace, [*local, *known])
        check_units_statements(code, namespace.variables)
    except DimensionMismatchError as error:
        raise ModelError(f"{title}: {where}: {error}") from None
    except (ValueError, SyntaxError, AssertionError) as error:
        raise ModelError(f"{title}: {where} {code!r} cannot be read: {error}") from None


def check_condition(title, where, code, dimensions):
    """Raise ModelError unless `code` is a condition over known names."""
    namespace = _Namespace(dimensions)
    _refuse_unknown(title, where, code, namespace)
    try:
        check_dimensions(code, DIMENSIONLESS, namespace.variables)
    except (DimensionMismatchError, SyntaxError, ValueError, TypeError) as error:
        raise ModelError(f"{title}: {where} {code!r}: {error}") from None


def _refuse_unknown(title, where, text, namespace, local=()):
    unknown = namespace.unknown(text, local)
    if unknown:
        known = sorted(name for name, v in namespace.variables.items() if not isinstance(v, (Constant, Function)))
        raise ModelError(f"{title}: {where} uses {unknown[0]!r}, which is not defined; defined are {', '.join(known)}. Add it to the equations or to parameters.")
