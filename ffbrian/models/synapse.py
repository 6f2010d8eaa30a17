"""Synapse models: what a presynaptic spike does to the membrane behind it."""

from dataclasses import dataclass

from brian2.equations.equations import PARAMETER, SUBEXPRESSION
from brian2.parsing.statements import parse_statement
from brian2.units.fundamentalunits import DIMENSIONLESS

from ffbrian.errors import ModelError
from ffbrian.models.expressions import KNOWN, evaluate
from ffbrian.models.quantities import shortened
from ffbrian.models.text import Model, always, assigned_names, check_equations, check_names, statements


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
    pre_equations : str
        State of the synapse that only the presynaptic spikes decide, such as the transmitter
        that is left: kept once for each presynaptic neuron (with delays for each synapse) and
        read in `on_pre` with the suffix ``_pre``, as the spike finds it.
    pre_initial : str
        Statements that set it when a presentation begins; what they do not name begins at 0.
    on_pre_spike : str
        Statements that a presynaptic spike changes it by, after it has been transmitted; they
        add (``+=``) or take away (``-=``).
    summed_equations : str
        Of synapses that act without spikes, an equation of what a neuron receives in every
        step, summed over its synapses: ``"gap = w*(v_pre - v_post) : volt"``.  `equations`
        declare the variable (``gap : volt``).
    limit : str
        As in `NeuronModel`.
    """

    equations: str = ""
    on_input: str = ""
    on_pre: str = "afferent_post += w"
    accumulators: tuple = ("afferent",)
    on_presentation: str = ""
    held: tuple = ()
    pre_equations: str = ""
    pre_initial: str = ""
    on_pre_spike: str = ""
    summed_equations: str = ""
    references: tuple = ()

    kind = "synapse"
    code = ("on_input", "on_pre", "pre_initial", "on_pre_spike")

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
        released = {f"{name}_pre": dim for name, dim in self.parsed("pre_equations").dimensions.items()}
        seen = dict.fromkeys({"w"} | targets, DIMENSIONLESS) | self.parameter_dimensions() | released
        self.check_statements(seen, "on_pre")
        self._check_release()
        self._check_summed()

    def _check_release(self):
        """Raise ModelError unless what presynaptic spikes change is known, and they only add to it."""
        state = self.parsed("pre_equations")
        check_names(self.title, state, self.parameters)
        for name in sorted({*state.names} & {*self.parsed().names, *self.accumulators}):
            raise ModelError(
                f"{self.title}: {name!r} stands in pre_equations and belongs to the neuron behind the "
                "synapse, too; rename one of them."
            )
        if state.names and self.held:
            raise ModelError(
                f"{self.title}: acts once, when a presentation begins, so that no spike changes "
                f"{', '.join(state.names)}; leave pre_equations out."
            )
        seen = always() | self.parameter_dimensions() | state.dimensions
        check_equations(self.title, state, seen)
        self.check_statements(seen, "pre_initial", "on_pre_spike")
        for where in ("pre_initial", "on_pre_spike"):
            for name, operation, _, _ in map(parse_statement, statements(getattr(self, where))):
                if name not in state:
                    raise ModelError(
                        f"{self.title}: {where} sets {name!r}, but pre_equations have only "
                        f"{', '.join(state.names) or 'nothing'}; add it to them."
                    )
                if where == "on_pre_spike" and operation not in ("+=", "-="):
                    raise ModelError(
                        f"{self.title}: on_pre_spike sets {name!r} with {operation!r}, expected '+=' or "
                        "'-=', so that a spike that comes too late for its presentation changes nothing."
                    )

    def _check_summed(self):
        """Raise ModelError unless what acts without spikes is one equation of a declared variable."""
        found, own = self.parsed("summed_equations"), self.parsed()
        for one in found.values():
            declared = own.get(one.varname)
            is_declared = declared is not None and declared.type == PARAMETER and declared.dim == one.dim
            if one.type != SUBEXPRESSION or not is_declared:
                raise ModelError(
                    f"{self.title}: summed_equations are {shortened(self.summed_equations)}, expected "
                    'equations of variables that equations declare, such as "gap = w*(v_pre - v_post) : '
                    'volt" beside "gap : volt".'
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
        if self.summed_equations.strip():
            return False
        known = KNOWN | {"w": 0.0} | {name: float(value) for name, value in self.values.items()}
        known |= {f"{name}_pre": 0.37 for name in self.parsed("pre_equations").names}  # any number
        try:
            return all(
                operator == "+=" and evaluate(text, known) == 0
                for _, operator, text, _ in map(parse_statement, statements(self.on_pre))
            )
        except KeyError:  # it names what is known in the network only, or draws random numbers
            return False

    @property
    def needs_graph(self):
        """Whether it keeps or reads what only projections between named populations have."""
        return bool(self.pre_equations.strip() or self.summed_equations.strip())

    def own_names(self):
        """As of every model, with what spikes add to (set of str)."""
        return super().own_names() | {*self.accumulators, *self.held}

    def provides(self):
        """Names that the equations add to a neuron."""
        return set(self.parsed().names)
