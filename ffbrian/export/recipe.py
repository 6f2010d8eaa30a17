"""A network as a list of plain steps, which can be carried out or written as a script.

So what `ffbrian export brian` writes and what `Model.to_brian` makes are the same.
"""

import builtins
from dataclasses import dataclass, field
from functools import reduce

import brian2
import numpy as np
from brian2.units.fundamentalunits import Quantity, get_dimensions

from ffbrian.models.quantities import unit_name


@dataclass(frozen=True)
class Name:
    """Something that has a name already, such as ``clock`` or ``np.float32``."""

    text: str

    def value(self, known):
        """What the name stands for among the `known` objects."""
        first, *rest = self.text.split(".")
        return reduce(getattr, rest, known[first])

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Stored:
    """An array that a script finds in the file beside it; with a unit, a quantity."""

    name: str
    unit: str = ""

    def value(self, known):
        """The array."""
        array = known["arrays"][self.name]
        return array * known[self.unit] if self.unit else array

    def __str__(self):
        return f"arrays[{self.name!r}]" + (f"*{self.unit}" if self.unit else "")


@dataclass(frozen=True)
class Constant:
    """A number with its unit, rounded to the type of the network's variables."""

    number: object
    float_type: str = "float64"

    def value(self, known):
        """The quantity."""
        return Quantity(
            np.dtype(self.float_type).type(np.asarray(self.number)), dim=get_dimensions(self.number)
        )

    def __str__(self):
        number = repr(float(np.asarray(self.number)))
        rounded = number if self.float_type == "float64" else f"np.{self.float_type}({number})"
        dimensions = get_dimensions(self.number)
        return rounded if dimensions.is_dimensionless else f"{rounded}*{unit_name(dimensions)}"


@dataclass(frozen=True)
class Call:
    """A function, or a method of an object that was made before, with its arguments."""

    function: str
    arguments: tuple = ()
    settings: dict = field(default_factory=dict)

    def value(self, known):
        """What the function gives back."""
        arguments = [_value(one, known) for one in self.arguments]
        return Name(self.function).value(known)(*arguments, **_value(self.settings, known))

    def __str__(self):
        parts = [_text(one) for one in self.arguments] + [
            f"{key}={_text(one)}" for key, one in self.settings.items()
        ]
        line = f"{self.function}({', '.join(parts)})"
        if len(line) <= 110 and "\n" not in line:
            return line
        return "\n    ".join([f"{self.function}(", *(f"{part}," for part in parts)]) + "\n)"


@dataclass(frozen=True)
class Step:
    """One line: an object is made (``target = …``), an attribute is set, or a method is called."""

    action: object
    target: str = ""

    def carry_out(self, known):
        """Do it; a new object becomes known."""
        result = _value(self.action, known)
        owner, _, attribute = self.target.rpartition(".")
        if owner:
            setattr(Name(owner).value(known), attribute, result)
        elif self.target:
            known[self.target] = result

    def __str__(self):
        return f"{self.target} = {_text(self.action)}" if self.target else _text(self.action)


def carry_out(steps, arrays):
    """All objects that the steps make.

    Parameters
    ----------
    steps : iterable of Step
    arrays : dict of str to array

    Returns
    -------
    dict
        By name.
    """
    known = vars(builtins) | vars(brian2) | {"np": np, "arrays": arrays}
    before = set(known)
    for step in steps:
        step.carry_out(known)
    return {name: thing for name, thing in known.items() if name not in before}


def _value(thing, known):
    if isinstance(thing, dict):
        return {name: _value(one, known) for name, one in thing.items()}
    if isinstance(thing, list):
        return [_value(one, known) for one in thing]
    return thing.value(known) if hasattr(thing, "value") else thing


def _text(thing):
    if isinstance(thing, dict):
        return "{" + ", ".join(f"{name!r}: {_text(one)}" for name, one in thing.items()) + "}"
    if isinstance(thing, list):
        return "[" + ", ".join(map(_text, thing)) + "]"
    if isinstance(thing, str) and "\n" in thing:
        return f'"""{thing}"""'
    return str(thing) if hasattr(thing, "value") else repr(thing)
