"""How a network is trained."""

import logging
from dataclasses import dataclass, replace

import numpy as np
from brian2 import ms, second
from brian2.units.fundamentalunits import have_same_dimensions

from ffbrian import datasets, learning
from ffbrian.build import flow
from ffbrian.build.data_shape import DataShape, n_classes_of
from ffbrian.build.plan import MOST_STEPS, Plan
from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import Algorithm, check_signals
from ffbrian.learning.decay import is_decay
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.learning.timing import Stream, as_stream
from ffbrian.models.quantities import (
    AUTO,
    MOST,
    format_quantity,
    is_auto,
    is_whole,
    parse_quantity,
    short_quantity,
    shortened,
)
from ffbrian.network.network import Network
from ffbrian.train import contrast
from ffbrian.train.calibration import calibrate
from ffbrian.train.contrast import WHOLE_RANGE
from ffbrian.train.progress import listener
from ffbrian.train.training import Training

LOG = logging.getLogger("ffbrian")
#: Presentation and time step that are "auto" where there are no events or signals to compute them from.
PRESENTATION, TIME_STEP = 20 * ms, 1 * ms
EPOCHS = 20
#: Time steps of a presentation that is no whole number of the default ones.
N_STEPS = 100
#: What a stream puts where a network leaves something open.
FLOWING = {"rule": "decaying_stdp", "modulator": "reward_prediction"}


