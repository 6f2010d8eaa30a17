"""What is to be learnt, and how an answer is scored."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """A score of every label for every sample.

    Attributes
    ----------
    goodness : (n_samples, n_layers, n_classes) float array
        Goodness of each layer with each label; of a network with a readout its
        responses instead, as if of one layer.
    truth : (n_samples,) int array
    input_spikes : (n_samples,) float array
        Spikes of the input population in a presentation.
    synops : dict of str to (n_samples,) float array
        Synapses reached by the spikes of each population: of the inputs in one
        presentation of each look, of all others in those that an answer needs.
    """

    goodness: np.ndarray
    truth: np.ndarray
    input_spikes: np.ndarray
    synops: dict = field(default_factory=dict)

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
        return [
            float(np.mean(self.goodness[:, k].argmax(axis=1) == self.truth))
            for k in range(self.goodness.shape[1])
        ]


@dataclass(frozen=True)
class Outputs:
    """Real-valued answers to every sample.

    Attributes
    ----------
    values, truth : (n_samples, n_outputs) float arrays
        In the units of the targets.
    input_spikes, synops
        As in `Prediction`.
    """

    values: np.ndarray
    truth: np.ndarray
    input_spikes: np.ndarray
    synops: dict = field(default_factory=dict)

    @property
    def relative_l2(self):
        """Norm of the error over the norm of the targets, all samples and outputs at once."""
        return float(
            np.linalg.norm(self.values - self.truth) / max(np.linalg.norm(self.truth), np.finfo(float).tiny)
        )

    @property
    def mean_relative_l2(self):
        """Mean over samples of the relative norm of a sample's error (operators: over functions)."""
        norms = np.linalg.norm(self.truth, axis=1)
        errors = np.linalg.norm(self.values - self.truth, axis=1)
        return float(np.mean(errors / np.maximum(norms, np.finfo(float).tiny)))


@dataclass(frozen=True)
class Classification:
    """Samples belong to classes; the score is the fraction that is right."""

    kind = "classification"
    primary, larger_is_better = "accuracy", True

    @staticmethod
    def words(score):
        """A score as it is printed."""
        return f"{score:.2%}"

    def prediction(self, answers, truth, input_spikes, synops):
        """A `Prediction` from answers, (n_samples, n_layers, n_classes)."""
        return Prediction(answers, np.asarray(truth), input_spikes, synops)

    def scores(self, prediction):
        """Scores by name (dict of str to float)."""
        return {"accuracy": prediction.accuracy, "balanced_accuracy": prediction.balanced_accuracy}


@dataclass(frozen=True)
class Regression:
    """Samples have real-valued targets; the score is the relative L2 norm of the error."""

    kind = "regression"
    primary, larger_is_better = "relative_l2", False

    @staticmethod
    def words(score):
        """A score as it is printed."""
        return f"{score:.4f}"

    def prediction(self, answers, truth, input_spikes, synops):
        """`Outputs` from answers, (n_samples, 1, n_outputs)."""
        return Outputs(answers[:, 0], np.asarray(truth, float), input_spikes, synops)

    def scores(self, prediction):
        """Scores by name (dict of str to float)."""
        return {"relative_l2": prediction.relative_l2, "mean_relative_l2": prediction.mean_relative_l2}


TASKS = {task.kind: task for task in (Classification, Regression)}
