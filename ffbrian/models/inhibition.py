"""Inhibition within a layer: an interneuron that all neurons of the layer excite, and that acts on all."""

from dataclasses import dataclass

from ffbrian.errors import ModelError
from ffbrian.models.text import (
    ALWAYS,
    Model,
    assigned_names,
    check_equations,
    check_expression,
    dimension_table,
)


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
    arriving : str
        What a neuron of the layer receives in a time step (dimensionless):
        an expression of ``afferent``, the weights of the spikes that have
        arrived, and of the interneuron's variables.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit.
    """

    equations: str = ""
    on_spike: str = ""
    arriving: str = ""

    kind = "inhibition"
    code = ("on_spike", "arriving")

    def check(self):
        """Raise ModelError unless the text is known and in its unit."""
        equations = self.parsed()
        own = dimension_table(**ALWAYS) | self.parameter_dimensions() | equations.dimensions
        check_equations(self.title, equations, own)
        self.check_statements(own | dimension_table(size="1"), "on_spike")
        check_expression(self.title, "arriving", self.arriving, own | dimension_table(afferent="1"))
        for name in assigned_names(self.on_spike):
            if name not in equations.names:
                raise ModelError(
                    f"{self.title}: on_spike sets {name!r}, but the equations have only "
                    f'{", ".join(sorted(equations.names))}; add "{name} : 1".'
                )
