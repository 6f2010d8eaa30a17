"""A spiking network that learns real numbers, as a regressor of scikit-learn."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ffbrian import learning
from ffbrian.datasets import Vectors
from ffbrian.equations import encoders, neurons, plasticity, readouts, synapses
from ffbrian.errors import ModelError
from ffbrian.estimators.fields import check_counts, is_count, spans
from ffbrian.network.layer import Layer
from ffbrian.network.network import Network
from ffbrian.train.trainer import Trainer

NAME, ALGORITHM = "ForwardForwardRegressor", "node_perturbation"
#: Chosen on validation data of a function of two variables (experiments/mexican-hat.toml); a network of more
#: inputs gets smaller weights and steps, so that all of them together drive and change it as much.
N_CHOSEN, WEIGHT, ETA, READOUT_SPEED = 2, 0.3, 0.003, 33.0
#: Receptive fields of each of few and of many features.
FEW_FEATURES, MANY_FIELDS, FEW_FIELDS = 4, 16, 4
#: Every neuron begins at a height of its own, the same in all presentations.
STAGGERED = "v = v_rest + (v_th - v_rest)*((unit*0.618034) % 1.0)"
#: Features are filled up to a multiple of this, so that networks for similar data share their compiled code,
#: with values that lie outside every receptive field.
FEATURE_BLOCK, OUTSIDE = 8, 10.0


class ForwardForwardRegressor(RegressorMixin, BaseEstimator):
    """A spiking network that learns real-valued targets by node perturbation.

    Forward-Forward itself tells classes apart.  This estimator learns with
    the same neurons, and no derivative either: noise in every neuron tells it
    how it sways the outputs (`ffbrian.NodePerturbation`), and a readout learns
    by the delta rule.  Features are scaled by their range in the training data
    and coded by Gaussian receptive fields; what lies outside is clipped.  Targets are centred and scaled.

    Parameters
    ----------
    hidden : tuple of int
        Neurons of each layer.
    epochs : int
    presentation : str
        Duration of one showing; time steps of 1 ms.
    learning_rate : float, optional
        Default: 0.006 over the number of features, of which it counts at least two.
    decay : float or str
        Factor on the learning rate from one epoch to the next, or ``"cosine"``.
    fields : int or "auto"
        Receptive fields of a feature; ``"auto"``: 16 of at most four features, else 4,
        with which few samples tell more about each.
    sigma : float
        Size of the noise, see `ffbrian.NodePerturbation`.
    random_state : int, RandomState or None
        Of initial weights, order and noise.  Predictions draw no random numbers.
    n_jobs : int
        Processes that share a prediction.
    mode : str
        ``"standalone"`` (compiled) or ``"runtime"`` (no compiler, slow).

    Attributes
    ----------
    model_ : ffbrian.Model
        The trained network; its inputs and outputs are scaled.
    history_ : tuple of dict
        One entry an epoch.
    n_features_in_ : int
    feature_names_in_ : (n_features,) array
        Only where `X` has names of columns.

    Raises
    ------
    ValueError
        For a parameter outside its range, or data that scikit-learn refuses.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from ffbrian.estimators import ForwardForwardRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> ForwardForwardRegressor(epochs=20).fit(X, y).score(X, y)      # doctest: +SKIP
    """

    def __init__(
        self,
        hidden=(50,),
        *,
        epochs=50,
        presentation="32 ms",
        learning_rate=None,
        decay="cosine",
        fields="auto",
        sigma=0.01,
        random_state=None,
        n_jobs=1,
        mode="standalone",
    ):
        self.hidden = hidden
        self.epochs = epochs
        self.presentation = presentation
        self.learning_rate = learning_rate
        self.decay = decay
        self.fields = fields
        self.sigma = sigma
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.mode = mode

    def fit(self, X, y):
        """Train.

        Parameters
        ----------
        X : (n_samples, n_features) array
        y : (n_samples,) or (n_samples, n_outputs) array

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        targets = np.asarray(y, np.float64).reshape(len(X), -1)
        self.low_, self.range_ = X.min(axis=0), spans(X.min(axis=0), X.max(axis=0))
        self.mean_ = targets.mean(axis=0)
        self.scale_ = np.abs(targets - self.mean_).max() or 1.0
        self._is_flat = y.ndim == 1
        trainer = self._trainer()
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        vectors = self._vectors(X, (targets - self.mean_) / self.scale_)
        self.model_ = trainer.fit(vectors, self.epochs, seed=seed, progress=None)
        self.history_ = self.model_.history
        return self

    def predict(self, X):
        """What the network answers, in the units of the targets.

        Parameters
        ----------
        X : (n_samples, n_features) array

        Returns
        -------
        (n_samples,) or (n_samples, n_outputs) array
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        unknown = np.zeros((len(X), len(self.mean_)))
        answers = self.model_.predict(self._vectors(X, unknown)).values * self.scale_ + self.mean_
        return answers[:, 0] if self._is_flat else answers

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _vectors(self, X, targets):
        """Scaled features, filled up with values that no field answers to, all in the same ranges."""
        scaled = ((X - self.low_) / self.range_).clip(0, 1)
        values = np.pad(scaled, ((0, 0), (0, -X.shape[1] % FEATURE_BLOCK)), constant_values=OUTSIDE)
        n, m = values.shape[1], targets.shape[1]
        return Vectors(values, targets, (0.0,) * n, (1.0,) * n, (0.0,) * m, 1.0, name="X")

    def _trainer(self):
        """How the network is trained; a wrong parameter is a ValueError, as scikit-learn wants it."""
        check_counts(NAME, self.hidden, self.epochs)
        try:
            algorithm = learning.class_of(ALGORITHM)("polarity", sigma=self.sigma)
            settings = {"presentation": self.presentation, "decay": self.decay, "dt": "1 ms"}
            return Trainer(self._network(), algorithm=algorithm, **settings, mode=self.mode, jobs=self.n_jobs)
        except ModelError as error:
            raise ValueError(f"{NAME}: {error}") from None

    def _n_fields(self):
        if self.fields == "auto":
            return MANY_FIELDS if self.n_features_in_ <= FEW_FEATURES else FEW_FIELDS
        if not is_count(self.fields) or self.fields < 2:
            raise ValueError(f"{NAME}: fields is {self.fields!r}, expected 'auto' or a number of at least 2.")
        return int(self.fields)

    def _network(self):
        share = N_CHOSEN / max(N_CHOSEN, self.n_features_in_)
        eta = ETA * share if self.learning_rate is None else self.learning_rate
        neuron = neurons.lif(initial=STAGGERED)
        first, *others = map(int, self.hidden)
        layers = [Layer(first, neuron, synapse=synapses.graded, initial_weight=WEIGHT * share**0.5)]
        layers += [Layer(size, neuron, initial_weight=0.5) for size in others]
        return Network(
            layers,
            encoder=encoders.receptive_fields(copies=self._n_fields()),
            rule=plasticity.polarity_moments(eta=float(eta)),
            readout=readouts.linear(speed=READOUT_SPEED),
        )
