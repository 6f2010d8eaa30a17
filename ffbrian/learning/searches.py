"""Searches over the weights of a layer: they ask for members and are told how well these did.

A search is plain data.  What it remembers is a dict of float64 arrays of fixed shapes, so
that a checkpoint can hold it; every random number comes from the generator that it is
given.  Weights are tables of one row for each presynaptic neuron and one column for each
neuron of the layer; what `best` holds is the answer of the search so far.
"""

import abc
from dataclasses import dataclass

import numpy as np

from ffbrian.errors import ModelError

#: Worse than every fitness, and finite, as all that a checkpoint holds.
WORST = -1e30
#: Decay of Adam's running moments, and what keeps their ratio finite.
FIRST, SECOND, TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Search(abc.ABC):
    """A search of `members` that differ by steps of size `sigma`.

    Attributes
    ----------
    members : int
    sigma : float
        Size of the steps, in weights.
    """

    members: int
    sigma: float

    @abc.abstractmethod
    def begin(self, best):
        """What the search remembers before it has asked (dict of str to array); `best` is (rows, size)."""

    @abc.abstractmethod
    def ask(self, state, rng):
        """The members to be tried, (members, rows, size)."""

    @abc.abstractmethod
    def tell(self, state, tried, fitness, scores, decay, rng):
        """What the search remembers when it knows how the members did.

        Parameters
        ----------
        state : dict of str to array
        tried : (members, rows, size) array
            As asked for.
        fitness : (members,) array
            Higher is better.
        scores : (members, size) array
            The part of every neuron.
        decay : float
            Factor on the size of updates, 1 in the first epoch.
        rng : numpy.random.Generator

        Returns
        -------
        dict of str to array
        """


