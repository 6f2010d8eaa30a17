"""Forward-Forward: each sample with its own label, then with wrong ones; goodness tells them apart."""

from dataclasses import asdict, dataclass, field, replace

import numpy as np

from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import (
    Algorithm,
    Answers,
    check_labels,
    readout_answers,
    readout_columns,
    readout_evaluation,
    readout_right,
)
from ffbrian.learning.epoch_sums import EpochSums, spike_sums
from ffbrian.learning.negatives import KINDS, NO_LABEL, RandomNegatives, as_negatives
from ffbrian.learning.schedule import Schedule, seeds_of

POSITIVE, NEGATIVE, EVALUATION = 1, -1, 0
NEEDS = {
    True: (
        "show labels, by which classes are told apart, but the network has a readout; leave the readout out, "
        "or choose negatives without labels, such as HybridNegatives()."
    ),
    False: (
        "show no labels, and only a readout can tell classes apart then; give the network one, such as "
        "readout=ff.readouts.delta."
    ),
}


@dataclass(frozen=True)
class ForwardForward(Algorithm):
    """Goodness up in positive presentations and down in negative ones, each layer for itself.

    Attributes
    ----------
    negatives : RandomNegatives, HardNegatives, HybridNegatives or function
        What negative presentations show.
    block : int
        Samples that are shown in their positive phase before their negative phases
        follow, as wake and sleep do; 1: each sample at once.

    Source
    ------
    Hinton 2022, arXiv:2212.13345.
    """

    negatives: object = field(default_factory=RandomNegatives)
    block: int = 1

    kind = "forward_forward"
    columns = ("label", "phase")
    has_labels = True
    tells = ("s", "goodness")
    streams = True
    offers = ("s", "M", "goodness", "p_post", "a_post")

    def __post_init__(self):
        object.__setattr__(self, "negatives", as_negatives(self.negatives))
        if not isinstance(self.block, int) or self.block < 1:
            raise ModelError(
                f"ForwardForward: block is {self.block!r}, expected a whole number of samples of at least 1."
            )
        if self.block > 1 and self.negatives.needs_candidates:
            raise ModelError(
                f"ForwardForward: block is {self.block}, but negatives of kind {self.negatives.kind!r} are "
                "drawn from the positive presentation just before; use block = 1 or random negatives."
            )

    # -- the network ------------------------------------------------------------
    def complete(self, network, inputs):
        return network.completed(rule="eligibility_stdp", modulator="opponent")

    def check(self, network, inputs):
        check_labels(self.kind, network, self.negatives.shows_labels)
        if inputs is not None and inputs.n_outputs:
            raise ModelError(
                "forward_forward tells classes apart by the goodness of their labels, but the data hold "
                "real-valued targets; choose an algorithm with a readout, such as algorithm = "
                '"node_perturbation" (in a file: under [learning]).'
            )
        if inputs is not None and inputs.n_classes < 2 and self.negatives.shows_labels:
            raise ModelError(
                "forward_forward shows samples with wrong labels, too, but the data hold one class; give "
                "data of two classes or more."
            )
        if self.negatives.shows_labels == (network.readout is not None):
            raise ModelError(
                f"Trainer: negatives of kind {self.negatives.kind!r} {NEEDS[self.negatives.shows_labels]}"
            )
        if network.readout is not None and network.readout.acts:
            raise ModelError(
                f"Trainer: {network.readout.title} learns from the reward of an action, which "
                "forward_forward does not give; choose readouts.delta, or the algorithm reward_stdp."
            )
        if network.modulator is not None and network.modulator.groups > 1 and self.negatives.needs_layers:
            raise ModelError(
                f"Trainer: {network.modulator.title} has {network.modulator.groups} groups, which only "
                "copies for all labels can have; use negatives of kind 'all', or groups = 1."
            )
        if inputs is not None and not self.negatives.shows_labels and inputs.kind != "values":
            raise ModelError(
                f"Trainer: negatives of kind {self.negatives.kind!r} are made of images, but the data set "
                f"holds {inputs.kind}; choose random or hard negatives and leave the readout out."
            )

    def copies(self, inputs):
        return inputs.n_classes if self.negatives.needs_candidates else 0

    def runs_layers(self):
        return self.negatives.needs_layers

    def for_code(self):
        return ForwardForward()

    def scalars(self, plan, epoch, epochs):
        return (
            {"ballot.sharpness": float(self.negatives.sharpness)}
            if plan.has_candidates and plan.has_layers
            else {}
        )

    def result_columns(self, plan):
        names = ["label", "phase"]
        for number in plan.network.learners():
            if plan.has_layers:
                names += [f"goodness_{number}", f"modulator_{number}"]
            if plan.has_candidates:
                names += [f"candidate_{number}_{label}" for label in range(plan.inputs.n_classes)]
        return names + (readout_columns(plan) if plan.has_layers and plan.network.readout else [])

    # -- training ----------------------------------------------------------------
    def shown(self, train, samples, rng):
        if self.negatives.shows_labels:
            return None, samples
        wrong = self.negatives.images(train, samples, rng)
        own = train.take(samples)
        labels = np.concatenate([own.labels, np.repeat(own.labels, self.negatives.per_positive)])
        return replace(own, values=np.concatenate([own.values, wrong]), labels=labels), np.arange(
            len(samples)
        )

    def training(self, places, truth, inputs, jitter, rng):
        wrong = self.negatives.labels(truth, inputs.n_classes, rng)
        repeats = 1 + wrong.shape[1]
        own = truth if self.negatives.shows_labels else np.full_like(truth, NO_LABEL)
        label = np.concatenate([own[:, None], wrong], axis=1).ravel()
        sample = np.repeat(places[:, None], repeats, axis=1)
        if not self.negatives.shows_labels:  # the negatives stand behind the samples, see `shown`
            sample[:, 1:] = np.arange(len(places), len(places) * repeats).reshape(len(places), -1)
        phase = np.tile([POSITIVE] + [NEGATIVE] * wrong.shape[1], len(places))
        shift = rng.integers(-jitter, jitter + 1, (len(places), 2))
        seed = rng.integers(0, 2**32, len(label), dtype=np.uint32)
        shown = Schedule.of(
            sample.ravel(),
            seed,
            np.repeat(truth, repeats),
            np.repeat(shift, repeats, axis=0),
            label=label,
            phase=phase,
        )
        return shown.part(np.lexsort((phase < 0, np.arange(len(shown)) // (repeats * self.block))))

    def sums(self, schedule, table, inputs):
        goodness = sum(
            (table[name].astype(float) for name in table if name.startswith("goodness_")),
            np.zeros(len(schedule)),
        )
        positive, negative = schedule["phase"] > 0, schedule["phase"] < 0
        up, down = goodness[positive], goodness[negative]
        if not any(name.startswith("goodness_") for name in table):
            up, down = _of_copies_alone(schedule, table)
        own = {
            "n_positive": int(positive.sum()),
            "n_negative": int(negative.sum()),
            "n_samples": int(positive.sum()),
        }
        own |= {"goodness_positive": float(up.sum()), "goodness_negative": float(down.sum())}
        return EpochSums(spike_sums(table) | own | {"n_right": int(_right(schedule, table, goodness))})

    def means(self, sums):
        return {
            "goodness_positive": sums.mean("goodness_positive", "n_positive"),
            "goodness_negative": sums.mean(
                "goodness_negative", "n_negative" if sums["n_negative"] else "n_positive"
            ),
            "online_accuracy": sums.mean("n_right", "n_positive"),
            "input_spikes": sums.mean("input_spikes"),
            "layer_spikes": sums.layer_spikes / max(sums["n_shown"], 1),
        }

    def words(self, means):
        return (
            f"goodness {means['goodness_positive']:+.3f} / {means['goodness_negative']:+.3f}, online "
            f"{means['online_accuracy']:.1%}"
        )

    # -- answers ------------------------------------------------------------------
    def evaluation_plan(self, plan, mode):
        if plan.network.readout is not None:
            return readout_evaluation(plan)
        parallel = mode == "standalone" and plan.shows_all_labels()
        return replace(plan, learns=False, has_candidates=parallel, has_layers=not parallel, recorded=())

    def answers(self, runner, places, truth, path, state, seed):
        if runner.plan.network.readout is not None:
            return readout_answers(runner, places, truth, path, state, seed, label=NO_LABEL, phase=EVALUATION)
        numbers = runner.plan.network.learners()
        n_classes, n_layers = runner.plan.inputs.n_classes, len(numbers)
        parallel = runner.plan.has_candidates
        rows = evaluation(places, truth, np.array([0]) if parallel else np.arange(n_classes), seed)
        table = runner.run(rows, path, state, {}).table
        names = [
            [f"candidate_{k}_{c}" for c in range(n_classes)] if parallel else [f"goodness_{k}"]
            for k in numbers
        ]
        values = np.array([[table[name] for name in row] for row in names])
        if parallel:
            return Answers(values.transpose(2, 0, 1), table["input_spikes"], table)
        values = values[:, 0].T.reshape(len(places), n_classes, n_layers).transpose(0, 2, 1)
        return Answers(values, table["input_spikes"].reshape(len(places), -1)[:, 0], table)

    def probe(self, places, truth, seed):
        rows = evaluation(places, truth, np.array([0]), seed)
        label = truth if self.negatives.shows_labels else np.full_like(truth, NO_LABEL)
        return Schedule(rows.columns | {"label": np.asarray(label, np.int32)})

    def state_for(self, state, plan):
        if not plan.has_layers:
            state = {
                name: value for name, value in state.items() if not name.startswith(("layer_", "modulator_"))
            } | _of_copies(state, plan)
        elif plan.has_candidates:
            state = state | _of_copies(state, plan)
        return state

    def presentations_of_sample(self):
        return 1 + getattr(self.negatives, "per_positive", 1)

    def presentations_of_answer(self, inputs):
        return inputs.n_classes if self.negatives.shows_labels else 1  # a readout sees the sample once

    def title(self):
        return f"{self.negatives.kind} negatives"

    # -- as text -------------------------------------------------------------------
    def to_dict(self):
        return {
            "algorithm": self.kind,
            "negatives": {"kind": self.negatives.kind} | asdict(self.negatives),
            "block": self.block,
        }

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`, less the name of the algorithm."""
        negatives = dict(record["negatives"])
        return cls(KINDS[negatives.pop("kind")](**negatives), record.get("block", 1))


def _of_copies(state, plan):
    """What layers hold, for all their copies."""
    lasting = {name: value for name, value in state.items() if name.startswith("layer_")}
    return {
        name.replace("layer_", "candidates_", 1): np.tile(value, plan.inputs.n_classes)
        for name, value in lasting.items()
    }


def pairs(schedule):
    """The positive presentations and the first negative one of the same sample.

    Parameters
    ----------
    schedule : Schedule
        Of training, or a part of it, in which a sample occurs in one positive
        presentation at most.

    Returns
    -------
    positive, negative : (n_pairs,) int arrays
        Presentations; samples that have only one of the two are left out.
    """
    sample = schedule["sample"]
    places = [np.flatnonzero(schedule["phase"] == phase) for phase in (POSITIVE, NEGATIVE)]
    _, *found = np.intersect1d(*(np.unique(sample[place]) for place in places), return_indices=True)
    first = [place[np.unique(sample[place], return_index=True)[1]] for place in places]
    return tuple(place[index] for place, index in zip(first, found))


def evaluation(places, truth, labels, seed):
    """Each sample once for every label of `labels`; nothing is learnt.

    Parameters
    ----------
    places, truth : (n,) int arrays
    labels : (n_shown,) int array
        ``[0]`` where copies show all labels at once.
    seed : int
        The random numbers of a sample depend on this and on its place alone, so that
        results depend neither on the order nor on other samples.

    Returns
    -------
    Schedule
        Of ``n * n_shown`` presentations.
    """
    n_shown = len(labels)
    seeds = np.repeat(seeds_of(seed, places), n_shown)
    phase = np.full(len(places) * n_shown, EVALUATION)
    return Schedule.of(
        np.repeat(places, n_shown),
        seeds,
        np.repeat(truth, n_shown),
        label=np.tile(labels, len(places)),
        phase=phase,
    )


def _right(schedule, table, goodness):
    """How many positive presentations were right."""
    positive = np.flatnonzero(schedule["phase"] > 0)
    truth = schedule["truth"][positive]
    if any(name.startswith("readout_") for name in table):
        return readout_right({name: column[positive] for name, column in table.items()}, truth)
    if any(name.startswith("candidate_") for name in table):
        return (_of_labels(table, positive).argmax(axis=0) == truth).sum() if len(positive) else 0
    own, wrong = pairs(schedule)
    return (goodness[own] > goodness[wrong]).sum()


def _of_labels(table, places):
    """Goodness of the copies of all labels, summed over layers, (n_labels, n_places)."""
    copies = [name for name in table if name.startswith("candidate_")]
    labels = sorted({int(name.rsplit("_", 1)[1]) for name in copies})
    return np.array(
        [
            sum(table[name][places] for name in copies if int(name.rsplit("_", 1)[1]) == label)
            for label in labels
        ]
    )


def _of_copies_alone(schedule, table):
    """Goodness of the sample's own label, and the mean over all others, for every positive presentation."""
    positive = np.flatnonzero(schedule["phase"] > 0)
    score = _of_labels(table, positive).astype(float)
    own = score[schedule["truth"][positive], np.arange(len(positive))]
    return own, (score.sum(axis=0) - own) / max(len(score) - 1, 1)
