"""Training: positive and negative presentations, epoch after epoch, resumable.

An epoch is cut into chunks of a fixed number of samples.  Between two chunks
only the weights (and variables that a model declares persistent) live on, and
they are in the checkpoint; every random number depends on the seed, the epoch
and the chunk alone.  So a run that is interrupted and resumed ends with the
same bits as one that is not.
"""
import logging
import time
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from brian2 import ms, second
from brian2.units.fundamentalunits import have_same_dimensions

from ffbrian import checkpoint, health, schedule, stopping
from ffbrian.errors import ModelError, RunError
from ffbrian.fresh import initial_state
from ffbrian.model import Model, data_file, describe, open_plan
from ffbrian.negatives import KINDS, RandomNegatives, as_negatives
from ffbrian.network import Network
from ffbrian.plan import MOST_STEPS, Plan
from ffbrian.progress import listener
from ffbrian.tally import Tally
from ffbrian.units import MOST, format_quantity, is_real, is_whole, parse_quantity, short_quantity, shortened

LOG = logging.getLogger("ffbrian")
GAIN_SAMPLES, GAIN_STEP, GAIN_TRIALS = 64, 1.3, 20
WEIGHTS, GAIN, ORDER, CHUNK, EVALUATION = range(5)
NEEDS = {
    True: "show labels, by which classes are told apart, but the network has a readout; leave the readout out, or choose negatives without labels, such as HybridNegatives().",
    False: "show no labels, and only a readout can tell classes apart then; give the network one, such as readout=ff.readouts.delta.",
}


