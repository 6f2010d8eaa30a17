"""What the equations of a layer ask of a processor in every step, counted from their integration."""

import re
from dataclasses import dataclass

from brian2 import Equations, NeuronGroup
from brian2.utils.stringtools import get_identifiers

from ffbrian.build.builder import quiet, unremarked
from ffbrian.build.dense.exponentials import merge_exponentials
from ffbrian.network.network import Layer

_CALL = re.compile(r"\b(exp|exprel|log|sin|cos|tan|sinh|cosh|tanh|expm1|log1p|log10)\(")
_OPERATIONS = re.compile(r"[-+*/]|\*\*")


@dataclass(frozen=True)
class StepWork:
    """The work of one neuron in one step.

    Attributes
    ----------
    variables : int
        Numbers that change: each is read and written.
    functions : int
        Different calls of exponentials and their like that depend on the state.
    operations : int
        Additions, multiplications and divisions as they are written.
    """

    variables: int
    functions: int
    operations: int

    @property
    def bytes(self):
        """Read and written, in float32."""
        return 8 * self.variables


def of_layer(layer):
    """Count the work of a neuron of a layer.

    Parameters
    ----------
    layer : Layer

    Returns
    -------
    StepWork
    """
    equations, code = _integration(layer)
    calls, operations = set(), 0
    for line in code.splitlines():
        expression = line.partition("=")[2]
        calls |= {call for call in _calls(expression) if get_identifiers(call) & set(equations.names)}
        operations += len(_OPERATIONS.findall(expression))
    return StepWork(len(equations.diff_eq_names), len(calls), operations)


def _integration(layer):
    """Equations of a layer, and the statements that advance them by a step."""
    quiet()
    layer = Layer(1, layer.neuron, layer.synapse)
    equations = layer.equations() + Equations("unit : integer (constant)")
    for name in layer.synapse.accumulators:
        equations += Equations(f"{name} : 1")
    with unremarked():
        values = layer.neuron.values | layer.synapse.values
        method = {"method": layer.neuron.method} if layer.neuron.method else {}
        group = NeuronGroup(1, equations, namespace=values, name="counted*", **method)
        group.state_updater.update_abstract_code({})
        group._network = "counted"
    return equations, merge_exponentials(group.state_updater.abstract_code)


def _calls(expression):
    """Every call of a function in an expression, with its argument."""
    for match in _CALL.finditer(expression):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(expression[end], 0)
            end += 1
        yield expression[match.start() : end]
