"""Modulators: what a layer's activity releases when a presentation has ended."""

from dataclasses import dataclass

from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER, SUBEXPRESSION

from ffbrian.errors import ModelError
from ffbrian.models.beginning import set_once
from ffbrian.models.quantities import MOST, is_whole, unit_name
from ffbrian.models.signal import heard_names
from ffbrian.models.text import (
    Model,
    always,
    assigned_names,
    check_equations,
    check_expression,
    check_unset,
    dimension_table,
    read_names,
)
from ffbrian.models.validity import GOODNESS, at_any_time, check_moment, moving

#: What a modulator can see: the phase of the presentation that ends (+1, -1 or
#: 0) and the goodness of the layer, and for the opponent kind nothing else.
MODULATOR_INPUTS = dimension_table(s="1", goodness="1", t="second", dt="second")


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
    hears : tuple of str
        Signals of the network that `release` and the equations read by their names.
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
    hears: tuple = ()

    kind = "modulator"
    code = ("neuron_initial", "on_spike", "contribution", "release", "comparison")

    def check(self):
        """Raise ModelError unless the modulator defines what the others need."""
        if not is_whole(self.groups, 1, MOST):
            raise ModelError(
                f"{self.title}: groups is {self.groups!r}, expected a whole number of at least 1, the groups "
                "of neurons with a modulator of their own."
            )
        neuron = self.parsed("neuron_equations")
        own = self.parsed()
        for name, equations, where in (("p", neuron, "neuron_equations"), ("M", own, "equations")):
            if name not in equations.names:
                raise ModelError(
                    f"{self.title}: {where} must define {name!r}; they define "
                    f'{", ".join(equations.names) or "nothing"}. Add "{name} : 1".'
                )
            if not equations.dimensions[name].is_dimensionless:
                raise ModelError(
                    f"{self.title}: {where} define {name!r} in {unit_name(equations.dimensions[name])}, "
                    f'expected a number without unit; write "{name} : 1".'
                )
        seen = always() | self.parameter_dimensions() | neuron.dimensions
        self.check_statements(seen, "neuron_initial", "on_spike")
        check_expression(self.title, "contribution", self.contribution, seen)
        inputs = MODULATOR_INPUTS | self.parameter_dimensions() | heard_names(self)
        check_equations(self.title, own, inputs)
        compared = self._compared()
        self.check_statements(inputs | own.dimensions | compared, "release")
        check_moment(self.title, own, at_any_time(own), GOODNESS)
        self._check_assigned("neuron_initial", neuron)
        self._check_assigned("on_spike", neuron, {"p": "the polarity, which no spike changes"})
        check_unset(self.title, "release", self.release, self.hears)
        self._check_assigned("release", own, {name: "given to the modulator" for name in MODULATOR_INPUTS})
        if "M" not in assigned_names(self.release):
            raise ModelError(f"{self.title}: release does not set 'M'; write for example \"M = s\".")

    def _compared(self):
        """What a comparison of labels offers to `release` (dimensions by name)."""
        if not self.comparison:
            return {}
        check_expression(
            self.title,
            "comparison",
            self.comparison,
            dimension_table(goodness="1", rival="1") | self.parameter_dimensions(),
        )
        return dimension_table(rivals="1")

    def _check_assigned(self, where, equations, given=None):
        """Raise ModelError if code sets what equations compute, or what is given."""
        computed = {
            e.varname: "computed by the equations" for e in equations.values() if e.type == SUBEXPRESSION
        }
        reasons = computed | (given or {})
        for name in assigned_names(getattr(self, where)):
            if name in reasons:
                raise ModelError(
                    f"{self.title}: {where} sets {name!r}, which is {reasons[name]}; set another variable."
                )

    @property
    def set_once(self):
        """Names of the neurons' variables that get their value once in a training (see
        `ffbrian.models.beginning`).
        """
        return set_once(self.parsed("neuron_equations"), self.neuron_initial, fixed=("p",))

    @property
    def late(self):
        """What is not valid before a presentation has ended, with what is said of it (dict of str to str)."""
        return (
            {}
            if "M" in moving(self.parsed())
            else {
                "M": (
                    f"{self.title} releases it when that has ended, and until then it is of the presentation "
                    "before; read it in consolidate, or give M a differential equation"
                )
            }
        )

    @property
    def lasting(self):
        """Names of the variables that live on and are saved: all of its own, but an `M` that no equation
        changes.
        """
        kept = [e.varname for e in self.parsed().values() if e.type in (DIFFERENTIAL_EQUATION, PARAMETER)]
        is_fresh = self.parsed()["M"].type == PARAMETER and "M" not in read_names(self.release)
        return tuple(name for name in kept if name != "M" or not is_fresh)
