"""Projections: from one population of a network to another, or to itself."""

from dataclasses import dataclass

from brian2.units.fundamentalunits import DIMENSIONLESS

from ffbrian.errors import ModelError
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import shortened
from ffbrian.models.synapse import SynapseModel
from ffbrian.models.text import SECOND
from ffbrian.network import connections, distributions
from ffbrian.network.connections import AllToAll

#: Kinds of neurons for Dale's law, by the sign of their synapses.
SIGNS = {1: "excitatory", -1: "inhibitory"}


@dataclass(frozen=True)
class Projection:
    """Synapses from one population to another.

    Attributes
    ----------
    source, target : str
        Names of populations; the same one for lateral or recurrent synapses.
    synapse : SynapseModel, optional
        Default: the one the target's neuron names, else one that offers the input its
        equations need.
    connection : AllToAll, RandomConnection, LocalConnection, OneToOne, Pairs or Condition
        Within a population, `AllToAll` includes synapses of neurons onto themselves;
        ``Condition("i != j")`` leaves them out.
    delay : Quantity, text or array
        One for all synapses, an expression such as ``"1*ms + 4*ms*rand()"`` (the same in
        every training), or one for each synapse; rounded to time steps.  A spike acts in
        the time step after the one in which it arrives, so that loops need no delay.
    initial_weight : number, text or array
        Standard deviation around 0; an expression such as ``"0.1*rand()"``; or one weight
        for each synapse, or a matrix if all pairs are connected.
    rule : PlasticityRule, optional
        Without it the weights stay as they begin.
    sign : +1 or -1, optional
        Dale's law: excitatory or inhibitory.  Initial weights take this sign, and no
        change carries a weight beyond 0.
    hears : list of str, optional
        Signals of the network that reach its synapses, ``"M"`` among them; default: all
        that the rule reads.

    Raises
    ------
    ModelError
    """

    source: str
    target: str
    synapse: SynapseModel | None = None
    connection: object = AllToAll()
    delay: object = 0.0
    initial_weight: object = 0.02
    rule: PlasticityRule | None = None
    sign: int | None = None
    hears: tuple | None = None

    def __post_init__(self):
        for name, kind in (("synapse", SynapseModel), ("rule", PlasticityRule)):
            given = getattr(self, name)
            if given is not None and not isinstance(given, kind):
                raise ModelError(f"{self.title}: {name} is {shortened(given)}, expected a {kind.__name__}.")
        if type(self.connection) not in connections.KINDS.values():
            raise ModelError(
                f"{self.title}: connection is {shortened(self.connection)}, expected one of "
                f"{', '.join(kind.__name__ for kind in connections.KINDS.values())}."
            )
        if self.sign is not None and self.sign not in SIGNS:
            raise ModelError(
                f"{self.title}: sign is {shortened(self.sign)}, expected +1 (excitatory) or -1 (inhibitory)."
            )
        self._read_numbers()
        self._read_heard()

    def _read_numbers(self):
        is_none = isinstance(self.delay, (int, float)) and self.delay == 0
        delay = 0.0 if is_none else distributions.read(self.title, "delay", self.delay, SECOND)
        weight = distributions.read(self.title, "initial_weight", self.initial_weight, DIMENSIONLESS)
        lowest = min(delay.numbers) if isinstance(delay, distributions.Values) else delay
        if not isinstance(lowest, str) and lowest < 0:
            raise ModelError(f"{self.title}: delay is {lowest:g} second, expected at least 0.")
        if isinstance(weight, float) and weight < 0:
            raise ModelError(
                f"{self.title}: initial_weight is {weight:g}, expected a standard deviation of at least 0; "
                f'for one weight everywhere write text, such as initial_weight="0*i - 0.1", or use sign=-1.'
            )
        object.__setattr__(self, "delay", delay)
        object.__setattr__(self, "initial_weight", weight)

    def _read_heard(self):
        if self.hears is None:
            return
        is_list = isinstance(self.hears, (list, tuple)) and all(isinstance(one, str) for one in self.hears)
        if not is_list:
            raise ModelError(
                f"{self.title}: hears is {shortened(self.hears)}, expected a list of names of signals, such "
                'as ["M", "ACh"].'
            )
        object.__setattr__(self, "hears", tuple(self.hears))

    @property
    def title(self):
        """What errors call it."""
        return f"Projection {self.source!r} → {self.target!r}"

    @property
    def name(self):
        """The name of its synapses in models and recordings."""
        return f"{self.source}_to_{self.target}"
