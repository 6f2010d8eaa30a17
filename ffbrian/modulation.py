"""The two kinds of model that learn: modulators and three-factor rules."""
from dataclasses import dataclass

from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER, SUBEXPRESSION
from brian2.units.fundamentalunits import get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.beginning import set_once
from ffbrian.description import (
    Model,
    always,
    assigned_names,
    check_equations,
    check_expression,
    dimension_table,
    read_names,
)
from ffbrian.errors import ModelError
from ffbrian.units import MOST, is_whole, unit_name
from ffbrian.validity import at_any_time, check_moment, moving, seen_by

#: What a modulator can see: the phase of the presentation that ends (+1, -1 or
#: 0) and the goodness of the layer, and for the opponent kind nothing else.
MODULATOR_INPUTS = dimension_table(s="1", goodness="1", t="second", dt="second")
#: What a rule may read besides its own text, where the network's algorithm or modulator offers it.
OFFERED = ("w", "M", "s", "goodness", "p_post", "a_post", "error_post", "n_spikes_post", "nudge_post", "gain_post", "credit_post")
#: Why goodness cannot be read earlier.
GOODNESS = {"goodness": "it is summed when that has ended, and until then it is of the presentation before; read it in release or consolidate"}


@dataclass(frozen=True, repr=False)
class Modulator(Model):
    """A reward-like scalar that a layer's goodness releases after a presentation.

    Attributes
    ----------
    neuron_equations : str
        Variables that every neuron of the layer keeps for the modulator.  It
        must define the polarity ``p``.
    neuron_initial : str
        Statements that set them (``unit`` is the index of the neuron within
        its layer).  The polarity, and what is flagged ``(constant)``, is set
        once in a training, from its seed, and saved with the model; all others
        are set when a presentation begins.
    on_spike : str
        Statements executed in a neuron that spikes.
    contribution : str
        A neuron's contribution; goodness is the mean over the layer.
    release : str
        Statements that set ``M`` from ``goodness`` and the phase ``s`` (+1
        positive, -1 negative, 0 evaluation).
    equations : str
        State of the modulator itself; must define ``M``.  What it holds begins
        at 0 and lives on from one presentation to the next, for example a
        running mean of goodness.  An `M` with a differential equation is valid
        at all times; any other one from its release on, when a presentation
        has ended.
    is_shared : bool
        One modulator for all layers, released by the sum of their goodness,
        instead of one for each layer.
    comparison : str
        What `goodness` is worth beside the goodness of another label,
        ``rival``; its sum over all labels, the own one included, is what
        `release` may read as ``rivals``.  All labels are compared where their
        copies learn at once (`AllNegatives`); a label that is shown alone is
        compared with itself and with the neutral point 0.
    groups : int
        Where copies for all labels learn at once: neighbouring neurons of a
        layer form so many groups of equal size, each with a goodness and a
        modulator of its own, as regions of a brain have their own dopamine.
        The answer counts them all.
    """

    neuron_equations: str = ""
    neuron_initial: str = ""
    on_spike: str = ""
    contribution: str = ""
    equations: str = "M : 1"
    release: str = ""
    is_shared: bool = False
    comparison: str = ""
    groups: int = 1

    kind = "modulator"
    code = ("neuron_initial", "on_spike", "contribution", "release", "comparison")

    def check(self):
        """Raise ModelError unless the modulator defines what the others need."""
        if not is_whole(self.groups, 1, MOST):
            raise ModelError(f"{self.title}: groups is {self.groups!r}, expected a whole number of at least 1, the groups of neurons with a modulator of their own.")
        neuron = self.parsed("neuron_equations")
        own = self.parsed()
        for name, equations, where in (("p", neuron, "neuron_equations"), ("M", own, "equations")):
            if name not in equations.names:
                raise ModelError(f"{self.title}: {where} must define {name!r}; they define {', '.join(equations.names) or 'nothing'}. Add \"{name} : 1\".")
            if not equations.dimensions[name].is_dimensionless:
                raise ModelError(f"{self.title}: {where} define {name!r} in {unit_name(equations.dimensions[name])}, expected a number without unit; write \"{name} : 1\".")
        seen = always() | self.parameter_dimensions() | neuron.dimensions
        self.check_statements(seen, "neuron_initial", "on_spike")
        check_expression(self.title, "contribution", self.contribution, seen)
        inputs = MODULATOR_INPUTS | self.parameter_dimensions()
        check_equations(self.title, own, inputs)
        compared = self._compared()
        self.check_statements(inputs | own.dimensions | compared, "release")
        check_moment(self.title, own, at_any_time(own), GOODNESS)
        self._check_assigned("neuron_initial", neuron)
        self._check_assigned("on_spike", neuron, {"p": "the polarity, which no spike changes"})
        self._check_assigned("release", own, {name: "given to the modulator" for name in MODULATOR_INPUTS})
        if "M" not in assigned_names(self.release):
            raise ModelError(f"{self.title}: release does not set 'M'; write for example \"M = s\".")

    def _compared(self):
        """What a comparison of labels offers to `release` (dimensions by name)."""
        if not self.comparison:
            return {}
        check_expression(self.title, "comparison", self.comparison, dimension_table(goodness="1", rival="1") | self.parameter_dimensions())
        return dimension_table(rivals="1")

    def _check_assigned(self, where, equations, given=None):
        """Raise ModelError if code sets what equations compute, or what is given."""
        computed = {e.varname: "computed by the equations" for e in equations.values() if e.type == SUBEXPRESSION}
        reasons = computed | (given or {})
        for name in assigned_names(getattr(self, where)):
            if name in reasons:
                raise ModelError(f"{self.title}: {where} sets {name!r}, which is {reasons[name]}; set another variable.")

    @property
    def set_once(self):
        """Names of the neurons' variables that get their value once in a training (see `ffbrian.beginning`)."""
        return set_once(self.parsed("neuron_equations"), self.neuron_initial, fixed=("p",))

    @property
    def late(self):
        """What is not valid before a presentation has ended, with what is said of it (dict of str to str)."""
        return {} if "M" in moving(self.parsed()) else {"M": f"{self.title} releases it when that has ended, and until then it is of the presentation before; read it in consolidate, or give M a differential equation"}

    @property
    def lasting(self):
        """Names of the variables that live on and are saved: all of its own, but an `M` that no equation changes."""
        kept = [e.varname for e in self.parsed().values() if e.type in (DIFFERENTIAL_EQUATION, PARAMETER)]
        is_fresh = self.parsed()["M"].type == PARAMETER and "M" not in read_names(self.release)
        return tuple(name for name in kept if name != "M" or not is_fresh)