@dataclass(frozen=True, repr=False)
class Trainer:
    """How a network is trained.

    Attributes
    ----------
    network : Network
    presentation : Quantity or "auto"
        Duration of one showing; ``"auto"``: that of events and signals, 20 ms for other data.
    dt : Quantity or "auto"
        Time step; ``"auto"``: a hundredth of a presentation of events and signals,
        else 1 ms.
    offset : float, (n_pixels,) sequence or "auto"
        Grey value of each pixel that the network sees as 0; ``"auto"``: what the pixel
        rarely falls below in training samples (see `ffbrian.train.calibration`).
    scale : float or "auto"
        Grey values above `offset` that the network sees as 1.
    timing : Stream, optional
        One continuous simulation instead of presentations; it has its own durations.
    algorithm : Algorithm or str
        The way to learn; default Forward-Forward.
    negatives, block : optional
        Short for ``algorithm=ForwardForward(negatives, block)``; None afterwards.
    decay : float or str
        Factor on the learning rate from one epoch to the next; or ``"cosine"``, see
        `ffbrian.learning.decay.share`.
    jitter : int
        Largest random displacement of an image in training, pixels.
    distortion : Distortion or dict, optional
        How samples are turned, zoomed and bent anew in every epoch.
    looks : int
        Presentations of a sample, each with other random numbers, whose answers are averaged.
    chunk : int
        Samples between two checkpoints.
    float_type, pathway, mode : str
        See `Plan` and `Model`.
    jobs : int
        Processes that share an evaluation.
    task : str, optional
        ``"classification"`` or ``"regression"``; default: what the data hold, which
        must be this if it is given.

    Raises
    ------
    ModelError
        For a value outside its range.
    """

    network: Network
    presentation: object = AUTO
    dt: object = AUTO
    negatives: object = None
    decay: float | str = 0.7
    jitter: int = 0
    chunk: int = 5000
    block: int | None = None
    float_type: str = "float32"
    pathway: str = "dense"
    mode: str = "standalone"
    jobs: int = 1
    algorithm: Algorithm | str | None = None
    task: str | None = None
    offset: object = AUTO
    scale: object = AUTO
    timing: Stream | None = None
    distortion: datasets.Distortion | dict | None = None
    looks: int = 1

    def __post_init__(self):
        self._read_times()
        contrast.read(self)
        if not isinstance(self.network, Network):
            raise ModelError(f"Trainer: network is {shortened(self.network)}, expected a Network.")
        self._choose_algorithm()
        self._read_timing()
        object.__setattr__(self, "distortion", datasets.distortions.read(self.distortion))
        self.algorithm.check(self.network, None)
        check_signals(self.algorithm, self.network)
        self.complete_network()
        self._check_steps()
        self._check_settings()
        self._check_order()

    def _read_times(self):
        for name in ("presentation", "dt"):
            value = getattr(self, name)
            if is_auto(value):
                continue
            value = parse_quantity(value)
            if np.ndim(value) or not have_same_dimensions(value, second) or not 0 < float(value) < np.inf:
                raise ModelError(f'Trainer: {name} is {value}, expected a time such as "20 ms", or "auto".')
            object.__setattr__(self, name, value)

    def _read_timing(self):
        object.__setattr__(self, "timing", as_stream(self.timing))
        given = {"presentation": not is_auto(self.presentation), "looks": self.looks != 1}
        for name, is_given in given.items():
            if self.timing and is_given:
                raise ModelError(
                    f"Trainer: {name} is {getattr(self, name)}, but a stream has none; leave one of them out."
                )
        if self.timing:
            flow.require_streams(self.algorithm)
            object.__setattr__(self, "network", self.network.completed(**FLOWING))

    def _check_steps(self):
        presentation, dt = self.times()
        steps = float(presentation) / float(dt)
        if steps > MOST_STEPS:
            raise ModelError(
                f"Trainer: a presentation of {presentation} has {steps:.3g} time steps of {dt}, "
                f"more than {MOST_STEPS}; shorten it or lengthen dt."
            )
        if abs(steps - round(steps)) > 1e-6 or steps < 1:
            raise ModelError(
                f"Trainer: a presentation of {presentation} is not a whole number of time steps of {dt}."
            )

    def times(self):
        """Presentation and time step (Quantities); defaults stand for what is ``"auto"``.  Of a
        stream, the time from one update to the next.
        """
        if self.timing:
            return self.timing.update_every * second, TIME_STEP if self.dt == AUTO else self.dt
        if self.presentation == AUTO:
            return PRESENTATION, TIME_STEP if self.dt == AUTO else self.dt
        if self.dt != AUTO:
            return self.presentation, self.dt
        steps = float(self.presentation / TIME_STEP)
        is_whole_number = steps >= 1 and abs(steps - round(steps)) < 1e-6
        return self.presentation, TIME_STEP if is_whole_number else self.presentation / N_STEPS

    @property
    def open(self):
        """Keys of all that is to be computed from the data, as in an experiment file (tuple of str)."""
        network = self.complete_network()
        grey = ("offset", "scale") if network.encoder.reads == "values" else ()
        times = ("dt",) if self.timing else ("presentation", "dt")
        own = [name for name in (*times, *grey) if is_auto(getattr(self, name))]
        shown = [key for key in network.open if self.algorithm.has_labels or not key.startswith("labels.")]
        return (*(f"training.{name}" for name in own), *(f"network.{key}" for key in shown))

    def _check_settings(self):
        if not is_decay(self.decay):
            raise ModelError(
                f"Trainer: decay is {shortened(self.decay)}, expected a factor above 0 and at most 1.5, or "
                "'cosine'."
            )
        for name, lowest in (("jitter", 0), ("chunk", 1), ("jobs", 1), ("looks", 1)):
            if not is_whole(getattr(self, name), lowest):
                raise ModelError(
                    f"Trainer: {name} is {shortened(getattr(self, name))}, expected a whole number from "
                    f"{lowest} to {MOST}."
                )
        for name, known in (
            ("float_type", ("float32", "float64")),
            ("pathway", ("dense", "stock")),
            ("mode", ("standalone", "runtime")),
        ):
            if getattr(self, name) not in known:
                raise ModelError(
                    f"Trainer: {name} is {shortened(getattr(self, name))}, expected "
                    f"{' or '.join(map(repr, known))}."
                )

    def _choose_algorithm(self):
        """Forward-Forward unless another is named; `negatives` and `block` are settings of it."""
        chosen = self.algorithm or ForwardForward()
        if isinstance(chosen, str):
            chosen = learning.named(chosen)
        if not isinstance(chosen, Algorithm):
            raise ModelError(
                f"Trainer: algorithm is {chosen!r}, expected one of {', '.join(learning.HOMES)} or an "
                "Algorithm such as ff.ForwardForward()."
            )
        short = {
            name: getattr(self, name) for name in ("negatives", "block") if getattr(self, name) is not None
        }
        if short and not isinstance(chosen, ForwardForward):
            raise ModelError(
                f"Trainer: {', '.join(short)} belong to forward_forward, but the algorithm is {chosen.kind}; "
                "leave them out."
            )
        object.__setattr__(self, "algorithm", replace(chosen, **short) if short else chosen)
        for name in short:
            object.__setattr__(self, name, None)

    def _check_order(self):
        presentation = self.times()[0]
        for number, layer in enumerate(self.network.layers, 1):
            if self.presentation != AUTO and not float(layer.delay) < float(presentation):
                raise ModelError(
                    f"Trainer: layer {number} has delays of up to {layer.delay}, but a presentation lasts "
                    f"{presentation}; what arrives later is lost, so make the presentation longer."
                )
        block = getattr(self.algorithm, "block", 1)
        if not block <= self.chunk:
            raise ModelError(
                f"Trainer: block is {block!r}, expected a whole number of samples from 1 to chunk, which is "
                f"{self.chunk}; raise chunk for larger blocks."
            )

    def complete_network(self):
        """The network with what the algorithm puts where it leaves something open."""
        has_targets = self.task == "regression" or self.network.encoder.reads == "vectors"
        inputs = DataShape(self.network.encoder.reads, (1, 1, 1), 2, n_outputs=int(has_targets))
        network = self.algorithm.complete(self.network, inputs)
        is_given = not any(layer.open for layer in self.network.layers)
        return network.with_given_rule() if self.network.rule is None and is_given else network

    def __repr__(self):
        shown = [AUTO if is_auto(one) else short_quantity(one) for one in (self.presentation, self.dt)]
        times = f"{self.timing or f'presentations of {shown[0]}'}, dt = {shown[1]}"
        return f"<Trainer: {times}, {self.algorithm.title()}; {self.network!r}>"

    def plan(self, inputs):
        """The plan of the training run for data of a given shape."""
        if self.task not in (None, inputs.task.kind):
            raise ModelError(
                f"Trainer: task is {self.task!r}, but the data hold "
                f"{'real-valued targets' if inputs.n_outputs else 'classes'}; leave task out or give other "
                "data."
            )
        self.algorithm.check(self.network, inputs)
        inputs.check_jitter(self.jitter)
        if self.distortion:
            self.distortion.check(inputs.kind, inputs.shape)
        presentation, dt = map(float, self.times())
        return Plan(
            self.network,
            contrast.of_inputs(self, inputs),
            round(presentation / dt),
            dt,
            has_candidates=bool(self.algorithm.copies(inputs)),
            has_layers=self.algorithm.runs_layers(),
            float_type=self.float_type,
            pathway=self.pathway,
            algorithm=self.algorithm,
            stream=self.timing,
        )

    def calibrated(self, train, n_classes=None):
        """Compute what is ``"auto"`` from training samples.

        Parameters
        ----------
        train : Images, Events, Signals or Vectors
        n_classes : int, optional
            Default: one more than the highest label.

        Returns
        -------
        Calibration
            With ``trainer``, in which nothing is open, and ``chosen``, what was computed.
        """
        return calibrate(self, train, n_classes_of(train, n_classes))

    def fit(
        self,
        X,
        y=None,
        epochs=EPOCHS,
        seed=0,
        validation=None,
        n_classes=None,
        checkpoint=None,
        progress="bar",
        resume=False,
        initial=None,
    ):
        """Train.

        Parameters
        ----------
        X : array, list of spike trains, Images, Events, Signals or Vectors
            Samples, as `ffbrian.datasets.from_arrays` takes them, or a split.
        y : (n,) int or (n, m) float array, optional
            Classes from 0, or targets.  Splits have their own; a number in this
            place is that of epochs.
        epochs : int
        seed : int
        validation : (X, y) or split, optional
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
        initial : Model, optional
            Start from its weights, and from what else it keeps, instead of fresh ones.
            Epochs are counted on from those that it was trained for: 10 and then 5 more
            on the same data and with the same seed give what 15 give.

        Returns
        -------
        Model
            With the training's history in ``model.history``.

        Raises
        ------
        DataError
            If samples are neither arrays nor spike trains nor a split; it says what to pass.
        RunError
            If a checkpoint belongs to another training, or the network of `initial` is another.
        """
        if y is not None and datasets.is_split(X):
            y, epochs = None, _epochs(y)
        train = X if datasets.is_split(X) else datasets.from_arrays(X, y)
        if isinstance(validation, tuple):
            validation = datasets.from_arrays(*validation, name="validation")
        found = self.calibrated(train, n_classes)
        if found.chosen:
            LOG.info("%s", found.words())
        own, inputs = found.trainer, DataShape.of(train, n_classes_of(train, n_classes))
        run = Training(
            own, own.plan(inputs), train, epochs, seed, validation, checkpoint, listener(progress), initial
        )
        return run.resume() if resume else run.start()

    def to_dict(self):
        """The settings as plain text and numbers."""
        known = {name: getattr(self, name) for name in ("presentation", "dt")}
        times = {name: AUTO if is_auto(one) else format_quantity(one) for name, one in known.items()}
        rest = {
            name: getattr(self, name)
            for name in ("decay", "jitter", "chunk", "float_type", "pathway", "mode", "offset", "scale")
        }
        task = {} if self.task is None else {"task": self.task}
        task |= {"timing": self.timing.to_dict()} if self.timing else {}
        task |= {"distortion": self.distortion.to_dict()} if self.distortion else {}
        task |= {"looks": self.looks} if self.looks > 1 else {}
        return times | rest | task | {"learning": self.algorithm.to_dict(), "network": self.network.to_dict()}

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`; reads what older versions wrote, too."""
        record = WHOLE_RANGE | record | {"network": Network.from_dict(record["network"])}
        if "negatives" in record:
            old = {"negatives": record.pop("negatives"), "block": record.pop("block", 1)}
            record["learning"] = {"algorithm": "forward_forward"} | old
        learnt = learning.from_dict(record.pop("learning"))
        return cls(**record, algorithm=learnt)


def _epochs(given):
    if is_whole(given):
        return given
    raise ModelError("fit: X is a split, which has labels of its own; leave y out: fit(split, epochs=20).")
