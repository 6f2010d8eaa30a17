"""What a model is: equations, events and parameters, checked when made.

A model is plain frozen data.  Nothing here needs a compiler, and nothing here
knows how a network is built or run.  The models that ffbrian ships (the folder
``equations``) are instances of these classes, and so are a user's own.
"""
import abc
import ast
import dataclasses
import difflib
import functools
from dataclasses import dataclass, field
from typing import Any, Mapping

from brian2 import Equations, amp, volt
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.variables import Constant, Variable
from brian2.equations.equations import PARAMETER, EquationError
from brian2.parsing.expressions import is_boolean_expression, parse_expression_dimensions
from brian2.units.allunits import all_units
from brian2.units.fundamentalunits import DIMENSIONLESS, DimensionMismatchError, get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError, show_plainly
from ffbrian.units import format_quantity, parse_quantity, show_quantity, unit_name

show_plainly()  # after Brian 2, which has put a hook of its own in place
UNITS = {str(unit): unit for unit in all_units} | {unit.name: unit for unit in all_units}
SECOND = get_dimensions(UNITS["second"])
#: What a group offers to any code that runs in it.
ALWAYS = {"t": "second", "dt": "second", "i": "1", "N": "1", "unit": "1", "n_spikes": "1", "xi": "second**-0.5"}
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


#: Units, functions and constants that every piece of model text may name.
_COMMON = {name: Constant(name, float(unit), unit.dim) for name, unit in UNITS.items()} | DEFAULT_FUNCTIONS | DEFAULT_CONSTANTS


class _Namespace:
    """Everything a piece of model text may name, for checking units."""

    def __init__(self, dimensions):
        self.variables = _COMMON | {name: Variable(name, dimensions=dim) for name, dim in dimensions.items()}

    def unknown(self, text):
        names = get_identifiers(text) - {"and", "or", "not", "True", "False", "if", "else"}
        return sorted(names - set(self.variables))


def dimension_table(**units):
    """Dimensions by name from unit text: ``dimension_table(v="volt")``."""
    return {name: get_dimensions(parse_quantity(f"1 {unit}" if unit != "1" else 1)) for name, unit in units.items()}


def always():
    """Dimensions of the names that a group offers to any code that runs in it."""
    return dimension_table(**ALWAYS)


def assigned_names(code):
    """The names that stand on the left of an assignment in `code`."""
    return [name for name, _, _, _ in _statements(code)]


def read_names(code):
    """The set of names that the assignments in `code` read."""
    statements = _statements(code)
    changed = {name for name, operation, _, _ in statements if operation not in ("=", ":=")}
    return changed.union(*(get_identifiers(expression) for _, _, expression, _ in statements))


