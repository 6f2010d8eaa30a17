"""One training as it goes on: epoch after epoch, chunk by chunk, resumable.

An epoch is cut into chunks of a fixed number of samples.  Between two chunks
only the weights (and variables that a model declares persistent) live on, and
they are in the checkpoint; every random number depends on the seed, the epoch
and the chunk alone.  So a run that is interrupted and resumed ends with the
same bits as one that is not.
"""

import logging
import time
from dataclasses import dataclass

import numpy as np

from ffbrian import datasets, stopping
from ffbrian.errors import DataError, ModelError, RunError
from ffbrian.learning.decay import share
from ffbrian.learning.epoch_sums import EpochSums
from ffbrian.models.quantities import is_whole, shortened
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train import checkpoint, health
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model, TrainedModel

LOG = logging.getLogger("ffbrian")
GAIN_SAMPLES, GAIN_STEP, GAIN_TRIALS = 64, 1.3, 20
WEIGHTS, GAIN, ORDER, CHUNK, EVALUATION = range(5)


@dataclass(frozen=True)
class Progress:
    """What a training tells while it goes on.

    Attributes
    ----------
    epoch, epochs : int
        The current one (from 1) and all.
    shown, n_samples : int
        Samples of this epoch that have been shown, and all of them.
    words : str
        What the algorithm says of this epoch so far.
    means : dict of str to float
        The same as numbers.
    spikes_per_neuron : tuple of float
        Spikes per neuron and presentation of each layer, over this epoch so far.
    entry : dict or None
        When the epoch has ended, what the history says of it.
    """

    epoch: int
    epochs: int
    shown: int
    n_samples: int
    words: str
    means: dict
    spikes_per_neuron: tuple = ()
    entry: dict | None = None


