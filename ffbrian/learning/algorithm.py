"""What every learning algorithm says: what is shown, what is learnt from it, how an answer is read.

An algorithm is plain data and knows no Brian object; `ffbrian.build.learning`
assembles the network that it asks for.
"""

import abc
import dataclasses
from dataclasses import dataclass, replace

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.schedule import Schedule, seeds_of


@dataclass(frozen=True)
class Answers:
    """What a network answers to some samples.

    Attributes
    ----------
    values : (n_samples, n_layers, n_answers) float array
    input_spikes : (n_samples,) float array
    presentations : dict of str to (n_samples, n_presentations) array
        The results of the presentations that the answers needed.
    """

    values: np.ndarray
    input_spikes: np.ndarray
    presentations: dict


class Algorithm(abc.ABC):
    """A way to learn.

    Attributes
    ----------
    kind : str
        Its name in experiment files.
    columns : tuple of str
        Columns of the schedule besides the common ones.
    has_labels : bool
        Whether a label population drives the layers.
    offers : tuple of str
        What a rule may read besides the signals of the network and variables of its
        neurons (see `ffbrian.build.learning`).
    tells : tuple of str
        What the release of a signal may read, if the network may have signals of its own.
    streams : bool
        Whether it learns in a `Stream`, too.
    learns_operators : bool
        Whether the network may have trunks (see `ffbrian.network.trunk`).
    trunks_learn : bool
        Whether the trunks of an operator's network learn too, and not only the layers.
    """

    kind = ""
    columns = ()
    has_labels = False
    offers = ()
    tells = ()
    streams = False
    learns_operators = False
    trunks_learn = False

    # -- the network ------------------------------------------------------------
    @abc.abstractmethod
    def complete(self, network, inputs):
        """The network with what this algorithm needs and the network leaves open."""

    @abc.abstractmethod
    def check(self, network, inputs):
        """Raise ModelError unless the network and the data can learn in this way."""

    def copies(self, inputs):
        """Copies of the layers that share weights and run beside them in training; 0 for none."""
        return 0

    def runs_layers(self):
        """Whether the layers themselves run in training, and not only copies of them."""
        return True

    def for_code(self):
        """The algorithm less what enters when the network runs: equal ones share compiled code."""
        return self

    def initial_state(self, plan, rng):
        """What lives on besides weights from below and labels (dict of str to array)."""
        return {}

    def scalars(self, plan, epoch, epochs):
        """Values that enter when an epoch runs, by ``"object.variable"``, besides the learning rate."""
        return {}

    @abc.abstractmethod
    def result_columns(self, plan):
        """Names of what a presentation leaves, besides spike counts."""

    # -- training ----------------------------------------------------------------
    def shown(self, train, samples, rng):
        """What stands in the data file of a chunk.

        Returns
        -------
        split : or None
            None: the whole training set, and `places` are the samples themselves.
        places : (n,) int array
        """
        return None, samples

    @abc.abstractmethod
    def training(self, places, truth, inputs, jitter, rng):
        """The `Schedule` of some samples, (n,) places in the data file and (n,) classes."""

    def learn(self, runner, shown, path, state, scalars, rng, progress=None):
        """Show a schedule and learn from it.

        Parameters
        ----------
        runner : runner of the plan of the training
        shown : Schedule
        path : path
            The data file.
        state : dict of str to array
            As it is trained; an algorithm that changes weights from outside does it here.
        scalars : dict of str to float
        rng : numpy.random.Generator
        progress : callable, optional
            Called with the results so far, one row a presentation.

        Returns
        -------
        Outcome
            Its state has the names of `state`.
        """
        return runner.run(
            shown, path, self.state_for(state, runner.plan), scalars, keep=list(state), progress=progress
        )

    def from_outside(self):
        """What changes weights from outside the network, as a sentence; empty where synapses do it alone."""
        return ""

    @abc.abstractmethod
    def sums(self, schedule, table, inputs):
        """`EpochSums` of a part of a schedule."""

    @abc.abstractmethod
    def means(self, sums):
        """Means of an epoch, as they stand in the metrics (dict of str to float)."""

    @abc.abstractmethod
    def words(self, means):
        """What is said of means while a training goes on."""

    # -- answers ------------------------------------------------------------------
    @abc.abstractmethod
    def evaluation_plan(self, plan, mode):
        """The plan of evaluations."""

    def recorded_as(self):
        """The algorithm whose network is recorded: itself, unless it trains many networks at once."""
        return self

    @abc.abstractmethod
    def answers(self, runner, places, truth, path, state, seed):
        """Run what an answer needs; returns `Answers`."""

    @abc.abstractmethod
    def probe(self, places, truth, seed):
        """A schedule that shows samples once, without learning (see `Training.set_gain`)."""

    def state_for(self, state, plan):
        """A trained state as the objects of a plan hold it."""
        return state

    def presentations_of_sample(self):
        """How many presentations one sample gets in training."""
        return 1

    def presentations_of_answer(self, inputs):
        """How often a sample is shown for one answer."""
        return 1

    def title(self):
        """The algorithm in words."""
        return self.kind

    # -- as text -------------------------------------------------------------------
    def to_dict(self):
        """The settings as plain text and numbers."""
        return {"algorithm": self.kind} | {
            f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)
        }


