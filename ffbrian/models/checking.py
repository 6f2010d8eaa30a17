"""Names and units of model text, with sentences about what does not fit."""

import ast
import difflib
import functools

from brian2 import Equations
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.namespace import DEFAULT_UNITS
from brian2.core.variables import Constant, Variable
from brian2.equations.equations import PARAMETER, EquationError
from brian2.parsing.expressions import is_boolean_expression, parse_expression_dimensions
from brian2.parsing.statements import parse_statement
from brian2.units.allunits import all_units
from brian2.units.fundamentalunits import DIMENSIONLESS, DimensionMismatchError, get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.expressions import BeyondBounds, check_equations_bounds, read
from ffbrian.models.quantities import parse_quantity, shortened, unit_name

SECOND = get_dimensions(DEFAULT_UNITS["second"])
#: What a group offers to any code that runs in it.
ALWAYS = {
    "t": "second",
    "dt": "second",
    "i": "1",
    "N": "1",
    "unit": "1",
    "n_spikes": "1",
    "xi": "second**-0.5",
}
#: Names of what Brian 2 keeps in some of its groups and synapses.
OF_BRIAN = {"j", "N_pre", "N_post", "lastspike", "not_refractory", "t_in_timesteps"}
#: Names of signals, and what is said where they cannot be read.
SIGNALS = {
    "M": "'M' is the modulator, which the rule reads in the synapse when a presentation has ended",
    "goodness": "'goodness' is summed over the layer when a presentation has ended, "
    "for 'release' and 'consolidate'",
    "s": "'s' is the phase, which the rule and the modulator are told",
    "eta": "'eta' is the learning rate, which is a parameter of the rule",
}
#: Symbols of units that are no names in Brian 2 (M, V, A), with the names they have there.
_SYMBOLS = {
    str(unit): unit.name
    for unit in all_units
    if str(unit) not in DEFAULT_UNITS and unit.name in DEFAULT_UNITS
}
#: Units, functions and constants that every piece of model text may name.
_COMMON = (
    {name: Constant(name, float(unit), unit.dim) for name, unit in DEFAULT_UNITS.items()}
    | DEFAULT_FUNCTIONS
    | DEFAULT_CONSTANTS
)


class _Namespace:
    """Everything a piece of model text may name, for checking units."""

    def __init__(self, dimensions):
        self.variables = _COMMON | {name: Variable(name, dimensions=dim) for name, dim in dimensions.items()}

    def unknown(self, text):
        names = get_identifiers(text) - {"and", "or", "not", "True", "False", "if", "else"}
        return sorted(names - set(self.variables))


def dimension_table(**units):
    """Dimensions by name from unit text: ``dimension_table(v="volt")``."""
    return {
        name: get_dimensions(parse_quantity(f"1 {unit}" if unit != "1" else 1))
        for name, unit in units.items()
    }


def always():
    """Dimensions of the names that a group offers to any code that runs in it."""
    return dimension_table(**ALWAYS)


def assigned_names(code):
    """The names that stand on the left of an assignment in `code`."""
    return [name for name, _, _, _ in _parsed(code)]


def check_unset(title, where, code, given):
    """Raise ModelError if statements set what is given to them.

    Parameters
    ----------
    title, where : str
        The model and its field, for the sentence of the error.
    code : str
    given : iterable of str
    """
    for name in assigned_names(code):
        if name in given:
            raise ModelError(f"{title}: {where} sets {name!r}, which is given to it; set another variable.")


def read_names(code):
    """The set of names that the assignments in `code` read."""
    found = _parsed(code)
    changed = {name for name, operation, _, _ in found if operation not in ("=", ":=")}
    return changed.union(*(get_identifiers(expression) for _, _, expression, _ in found))


def statements(code):
    """The statements of a block of code, one by one (list of str)."""
    return [line.strip() for line in code.replace(";", "\n").splitlines() if line.strip()]


def expressions_of(code):
    """The expressions of statements, or of a text that is one expression (list of str)."""
    try:
        return [parse_statement(line)[2] for line in statements(code)]
    except ValueError:
        return statements(code)