@dataclass(frozen=True, repr=False)
class PlasticityRule(Model):
    """A three-factor rule: traces, eligibility, and what the modulator does with it.

    Attributes
    ----------
    pre_equations, post_equations : str
        Traces kept in the presynaptic and the postsynaptic neuron.
    on_pre_spike, on_post_spike : str
        Statements executed in the presynaptic or postsynaptic neuron when it
        spikes (after the synapses have seen the spike).
    equations : str
        State of a synapse besides its weight ``w``.
    on_pre, on_post : str
        Statements executed in the synapse at a pre- or postsynaptic spike;
        variables of the neurons carry the suffix ``_pre`` or ``_post``.
    consolidate : str
        Statements executed in the synapse when the presentation has ended
        and the modulator ``M`` has been released; ``p_post`` is the polarity
        of the postsynaptic neuron and ``eta`` the learning rate.
    silent_without : str
        A presynaptic variable: while it is exactly 0, neither `on_post` nor
        `consolidate` changes the synapse.  It lets the dense pathway skip
        the row.  Empty if there is none.
    """

    pre_equations: str = ""
    post_equations: str = ""
    on_pre_spike: str = ""
    on_post_spike: str = ""
    equations: str = ""
    on_pre: str = ""
    on_post: str = ""
    consolidate: str = ""
    silent_without: str = ""

    kind = "plasticity rule"
    code = ("on_pre_spike", "on_post_spike", "on_pre", "on_post", "consolidate")

    def check(self):
        """Raise ModelError unless every statement is known and in its unit."""
        if "eta" not in self.parameters:
            raise ModelError(f"{self.title}: has no parameter 'eta', the learning rate; add one, such as eta=3e-4.")
        if not get_dimensions(self.values["eta"]).is_dimensionless:
            raise ModelError(f"{self.title}: the learning rate 'eta' is {self.values['eta']}, expected a number without unit, such as 3e-4.")
        if not 0 <= float(self.values["eta"]) < float("inf"):
            raise ModelError(f"{self.title}: the learning rate 'eta' is {float(self.values['eta']):g}, expected a finite number of at least 0, such as 3e-4.")
        pre, post, synapse = (self.parsed(key) for key in ("pre_equations", "post_equations", "equations"))
        base = self.parameter_dimensions() | dimension_table(t="second", dt="second")
        check_equations(self.title, pre, base | always())
        check_equations(self.title, post, base | always())
        self.check_statements(base | always() | dimension_table(ramp="1") | pre.dimensions, "on_pre_spike")
        self.check_statements(base | always() | post.dimensions, "on_post_spike")
        seen = base | self._synaptic(pre, post, synapse)
        check_equations(self.title, synapse, seen)
        self.check_statements(seen, "on_pre", "on_post", "consolidate")
        check_moment(self.title, synapse, self.at_spikes(), GOODNESS)
        self._check_silent(pre)
        if "w" not in assigned_names("\n".join((self.on_pre, self.on_post, self.consolidate))):
            raise ModelError(f"{self.title}: no statement sets the weight 'w'; write for example consolidate=\"w += eta*M*p_post*elig\".")

    def _check_silent(self, pre):
        known = [f"{name}_pre" for name in sorted(pre.names)]
        if self.silent_without and self.silent_without not in known:
            raise ModelError(f"{self.title}: silent_without is {self.silent_without!r}, expected a variable of the presynaptic neuron; there are {', '.join(known) or 'none'}.")

    def at_spikes(self):
        """What the synapse reads while a presentation goes on (sets of names by place)."""
        return at_any_time(self.parsed(), on_pre=self.on_pre, on_post=self.on_post)

    def check_with(self, modulator):
        """Raise ModelError if the rule reads what a modulator does not give, or gives only later.

        Parameters
        ----------
        modulator : Modulator
        """
        synapse = self.parsed()
        check_moment(self.title, synapse, self.at_spikes(), modulator.late)
        for e in synapse.values():
            if "event-driven" in e.flags and "M" in seen_by(get_identifiers(str(e.expr)), synapse):
                raise ModelError(f"{self.title}: equation of {e.varname!r} reads 'M', but it is integrated from spike to spike and would see the last value only; write (clock-driven) instead of (event-driven).")
        read = read_names("\n".join((self.on_pre, self.on_post, self.consolidate)))
        read |= set().union(*(get_identifiers(str(e.expr)) for e in synapse.values() if e.expr is not None))
        offered, own = modulator.parsed("neuron_equations"), self.parsed("post_equations").names
        for name in sorted({"a", "p"} - own):
            if f"{name}_post" in read and (name not in offered.names or not offered.dimensions[name].is_dimensionless):
                raise ModelError(f"{self.title}: reads '{name}_post', but {modulator.title} gives a neuron no number {name!r}, only {', '.join(sorted(offered.names))}; add \"{name} : 1\" to its neuron_equations and on_spike=\"{name} += 1\", or use another rule.")

    def reads_of_others(self):
        """What the rule reads that neither it nor the weight is (set of str)."""
        text = "\n".join((self.on_pre, self.on_post, self.consolidate))
        own = {f"{name}_post" for name in self.parsed("post_equations").names}
        return (read_names(text) & set(OFFERED)) - own

    @staticmethod
    def _synaptic(pre, post, synapse):
        names = dimension_table(**dict.fromkeys(OFFERED, "1")) | synapse.dimensions
        names |= {f"{name}_pre": dim for name, dim in pre.dimensions.items()}
        return names | {f"{name}_post": dim for name, dim in post.dimensions.items()}
