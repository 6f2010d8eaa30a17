"""A readout: neurons, one per class, that learn to tell classes from what the layers do."""

from dataclasses import dataclass

from brian2.equations.equations import SUBEXPRESSION

from ffbrian.errors import ModelError
from ffbrian.models.text import (
    ALWAYS,
    Model,
    assigned_names,
    check_equations,
    check_expression,
    dimension_table,
    read_names,
)
from ffbrian.models.validity import at_any_time, check_moment, moving, seen_by

#: What a readout neuron is told: whether its class is the sample's.
TOLD = dimension_table(target="1")
#: Falls from 1 to 0 during a presentation.
RAMP = dimension_table(ramp="1")
#: What a synapse onto it sees besides: its weight, the learning rate, and the presynaptic spike count.
SEEN = dimension_table(w="1", eta="1", s="1", n_spikes_pre="1")
#: What it sees where an algorithm lets one neuron act: whether it was this one, and how it went.
ACTED = dimension_table(chosen_post="1", M="1")


@dataclass(frozen=True, repr=False)
class Readout(Model):
    """A population of one neuron per class behind all layers.

    While a sample is shown, every spike of a layer reaches the readout neurons
    through `on_pre`.  When the presentation has ended, every readout neuron
    executes `respond` and, in training, every synapse `learn`.

    Attributes
    ----------
    equations : str
        Variables of a readout neuron; all begin a presentation at 0.
    on_pre : str
        Statements executed in a synapse at a spike of its presynaptic neuron;
        variables of the readout neuron carry the suffix ``_post``.
    respond : str
        Statements executed in each readout neuron; ``target`` is 1 in the
        neuron of the sample's class and 0 in others.
    learn : str
        Statements executed in each synapse in training; ``n_spikes_pre`` is
        the presynaptic neuron's spike count in this presentation, ``eta`` the
        current learning rate of the layers, ``s`` the phase (+1 positive,
        -1 negative).  Where one neuron acts and is rewarded, ``chosen_post`` is 1
        in that one and 0 in others, and ``M`` the reward minus its expectation.
    response : str
        The variable by which the classes are compared, or the output's value.
    kept : str
        Variables of a readout neuron that live on, such as a bias, and are saved.
    pre_equations, on_pre_spike : str
        A trace of the presynaptic neuron and what a spike adds to it, for the synapse's
        `learn`; ``ramp`` falls from 1 to 0 during a presentation.
    pooled : str
        An expression of a readout neuron's variables; `respond` sees its sum over all
        readout neurons as ``pool``.
    learn_neuron : str
        Statements executed in each readout neuron in training, with the synapses' `learn`.

    Raises
    ------
    ModelError
        For text that cannot be read, an unknown name or a wrong unit.
    """

    equations: str = ""
    on_pre: str = ""
    respond: str = ""
    learn: str = ""
    response: str = "y"
    kept: str = ""
    pre_equations: str = ""
    on_pre_spike: str = ""
    pooled: str = ""
    learn_neuron: str = ""

    kind = "readout"
    code = ("on_pre", "respond", "learn")

    @property
    def has_loss(self):
        """Whether the neurons say how wrong they are, as perturbations and broadcast errors need."""
        return {"error", "loss"} <= set(self.parsed().names)

    @property
    def acts(self):
        """Whether its synapses learn from an action and its reward, which only some algorithms provide."""
        return "p_class" in self.parsed().names and bool(set(ACTED) & read_names(self.learn))

    def check(self):
        """Raise ModelError unless every statement is known and in its unit."""
        neuron = self.parsed() + self.parsed("kept")
        if self.response not in neuron.names:
            raise ModelError(
                f"{self.title}: response is {self.response!r}, but the equations have only "
                f'{", ".join(sorted(neuron.names)) or "nothing"}; add "{self.response} : 1".'
            )
        own = self.parameter_dimensions() | dimension_table(**ALWAYS)
        check_equations(self.title, neuron, own | TOLD)
        pool = dimension_table(pool="1") if self.pooled else {}
        self.check_statements(own | TOLD | pool | neuron.dimensions, "respond")
        self.check_statements(own | TOLD | dimension_table(eta="1") | neuron.dimensions, "learn_neuron")
        if self.pooled:
            check_expression(self.title, "pooled", self.pooled, own | neuron.dimensions)
        trace = self.parsed("pre_equations")
        self.check_statements(own | RAMP | trace.dimensions, "on_pre_spike")
        seen = (
            own
            | SEEN
            | ACTED
            | RAMP
            | {f"{name}_pre": unit for name, unit in trace.dimensions.items()}
            | {f"{name}_post": unit for name, unit in neuron.dimensions.items()}
        )
        self.check_statements(seen, "on_pre", "learn")
        self._check_moments(neuron)
        if "w" not in assigned_names(self.learn):
            raise ModelError(
                f"{self.title}: learn does not set the weight 'w'; write for example learn=\"w += "
                'eta*error_post*n_spikes_pre".'
            )

    def _check_moments(self, neuron):
        """What the teacher says, and what follows from it, is there from `respond` on."""
        told = {name: "it is told when that has ended; read it in respond" for name in TOLD}
        check_moment(self.title, neuron, at_any_time(neuron), told)
        later = (
            set(assigned_names(self.respond))
            - {name.removesuffix("_post") for name in assigned_names(self.on_pre)}
            - moving(neuron)
        )
        at_end = {
            f"{name}_post": f"respond sets it when that has ended; read '{name}_post' in learn"
            for name in later
        }
        at_end |= {
            f"{e.varname}_post": (
                f"it follows from {', '.join(sorted(seen_by([e.varname], neuron) & (later | set(TOLD))))}, "
                "known when that has ended; read it in learn"
            )
            for e in neuron.values()
            if e.type == SUBEXPRESSION and seen_by([e.varname], neuron) & (later | set(TOLD))
        }
        check_moment(self.title, neuron, {"on_pre": read_names(self.on_pre)}, at_end)
