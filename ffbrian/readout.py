"""A readout: neurons, one per class, that learn to tell classes from what the layers do."""
from dataclasses import dataclass

from brian2.equations.equations import SUBEXPRESSION

from ffbrian.description import ALWAYS, Model, assigned_names, check_equations, dimension_table, read_names
from ffbrian.errors import ModelError
from ffbrian.validity import at_any_time, check_moment, moving, seen_by

#: What a readout neuron is told: whether its class is the sample's.
TOLD = dimension_table(target="1")
#: What a synapse onto it sees besides: its weight, the learning rate, and the presynaptic spike count.
SEEN = dimension_table(w="1", eta="1", s="1", n_spikes_pre="1")


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
        -1 negative).
    response : str
        The variable by which the classes are compared.

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

    kind = "readout"
    code = ("on_pre", "respond", "learn")

    def check(self):
        """Raise ModelError unless every statement is known and in its unit."""
        neuron = self.parsed()
        if self.response not in neuron.names:
            raise ModelError(f"{self.title}: response is {self.response!r}, but the equations have only {', '.join(sorted(neuron.names)) or 'nothing'}; add \"{self.response} : 1\".")
        own = self.parameter_dimensions() | dimension_table(**ALWAYS)
        check_equations(self.title, neuron, own | TOLD)
        self.check_statements(own | TOLD | neuron.dimensions, "respond")
        seen = own | SEEN | {f"{name}_post": unit for name, unit in neuron.dimensions.items()}
        self.check_statements(seen, "on_pre", "learn")
        self._check_moments(neuron)
        if "w" not in assigned_names(self.learn):
            raise ModelError(f"{self.title}: learn does not set the weight 'w'; write for example learn=\"w += eta*error_post*n_spikes_pre\".")

    def _check_moments(self, neuron):
        """What the teacher says, and what follows from it, is there from `respond` on."""
        told = {name: "it is told when that has ended; read it in respond" for name in TOLD}
        check_moment(self.title, neuron, at_any_time(neuron), told)
        later = set(assigned_names(self.respond)) - {name.removesuffix("_post") for name in assigned_names(self.on_pre)} - moving(neuron)
        at_end = {f"{name}_post": f"respond sets it when that has ended; read '{name}_post' in learn" for name in later}
        at_end |= {f"{e.varname}_post": f"it follows from {', '.join(sorted(seen_by([e.varname], neuron) & (later | set(TOLD))))}, known when that has ended; read it in learn" for e in neuron.values() if e.type == SUBEXPRESSION and seen_by([e.varname], neuron) & (later | set(TOLD))}
        check_moment(self.title, neuron, {"on_pre": read_names(self.on_pre)}, at_end)
