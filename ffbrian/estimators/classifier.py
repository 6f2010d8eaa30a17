"""A Forward-Forward network as a classifier of scikit-learn."""

from dataclasses import replace

import numpy as np
from brian2 import Hz, second
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ffbrian.datasets import Images
from ffbrian.equations import encoders, plasticity
from ffbrian.errors import ModelError
from ffbrian.estimators.fields import check_counts, is_count, receptive_fields, spans
from ffbrian.models.quantities import parse_quantity
from ffbrian.network.layer import Layer
from ffbrian.network.network import Network
from ffbrian.train.trainer import Trainer

#: From this number of features on, one input neuron each is enough.
MANY_FEATURES = 32
#: Receptive fields of a feature where there are fewer.
N_FIELDS = 10
#: Inputs are filled up to a multiple of this, so that networks for similar data share their compiled code.
INPUT_BLOCK = 64
#: Samples from which the scales of a network are computed.
N_MEASURED = 64
#: Spikes of the shown label in a presentation, and what they add to the membranes, in thresholds.
LABEL_SPIKES, LABEL_DRIVE = 10, 4.0
#: Bound of the weights; one value for most data, because it is a part of the compiled code.
LEAST_BOUND = 4.0
NAME = "ForwardForwardClassifier"
NO_RANDOM_PHASE = "phase = 0.5"


