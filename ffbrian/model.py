"""A trained network: its description, its weights, and what it says of a sample."""
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ffbrian import datasets, html, schedule, store, synops
from ffbrian.device import project
from ffbrian.errors import DataError, RunError
from ffbrian.execution import Project, temporary_folder
from ffbrian.fresh import lasting_names
from ffbrian.network import Network
from ffbrian.plan import Inputs, Plan
from ffbrian.runtime import Runtime

#: Samples evaluated by one run of the binary; fixed, so that results do not
#: depend on how many processes share the work.
EVALUATION_CHUNK = 1000


@dataclass(frozen=True, repr=False)
class Prediction:
    """Goodness of every label for every sample.

    Attributes
    ----------
    goodness : (n_samples, n_layers, n_classes) float array
        Of a network with a readout, its responses instead, as if of one layer.
    truth : (n_samples,) int array
    input_spikes : (n_samples,) float array
        Spikes of the input population in a presentation.
    synops : dict of str to (n_samples,) float array
        Synapses reached by the spikes of each population: of the inputs in one
        presentation, of all others in those of all labels.
    """

    goodness: np.ndarray
    truth: np.ndarray
    input_spikes: np.ndarray
    synops: dict = field(default_factory=dict)

    def __repr__(self):
        n_samples, _, n_classes = self.goodness.shape
        return f"<Prediction: {n_samples} samples, {n_classes} classes, accuracy {self.accuracy:.1%}>"

    @property
    def labels(self):
        """The label with the highest goodness summed over layers, (n_samples,) int."""
        return self.goodness.sum(axis=1).argmax(axis=1)

    @property
    def accuracy(self):
        """Fraction of samples whose label is predicted."""
        return float(np.mean(self.labels == self.truth))

    @property
    def balanced_accuracy(self):
        """Mean over the classes that occur of the fraction of their samples that is predicted."""
        right = self.labels == self.truth
        return float(np.mean([right[self.truth == label].mean() for label in np.unique(self.truth)]))

    @property
    def layer_accuracy(self):
        """The same, from each layer's goodness alone; list of float."""
        return [float(np.mean(self.goodness[:, k].argmax(axis=1) == self.truth)) for k in range(self.goodness.shape[1])]


