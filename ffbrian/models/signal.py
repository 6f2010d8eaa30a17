"""Signals: named scalars that the whole network hears, with a release and dynamics of their own."""

from dataclasses import dataclass

from brian2.equations.equations import DIFFERENTIAL_EQUATION, PARAMETER, SUBEXPRESSION

from ffbrian.errors import ModelError
from ffbrian.models.beginning import RANDOM
from ffbrian.models.text import (
    Model,
    assigned_names,
    check_equations,
    check_unset,
    dimension_table,
    read_names,
)
from ffbrian.models.validity import at_any_time, check_moment, moving

#: What a release can be told; which of it there is, the learning algorithm decides.
TOLD = dimension_table(s="1", goodness="1", reward="1", expected="1")
#: Why it cannot be read earlier.
LATE = "it is told when that has ended; read it in release"
#: What every signal can read.
SEEN = dimension_table(t="second", dt="second")


@dataclass(frozen=True, repr=False)
class Signal(Model):
    """A neuromodulator of the whole network, besides the modulator `M`.

    Under its name in the network (``signals={"ACh": …}``) its equations define its value,
    a number without unit.  Rules, neurons, modulators and other signals read it by that
    name if they say that they hear it (``hears=("ACh",)``).

    Attributes
    ----------
    equations : str
        Its value and whatever else it keeps.  A value with a differential equation is
        valid at all times; any other one from its release on.
    release : str
        Statements executed when a presentation has ended.  They may read what the learning
        algorithm tells: under Forward-Forward the phase ``s`` (+1, -1 or 0) and ``goodness``,
        summed over the populations that learn; under reward-modulated STDP ``reward`` and
        ``expected``, the reward that was expected.
    initial : str
        Statements that set what a training begins with (0 where they say nothing).  An
        evaluation, in which nothing is released, runs at these values.
    hears : tuple of str
        Other signals that `release` and the equations read; ``"M"`` is the modulator.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit, and for what is read
        before it is valid.
    """

    equations: str = ""
    release: str = ""
    initial: str = ""
    hears: tuple = ()

    kind = "signal"
    code = ("release", "initial")

    def check(self):
        """Raise ModelError unless every statement is known, in its unit and in time."""
        own, heard = self.parsed(), heard_names(self)
        known = SEEN | self.parameter_dimensions() | heard
        check_equations(self.title, own, known | TOLD)
        self.check_statements(known | own.dimensions, "initial")
        self.check_statements(known | TOLD | own.dimensions, "release")
        check_moment(self.title, own, at_any_time(own), dict.fromkeys(TOLD, LATE))
        if read_names(self.initial) & RANDOM:
            raise ModelError(
                f"{self.title}: initial draws random numbers, but an evaluation begins as the training did; "
                "write a number."
            )
        for where in ("release", "initial"):
            check_unset(self.title, where, getattr(self, where), {*TOLD, *heard})
            for name in assigned_names(getattr(self, where)):
                if name in own and own[name].type == SUBEXPRESSION:
                    raise ModelError(
                        f"{self.title}: {where} sets {name!r}, which the equations compute; set another "
                        "variable."
                    )

    @property
    def told(self):
        """What of the algorithm its release reads (set of str)."""
        equations = self.parsed()
        computed = " + ".join(str(e.expr) for e in equations.values() if e.type == SUBEXPRESSION)
        return (read_names(self.release) | read_names(f"_ = {computed or 0}")) & set(TOLD)

    @property
    def kept(self):
        """Names of the variables that live on (tuple of str)."""
        kinds = (DIFFERENTIAL_EQUATION, PARAMETER)
        return tuple(e.varname for e in self.parsed().values() if e.type in kinds)

    def is_valid_always(self, name):
        """Whether the value of that name follows a differential equation."""
        return name in moving(self.parsed())

    def late(self, name):
        """What is said of a value that is not valid while a presentation goes on (dict of str to str)."""
        if self.is_valid_always(name):
            return {}
        return {
            name: (
                f"{self.title} releases it when that has ended, and until then it is of the presentation "
                f"before; read it when a presentation has ended, or give {name} a differential equation"
            )
        }


def heard_names(model):
    """Dimensions of the signals that a model says it hears."""
    return dimension_table(**dict.fromkeys(model.hears, "1"))