@dataclass(frozen=True, repr=False)
class Trainer:
    """How a network is trained.

    Attributes
    ----------
    network : Network
    presentation : Quantity
        Duration of one showing.
    dt : Quantity
        Time step.
    negatives : RandomNegatives, HardNegatives, AllNegatives, HybridNegatives or function
        A function of your own chooses the wrong labels, see `FunctionNegatives`.
    decay : float
        Factor on the learning rate from one epoch to the next.
    jitter : int
        Largest random displacement of an image in training, pixels.
    chunk : int
        Samples between two checkpoints.
    block : int
        Samples that are shown in their positive phase before their negative
        phases follow, as wake and sleep do; 1: each sample at once.  The last
        block of a chunk may be smaller.
    float_type, pathway, mode : str
        See `Plan` and `Model`.
    jobs : int
        Processes that share an evaluation.

    Raises
    ------
    ModelError
        For a value outside its range.
    """

    network: Network
    presentation: object = field(default_factory=lambda: 20 * ms)
    dt: object = field(default_factory=lambda: 1 * ms)
    negatives: object = field(default_factory=RandomNegatives)
    decay: float = 0.7
    jitter: int = 0
    chunk: int = 5000
    block: int = 1
    float_type: str = "float32"
    pathway: str = "dense"
    mode: str = "standalone"
    jobs: int = 1

    def __post_init__(self):
        for name in ("presentation", "dt"):
            value = parse_quantity(getattr(self, name))
            if np.ndim(value) or not have_same_dimensions(value, second) or not 0 < float(value) < np.inf:
                raise ModelError(f"Trainer: {name} is {value}, expected a time such as \"20 ms\".")
            object.__setattr__(self, name, value)
        if not isinstance(self.network, Network):
            raise ModelError(f"Trainer: network is {shortened(self.network)}, expected a Network.")
        object.__setattr__(self, "negatives", as_negatives(self.negatives))
        if self.negatives.shows_labels == (self.network.readout is not None):
            raise ModelError(f"Trainer: negatives of kind {self.negatives.kind!r} {NEEDS[self.negatives.shows_labels]}")
        if self.network.modulator.groups > 1 and self.negatives.needs_layers:
            raise ModelError(f"Trainer: {self.network.modulator.title} has {self.network.modulator.groups} groups, which only copies for all labels can have; use negatives of kind 'all', or groups = 1.")
        steps = float(self.presentation) / float(self.dt)
        if steps > MOST_STEPS:
            raise ModelError(f"Trainer: a presentation of {self.presentation} has {steps:.3g} time steps of {self.dt}, more than {MOST_STEPS}; shorten it or lengthen dt.")
        if abs(steps - round(steps)) > 1e-6 or steps < 1:
            raise ModelError(f"Trainer: a presentation of {self.presentation} is not a whole number of time steps of {self.dt}.")
        self._check_settings()
        self._check_order()

    def _check_settings(self):
        if not is_real(self.decay) or not 0 < self.decay <= 1.5:
            raise ModelError(f"Trainer: decay is {shortened(self.decay)}, expected a factor above 0 and at most 1.5.")
        for name, lowest in (("jitter", 0), ("chunk", 1), ("jobs", 1)):
            if not is_whole(getattr(self, name), lowest):
                raise ModelError(f"Trainer: {name} is {shortened(getattr(self, name))}, expected a whole number from {lowest} to {MOST}.")
        for name, known in (("float_type", ("float32", "float64")), ("pathway", ("dense", "stock")), ("mode", ("standalone", "runtime"))):
            if getattr(self, name) not in known:
                raise ModelError(f"Trainer: {name} is {shortened(getattr(self, name))}, expected {' or '.join(map(repr, known))}.")

    def _check_order(self):
        for number, layer in enumerate(self.network.layers, 1):
            if not float(layer.delay) < float(self.presentation):
                raise ModelError(f"Trainer: layer {number} has delays of up to {layer.delay}, but a presentation lasts {self.presentation}; what arrives later is lost, so make the presentation longer.")
        if not is_whole(self.block, 1, self.chunk):
            raise ModelError(f"Trainer: block is {shortened(self.block)}, expected a whole number of samples from 1 to chunk, which is {self.chunk}; raise chunk for larger blocks.")
        if self.block > 1 and self.negatives.needs_candidates:
            raise ModelError(f"Trainer: block is {self.block}, but negatives of kind {self.negatives.kind!r} are drawn from the positive presentation just before; use block = 1 or random negatives.")

    def __repr__(self):
        times = f"presentations of {short_quantity(self.presentation)}, dt = {short_quantity(self.dt)}"
        return f"<Trainer: {times}, {self.negatives.kind} negatives; {self.network!r}>"

    def plan(self, inputs):
        """The plan of the training run for data of a given shape."""
        if not self.negatives.shows_labels and inputs.kind != "values":
            raise ModelError(f"Trainer: negatives of kind {self.negatives.kind!r} are made of images, but the data set holds {inputs.kind}; choose random or hard negatives and leave the readout out.")
        return Plan(self.network, inputs, round(float(self.presentation) / float(self.dt)), float(self.dt), has_candidates=self.negatives.needs_candidates, has_layers=self.negatives.needs_layers, float_type=self.float_type, pathway=self.pathway)

    def fit(self, train, epochs, seed=0, validation=None, n_classes=None, checkpoint=None, progress="bar", resume=False):
        """Train.

        Parameters
        ----------
        train : Images or Events
        epochs : int
        seed : int
        validation : Images or Events, optional
            Scored after every epoch.
        n_classes : int, optional
            Default: one more than the highest label of `train`.
        checkpoint : path, optional
            A file for the resumable state, replaced after every chunk.
        progress : "bar", callable or None
            What shows how far the training is: a bar, where a terminal or a
            notebook shows it; a function that is called with a `Progress`; or
            nothing.
        resume : bool
            Go on from `checkpoint`.

        Returns
        -------
        Model
            With the training's history in ``model.history``.

        Raises
        ------
        RunError
            If a checkpoint belongs to another training.
        """
        inputs = describe(train, n_classes or int(np.max(train.labels)) + 1)
        run = Training(self, self.plan(inputs), train, epochs, seed, validation, checkpoint, listener(progress))
        return run.resume() if resume else run.start()

    def to_dict(self):
        """The settings as plain text and numbers."""
        negatives = {"kind": self.negatives.kind} | asdict(self.negatives)
        times = {name: format_quantity(getattr(self, name)) for name in ("presentation", "dt")}
        rest = {name: getattr(self, name) for name in ("decay", "jitter", "chunk", "block", "float_type", "pathway", "mode")}
        return times | rest | {"negatives": negatives, "network": self.network.to_dict()}

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`."""
        negatives = dict(record["negatives"])
        kind = KINDS[negatives.pop("kind")]
        return cls(**(record | {"negatives": kind(**negatives), "network": Network.from_dict(record["network"])}))


@dataclass(frozen=True)
class Progress:
    """What a training tells while it goes on.

    Attributes
    ----------
    epoch, epochs : int
        The current one (from 1) and all.
    shown, n_samples : int
        Samples of this epoch that have been shown, and all of them.
    goodness_positive, goodness_negative : float
        Means over this epoch so far, summed over layers.
    accuracy : float
        Online: the fraction of samples whose own label has the highest
        goodness (of all labels with hard negatives, else of the two shown).
    spikes_per_neuron : tuple of float
        Spikes per neuron and presentation of each layer, over this epoch so far.
    entry : dict or None
        When the epoch has ended, what the history says of it.
    """

    epoch: int
    epochs: int
    shown: int
    n_samples: int
    goodness_positive: float
    goodness_negative: float
    accuracy: float
    spikes_per_neuron: tuple = ()
    entry: dict | None = None


class Training:
    """One training as it goes on; what it holds is what a checkpoint holds."""

    def __init__(self, trainer, plan, train, epochs, seed, validation=None, checkpoint=None, progress=None):
        self.trainer, self.plan, self.train, self.epochs, self.seed = trainer, plan, train, epochs, seed
        self.validation, self.checkpoint, self.progress = validation, checkpoint, progress or (lambda _: None)
        self.epoch, self.next_chunk, self.state, self.history, self.tally = 0, 0, {}, [], Tally()
        self.seconds, self.warnings, self.gains = 0.0, {}, {}

    # -- beginning and going on ------------------------------------------------
    def start(self):
        """Train from fresh weights."""
        self.check_work()
        self.state = self.fresh_state()
        with data_file(self.train, self.plan) as path:
            self.set_gain(path)
            self.save()
            return self.go_on(path)

    def resume(self):
        """Train from the checkpoint on."""
        header, self.state = checkpoint.load(self.checkpoint, self)
        for key in checkpoint.KEPT:
            setattr(self, key, header[key])
        self.tally = Tally.from_record(header["tally"])
        with data_file(self.train, self.plan) as path:
            return self.go_on(path)

    def go_on(self, path):
        """Train until the last epoch is done."""
        self.check_work()
        runner = open_plan(self.plan, self.trainer.mode)
        while self.epoch < self.epochs:
            self.run_epoch(runner, path)
        return TrainedModel(self.plan, self.state, self.seed, self.trainer.jobs, self.trainer.mode, self.gains, tuple(self.history), tuple(self.warnings.values()))

    def run_epoch(self, runner, path):
        """Show what is left of the current epoch, chunk by chunk."""
        order = self.random(ORDER).permutation(len(self.train))
        chunks = np.split(order, range(self.trainer.chunk, len(order), self.trainer.chunk))
        while self.next_chunk < len(chunks):
            stopping.check()
            started = time.perf_counter()
            self.run_chunk(runner, path, chunks[self.next_chunk])
            self.next_chunk += 1
            self.seconds += time.perf_counter() - started
            self.save()
        self.end_epoch()

    def run_chunk(self, runner, path, samples):
        """Show some samples, each in both phases."""
        rng = self.random(CHUNK, self.next_chunk)
        if self.trainer.negatives.shows_labels:
            return self.show(runner, path, samples, samples, None, rng)
        own, split = np.arange(len(samples)), self.with_negatives(samples, rng)
        with data_file(split, self.plan) as chunk_path:
            self.show(runner, chunk_path, samples, own, np.arange(len(own), len(split)).reshape(len(own), -1), rng)

    def with_negatives(self, samples, rng):
        """The samples, and then the negatives made of them (`Images`)."""
        wrong = self.trainer.negatives.images(self.train, samples, rng)
        own = self.train.take(samples)
        return replace(own, values=np.concatenate([own.values, wrong]), labels=np.concatenate([own.labels, np.repeat(own.labels, self.trainer.negatives.per_positive)]))

    def show(self, runner, path, samples, places, wrong_places, rng):
        """Show samples that stand at some places of a data file, and learn from them."""
        truth = np.asarray(self.train.labels)[samples]
        rows = schedule.training(places, truth, self.plan.inputs.n_classes, self.trainer.negatives, self.trainer.jitter, rng, wrong_places, self.trainer.block)
        scalars = {"session.eta": self.learning_rate()}
        if self.plan.has_candidates and self.plan.has_layers:
            scalars["ballot.sharpness"] = float(self.trainer.negatives.sharpness)
        state = self.model().state_for(self.plan)
        names = self.plan.columns()
        outcome = runner.run(rows, path, state, scalars, keep=list(self.state), progress=lambda table: self.tell(rows, dict(zip(names, np.asarray(table).T))))
        health.require_finite(outcome.state, f"chunk {self.next_chunk + 1} of {self.n_chunks()} of epoch {self.epoch + 1}", self.checkpoint)
        self.state = outcome.state
        self.tally = self.tally + Tally.of(rows, outcome.table)

    def end_epoch(self):
        """Write the epoch into the history."""
        entry = {"epoch": self.epoch + 1, "wall_seconds": round(self.seconds, 3), "learning_rate": self.learning_rate()} | self.tally.means() | {"spikes_per_neuron": list(self.spikes_per_neuron(self.tally)), "online_labels": self.online_labels()}
        if self.validation is not None:
            prediction = self.model().predict(self.validation)
            entry |= {"validation_accuracy": prediction.accuracy, "layer_validation_accuracy": prediction.layer_accuracy}
        self.history.append(entry)
        self.warn()
        self.progress(self.now(self.tally, entry))
        self.epoch, self.next_chunk, self.tally, self.seconds = self.epoch + 1, 0, Tally(), 0.0
        self.save()

    def warn(self):
        """Say once of each layer that it has fallen silent or explodes."""
        first, now = (self.history[place]["spikes_per_neuron"] for place in (0, -1))
        found = health.activity_warnings(now, first, self.plan.n_steps, self.epoch + 1)
        for key in [key for key in found if key not in self.warnings]:
            LOG.warning("seed %d: %s", self.seed, found[key])
            self.warnings[key] = found[key]

    # -- pieces ------------------------------------------------------------------
    def random(self, purpose, *more):
        """A generator for one purpose in the current epoch."""
        return np.random.default_rng([self.seed, self.epoch, purpose, *more])

    def fresh_state(self):
        """Weights as they are before anything is learnt, but for gains (dict of str to array)."""
        return initial_state(self.plan, np.random.default_rng([self.seed, 0, WEIGHTS]))

    def check_work(self):
        """Raise ModelError if the training would take more time steps than the user allows."""
        per_sample = 1 + getattr(self.trainer.negatives, "per_positive", 1)
        self.plan.check_work(len(self.train) * per_sample * self.epochs)

    def n_chunks(self):
        """Chunks of an epoch."""
        return -(-len(self.train) // self.trainer.chunk)

    def online_labels(self):
        """Among how many labels the online accuracy chooses."""
        return self.plan.inputs.n_classes if self.plan.has_candidates or self.plan.network.readout else 2

    def spikes_per_neuron(self, tally):
        """Spikes per neuron and presentation of each layer."""
        return tally.spikes_per_neuron([layer.size for layer in self.plan.network.layers])

    def learning_rate(self):
        """The learning rate of the current epoch."""
        return float(self.plan.network.rule.values["eta"]) * self.trainer.decay**self.epoch

    def model(self):
        """The model as it is now."""
        return Model(self.plan, self.state, self.seed, self.trainer.jobs, self.trainer.mode)

    def set_gain(self, path):
        """Raise the initial weights of a layer that the data leave silent."""
        runner = open_plan(self.plan, self.trainer.mode)
        samples = self.random(GAIN).permutation(len(self.train))[:GAIN_SAMPLES]
        truth = np.asarray(self.train.labels)[samples]
        for number, layer in enumerate(self.plan.network.layers, 1):
            for trial in range(GAIN_TRIALS):
                rows = schedule.evaluation(samples, truth, np.array([0]), self.seed)
                rows[:, 1] = truth if self.trainer.negatives.shows_labels else schedule.NO_LABEL
                table = runner.run(rows, path, self.model().state_for(self.plan), {}).table
                if table[f"spikes_{number}"].mean() / layer.size >= health.LEAST_SPIKES:
                    break
                for name in (f"synapses_{number}.w", f"label_synapses_{number}.w"):
                    self.state[name] = (self.state[name] * GAIN_STEP).astype(self.state[name].dtype)
            else:
                raise RunError(f"Layer {number} stays silent for this data even with {GAIN_STEP**GAIN_TRIALS:.0f} times the initial weights; check its threshold, the encoder's rate and the data.")
            self.gains[f"layer_{number}"] = GAIN_STEP**trial
            if trial:
                LOG.warning("seed %d: layer %d was silent for this data: its initial weights were raised by a factor of %.2f", self.seed, number, GAIN_STEP**trial)

    def tell(self, rows, table):
        """Report progress within a chunk."""
        done = int(np.isfinite(table["label"]).sum())
        tally = self.tally + Tally.of(rows[:done], {name: column[:done] for name, column in table.items()})
        self.progress(self.now(tally))

    def now(self, tally, entry=None):
        """How far the training is."""
        means = tally.means()
        return Progress(self.epoch + 1, self.epochs, tally.n_positive, len(self.train), means["goodness_positive"], means["goodness_negative"], means["online_accuracy"], self.spikes_per_neuron(tally), entry)

    def save(self):
        """Replace the checkpoint."""
        if self.checkpoint is not None:
            checkpoint.save(self.checkpoint, self)


@dataclass(frozen=True, repr=False)
class TrainedModel(Model):
    """A model with the history of its training.

    Attributes
    ----------
    history : tuple of dict
        One entry per epoch.
    warnings : tuple of str
        Layers that fell silent or exploded.
    """

    history: tuple = ()
    warnings: tuple = ()