class ForwardForwardClassifier(ClassifierMixin, BaseEstimator):
    """A spiking network that learns classes by the Forward-Forward algorithm.

    Every feature is scaled to lie between 0 and 1 and drives input neurons at
    a rate that grows with it; weights, learning rate and the strength of the
    labels are computed from the scale of the training data.  A sample gets the
    class whose label, shown with it, gives the highest goodness.

    Parameters
    ----------
    hidden : tuple of int
        Neurons of each layer.
    epochs : int
    presentation : str
        Duration of one showing, such as ``"40 ms"``; time steps of 1 ms.
    learning_rate : float, optional
        Default: computed from the data.
    decay : float
        Factor on the learning rate from one epoch to the next.
    fields : int or "auto"
        Input neurons of a feature.  With several, each answers to values near
        its own (Gaussian receptive fields, Bohte, Kok & La Poutré 2002);
        ``"auto"``: 10 below 32 features, then 1.
    bounds : (float, float), optional
        What becomes 0 and 1, the same for all features, such as ``(0, 255)``
        for pixels.  Default: each feature's minimum and maximum in the
        training data.  What lies outside is clipped.
    network : Network, optional
        Used as it is, instead of `hidden` and `learning_rate`; its encoder
        reads values.
    random_state : int, RandomState or None
        Of initial weights, order and spikes in training.  Predictions draw no
        random numbers unless the encoder of your own `network` does.
    n_jobs : int
        Processes that share a prediction.
    mode : str
        ``"standalone"`` (compiled) or ``"runtime"`` (no compiler, slow).

    Attributes
    ----------
    classes_ : (n_classes,) array
    model_ : ffbrian.Model
        The trained network, to be recorded or exported.
    history_ : tuple of dict
        One entry an epoch.
    n_features_in_ : int
    feature_names_in_ : (n_features,) array
        Only where `X` has names of columns.

    Raises
    ------
    ValueError
        For a parameter outside its range, fewer than two classes, or data that
        scikit-learn refuses.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from ffbrian.estimators import ForwardForwardClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> ForwardForwardClassifier(epochs=5).fit(X, y).score(X, y)      # doctest: +SKIP
    """

    def __init__(
        self,
        hidden=(100,),
        *,
        epochs=20,
        presentation="40 ms",
        learning_rate=None,
        decay=0.95,
        fields="auto",
        bounds=None,
        network=None,
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
        self.bounds = bounds
        self.network = network
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.mode = mode

    def fit(self, X, y):
        """Train.

        Parameters
        ----------
        X : (n_samples, n_features) array
        y : (n_samples,) array of any labels

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"{NAME}: y has one class, {self.classes_[0]!r}; expected at least 2.")
        self._measure(X)
        images = self._images(X, labels)
        trainer = self._trainer(images)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        trained = trainer.fit(images, self.epochs, seed=seed, n_classes=len(self.classes_), progress=None)
        self.model_, self.history_ = self._calm(trained), trained.history
        return self

    def decision_function(self, X):
        """Goodness of every class.

        Parameters
        ----------
        X : (n_samples, n_features) array

        Returns
        -------
        (n_samples, n_classes) array
            Of two classes (n_samples,): the goodness of the second less that
            of the first.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        goodness = self.model_.predict(self._images(X, np.zeros(len(X), int))).goodness.sum(axis=1)
        return goodness[:, 1] - goodness[:, 0] if len(self.classes_) == 2 else goodness

    def predict(self, X):
        """The class of the highest goodness.

        Parameters
        ----------
        X : (n_samples, n_features) array

        Returns
        -------
        (n_samples,) array
        """
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    # -- from features to intensities --------------------------------------------
    def _measure(self, X):
        """Keep what scales features."""
        if self.fields != "auto" and not is_count(self.fields):
            raise ValueError(f"{NAME}: fields is {self.fields!r}, expected 'auto' or a number of at least 1.")
        low, high = (X.min(axis=0), X.max(axis=0)) if self.bounds is None else self.bounds
        if not np.all(np.asarray(low) <= high) or (self.bounds is not None and low == high):
            raise ValueError(f"{NAME}: bounds is {self.bounds!r}, expected (low, high) with low < high.")
        self.low_, self.range_ = low, spans(low, high)
        is_narrow = X.shape[1] < MANY_FEATURES
        self.n_fields_ = self.fields if self.fields != "auto" else N_FIELDS if is_narrow else 1

    def _images(self, X, labels):
        """Features as pixels of images, filled up with dark ones."""
        scaled = ((X - self.low_) / self.range_).clip(0, 1)
        intensity = receptive_fields(scaled, self.n_fields_) if self.n_fields_ > 1 else scaled
        missing = 0 if self.network else -intensity.shape[1] % INPUT_BLOCK
        pixels = np.rint(255 * np.pad(intensity, ((0, 0), (0, missing)))).astype(np.uint8)
        return Images(np.ascontiguousarray(pixels[:, None, None, :]), labels.astype(np.int64), name="X")

    # -- the network -----------------------------------------------------------------
    def _trainer(self, images):
        """How the network is trained; a wrong parameter is a ValueError, as scikit-learn wants it."""
        check_counts(NAME, self.hidden, self.epochs)
        settings = {"presentation": self.presentation, "decay": self.decay}
        try:
            network = self.network or self._network(images)
            return Trainer(network, **settings, mode=self.mode, jobs=self.n_jobs)
        except ModelError as error:
            raise ValueError(f"{NAME}: {error}") from None

    def _network(self, images):
        """A network whose weights and learning rate suit the scale of the data."""
        duration = float(parse_quantity(self.presentation))
        drive = drive_of(images, duration)
        weight = 2 / np.sqrt(drive)
        label_weight = LABEL_DRIVE / LABEL_SPIKES
        bound = LEAST_BOUND if 20 * weight <= LEAST_BOUND else 20 * weight
        eta = 0.75 / drive if self.learning_rate is None else self.learning_rate
        layers = [
            Layer(int(size), initial_weight=float(weight), label_weight=label_weight) for size in self.hidden
        ]
        rule = plasticity.eligibility_stdp(eta=float(eta), w_max=float(bound))
        return Network(layers, rule=rule, labels=encoders.labels(max_rate=LABEL_SPIKES / duration * Hz))

    def _calm(self, trained):
        """The trained model, with an encoder that draws no random numbers."""
        if self.network:
            return trained
        network = replace(trained.network, encoder=encoders.rate(start=NO_RANDOM_PHASE))
        return replace(trained, plan=replace(trained.plan, network=network))


def drive_of(images, duration):
    """Mean over samples of the summed squared spike counts of a rate code.

    Parameters
    ----------
    images : Images
    duration : float
        Of a presentation, seconds.
    """
    highest = float(encoders.rate.values["max_rate"] * duration * second)
    counts = highest / 255 * images.values[:N_MEASURED].astype(float)
    return max(1.0, float(np.mean(np.sum(counts**2, axis=(1, 2, 3)))))
