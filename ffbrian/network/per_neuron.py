"""Parameters that differ from neuron to neuron: drawn once in a training, or given one by one.

A parameter that differs becomes a constant variable of the neuron model, which a
training sets once, from its seed, and saves with the model.
"""

from dataclasses import replace

import numpy as np
from brian2.units.fundamentalunits import get_dimensions

from ffbrian.errors import ModelError
from ffbrian.models.quantities import shortened, unit_name
from ffbrian.models.text import SECOND, check_expression, dimension_table
from ffbrian.network.distributions import Values, listed


def read(neuron, given, size):
    """What a user gave, checked.

    Parameters
    ----------
    neuron : NeuronModel
    given : mapping of str to text, array or list
        Expressions, or one value for each neuron (a `Quantity`, or a list of quantities as text).
    size : int
        Neurons of the population.

    Returns
    -------
    dict of str to str or Values

    Raises
    ------
    ModelError
        For a name that is no parameter, and for values of the wrong unit, number or kind.
    """
    if not isinstance(given, dict):
        raise ModelError(
            f"{neuron.title}: per_neuron is {shortened(given)}, expected a table of parameters, such as "
            '{"tau_m": "20*ms + 60*ms*rand()"}.'
        )
    known = _units(neuron, given)
    values = {name: _value(neuron.title, name, value, known, size) for name, value in given.items()}
    for name, numbers in given_values(values).items():
        check_values(neuron, name, numbers)
    return values


def _units(neuron, given):
    """Dimensions of everything that may differ or be named, by name."""
    found = neuron.parsed()
    constants = {e.varname: e.dim for e in found.values() if "constant" in e.flags}
    known = neuron.parameter_dimensions() | constants
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ModelError(
            f"{neuron.title}: per_neuron names {unknown[0]!r}, which is no parameter; there are "
            f"{', '.join(known) or 'none'}."
        )
    return known


def _value(title, name, value, known, size):
    where = f"per_neuron {name!r}"
    if isinstance(value, str):
        offered = known | dimension_table(unit="1", i="1", N="1")
        check_expression(title, where, value, offered, known[name])
        return value
    values = listed(title, where, value)
    if values.shape != (size,):
        raise ModelError(
            f"{title}: {where} has {values.size if values.shape else 'a single'} value"
            f"{'s' if values.shape else ''}, expected {size}, one for each neuron; what is the same for all "
            "belongs to the neuron model."
        )
    if get_dimensions(values) != known[name]:
        raise ModelError(
            f"{title}: {where} has unit {unit_name(get_dimensions(values))}, expected "
            f"{unit_name(known[name])}."
        )
    return Values(tuple(np.asarray(values).tolist()), unit_name(known[name]))


def check_values(neuron, name, values):
    """Raise ModelError unless values of one parameter are finite, and above 0 where it is a time that the
    model divides by.
    """
    if not np.isfinite(values).all():
        raise ModelError(f"{neuron.title}: per_neuron {name!r} has values that are not finite.")
    is_time = neuron.parsed()[name].dim == SECOND if name in neuron.parsed() else _is_time(neuron, name)
    if is_time and name in neuron.divided_by() and not (values > 0).all():
        raise ModelError(
            f"{neuron.title}: per_neuron {name!r} has values down to {values.min():g} second, but the model "
            "divides by it; give times above 0, for example with clip(…, 1*ms, inf*ms)."
        )


def _is_time(neuron, name):
    return get_dimensions(neuron.values[name]) == SECOND


def with_variables(neuron, given):
    """A neuron model in which what differs is a variable that a training sets once.

    Parameters
    ----------
    neuron : NeuronModel
    given : dict
        As `read` returns it.

    Returns
    -------
    NeuronModel
        `neuron` itself where all of it is variable already.
    """
    names = [name for name in given if name in neuron.parameters]
    if not names:
        return neuron
    units = {name: unit_name(get_dimensions(neuron.values[name])) for name in names}
    declared = [f"{name} : {unit} (constant)" for name, unit in units.items()]
    drawn = [f"{name} = {given[name]}" for name in names if isinstance(given[name], str)]
    return replace(
        neuron,
        equations="\n".join([neuron.equations, *declared]),
        initial="\n".join([*drawn, neuron.begin]),
        persistent=(*neuron.persistent, *names),
        parameters={name: value for name, value in neuron.parameters.items() if name not in names},
    )


def given_values(given):
    """Those values that are not drawn (dict of str to (size,) array in SI units)."""
    return {name: value.array() for name, value in given.items() if isinstance(value, Values)}


def record(given):
    """What differs, as plain text (JSON), which `read` takes."""
    return {name: value if isinstance(value, str) else value.to_dict() for name, value in given.items()}


def words(given):
    """What differs, in words for `print`."""
    parts = [f"{name} = {value}" for name, value in given.items()]
    return f", for each neuron {'; '.join(parts)}" if parts else ""
