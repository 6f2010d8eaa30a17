"""Synapse models: what a presynaptic spike does to the membrane behind it."""

from dataclasses import dataclass

from brian2.parsing.statements import parse_statement
from brian2.units.fundamentalunits import DIMENSIONLESS

from ffbrian.errors import ModelError
from ffbrian.models.expressions import KNOWN, evaluate
from ffbrian.models.text import Model, assigned_names, statements


@dataclass(frozen=True, repr=False)
class SynapseModel(Model):
    """What a presynaptic spike does to the membrane.

    Attributes
    ----------
    equations : str
        Added to the postsynaptic neuron's equations.
    on_input : str
        Statements executed each step in the postsynaptic neuron, once all
        spikes of the step have arrived; they see the accumulators.
    on_pre : str
        Statement executed at a presynaptic spike; adds a function of ``w``
        to the accumulators.  An accumulator that is called ``afferent`` in
        `on_input` is written ``afferent_post`` here.
    accumulators : tuple of str
    on_presentation : str
        Statement executed once when a presentation begins, instead of at spikes, from a
        graded presynaptic population: adds a function of ``w`` and ``value_pre`` to `held`.
    held : tuple of str
        Accumulators that keep their value during a presentation.
    limit : str
        As in `NeuronModel`.
    """

    equations: str = ""
    on_input: str = ""
    on_pre: str = "afferent_post += w"
    accumulators: tuple = ("afferent",)
    on_presentation: str = ""
    held: tuple = ()
    references: tuple = ()

    kind = "synapse"
    code = ("on_input", "on_pre")

    def check(self):
        """Raise ModelError unless the text can be read."""
        object.__setattr__(self, "accumulators", tuple(self.accumulators))
        object.__setattr__(self, "held", tuple(self.held))
        self.parsed()
        self._check_graded()
        targets = {f"{name}_post" for name in self.accumulators}
        if set(assigned_names(self.on_pre)) != targets:
            raise ModelError(
                f"{self.title}: on_pre sets {', '.join(assigned_names(self.on_pre)) or 'nothing'}, expected "
                f"{', '.join(sorted(targets)) or 'nothing'}; name what it sets in accumulators, without "
                "_post."
            )
        self.check_statements(
            dict.fromkeys({"w"} | targets, DIMENSIONLESS) | self.parameter_dimensions(), "on_pre"
        )

    def _check_graded(self):
        targets = {f"{name}_post" for name in self.held}
        if set(assigned_names(self.on_presentation)) != targets:
            raise ModelError(
                f"{self.title}: on_presentation sets "
                f"{', '.join(assigned_names(self.on_presentation)) or 'nothing'}, expected "
                f"{', '.join(sorted(targets)) or 'nothing'}; name what it sets in held, without _post."
            )
        seen = dict.fromkeys({"w", "value_pre"} | targets, DIMENSIONLESS) | self.parameter_dimensions()
        self.check_statements(seen, "on_presentation")

    def is_silent_at_zero(self):
        """Whether a spike through a weight of 0 does nothing."""
        known = KNOWN | {"w": 0.0} | {name: float(value) for name, value in self.values.items()}
        try:
            return all(
                operator == "+=" and evaluate(text, known) == 0
                for _, operator, text, _ in map(parse_statement, statements(self.on_pre))
            )
        except KeyError:  # it names what is known in the network only, or draws random numbers
            return False

    def provides(self):
        """Names that the equations add to a neuron."""
        return set(self.parsed().names)