class Training:
    """One training as it goes on; what it holds is what a checkpoint holds."""

    def __init__(
        self,
        trainer,
        plan,
        train,
        epochs,
        seed,
        validation=None,
        checkpoint=None,
        progress=None,
        initial=None,
    ):
        for name, value in {"epochs": epochs, "seed": seed}.items():
            if not is_whole(value, highest=np.inf):
                raise ModelError(f"fit: {name} is {value!r}, expected a whole number of at least 0.")
        if validation is not None and not datasets.is_split(validation):
            raise DataError(
                f"fit: validation is {shortened(validation)}, expected a tuple (X, y) or a split, such as "
                "data.validation."
            )
        self.trainer, self.plan, self.train, self.seed = trainer, plan, train, seed
        self.validation, self.checkpoint, self.progress = validation, checkpoint, progress or (lambda _: None)
        self.initial, self.first = initial, 0 if initial is None else initial.epochs
        self.epoch, self.epochs = self.first, self.first + epochs
        self.next_chunk, self.state, self.history, self.sums = 0, {}, [], EpochSums()
        self.seconds, self.warnings, self.gains = 0.0, {}, {}

    @property
    def algorithm(self):
        """The way to learn."""
        return self.plan.algorithm

    # -- beginning and going on ------------------------------------------------
    def start(self):
        """Train from fresh weights, or from those of another model."""
        self.check_work()
        health.warn_of_empty_classes(self.train.labels, self.plan.inputs)
        health.warn_of_late_events(self.train, self.plan)
        self.state = self.fresh_state()
        if self.validation is not None:
            self.model().check_data(self.validation)
        with data_file(self.train, self.plan) as path:
            if self.initial is None:
                self.set_gain(path)
            else:
                self.state = self.taken_over()
            self.save()
            return self.go_on(path)

    def taken_over(self):
        """The state of the model to start from; raises RunError if it is of another network."""
        found, needed = self.initial.state, self.state
        for name, fresh in needed.items():
            if np.shape(found.get(name, 0)) != fresh.shape:
                raise RunError(
                    f"The model to start from has {np.shape(found.get(name, 0))} values of {name}, but this "
                    f"network has {fresh.shape}; start from a model of the same network and data."
                )
        self.gains = dict(self.initial.gains)
        return {name: np.array(found[name], fresh.dtype) for name, fresh in needed.items()}

    def resume(self):
        """Train from the checkpoint on."""
        header, self.state = checkpoint.load(self.checkpoint, self)
        for key in checkpoint.KEPT:
            setattr(self, key, header[key])
        self.sums = EpochSums(header["sums"])
        with data_file(self.train, self.plan) as path:
            return self.go_on(path)

    def go_on(self, path):
        """Train until the last epoch is done."""
        self.check_work()
        runner = open_plan(self.plan, self.trainer.mode)
        while self.epoch < self.epochs:
            self.run_epoch(runner, path)
        return TrainedModel(
            self.plan,
            self.state,
            self.seed,
            self.trainer.jobs,
            self.trainer.mode,
            self.gains,
            self.epoch,
            self.trainer.looks,
            tuple(self.history),
            tuple(self.warnings.values()),
        )

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
        """Show some samples and learn from them."""
        rng = self.random(CHUNK, self.next_chunk)
        seen, places = self.seen(samples, rng)
        split, places = self.algorithm.shown(seen, places, rng)
        if split is None and seen is self.train:
            return self.show(runner, path, samples, places, rng)
        with data_file(split or seen, self.plan) as chunk_path:
            self.show(runner, chunk_path, samples, places, rng)

    def seen(self, samples, rng):
        """The split in which some samples are seen this time, and their places there."""
        if self.trainer.distortion is None:
            return self.train, samples
        return self.trainer.distortion.of(self.train.take(samples), rng), np.arange(len(samples))

    def show(self, runner, path, samples, places, rng):
        """Show samples that stand at some places of a data file, and learn from them."""
        truth = np.asarray(self.train.labels)[samples]
        shown = self.algorithm.training(places, truth, self.plan.inputs, self.trainer.jitter, rng)
        shown = self.plan.stream.mixed(shown, rng) if self.plan.stream else shown
        scalars = {"session.eta": self.learning_rate()} | self.algorithm.scalars(
            self.plan, self.epoch, self.epochs
        )
        names = self.plan.columns()
        outcome = self.algorithm.learn(
            runner,
            shown,
            path,
            self.state,
            scalars,
            rng,
            progress=lambda table: self.tell(shown, dict(zip(names, np.asarray(table).T))),
        )
        health.require_finite(
            outcome.state,
            f"chunk {self.next_chunk + 1} of {self.n_chunks()} of epoch {self.epoch + 1}",
            self.checkpoint,
        )
        self.state = outcome.state
        self.sums = self.sums + self.algorithm.sums(shown, outcome.table, self.plan.inputs)

    def end_epoch(self):
        """Write the epoch into the history."""
        entry = {
            "epoch": self.epoch + 1,
            "wall_seconds": round(self.seconds, 3),
            "learning_rate": self.learning_rate(),
        }
        entry |= self.algorithm.means(self.sums) | {
            "spikes_per_neuron": list(self.spikes_per_neuron(self.sums)),
            "online_labels": self.online_labels(),
        }
        entry |= self.validated()
        self.history.append(entry)
        self.warn()
        self.progress(self.now(self.sums, entry))
        self.epoch, self.next_chunk, self.sums, self.seconds = self.epoch + 1, 0, EpochSums(), 0.0
        self.save()

    def validated(self):
        """Scores on the validation set, for the history."""
        if self.validation is None:
            return {}
        prediction, task = self.model().predict(self.validation), self.plan.inputs.task
        scores = {f"validation_{task.primary}": task.scores(prediction)[task.primary]}
        return scores | (
            {"layer_validation_accuracy": prediction.layer_accuracy}
            if hasattr(prediction, "layer_accuracy")
            else {}
        )

    def warn(self):
        """Say once of each layer that it has fallen silent or explodes."""
        first, now = (self.history[place]["spikes_per_neuron"] for place in (0, -1))
        found = health.activity_warnings(now, first, self.plan.mean_steps(), self.epoch + 1)
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
        self.plan.check_work(len(self.train) * self.algorithm.presentations_of_sample() * self.epochs)

    def n_chunks(self):
        """Chunks of an epoch."""
        return -(-len(self.train) // self.trainer.chunk)

    def online_labels(self):
        """Among how many labels the online accuracy chooses."""
        return self.plan.inputs.n_classes if self.plan.has_candidates or self.plan.network.readout else 2

    def spikes_per_neuron(self, sums):
        """Spikes per neuron and presentation of each layer."""
        layers = enumerate(self.plan.network.layers, 1)
        return sums.spikes_per_neuron({f"spikes_{number}": layer.size for number, layer in layers})

    def learning_rate(self):
        """The learning rate of the current epoch."""
        first = float(self.plan.network.rule.values["eta"])
        return first * share(self.trainer.decay, self.epoch, self.epochs)

    def model(self):
        """The model as it is now."""
        trainer = self.trainer
        return Model(self.plan, self.state, self.seed, trainer.jobs, trainer.mode, looks=trainer.looks)

    def set_gain(self, path):
        """Raise the initial weights of a layer that the data leave silent."""
        runner = open_plan(self.plan, self.trainer.mode)
        samples = self.random(GAIN).permutation(len(self.train))[:GAIN_SAMPLES]
        probe = self.algorithm.probe(samples, np.asarray(self.train.labels)[samples], self.seed)
        scalars = self.algorithm.scalars(self.plan, self.epoch, self.epochs)
        for number in self.plan.network.learners():
            layer = self.plan.network.layers[number - 1]
            for trial in range(GAIN_TRIALS):
                table = runner.run(probe, path, self.model().state_for(self.plan), scalars).table
                if table[f"spikes_{number}"].mean() / layer.size >= health.LEAST_SPIKES:
                    break
                for name in self.exciting(number):
                    self.state[name] = (self.state[name] * GAIN_STEP).astype(self.state[name].dtype)
            else:
                raise RunError(
                    f"Layer {number} stays silent for this data even with {GAIN_STEP**GAIN_TRIALS:.0f} times "
                    "the initial weights; check its threshold, the encoder's rate and the data."
                )
            self.gains[f"layer_{number}"] = GAIN_STEP**trial
            if trial:
                LOG.warning(
                    "seed %d: layer %d was silent for this data: its initial weights were raised by a factor "
                    "of %.2f",
                    self.seed,
                    number,
                    GAIN_STEP**trial,
                )

    def exciting(self, number):
        """Names of the plastic weights that may excite a layer."""
        arriving = [route for route in self.plan.routes() if route.target == number]
        routes = [route for route in arriving if route.is_plastic and route.sign != -1]
        return [f"{route.name}.w" for route in routes]

    def tell(self, shown, table):
        """Report progress within a chunk."""
        done = int(np.isfinite(table["sample"]).sum())
        part = {name: column[:done] for name, column in table.items()}
        self.progress(
            self.now(self.sums + self.algorithm.sums(shown.part(slice(done)), part, self.plan.inputs))
        )

    def now(self, sums, entry=None):
        """How far the training is."""
        means = self.algorithm.means(sums)
        return Progress(
            self.epoch + 1,
            self.epochs,
            int(sums["n_samples"]),
            len(self.train),
            self.algorithm.words(means),
            means,
            self.spikes_per_neuron(sums),
            entry,
        )

    def save(self):
        """Replace the checkpoint."""
        if self.checkpoint is not None:
            checkpoint.save(self.checkpoint, self)