def _parsed(code):
    """Name, operation, expression and comment of every assignment in `code`."""
    return [parse_statement(line) for line in statements(code)]


def check_parameter_name(title, name):
    """Raise ModelError if Brian 2 would read something of its own under a parameter's name."""
    if name in _COMMON or name in ALWAYS or name in OF_BRIAN:
        what = "the name of a unit, a function or a constant" if name in _COMMON else "set by the simulator"
        raise ModelError(
            f"{title}: the parameter name {name!r} is {what}, which would be read instead; choose another "
            "name."
        )


def check_names(title, equations, parameters):
    """Raise ModelError if a variable has a name that is taken or reserved."""
    for name in equations.names:
        if name in parameters:
            raise ModelError(
                f"{title}: {name!r} is both a variable of the equations and a parameter; rename one of them."
            )
        if name in ALWAYS or name.endswith(("_pre", "_post")):
            why = (
                "is set by the simulator"
                if name in ALWAYS
                else "has an ending that means the other side of a synapse"
            )
            raise ModelError(f"{title}: the variable name {name!r} {why}; choose another name.")


def parse_equations(title, text):
    """Brian 2 `Equations` from text, with errors that name the model and the line."""
    try:
        return _equations(text)
    except BeyondBounds as error:
        raise ModelError(f"{title}: the equations cannot be read: {error}.") from None
    except (EquationError, ValueError, SyntaxError, TypeError) as error:
        raise ModelError(f"{title}: the equations cannot be read: {_unreadable_line(text, error)}") from None


@functools.lru_cache(maxsize=1024)
def _equations(text):
    check_equations_bounds(text)
    return Equations(text)


def _unreadable_line(text, error):
    for line in (line.strip() for line in str(text).splitlines()):
        try:
            Equations(line)
        except (EquationError, ValueError, SyntaxError, TypeError) as found:
            return f"line {shortened(line)}: {_reason(found)}"
    return _reason(error)


def _reason(error):
    text = " ".join(str(error).split())
    if "Unit specification" in text:
        return (
            f"{text.split('Unit specification refers to ')[-1].split(',')[0]} is no base unit; write the "
            "unit as volt, amp, siemens, second, hertz or 1."
        )
    if "cannot be used" in text:
        return f"{_first_sentence(error)}; choose another name."
    reason = "it is no equation with a unit" if "Parsing failed" in text else _first_sentence(error)
    return f'{reason}; write one equation a line, such as "dv/dt = (v_rest - v)/tau_m : volt".'


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
    for name, operation, expression in [_read_statement(title, where, line) for line in statements(code)]:
        _refuse_unknown(title, where, expression, namespace)
        if name not in namespace.variables and operation != "=":
            raise ModelError(
                f"{title}: {where} changes {name!r} with {operation!r} before it has a value; set it first, "
                "or add it to the equations."
            )
        if name not in namespace.variables:
            namespace.variables[name] = Variable(name, dimensions=_unit(title, where, expression, namespace))
        wanted = namespace.variables[name].dim if operation in ("=", "+=", "-=") else DIMENSIONLESS
        _check_unit(
            title, f"{where}, statement {f'{name} {operation} {expression}'!r}", expression, wanted, namespace
        )


def _read_statement(title, where, line):
    try:
        name, operation, expression, _ = parse_statement(line)
        read(expression)
    except BeyondBounds as error:
        raise ModelError(f"{title}: {where} {shortened(line)} cannot be read: {error}.") from None
    except (ValueError, SyntaxError):
        raise ModelError(
            f'{title}: {where} {shortened(line)} is no statement; write for example "v = v_rest" or "v += '
            "1*mV\", several with ';' between them."
        ) from None
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
        raise ModelError(
            f'{title}: {where} {code!r} is no condition that is true or false; write for example {where}="v '
            '> v_th".'
        )
    _check_unit(title, where, code, DIMENSIONLESS, namespace)