@dataclass(frozen=True)
class EvolutionStrategy(Search):
    """Antithetic evolution strategy: pairs of members differ from the best by opposite noise.

    Attributes
    ----------
    rate : float
        Step of Adam.
    by_neuron : bool
        Whether every neuron's own score judges its part of the noise; else the fitness
        judges all of it.

    Source
    ------
    Salimans and others 2017, arXiv:1703.03864; Kingma & Ba 2015, arXiv:1412.6980 (Adam).
    """

    rate: float = 0.01
    by_neuron: bool = True

    def begin(self, best):
        return {
            "best": best,
            "first": np.zeros_like(best),
            "second": np.zeros_like(best),
            "step": np.zeros(1),
        }

    def ask(self, state, rng):
        noise = self.sigma * rng.standard_normal((self.members // 2, *state["best"].shape))
        return np.concatenate([state["best"] + noise, state["best"] - noise])

    def tell(self, state, tried, fitness, scores, decay, rng):
        half = self.members // 2
        noise = (tried[:half] - tried[half:]) / (2 * self.sigma)
        judged = scores if self.by_neuron else fitness[:, None]
        slope = (judged[:half] - judged[half:]) / (2 * self.sigma)
        return adam(state, np.mean(slope[:, None] * noise, axis=0), self.rate * decay)


def adam(state, uphill, rate):
    """One step of Adam upwards (dict of str to array)."""
    step = state["step"] + 1
    first = FIRST * state["first"] + (1 - FIRST) * uphill
    second = SECOND * state["second"] + (1 - SECOND) * uphill**2
    size = np.sqrt(second / (1 - SECOND**step)) + TINY
    best = state["best"] + rate * first / (1 - FIRST**step) / size
    return state | {"best": best, "first": first, "second": second, "step": step}


@dataclass(frozen=True)
class GeneticAlgorithm(Search):
    """Truncation selection, uniform crossover, mutation of some genes; the fittest survives unchanged.

    Attributes
    ----------
    parents, mutated : float
        The fraction of members that have children, and of genes that change.

    Source
    ------
    Goldberg 1989, Genetic Algorithms in Search, Optimization and Machine Learning.
    """

    parents: float = 0.2
    mutated: float = 0.1

    def begin(self, best):
        return {"best": best, "tried": np.zeros((self.members, *best.shape)), "step": np.zeros(1)}

    def ask(self, state, rng):
        return state["tried"] if state["step"] else around(self, state["best"], rng)

    def tell(self, state, tried, fitness, scores, decay, rng):
        fittest = np.argsort(-fitness, kind="stable")
        parents = tried[fittest[: max(2, round(self.parents * self.members))]]
        mother, father = parents[rng.integers(0, len(parents), (2, self.members))]
        children = np.where(rng.random(tried.shape) < 0.5, mother, father)
        steps = decay * self.sigma * rng.standard_normal(tried.shape)
        children += (rng.random(tried.shape) < self.mutated) * steps
        children[0] = tried[fittest[0]]
        return state | {"best": children[0].copy(), "tried": children, "step": state["step"] + 1}


@dataclass(frozen=True)
class ParticleSwarm(Search):
    """Particles drawn to the best place that each has seen and to the best that any has seen.

    Attributes
    ----------
    inertia, pull : float

    Source
    ------
    Kennedy & Eberhart 1995, Proc. ICNN 4:1942; Clerc & Kennedy 2002, IEEE Trans. Evol. Comput. 6:58
    (the constants).
    """

    inertia: float = 0.72
    pull: float = 1.49

    def begin(self, best):
        none = np.zeros((self.members, *best.shape))
        return {
            "best": best,
            "place": none,
            "velocity": none.copy(),
            "own": none.copy(),
            "own_fitness": np.full(self.members, WORST),
            "step": np.zeros(1),
        }

    def ask(self, state, rng):
        return state["place"] if state["step"] else around(self, state["best"], rng)

    def tell(self, state, tried, fitness, scores, decay, rng):
        is_better = fitness > state["own_fitness"]
        own = np.where(is_better[:, None, None], tried, state["own"])
        own_fitness = np.where(is_better, fitness, state["own_fitness"])
        best = own[np.argmax(own_fitness)]
        to_own, to_best = self.pull * rng.random((2, *tried.shape))
        velocity = self.inertia * state["velocity"] + to_own * (own - tried) + to_best * (best - tried)
        return {
            "best": best.copy(),
            "place": tried + velocity,
            "velocity": velocity,
            "own": own,
            "own_fitness": own_fitness,
            "step": state["step"] + 1,
        }


@dataclass(frozen=True)
class CovarianceAdaptation(Search):
    """Separable CMA-ES of the package ``cma``, whose state is written down after every generation.

    Source
    ------
    Hansen & Ostermeier 2001, Evol. Comput. 9:159; Ros & Hansen 2008, PPSN X (separable).
    """

    def begin(self, best):
        return {
            "best": best,
            "scale": np.array([self.sigma]),
            "spread": np.ones(best.size),
            "path": np.zeros(best.size),
            "path_of_scale": np.zeros(best.size),
            "step": np.zeros(1),
        }

    def ask(self, state, rng):
        return np.array(self._restored(state, rng).ask()).reshape(self.members, *state["best"].shape)

    def tell(self, state, tried, fitness, scores, decay, rng):
        strategy = self._restored(state, rng)
        strategy.tell(list(tried.reshape(self.members, -1)), list(-fitness), check_points=False)
        return {
            "best": np.array(strategy.mean, float).reshape(state["best"].shape),
            "scale": np.array([strategy.sigma], float),
            "spread": np.array(strategy.sigma_vec.scaling, float),
            "path": np.array(strategy.pc, float),
            "path_of_scale": np.array(strategy.adapt_sigma.ps, float),
            "step": state["step"] + 1,
        }

    def _restored(self, state, rng):
        """The strategy as it stood after the generation before."""
        cma = imported_cma()
        settings = {
            "CMA_diagonal": True,
            "AdaptSigma": cma.sigma_adaptation.CMAAdaptSigmaCSA,  # the other kind needs samples of its own
            "popsize": self.members,
            "verbose": -9,
            "seed": np.nan,
            "randn": lambda *shape: rng.standard_normal(shape),
        }
        scale = float(state["scale"][0])
        strategy = cma.CMAEvolutionStrategy(state["best"].ravel(), scale, settings)
        strategy.ask()  # opens an iteration: what has been asked for before can be told of
        strategy.adapt_sigma.initialize(strategy)
        strategy.adapt_sigma.ps = state["path_of_scale"].copy()
        strategy.pc, strategy.mean_old = state["path"].copy(), strategy.mean.copy()
        strategy.sigma_vec.scaling = state["spread"].copy()
        strategy.sigma_vec.is_identity = False
        strategy.countiter = int(state["step"][0])
        return strategy


def around(search, best, rng):
    """Members that are spread around a place."""
    return best + search.sigma * rng.standard_normal((search.members, *best.shape))


def imported_cma():
    """The package ``cma``.

    Raises
    ------
    ModelError
        If it is not installed.
    """
    try:
        import cma
    except ImportError:
        raise ModelError(
            'Evolution: method "cma" needs the package cma; install it with pip install "ffbrian[search]", '
            'or choose the method "es".'
        ) from None
    return cma
