"""Inhibition within a layer: an interneuron that all neurons of the layer excite, and that acts on all."""

from dataclasses import dataclass

from brian2.parsing.statements import parse_statement

from ffbrian.errors import ModelError
from ffbrian.models.text import (
    ALWAYS,
    Model,
    assigned_names,
    check_equations,
    check_expression,
    dimension_table,
    statements,
)

#: What the interneuron knows of the names that neurons know.
KNOWN = ("t", "dt", "xi")


@dataclass(frozen=True, repr=False)
class Inhibition(Model):
    """One interneuron for a layer.

    Attributes
    ----------
    equations : str
        Variables of the interneuron; all begin a presentation at 0.
    on_spike : str
        Statements executed in the interneuron when a neuron of the layer
        spikes; ``size`` is the number of neurons in the layer.
    each_step : str
        Statements executed in the interneuron in every time step, before `on_arrival`.
    on_arrival : str
        Statements executed in the interneuron in every time step for each neuron
        of the layer, of what has arrived there (``afferent``), before any of
        them receives it; they add up, such as ``power += afferent**2/size``.
    arriving : str
        What a neuron of the layer receives in a time step (dimensionless):
        an expression of ``afferent``, the weights of the spikes that have
        arrived, of ``n_spikes``, the spikes of this neuron so far in the
        presentation, and of the interneuron's variables.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit.
    """

    equations: str = ""
    on_spike: str = ""
    each_step: str = ""
    on_arrival: str = ""
    arriving: str = ""

    kind = "inhibition"
    code = ("on_spike", "each_step", "on_arrival", "arriving")

    def check(self):
        """Raise ModelError unless the text is known and in its unit."""
        equations = self.parsed()
        own = self.parameter_dimensions() | equations.dimensions
        received = dimension_table(**ALWAYS, afferent="1") | own
        own |= dimension_table(**{name: ALWAYS[name] for name in KNOWN})
        check_equations(self.title, equations, own)
        self.check_statements(own, "each_step")
        self.check_statements(own | dimension_table(size="1"), "on_spike")
        self.check_statements(own | dimension_table(size="1", afferent="1"), "on_arrival")
        check_expression(self.title, "arriving", self.arriving, received)
        for where in ("on_spike", "each_step", "on_arrival"):
            self._check_assigned(where, equations)
        for name, operation, _, _ in map(parse_statement, statements(self.on_arrival)):
            if operation not in ("+=", "-="):
                raise ModelError(
                    f"{self.title}: on_arrival sets {name!r} with {operation!r}, expected '+=' or '-=', "
                    "because all neurons of the layer execute it in one step."
                )

    def _check_assigned(self, where, equations):
        for name in assigned_names(getattr(self, where)):
            if name not in equations.names:
                raise ModelError(
                    f"{self.title}: {where} sets {name!r}, but the equations have only "
                    f'{", ".join(sorted(equations.names))}; add "{name} : 1".'
                )
