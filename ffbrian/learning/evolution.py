"""Evolution: many networks see the same input, and what they score decides which weights are tried next."""

import dataclasses
from dataclasses import asdict, dataclass

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning import searches
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.learning.negatives import KINDS
from ffbrian.network.connections import AllToAll

METHODS = ("es", "ga", "pso", "cma")
CREDITS = ("neuron", "layer")
#: Projections that are searched, by their name in a network and that of the members' own.
SEARCHED = {"synapses_1.w": "member_synapses.w", "label_synapses_1.w": "member_label_synapses.w"}
PREFIX = "search."


@dataclass(frozen=True)
class Evolution(ForwardForward):
    """A search over the weights of one layer, without any eligibility.

    Members are copies of the layer with weights of their own.  All see the same
    presentations, positive and negative as in Forward-Forward; each adds up how probable
    its goodness makes the phase (its fitness), and each of its neurons what it
    contributed to that (its score).  After some samples a search that knows nothing but
    these numbers says which weights are tried next.

    Attributes
    ----------
    method : str
        ``"es"`` (antithetic evolution strategy), ``"ga"`` (genetic algorithm), ``"pso"``
        (particle swarm) or ``"cma"`` (separable CMA-ES, by the package ``cma``).
    credit : str
        Of ``"es"``: whether ``"neuron"`` scores or the fitness of the ``"layer"`` judge.
    members : int
        Even, at least 4.
    samples : int
        Samples that a generation sees.
    sigma, rate : float
        Size of the steps, and that of updates of ``"es"``, in weights.

    Source
    ------
    `ffbrian.learning.searches`.
    """

    method: str = "es"
    credit: str = "neuron"
    members: int = 64
    samples: int = 32
    sigma: float = 0.05
    rate: float = 0.01

    kind = "evolution"
    tells = ()
    streams = False
    offers = ()

    def __post_init__(self):
        super().__post_init__()
        for name, known in (("method", METHODS), ("credit", CREDITS)):
            if getattr(self, name) not in known:
                raise ModelError(
                    f"Evolution: {name} is {getattr(self, name)!r}, expected one of {', '.join(known)}."
                )
        self._check_numbers()
        if self.negatives.needs_candidates or not self.negatives.shows_labels or self.block > 1:
            raise ModelError(
                "Evolution: every member sees the same presentations, one sample after the other; use random "
                "negatives and block = 1."
            )
        if self.method == "cma":
            searches.imported_cma()

    def _check_numbers(self):
        for name, least in (("members", 4), ("samples", 1)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ModelError(
                    f"Evolution: {name} is {value!r}, expected a whole number of at least {least}."
                )
        if self.members % 2:
            raise ModelError(
                f"Evolution: members is {self.members}, expected an even number: they are pairs."
            )
        for name in ("sigma", "rate"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < np.inf:
                raise ModelError(f"Evolution: {name} is {value!r}, expected a number above 0.")

    # -- the network ------------------------------------------------------------
    def complete(self, network, inputs):
        return network.completed(rule="fixed", modulator="scored")

    def check(self, network, inputs):
        super().check(network, inputs)
        network.require_stack("evolution")
        if len(network.layers) > 1 or not isinstance(network.layers[0].connection, AllToAll):
            raise ModelError(
                f"evolution searches the weights of one layer that hears all inputs, but the network has "
                f"{len(network.layers)} layers or a sparse connection; use one layer, connected all-to-all."
            )
        if network.layers[0].delay:
            raise ModelError("evolution: the members of a layer share their input; leave its delay out.")
        if network.rule is not None and network.rule.name != "fixed":
            raise ModelError(
                f"evolution changes weights without any rule, but the network has {network.rule.title}; "
                "leave it out, or choose forward_forward."
            )
        if network.modulator is not None and "fitness" not in network.modulator.lasting:
            raise ModelError(
                f"evolution compares networks by 'fitness', which {network.modulator.title} does not keep; "
                "choose modulators.scored, or leave the modulator out."
            )

    def for_code(self):
        return Evolution(members=self.members)

    def from_outside(self):
        """What changes weights from outside the network, as a sentence."""
        told = (
            "the score of every neuron" if self.method == "es" and self.credit == "neuron" else "the fitness"
        )
        return (
            f"after every {self.samples} samples a search outside the network ({self.method}) replaces the "
            f"weights of {self.members} members; of each member it is told {told}"
        )

    def result_columns(self, plan):
        return ["label", "phase", "goodness_1"] if plan.learns else super().result_columns(plan)

    # -- the search ---------------------------------------------------------------
    def search(self):
        """The search that the method names."""
        common = {"members": self.members, "sigma": self.sigma}
        if self.method == "es":
            return searches.EvolutionStrategy(**common, rate=self.rate, by_neuron=self.credit == "neuron")
        kinds = {
            "ga": searches.GeneticAlgorithm,
            "pso": searches.ParticleSwarm,
            "cma": searches.CovarianceAdaptation,
        }
        return kinds[self.method](**common)

    def initial_state(self, plan, rng):
        size = plan.network.layers[0].size
        rows = sum(plan.synapse_sizes().values()) // size
        memory = self.search().begin(np.zeros((rows, size)))
        return {f"{PREFIX}{name}": value for name, value in memory.items() if name != "best"}

    def state_for(self, state, plan):
        own = {name: value for name, value in state.items() if not name.startswith(PREFIX)}
        if not plan.learns or plan.algorithm.kind != self.kind:
            return super().state_for(own, plan)
        best = best_of(state, plan)
        return self.state_of(np.repeat(best[None], self.members, axis=0), own, plan)

    def state_of(self, tried, state, plan):
        """The state of a network whose members have the weights `tried`, (members, rows, size)."""
        rows = tried.transpose(1, 0, 2).astype(plan.float_type)
        first = state["synapses_1.w"].size // tried.shape[2]
        weights = dict(zip(SEARCHED.values(), (rows[:first].ravel(), rows[first:].ravel())))
        kept = {
            name.replace("layer_1.", "members.", 1): np.tile(value, self.members)
            for name, value in state.items()
            if name.startswith("layer_1.")
        }
        return weights | kept

    def learn(self, runner, shown, path, state, scalars, rng, progress=None):
        decay = scalars["session.eta"] / float(runner.plan.network.rule.values["eta"])
        per_generation = self.samples * super().presentations_of_sample()
        done = []
        for start in range(0, len(shown), per_generation):
            part = shown.part(slice(start, start + per_generation))
            outcome, state = self.generation(runner, part, path, state, scalars, decay, rng)
            done.append(outcome.table)
            if progress is not None:
                progress(np.column_stack([joined(done)[name] for name in runner.plan.columns()]))
        return dataclasses.replace(outcome, table=joined(done), state=state)

    def generation(self, runner, part, path, state, scalars, decay, rng):
        """Try the members that the search asks for, and tell it how they did."""
        plan, search = runner.plan, self.search()
        memory = {
            name.removeprefix(PREFIX): value for name, value in state.items() if name.startswith(PREFIX)
        }
        memory["best"] = best_of(state, plan)
        tried = search.ask(memory, rng)
        outcome = runner.run(
            part, path, self.state_of(tried, state, plan), scalars, ["members.score", "scores.fitness"]
        )
        fitness = outcome.state["scores.fitness"].astype(float) / len(part)
        scores = outcome.state["members.score"].astype(float).reshape(self.members, -1) / len(part)
        memory = search.tell(memory, tried, fitness, scores, decay, rng)
        return outcome, with_best(state, memory.pop("best"), plan) | {
            f"{PREFIX}{name}": value for name, value in memory.items()
        }

    def recorded_as(self):
        return ForwardForward(self.negatives)

    def presentations_of_sample(self):
        return super().presentations_of_sample() * self.members

    def title(self):
        return f"evolution ({self.method})"

    # -- as text -------------------------------------------------------------------
    def to_dict(self):
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        negatives = {"kind": self.negatives.kind} | asdict(self.negatives)
        return {"algorithm": self.kind} | own | {"negatives": negatives}

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`, less the name of the algorithm."""
        negatives = dict(record["negatives"])
        return cls(**(record | {"negatives": KINDS[negatives.pop("kind")](**negatives)}))


def best_of(state, plan):
    """The weights of the network, one row for each presynaptic neuron, (rows, size) float64."""
    size = plan.network.layers[0].size
    return np.concatenate([state[name].reshape(-1, size) for name in SEARCHED]).astype(float)


def with_best(state, best, plan):
    """A state with these weights of the network."""
    first = state["synapses_1.w"].size // best.shape[1]
    parts = (best[:first].ravel(), best[first:].ravel())
    return state | {name: part.astype(plan.float_type) for name, part in zip(SEARCHED, parts)}


def joined(tables):
    """Tables of results, one behind the other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
