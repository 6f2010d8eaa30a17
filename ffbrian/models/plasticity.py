"""Three-factor rules: traces, eligibility, and what a signal makes of it."""

from dataclasses import dataclass

from brian2.equations.equations import PARAMETER
from brian2.units.fundamentalunits import get_dimensions
from brian2.utils.stringtools import get_identifiers

from ffbrian.errors import ModelError
from ffbrian.models.quantities import unit_name
from ffbrian.models.signal import heard_names
from ffbrian.models.text import (
    Model,
    always,
    assigned_names,
    check_equations,
    check_unset,
    dimension_table,
    read_names,
)
from ffbrian.models.validity import GOODNESS, at_any_time, check_moment, seen_by

#: What a rule may read besides its own text, where the network's algorithm or modulator offers it.
OFFERED = (
    "w",
    "M",
    "s",
    "goodness",
    "p_post",
    "a_post",
    "error_post",
    "n_spikes_post",
    "nudge_post",
    "gain_post",
    "credit_post",
    "noise",
    "n_free_post",
    "n_input_pre",
    "n_input_post",
    "n_wrong_post",
)
#: The time since `consolidate` was executed, which it alone may read.
PASSED = dimension_table(passed="second")


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
        of the postsynaptic neuron and ``eta`` the learning rate.  ``passed`` is the time
        since this was last executed: a presentation, or in a `Stream` its `update_every`.
    kept : str
        State of a synapse that lives on from one presentation to the next, begins at 0
        and is saved with checkpoints, such as running moments of its changes.
    silent_without : str
        A presynaptic variable, of the rule or of its algorithm: while it is exactly
        0, neither `on_post` nor `consolidate` changes the synapse.  It lets the dense pathway skip
        the row.  Empty if there is none.
    reads_pre, reads_post : str
        Variables of the neurons at either side that the rule reads, one a line with
        its unit as in equations (``"v : volt"``).  They are ``v_pre`` and ``v_post``
        in the synapse and ``v`` in the traces; the neurons of a network, their synapse
        models or their modulator must declare them.  A rule changes none of them.
    hears : tuple of str
        Signals of the network that the rule reads by their names, besides the modulator ``M``.
    """

    pre_equations: str = ""
    post_equations: str = ""
    on_pre_spike: str = ""
    on_post_spike: str = ""
    equations: str = ""
    on_pre: str = ""
    on_post: str = ""
    consolidate: str = ""
    kept: str = ""
    silent_without: str = ""
    reads_pre: str = ""
    reads_post: str = ""
    hears: tuple = ()

    kind = "plasticity rule"
    code = ("on_pre_spike", "on_post_spike", "on_pre", "on_post", "consolidate")

    def check(self):
        """Raise ModelError unless every statement is known and in its unit."""
        self._check_parameters()
        pre, post = (self.parsed(key) for key in ("pre_equations", "post_equations"))
        synapse = self.parsed() + self.parsed("kept")
        self._check_reads()
        base = self.parameter_dimensions() | dimension_table(t="second", dt="second")
        seen_pre, seen_post = (base | always() | self.declared(side) for side in ("pre", "post"))
        check_equations(self.title, pre, seen_pre)
        check_equations(self.title, post, seen_post)
        self.check_statements(seen_pre | dimension_table(ramp="1") | pre.dimensions, "on_pre_spike")
        self.check_statements(seen_post | post.dimensions, "on_post_spike")
        seen = base | self._synaptic(pre, post, synapse)
        check_equations(self.title, synapse, seen)
        self.check_statements(seen, "on_pre", "on_post")
        self.check_statements(seen | PASSED, "consolidate")
        self._check_given()
        check_moment(self.title, synapse, self.at_spikes(), GOODNESS)
        self._check_silent(pre)
        if "w" not in assigned_names("\n".join((self.on_pre, self.on_post, self.consolidate))):
            raise ModelError(
                f"{self.title}: no statement sets the weight 'w'; write for example consolidate=\"w += "
                'eta*M*p_post*elig".'
            )

    def _check_parameters(self):
        """Raise ModelError unless there is a learning rate, and no name that something else has."""
        if "eta" not in self.parameters:
            raise ModelError(
                f"{self.title}: has no parameter 'eta', the learning rate; add one, such as eta=3e-4."
            )
        if not get_dimensions(self.values["eta"]).is_dimensionless:
            raise ModelError(
                f"{self.title}: the learning rate 'eta' is {self.values['eta']}, expected a number without "
                "unit, such as 3e-4."
            )
        if not 0 <= float(self.values["eta"]) < float("inf"):
            raise ModelError(
                f"{self.title}: the learning rate 'eta' is {float(self.values['eta']):g}, expected a finite "
                "number of at least 0, such as 3e-4."
            )
        taken = sorted({*OFFERED, *self.hears} & set(self.parameters))
        if taken:
            raise ModelError(
                f"{self.title}: the parameter {taken[0]!r} has the name of what the network tells the "
                "synapse, which would be read instead; choose another name."
            )

    def _check_given(self):
        """Raise ModelError if the synapse sets what belongs to the network or to the neurons at its ends."""
        traces = {
            f"{name}_{side}" for side in ("pre", "post") for name in self.parsed(f"{side}_equations").names
        }
        given = {*OFFERED, *self.hears, *PASSED} - traces - {"w"}
        for where in ("on_pre", "on_post", "consolidate"):
            check_unset(self.title, where, getattr(self, where), given)

    def declared(self, side):
        """Dimensions of what the rule reads of the neurons at one side, by name."""
        return dict(self.parsed(f"reads_{side}").dimensions)

    def _check_reads(self):
        """Raise ModelError unless what the rule reads of neurons is plainly named and left alone."""
        for side in ("pre", "post"):
            own, read = self.parsed(f"{side}_equations"), self.parsed(f"reads_{side}")
            code = (getattr(self, f"on_{side}_spike"), self.on_pre, self.on_post, self.consolidate)
            changed = {*assigned_names(code[0]), *assigned_names("\n".join(code[1:]))}
            for one in read.values():
                name, is_changed = one.varname, {one.varname, f"{one.varname}_{side}"} & changed
                if one.type != PARAMETER or name in own:
                    raise ModelError(
                        f"{self.title}: reads_{side} names {name!r} by an equation or as a trace of its own, "
                        'expected variables of the neuron with their units only, such as "v : volt".'
                    )
                if is_changed:
                    raise ModelError(
                        f"{self.title}: sets {is_changed.pop()!r}, a variable of the neuron, which a rule "
                        "may only read."
                    )

    def check_ends(self, pre, post):
        """Raise ModelError if the rule reads what the neurons of a projection do not declare.

        Parameters
        ----------
        pre, post : (str, dict of str to Dimension)
            What the neurons are called, and what they declare.
        """
        for side, (called, declared) in (("pre", pre), ("post", post)):
            for name, wanted in self.declared(side).items():
                if name not in declared:
                    raise ModelError(
                        f"{self.title}: reads '{name}_{side}', but {called} declares no {name!r}, only "
                        f"{', '.join(sorted(declared)) or 'nothing'}; choose other neurons or another rule."
                    )
                if declared[name] != wanted:
                    raise ModelError(
                        f"{self.title}: reads '{name}_{side}' in {unit_name(wanted)}, but {called} has it in "
                        f"{unit_name(declared[name])}; correct reads_{side}."
                    )

    def _check_silent(self, pre):
        known = [f"{name}_pre" for name in sorted(pre.names)] + [
            name for name in OFFERED if name.endswith("_pre")
        ]
        if self.silent_without and self.silent_without not in known:
            raise ModelError(
                f"{self.title}: silent_without is {self.silent_without!r}, expected a variable of the "
                f"presynaptic neuron; there are {', '.join(known)}."
            )

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
                raise ModelError(
                    f"{self.title}: equation of {e.varname!r} reads 'M', but it is integrated from spike to "
                    "spike and would see the last value only; write (clock-driven) instead of "
                    "(event-driven)."
                )
        read = read_names("\n".join((self.on_pre, self.on_post, self.consolidate)))
        read |= set().union(*(get_identifiers(str(e.expr)) for e in synapse.values() if e.expr is not None))
        offered = modulator.parsed("neuron_equations")
        own = {*self.parsed("post_equations").names, *self.declared("post")}
        for name in sorted({"a", "p"} - own):
            if f"{name}_post" in read and (
                name not in offered.names or not offered.dimensions[name].is_dimensionless
            ):
                raise ModelError(
                    f"{self.title}: reads '{name}_post', but {modulator.title} gives a neuron no number "
                    f'{name!r}, only {", ".join(sorted(offered.names))}; add "{name} : 1" to its '
                    f'neuron_equations and on_spike="{name} += 1", or use another rule.'
                )

    def reads_of_others(self):
        """What the rule reads that neither it nor the weight is (set of str)."""
        text = "\n".join((self.on_pre, self.on_post, self.consolidate))
        own = {f"{name}_post" for name in self.parsed("post_equations").names}
        return (read_names(text) & set(OFFERED)) - own | self.reads_of_neurons()

    def reads_of_neurons(self):
        """Variables of the neurons at either side that the rule declares to read, with their side (set of
        str).
        """
        return {f"{name}_{side}" for side in ("pre", "post") for name in self.declared(side)}

    def _synaptic(self, pre, post, synapse):
        names = dimension_table(**dict.fromkeys(OFFERED, "1"))
        names |= heard_names(self) | synapse.dimensions
        names |= {f"{name}_pre": dim for name, dim in pre.dimensions.items()}
        names |= {f"{name}_post": dim for name, dim in post.dimensions.items()}
        sides = ("pre", "post")
        return names | {f"{name}_{side}": dim for side in sides for name, dim in self.declared(side).items()}