def _statements(code):
    """Name, operation, expression and comment of every assignment in `code`."""
    from brian2.parsing.statements import parse_statement

    lines = [line.strip() for line in code.replace(";", "\n").splitlines()]
    return [parse_statement(line) for line in lines if line and not line.startswith("#")]


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

    def __post_init__(self):
        if not isinstance(self.parameters, Mapping):
            raise ModelError(f"{self.title}: parameters is {self.parameters!r}, expected a mapping of names to quantities, such as dict(tau_m=50*ms).")
        wrapped = {name: value if isinstance(value, Parameter) else Parameter(self._read(name, value)) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", wrapped)
        object.__setattr__(self, "references", tuple(self.references))
        for name, value in self.values.items():
            if getattr(value, "shape", ()) != ():
                raise ModelError(f"{self.title}: parameter {name!r} has shape {value.shape}, expected a single value; make it a variable of the equations if it differs from neuron to neuron.")
        self.check()

    def _read(self, name, value):
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
        old, value = self.parameters[key], self._read(key, value)
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


def check_names(title, equations, parameters):
    """Raise ModelError if a variable has a name that is taken or reserved."""
    for name in equations.names:
        if name in parameters:
            raise ModelError(f"{title}: {name!r} is both a variable of the equations and a parameter; rename one of them.")
        if name in ALWAYS or name.endswith(("_pre", "_post")):
            why = "is set by the simulator" if name in ALWAYS else "has an ending that means the other side of a synapse"
            raise ModelError(f"{title}: the variable name {name!r} {why}; choose another name.")


def parse_equations(title, text):
    """Brian 2 `Equations` from text, with errors that name the model and the line."""
    try:
        return _equations(text)
    except (EquationError, ValueError, SyntaxError, TypeError) as error:
        raise ModelError(f"{title}: the equations cannot be read: {_unreadable_line(text, error)}") from None


@functools.lru_cache(maxsize=1024)
def _equations(text):
    return Equations(text)


def _unreadable_line(text, error):
    for line in (line.strip() for line in str(text).splitlines()):
        try:
            Equations(line)
        except (EquationError, ValueError, SyntaxError, TypeError) as found:
            return f"line {line!r}: {_reason(found)}"
    return _reason(error)


def _reason(error):
    text = " ".join(str(error).split())
    if "Unit specification" in text:
        return f"{text.split('Unit specification refers to ')[-1].split(',')[0]} is no base unit; write the unit as volt, amp, siemens, second, hertz or 1."
    if "cannot be used" in text:
        return f"{_first_sentence(error)}; choose another name."
    reason = "it is no equation with a unit" if "Parsing failed" in text else _first_sentence(error)
    return f"{reason}; write one equation a line, such as \"dv/dt = (v_rest - v)/tau_m : volt\"."


def _first_sentence(error):
    return " ".join(str(error).split()).split(". ")[0].split(" (<unknown>")[0].rstrip(".")


def check_equations(title, equations, dimensions):
    """Raise ModelError unless every expression in `equations` has its unit."""
    namespace = _Namespace(dimensions | equations.dimensions)
    for equation in equations.values():
        if equation.type == PARAMETER:
            continue
        where = f"equation of {equation.varname!r}"
        _refuse_unknown(title, where, str(equation.expr), namespace)
        wanted = equation.dim / SECOND if equation.type == "differential equation" else equation.dim
        _check_unit(title, where, str(equation.expr), wanted, namespace)


def check_code(title, where, code, dimensions):
    """Raise ModelError unless every statement of `code` is known and in its unit."""
    namespace = _Namespace(dimensions)
    statements = [_read_statement(title, where, line.strip()) for line in code.replace(";", "\n").splitlines() if line.strip() and not line.strip().startswith("#")]
    for name, operation, expression in statements:
        _refuse_unknown(title, where, expression, namespace)
        if name not in namespace.variables and operation != "=":
            raise ModelError(f"{title}: {where} changes {name!r} with {operation!r} before it has a value; set it first, or add it to the equations.")
        if name not in namespace.variables:
            namespace.variables[name] = Variable(name, dimensions=_unit(title, where, expression, namespace))
        wanted = namespace.variables[name].dim if operation in ("=", "+=", "-=") else DIMENSIONLESS
        _check_unit(title, f"{where}, statement {f'{name} {operation} {expression}'!r}", expression, wanted, namespace)


def _read_statement(title, where, line):
    from brian2.parsing.statements import parse_statement

    try:
        name, operation, expression, _ = parse_statement(line)
        ast.parse(expression, mode="eval")
    except (ValueError, SyntaxError):
        raise ModelError(f"{title}: {where} {line!r} is no statement; write for example \"v = v_rest\" or \"v += 1*mV\", several with ';' between them.") from None
    return name, operation, expression


def check_condition(title, where, code, dimensions):
    """Raise ModelError unless `code` is a condition (true or false) over known names."""
    namespace = _Namespace(dimensions)
    _read_expression(title, where, code)
    _refuse_unknown(title, where, code, namespace)
    try:
        is_condition = is_boolean_expression(code.strip(), namespace.variables)
    except SyntaxError:
        is_condition = False
    if not is_condition:
        raise ModelError(f"{title}: {where} {code!r} is no condition that is true or false; write for example {where}=\"v > v_th\".")
    _check_unit(title, where, code, DIMENSIONLESS, namespace)


def check_expression(title, where, code, dimensions, wanted=DIMENSIONLESS):
    """Raise ModelError unless `code` is an expression over known names in unit `wanted`."""
    namespace = _Namespace(dimensions)
    _read_expression(title, where, code)
    _refuse_unknown(title, where, code, namespace)
    _check_unit(title, where, code, wanted, namespace)


def _read_expression(title, where, code):
    try:
        ast.parse(code.strip(), mode="eval")
    except SyntaxError:
        raise ModelError(f"{title}: {where} {code!r} cannot be read as one expression; write for example \"v > v_th\" for a condition or \"p*a**2\" for a number.") from None


def _refuse_unknown(title, where, text, namespace):
    unknown = namespace.unknown(text)
    if unknown:
        known = sorted(name for name, v in namespace.variables.items() if not isinstance(v, (Constant, Function)))
        similar = [name for name in known if name in (f"{unknown[0]}_pre", f"{unknown[0]}_post")] or difflib.get_close_matches(unknown[0], known, 1, 0.7)
        advice = f"Did you mean {similar[0]!r}? Otherwise add" if similar else "Add"
        raise ModelError(f"{title}: {where} uses {unknown[0]!r}, which is not defined; defined are {', '.join(known)}. {advice} it to the equations or to parameters.")


def _check_unit(title, where, expression, wanted, namespace):
    found = _unit(title, where, expression, namespace)
    if found != wanted:
        raise ModelError(f"{title}: {where}: {expression!r} has unit {_unit_words(found)}, expected {_unit_words(wanted)}; {_cure(found, wanted)}.")


def _cure(found, wanted):
    if found == wanted * SECOND:
        return "divide it by a time constant" + (" or give a rate its unit" if found.is_dimensionless else "")
    excess = unit_name(found / wanted)
    return f"divide it by something in {excess}" if excess.isidentifier() else f"multiply it by something in {_unit_words(wanted / found)}"


def _unit(title, where, expression, namespace):
    try:
        return get_dimensions(parse_expression_dimensions(expression, namespace.variables))
    except DimensionMismatchError:
        raise ModelError(f"{title}: {where}: {_misfit(expression, namespace)}") from None
    except (SyntaxError, ValueError, TypeError, NotImplementedError) as error:
        raise ModelError(f"{title}: {where}: {expression!r} cannot be read: {_first_sentence(error)}.") from None


def _misfit(expression, namespace):
    """The smallest part of `expression` whose units do not fit, as a sentence."""
    nodes = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.expr)]
    for node in reversed(nodes):  # innermost first
        try:
            parse_expression_dimensions(ast.unparse(node), namespace.variables)
        except DimensionMismatchError:
            parts = [ast.unparse(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
            parts = parts[1:] if isinstance(node, ast.Call) else parts
            units = " and ".join(f"{part!r} has unit {_unit_words(parse_expression_dimensions(part, namespace.variables))}" for part in parts)
            advice = "give all the same unit" if len(parts) > 1 else "give it a number without unit"
            return f"in {ast.unparse(node)!r}, {units}; {advice}."
        except SyntaxError:
            continue  # the name of a function
    return f"the units in {expression!r} do not fit."


def _unit_words(dimensions):
    """A unit as a reader says it: ``"volt"``, ``"volt/second"``, ``"1"``."""
    name, times_second = unit_name(dimensions), unit_name(dimensions * SECOND)
    if times_second == "1" or (name != "1" and not name.isidentifier() and times_second.isidentifier()):
        return f"{times_second}/second"
    return name
