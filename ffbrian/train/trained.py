"""A trained network: its description, its weights, and what it says of a sample."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from os import PathLike

import numpy as np

from ffbrian import datasets
from ffbrian.build import synaptic_operations
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan, plan_from_dict, plan_to_dict
from ffbrian.errors import DataError, RunError
from ffbrian.files import array_file
from ffbrian.learning.task import Prediction  # noqa: F401 (found here beside the model)
from ffbrian.models import html
from ffbrian.models.quantities import is_whole
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train import flow_state
from ffbrian.train.initial_state import as_learnt, lasting_names

#: Samples evaluated by one run of the binary; fixed, so that results do not
#: depend on how many processes share the work.
EVALUATION_CHUNK = 1000


@dataclass(frozen=True, repr=False)
class Model:
    """A network with weights.

    Attributes
    ----------
    plan : Plan
        Of the training.
    state : dict of str to array
        Weights and other lasting variables, by ``"object.variable"``.
    seed : int
        Of the random numbers in evaluations.
    jobs : int
        Processes that share an evaluation.
    mode : str
        ``"standalone"`` (C++) or ``"runtime"`` (numpy).
    gains : dict of str to float
        Factors by which training raised the initial weights of layers that
        were silent, by layer.
    epochs : int
        Epochs that it was trained for.
    looks : int
        Presentations of a sample, each with other random numbers, whose answers are averaged.
    """

    plan: Plan
    state: dict = field(repr=False)
    seed: int = 0
    jobs: int = 1
    mode: str = "standalone"
    gains: dict = field(default_factory=dict)
    epochs: int = 0
    looks: int = 1

    def __post_init__(self):
        sizes = self.plan.synapse_sizes()
        for name, size in sizes.items():
            found = np.size(self.state.get(f"{name}.w", ()))
            if found != size:
                raise RunError(
                    f"The model's weights {name}.w have {found} values, but the network has {size} synapses "
                    "there; the file belongs to another network."
                )
        for name, values in self.state.items():
            kind = np.asarray(values).dtype
            if kind.kind not in "fiu" or not np.isfinite(values).all():
                raise RunError(
                    f"The model's {name} holds {kind} values, some of them not finite real numbers; the file "
                    "is damaged or its training failed: train the network again."
                )

    def __repr__(self):
        inputs, epochs = self.plan.inputs, getattr(self, "history", ())
        trained = f", {len(epochs)} epochs" if epochs else ""
        shape = " × ".join(map(str, inputs.shape))
        return (
            f"<{type(self).__name__}: {shape} {inputs.kind}, {inputs.n_classes} classes{trained}; "
            f"{self.network!r}>"
        )

    def _repr_html_(self):
        return html.trained(self)

    @property
    def network(self):
        """The network's description."""
        return self.plan.network

    def predict(self, X):
        """Ask for an answer to every sample.

        Parameters
        ----------
        X : array, list of spike trains, or split
            As `Trainer.fit` takes them.

        Returns
        -------
        Prediction or Outputs, or array
            Of a split the whole prediction; of arrays and spike trains the classes,
            (n_samples,) int, or the values, (n_samples, n_outputs) float.
        """
        if datasets.is_split(X):
            return self._predicted(X)
        found = self._predicted(self._split(X, None))
        return found.values if self.plan.inputs.n_outputs else found.labels

    def _split(self, X, y):
        """A split of arrays or spike trains, scaled as the training set was."""
        inputs = self.plan.inputs
        if y is None:
            y = np.zeros(
                (len(X), inputs.n_outputs) if inputs.n_outputs else len(X), float if inputs.n_outputs else int
            )
        split = datasets.from_arrays(X, np.asarray(y, float) if inputs.n_outputs else y)
        ranges = {name: getattr(inputs, name) for name in ("low", "high", "offset", "scale")}
        return replace(split, **ranges) if isinstance(split, datasets.Vectors) else split

    def _predicted(self, split):
        self.check_data(split)
        plan = self.evaluation_plan()
        runner = open_plan(plan, self.mode)
        shown = 1 if plan.has_candidates else plan.algorithm.presentations_of_answer(plan.inputs)
        plan.check_work(len(split) * shown * self.looks)
        chunks = np.array_split(np.arange(len(split)), max(1, -(-len(split) // EVALUATION_CHUNK)))
        with data_file(split, plan) as path, ThreadPoolExecutor(self.jobs) as pool:
            parts = list(pool.map(lambda chunk: self._answers(runner, split, chunk, path), chunks))
        answers, spikes, reached = zip(*parts)
        synops = {sender: np.concatenate([part[sender] for part in reached]) for sender in plan.senders()}
        values, spikes = np.concatenate(answers), np.concatenate(spikes)
        return plan.inputs.task.prediction(plan.inputs.unscaled(values), truth_of(split), spikes, synops)

    def evaluation_plan(self):
        """The plan of evaluations."""
        return self.plan.algorithm.evaluation_plan(self.plan, self.mode)

    def _answers(self, runner, split, chunk, path):
        truth, state = np.asarray(split.labels)[chunk], self.state_for(runner.plan)
        looks = [
            self.plan.algorithm.answers(runner, chunk, truth, path, state, seed) for seed in self._seeds()
        ]
        counts = [
            synaptic_operations.of_samples(runner.plan, look.presentations, len(chunk)) for look in looks
        ]
        return (
            np.mean([look.values for look in looks], axis=0),
            np.mean([look.input_spikes for look in looks], axis=0),
            {sender: sum(count[sender] for count in counts) for sender in counts[0]},
        )

    def _seeds(self):
        """A seed for each look; that of the first is the model's."""
        return [
            self.seed,
            *np.random.SeedSequence([self.seed, self.looks]).generate_state(self.looks).tolist()[1:],
        ]

    def state_for(self, plan):
        """The state as the objects of a plan hold it."""
        state = self.state if plan.learns else as_learnt(self.state, self.plan)
        at_rest = {} if plan.learns else flow_state.first(plan, state, np.random.default_rng(self.seed))
        return self.plan.algorithm.state_for(state | at_rest, plan)

    def score(self, X, y=None) -> float:
        """The task's primary score: accuracy, or relative L2.

        Parameters
        ----------
        X : array, list of spike trains, or split
        y : (n,) int or (n, m) float array
            Not for splits, which have their own.

        Returns
        -------
        float
        """
        split = (
            X if datasets.is_split(X) else datasets.from_arrays(X, None) if y is None else self._split(X, y)
        )
        task = self.plan.inputs.task
        return task.scores(self._predicted(split))[task.primary]

    def record(self, sample=None, label=None, variables=None, **settings):
        """Record what happens in presentations of a sample, or in a stream of several.

        Parameters
        ----------
        sample, label, variables, **settings
            As in `ffbrian.train.recorder.record`; of a model that learnt in a stream, a
            split, and the rest as in `ffbrian.train.stream_recording.record`.

        Returns
        -------
        Recording or StreamRecording
        """
        if self.plan.stream:
            from ffbrian.train import stream_recording

            if label is not None:
                raise DataError("record: a stream shows its own labels, true and wrong; leave label out.")
            chosen = {} if variables is None else {"variables": variables}
            return stream_recording.record(self, sample, **chosen, **settings)
        from ffbrian.train.recorder import record

        return record(self, sample, label, variables, **settings)

    def to_brian(self, sample=None, label=None, **settings):
        """The network as plain Brian 2 objects, for one presentation without learning.

        Parameters
        ----------
        sample, label, **settings
            What the input and label populations show, as in
            `ffbrian.train.recorder.sent_spikes`; by default nothing.

        Returns
        -------
        brian2.Network
            As described in `ffbrian.export.brian.network`.  For the same
            spikes of inputs and labels every neuron spikes at the same steps.
        """
        if self.plan.stream:
            raise RunError("to_brian: writes one presentation, of which a stream has none.")
        if self.network.modulator is None:
            raise RunError(
                "to_brian: writes networks that learnt by forward_forward, but this one learnt by "
                f"{self.plan.algorithm.kind}, whose graded inputs and readout it does not know."
            )
        from ffbrian.export import brian
        from ffbrian.train.recorder import sent_spikes

        spikes = None if sample is None else sent_spikes(self, sample, label, **settings)
        return brian.network(self.plan, self.state, spikes)

    def to_nir(self, path: str | PathLike) -> None:
        """Write the network for neuromorphic tools (`ffbrian.export.nir_graph.write` says how)."""
        from ffbrian.export import nir_graph

        nir_graph.write(self.plan, self.state, path)

    def check_data(self, split):
        """Raise DataError unless the data fit the network."""
        inputs = DataShape.of(split, self.plan.inputs.n_classes)
        if (inputs.kind, inputs.shape) != (self.plan.inputs.kind, self.plan.inputs.shape):
            raise DataError(
                f"The data hold {inputs.kind} of shape {inputs.shape}, but the network was built for "
                f"{self.plan.inputs.kind} of shape {self.plan.inputs.shape}."
            )
        if len(split) and int(np.max(split.labels)) >= self.plan.inputs.n_classes:
            raise DataError(
                f"The data hold the label {int(np.max(split.labels))}, but the network knows the labels 0 to "
                f"{self.plan.inputs.n_classes - 1}."
            )

    def save(self, path: str | PathLike) -> None:
        """Write the model: arrays and a JSON header, no pickle."""
        array_file.save(
            path,
            {
                "format": 1,
                "plan": plan_to_dict(self.plan),
                "seed": self.seed,
                "gains": self.gains,
                "epochs": self.epochs,
                "looks": self.looks,
            },
            self.state,
        )

    @classmethod
    def load(cls, path: str | PathLike, **settings) -> "Model":
        """Read a model that `save` wrote.

        Parameters
        ----------
        path : path
        **settings
            `jobs` or `mode`.
        """
        header, state = array_file.load(path)
        seed, gains, epochs = header.get("seed"), header.get("gains", {}), header.get("epochs", 0)
        looks = header.get("looks", 1)  # files of older versions lack it
        if not (is_whole(seed) and is_whole(epochs) and is_whole(looks, 1) and isinstance(gains, dict)):
            raise RunError(
                f"{path} is damaged: its seed is {seed!r}, its gains are {gains!r}, its epochs {epochs!r} "
                f"and its looks {looks!r}, expected whole numbers and a table."
            )
        try:
            plan = plan_from_dict(header["plan"])
            model = cls(plan, state, seed, gains=gains, epochs=epochs, looks=looks, **settings)
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
            raise RunError(
                f"{path} is not a model that this version of ffbrian can read ({error})."
            ) from None
        missing = sorted(lasting_names(model.plan) - set(state))
        if missing:
            raise RunError(
                f"{path} lacks {missing[0]}, which the network keeps from one presentation to the next; "
                "train the model again."
            )
        return model


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


def truth_of(split):
    """What is to be predicted: real-valued targets where a split has them, else classes."""
    return split.targets if isinstance(split, datasets.Vectors) else np.asarray(split.labels)