@contextlib.contextmanager
def data_file(split, plan):
    """A temporary file with a data split, as the network reads it."""
    with temporary_folder("ffbrian-data-") as folder:
        path = Path(folder) / "data"
        if plan.inputs.kind == "values":
            datasets.write_images(split, path)
        elif plan.inputs.kind == "signals":
            datasets.write_signals(split, plan.dt, plan.n_steps, path)
        else:
            datasets.write_binned(split, round(plan.dt * 1e6), plan.n_steps, path)
        yield path


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
    """

    plan: Plan
    state: dict = field(repr=False)
    seed: int = 0
    jobs: int = 1
    mode: str = "standalone"
    gains: dict = field(default_factory=dict)

    def __post_init__(self):
        sizes = self.plan.synapse_sizes()
        for name, size in sizes.items():
            found = np.size(self.state.get(f"{name}.w", ()))
            if found != size:
                raise RunError(f"The model's weights {name}.w have {found} values, but the network has {size} synapses there; the file belongs to another network.")
        for name, values in self.state.items():
            kind = np.asarray(values).dtype
            if kind.kind not in "fiu" or not np.isfinite(values).all():
                raise RunError(f"The model's {name} holds {kind} values, some of them not finite real numbers; the file is damaged or its training failed: train the network again.")

    def __repr__(self):
        inputs, epochs = self.plan.inputs, getattr(self, "history", ())
        trained = f", {len(epochs)} epochs" if epochs else ""
        shape = " × ".join(map(str, inputs.shape))
        return f"<{type(self).__name__}: {shape} {inputs.kind}, {inputs.n_classes} classes{trained}; {self.network!r}>"

    def _repr_html_(self):
        return html.trained(self)

    @property
    def network(self):
        """The network's description."""
        return self.plan.network

    def predict(self, split):
        """Show every label with every sample, or ask the readout if there is one.

        Parameters
        ----------
        split : Images or Events

        Returns
        -------
        Prediction
        """
        self.check_data(split)
        plan = self.evaluation_plan()
        runner = open_plan(plan, self.mode)
        plan.check_work(len(split) * (1 if plan.has_candidates or self.network.readout else self.plan.inputs.n_classes))
        chunks = np.array_split(np.arange(len(split)), max(1, -(-len(split) // EVALUATION_CHUNK)))
        with data_file(split, plan) as path, ThreadPoolExecutor(self.jobs) as pool:
            parts = list(pool.map(lambda chunk: self._predict_chunk(runner, split, chunk, path), chunks))
        *found, reached = zip(*parts)
        goodness, spikes = map(np.concatenate, found)
        return Prediction(goodness, np.asarray(split.labels), spikes, {sender: np.concatenate([part[sender] for part in reached]) for sender in plan.senders()})

    def evaluation_plan(self):
        """The plan of evaluations: all labels at once where that is possible."""
        parallel = self.mode == "standalone" and self.plan.shows_all_labels() and self.network.readout is None
        return replace(self.plan, learns=False, has_candidates=parallel, has_layers=not parallel, recorded=())

    def _predict_chunk(self, runner, split, chunk, path):
        n_classes, n_layers = self.plan.inputs.n_classes, len(self.network.layers)
        if self.network.readout is not None:
            return self._read_out(runner, split, chunk, path)
        parallel = runner.plan.has_candidates
        labels = np.array([0]) if parallel else np.arange(n_classes)
        rows = schedule.evaluation(chunk, np.asarray(split.labels)[chunk], labels, self.seed)
        result = runner.run(rows, path, self.state_for(runner.plan), {}).table
        names = [[f"candidate_{k}_{c}" for c in range(n_classes)] if parallel else [f"goodness_{k}"] for k in range(1, n_layers + 1)]
        goodness = np.array([[result[name] for name in row] for row in names])
        goodness = goodness.transpose(2, 0, 1) if parallel else goodness[:, 0].T.reshape(len(chunk), n_classes, n_layers).transpose(0, 2, 1)
        return goodness, result["input_spikes"].reshape(len(chunk), -1)[:, 0], synops.of_samples(runner.plan, result, len(chunk))

    def _read_out(self, runner, split, chunk, path):
        rows = schedule.evaluation(chunk, np.asarray(split.labels)[chunk], np.array([schedule.NO_LABEL]), self.seed)
        result = runner.run(rows, path, self.state_for(runner.plan), {}).table
        responses = np.array([result[f"readout_{label}"] for label in range(self.plan.inputs.n_classes)])
        return responses.T[:, None], result["input_spikes"], synops.of_samples(runner.plan, result, len(chunk))

    def state_for(self, plan):
        """The state as the objects of a plan hold it."""
        state = {name: value for name, value in self.state.items() if plan.has_layers or not name.startswith(("layer_", "modulator_"))}
        if plan.has_candidates:
            lasting = {name: value for name, value in self.state.items() if name.startswith("layer_")}
            state |= {name.replace("layer_", "candidates_", 1): np.tile(value, plan.inputs.n_classes) for name, value in lasting.items()}
        return state

    def score(self, split):
        """Accuracy on a split (float)."""
        return self.predict(split).accuracy

    def record(self, sample=None, label=None, variables=None, **settings):
        """Record what happens in presentations of a sample.

        Parameters
        ----------
        sample, label, variables, **settings
            As in `ffbrian.recorder.record`.

        Returns
        -------
        Recording
        """
        from ffbrian.recorder import record

        return record(self, sample, label, variables, **settings)

    def to_brian(self, sample=None, label=None, **settings):
        """The network as plain Brian 2 objects, for one presentation without learning.

        Parameters
        ----------
        sample, label, **settings
            What the input and label populations show, as in
            `ffbrian.recorder.sent_spikes`; by default nothing.

        Returns
        -------
        brian2.Network
            As described in `ffbrian.export.brian.network`.  For the same
            spikes of inputs and labels every neuron spikes at the same steps.
        """
        from ffbrian.export import brian
        from ffbrian.recorder import sent_spikes

        spikes = None if sample is None else sent_spikes(self, sample, label, **settings)
        return brian.network(self.plan, self.state, spikes)

    def to_nir(self, path):
        """Write the network for neuromorphic tools (`ffbrian.export.nir_graph.write` says how)."""
        from ffbrian.export import nir_graph

        nir_graph.write(self.plan, self.state, path)

    def check_data(self, split):
        """Raise DataError unless the data fit the network."""
        inputs = describe(split, self.plan.inputs.n_classes)
        if (inputs.kind, inputs.shape) != (self.plan.inputs.kind, self.plan.inputs.shape):
            raise DataError(f"The data hold {inputs.kind} of shape {inputs.shape}, but the network was built for {self.plan.inputs.kind} of shape {self.plan.inputs.shape}.")
        if len(split) and int(np.max(split.labels)) >= self.plan.inputs.n_classes:
            raise DataError(f"The data hold the label {int(np.max(split.labels))}, but the network knows the labels 0 to {self.plan.inputs.n_classes - 1}.")

    def save(self, path):
        """Write the model: arrays and a JSON header, no pickle."""
        store.save(path, {"format": 1, "plan": plan_to_dict(self.plan), "seed": self.seed, "gains": self.gains}, self.state)

    @classmethod
    def load(cls, path, **settings):
        """Read a model that `save` wrote.

        Parameters
        ----------
        path : path
        **settings
            `jobs` or `mode`.
        """
        header, state = store.load(path)
        seed, gains = header.get("seed"), header.get("gains", {})
        if type(seed) is not int or seed < 0 or not isinstance(gains, dict):
            raise RunError(f"{path} is damaged: its seed is {seed!r} and its gains are {gains!r}, expected a whole number and a table.")
        try:
            model = cls(plan_from_dict(header["plan"]), state, seed, gains=gains, **settings)
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
            raise RunError(f"{path} is not a model that this version of ffbrian can read ({error}).") from None
        missing = sorted(lasting_names(model.plan) - set(state))
        if missing:
            raise RunError(f"{path} lacks {missing[0]}, which the network keeps from one presentation to the next; train the model again.")
        return model


def describe(split, n_classes):
    """The `Inputs` of a data split."""
    if isinstance(split, datasets.Signals):
        return Inputs("signals", (split.n_units,), n_classes, float(split.rate_hz))
    kind = "values" if isinstance(split, datasets.Images) else "events"
    return Inputs(kind, tuple(int(k) for k in split.shape), n_classes)


def open_plan(plan, mode):
    """The runner of a plan: `Project` or `Runtime`."""
    if mode not in ("standalone", "runtime"):
        raise RunError(f"mode is {mode!r}, expected 'standalone' or 'runtime'.")
    runner: Project | Runtime = Runtime(plan) if mode == "runtime" else project(plan)
    return runner


def plan_to_dict(plan):
    """A plan as plain text and numbers."""
    import json

    return json.loads(plan.key())


def plan_from_dict(record):
    """The inverse of `plan_to_dict`."""
    inputs = Inputs(**(record["inputs"] | {"shape": tuple(record["inputs"]["shape"])}))
    recorded = tuple((name, tuple(variables), None if indices is None else tuple(indices)) for name, variables, indices in record["recorded"])
    return Plan(**(record | {"network": Network.from_dict(record["network"]), "inputs": inputs, "recorded": recorded}))
