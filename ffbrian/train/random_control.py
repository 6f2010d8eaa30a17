"""What real-valued targets lose if hidden weights stay as drawn: the control of all rules for layers.

The spikes of fresh layers (and trunks) are recorded once, weighted as a linear readout weighs
them, and the readout is found by least squares, which no readout that learns can beat on the
training set.
"""

from dataclasses import dataclass, replace

import numpy as np

from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model

#: Training samples, and samples whose spikes are held at once.
MOST_SAMPLES, AT_ONCE = 5_000, 200
#: Singular values below this share of the largest count as 0.
LEAST = 1e-6
NAME = "random_features_least_squares"


def measure(plan, train, test, task, seed=0, mode="standalone"):
    """Scores on the test set of the best readout of features that stay as drawn.

    Parameters
    ----------
    plan : Plan
        Of the training.
    train, test : Vectors
    task : Regression
    seed : int
        Draws the weights, and the training samples where there are more than 5,000.
    mode : str
        Of the training; in runtime mode, where recording so much would take longer than
        learning, nothing is measured.

    Returns
    -------
    dict of str to dict
        ``test_relative_l2`` and the number of ``train_samples``, by name; may be empty.
    """
    if mode == "runtime":
        return {}
    if len(train) > MOST_SAMPLES:
        train = train.take(np.sort(np.random.default_rng(seed).permutation(len(train))[:MOST_SAMPLES]))
    observer = Observer.of(plan, seed, mode)
    (seen, features), (shown, _) = observer.features(train), observer.features(test.like(train))
    answers = solved(seen, features, train.targets, shown)
    scored = task.prediction(answers[:, None], test.targets, np.zeros(len(test)), {})
    return {NAME: {f"test_{task.primary}": task.scores(scored)[task.primary], "train_samples": len(train)}}


def solved(seen, features, targets, shown):
    """Answers of a readout that least squares find.

    Parameters
    ----------
    seen, shown : (n, n_neurons), (m, n_neurons) arrays
        Weighted spikes of the layers, of training and test samples.
    features : (n_points, n_features) array or None
        Of an operator, products of its trunks' weighted spikes.
    targets : (n, n_outputs) array

    Returns
    -------
    (m, n_outputs) array
        With a bias of each output; of an operator the part that its features can express.
    """
    mean, centre = targets.mean(axis=0), seen.mean(axis=0)
    weights = np.linalg.lstsq(seen - centre, targets - mean, rcond=LEAST)[0]
    if features is not None:
        weights = weights @ np.linalg.pinv(features.T, rcond=LEAST) @ features.T
    return (shown - centre) @ weights + mean


@dataclass(frozen=True)
class Observer:
    """A network with fresh weights, whose spikes are recorded.

    Attributes
    ----------
    runner : runner of a plan that records the spikes of layers and trunks
    state : dict of str to array
    seed : int
    """

    runner: object
    state: dict
    seed: int

    @classmethod
    def of(cls, plan, seed, mode):
        """The observer of a training's network."""
        fresh = Model(plan, initial_state(plan, np.random.default_rng(seed)), seed, mode=mode)
        layers = [f"layer_{number}" for number, _ in enumerate(plan.network.layers, 1)]
        trunks = [f"trunk_{number}" for number, _ in enumerate(plan.network.trunks, 1)]
        recorded = tuple((name, ("spikes",), None) for name in (*layers, *trunks))
        plain = replace(plan.algorithm.evaluation_plan(plan, mode), recorded=recorded)
        return cls(open_plan(plain, mode), fresh.state_for(plain), seed)

    def features(self, split):
        """Weighted spikes of all layers, (n, n_neurons), and the features of an operator or None."""
        plan, found = self.runner.plan, []
        sizes = {f"layer_{number}": layer.size for number, layer in enumerate(plan.network.layers, 1)}
        with data_file(split, plan) as path:
            for some in np.array_split(np.arange(len(split)), max(1, -(-len(split) // AT_ONCE))):
                shown = plan.algorithm.probe(some, np.zeros(len(some), int), self.seed)
                spikes = self.runner.run(shown, path, self.state, {}).recordings
                found.append(np.hstack([self.weighted(spikes, *one, len(some)) for one in sizes.items()]))
        return np.concatenate(found), self.of_trunks(spikes)

    def of_trunks(self, spikes):
        """Products of the trunks' features at every point, from the first of some presentations."""
        plan, product = self.runner.plan, 1.0
        for number, trunk in enumerate(plan.network.trunks, 1):
            places, copy = trunk.places(plan.inputs.points)
            first = self.weighted(spikes, f"trunk_{number}", len(places) * trunk.size, 1)
            product = product * first.reshape(len(places), trunk.size)[copy]
        return product if plan.network.trunks else None

    def weighted(self, spikes, name, size, n):
        """Spikes of a population in `n` presentations, an early one counting more, (n, size)."""
        plan, found = self.runner.plan, spikes[f"{name}_spikes"]
        step = np.rint(np.asarray(found["t"], float) / plan.dt).astype(int)
        sample, within = np.divmod(step, plan.n_steps)
        inside = sample < n
        place = sample[inside] * size + np.asarray(found["i"])[inside]
        return np.bincount(place, 1 - within[inside] / plan.n_steps, n * size).reshape(n, size)