def check_labels(kind, network, has_labels):
    """Raise ModelError unless a network of named populations shows labels where an algorithm does.

    Parameters
    ----------
    kind : str
        Of the algorithm.
    network : Network
    has_labels : bool
    """
    reached = {route.target for route in network.graph if route.source == "labels"}
    if has_labels and not network.is_stack and not reached & set(network.learners()):
        raise ModelError(
            f"{kind}: labels must reach a population that learns; add ff.Labels() and a projection from it "
            "with a rule."
        )
    if reached and not has_labels:
        raise ModelError(
            f"{kind}: shows no labels, but the network has projections from a label population; leave them "
            "out, or choose forward_forward."
        )


def check_signals(algorithm, network):
    """Raise ModelError unless an algorithm tells the signals of a network what they are released by.

    Parameters
    ----------
    algorithm : Algorithm
    network : Network
    """
    for name, signal in network.signals.items():
        if not algorithm.tells:
            raise ModelError(
                f"{algorithm.kind}: releases no signals of a network, but there is {name!r}; choose "
                "forward_forward or reward_stdp, or leave the signal out."
            )
        unknown = sorted(signal.told - set(algorithm.tells))
        if unknown:
            raise ModelError(
                f"{signal.title}: release reads {unknown[0]!r}, which {algorithm.kind} does not tell; it "
                f"tells {', '.join(algorithm.tells)}."
            )


def plain(value):
    """A setting of an algorithm as plain text and numbers."""
    return value.to_dict() if hasattr(value, "to_dict") else value


# -- for algorithms with a readout, one presentation an answer --------------------------
def readout_columns(plan):
    """Columns of the readout's responses, one for each class or output."""
    return [f"readout_{k}" for k in range(plan.inputs.n_answers)]


def readout_answers(runner, places, truth, path, state, seed, **columns):
    """Show each sample once and read the readout.

    Parameters
    ----------
    runner : runner of an evaluation plan
    places, truth : (n,) int arrays
    path : path
        The data file.
    state : dict of str to array
    seed : int
    **columns : int
        What the algorithm's columns of the schedule hold in an evaluation.

    Returns
    -------
    Answers
    """
    rows = once(places, truth, seed, **columns)
    table = runner.run(rows, path, state, {}).table
    values = np.array([table[name] for name in readout_columns(runner.plan)]).T[:, None]
    return Answers(values, table["input_spikes"], table)


def once(places, truth, seed, **columns):
    """A schedule that shows each sample once; its random numbers depend on the sample alone."""
    constant = {name: np.full(len(places), value) for name, value in columns.items()}
    return Schedule.of(places, seeds_of(seed, places), truth, **constant)


def readout_evaluation(plan):
    """The evaluation plan of a network with a readout."""
    return replace(plan, learns=False, has_candidates=False, has_layers=True, recorded=())


def readout_right(table, truth):
    """How many presentations have the highest response at their class."""
    responses = [name for name in table if name.startswith("readout_")]
    return (
        int((np.array([table[name] for name in responses]).argmax(axis=0) == truth).sum())
        if len(truth)
        else 0
    )