def check_expression(title, where, code, dimensions, wanted=DIMENSIONLESS):
    """Raise ModelError unless `code` is an expression over known names in unit `wanted`."""
    namespace = _Namespace(dimensions)
    _read_expression(title, where, code)
    _refuse_unknown(title, where, code, namespace)
    _check_unit(title, where, code, wanted, namespace)


def _read_expression(title, where, code):
    try:
        read(code)
    except BeyondBounds as error:
        raise ModelError(f"{title}: {where} {shortened(code)} cannot be read: {error}.") from None
    except (SyntaxError, ValueError):
        raise ModelError(
            f'{title}: {where} {shortened(code)} cannot be read as one expression; write for example "v > '
            'v_th" for a condition or "p*a**2" for a number.'
        ) from None


def _refuse_unknown(title, where, text, namespace):
    unknown = namespace.unknown(text)
    if unknown:
        known = sorted(
            name for name, v in namespace.variables.items() if not isinstance(v, (Constant, Function))
        )
        similar = [
            name for name in known if name in (f"{unknown[0]}_pre", f"{unknown[0]}_post")
        ] or difflib.get_close_matches(unknown[0], known, 1, 0.7)
        advice = f"Did you mean {similar[0]!r}? Otherwise add" if similar else "Add"
        if unknown[0] in SIGNALS:
            raise ModelError(
                f"{title}: {where} uses {unknown[0]!r}, which cannot be read there: {SIGNALS[unknown[0]]}. "
                "If you mean something else, add it to the equations or to parameters."
            )
        if unknown[0] in _SYMBOLS:
            advice = f"If the unit is meant, write {_SYMBOLS[unknown[0]]!r}; otherwise add"
        raise ModelError(
            f"{title}: {where} uses {unknown[0]!r}, which is not defined; defined are {', '.join(known)}. "
            f"{advice} it to the equations or to parameters."
        )


def _check_unit(title, where, expression, wanted, namespace):
    found = _unit(title, where, expression, namespace)
    if found != wanted:
        raise ModelError(
            f"{title}: {where}: {expression!r} has unit {_unit_words(found)}, expected "
            f"{_unit_words(wanted)}; {_cure(found, wanted)}."
        )


def _cure(found, wanted):
    if found == wanted * SECOND:
        return "divide it by a time constant" + (" or give a rate its unit" if found.is_dimensionless else "")
    excess = _unit_words(found / wanted)
    return (
        f"divide it by something in {excess}"
        if excess.removesuffix("/second").isidentifier()
        else f"multiply it by something in {_unit_words(wanted / found)}"
    )


def _unit(title, where, expression, namespace):
    _refuse_conditions_as_numbers(title, where, expression)
    try:
        return get_dimensions(parse_expression_dimensions(expression, namespace.variables))
    except DimensionMismatchError:
        raise ModelError(f"{title}: {where}: {_misfit(expression, namespace)}") from None
    except (SyntaxError, ValueError, TypeError, NotImplementedError) as error:
        raise ModelError(
            f"{title}: {where}: {expression!r} cannot be read: {_first_sentence(error)}."
        ) from None


def _refuse_conditions_as_numbers(title, where, expression):
    """Raise ModelError for ``2*(a > b)``, which Brian 2 would refuse when it writes the code."""
    for node in ast.walk(ast.parse(expression.strip(), mode="eval")):
        if isinstance(node, ast.BinOp):
            for part in (node.left, node.right):
                if isinstance(part, (ast.Compare, ast.BoolOp)):
                    text = ast.unparse(part)
                    raise ModelError(
                        f"{title}: {where}: {text!r} is a condition, used as a number; write int({text})."
                    )


def _misfit(expression, namespace):
    """The smallest part of `expression` whose units do not fit, as a sentence."""
    nodes = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.expr)]
    for node in reversed(nodes):  # innermost first
        try:
            parse_expression_dimensions(ast.unparse(node), namespace.variables)
        except DimensionMismatchError:
            parts = [ast.unparse(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
            parts = parts[1:] if isinstance(node, ast.Call) else parts
            units = " and ".join(
                f"{part!r} has unit {_unit_words(parse_expression_dimensions(part, namespace.variables))}"
                for part in parts
            )
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
