"""How a network is trained."""

from dataclasses import dataclass, field, replace

import numpy as np
from brian2 import ms, second
from brian2.units.fundamentalunits import have_same_dimensions

from ffbrian import learning
from ffbrian.build.plan import MOST_STEPS, Inputs, Plan
from ffbrian.errors import ModelError
from ffbrian.learning.algorithm import Algorithm
from ffbrian.learning.decay import is_decay
from ffbrian.learning.forward_forward import ForwardForward
from ffbrian.models.quantities import (
    MOST,
    format_quantity,
    is_whole,
    parse_quantity,
    short_quantity,
    shortened,
)
from ffbrian.network.network import Network
from ffbrian.train.progress import listener
from ffbrian.train.training import Training


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
    algorithm : Algorithm or str
        The way to learn; default Forward-Forward.
    negatives, block : optional
        Short for ``algorithm=ForwardForward(negatives, block)``; None afterwards.
    decay : float or str
        Factor on the learning rate from one epoch to the next; or ``"cosine"``, see
        `ffbrian.learning.decay.share`.
    jitter : int
        Largest random displacement of an image in training, pixels.
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
    presentation: object = field(default_factory=lambda: 20 * ms)
    dt: object = field(default_factory=lambda: 1 * ms)
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

    def __post_init__(self):
        for name in ("presentation", "dt"):
            value = parse_quantity(getattr(self, name))
            if np.ndim(value) or not have_same_dimensions(value, second) or not 0 < float(value) < np.inf:
                raise ModelError(f'Trainer: {name} is {value}, expected a time such as "20 ms".')
            object.__setattr__(self, name, value)
        if not isinstance(self.network, Network):
            raise ModelError(f"Trainer: network is {shortened(self.network)}, expected a Network.")
        self._choose_algorithm()
        self.algorithm.check(self.network, None)
        self.complete_network()
        steps = float(self.presentation) / float(self.dt)
        if steps > MOST_STEPS:
            raise ModelError(
                f"Trainer: a presentation of {self.presentation} has {steps:.3g} time steps of {self.dt}, "
                f"more than {MOST_STEPS}; shorten it or lengthen dt."
            )
        if abs(steps - round(steps)) > 1e-6 or steps < 1:
            raise ModelError(
                f"Trainer: a presentation of {self.presentation} is not a whole number of time steps of "
                f"{self.dt}."
            )
        self._check_settings()
        self._check_order()

    def _check_settings(self):
        if not is_decay(self.decay):
            raise ModelError(
                f"Trainer: decay is {shortened(self.decay)}, expected a factor above 0 and at most 1.5, or "
                "'cosine'."
            )
        for name, lowest in (("jitter", 0), ("chunk", 1), ("jobs", 1)):
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
            chosen = named(chosen)
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
        for number, layer in enumerate(self.network.layers, 1):
            if not float(layer.delay) < float(self.presentation):
                raise ModelError(
                    f"Trainer: layer {number} has delays of up to {layer.delay}, but a presentation lasts "
                    f"{self.presentation}; what arrives later is lost, so make the presentation longer."
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
        inputs = Inputs(self.network.encoder.reads, (1, 1, 1), 2, n_outputs=int(has_targets))
        return self.algorithm.complete(self.network, inputs)

    def __repr__(self):
        times = f"presentations of {short_quantity(self.presentation)}, dt = {short_quantity(self.dt)}"
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
        n_steps = round(float(self.presentation) / float(self.dt))
        return Plan(
            self.network,
            inputs,
            n_steps,
            float(self.dt),
            has_candidates=bool(self.algorithm.copies(inputs)),
            has_layers=self.algorithm.runs_layers(),
            float_type=self.float_type,
            pathway=self.pathway,
            algorithm=self.algorithm,
        )

    def fit(
        self,
        train,
        epochs,
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
        train : Images, Events, Signals or Vectors
        epochs : int
        seed : int
        validation : of the same kind, optional
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
        RunError
            If a checkpoint belongs to another training, or the network of `initial` is another.
        """
        inputs = Inputs.of(train, n_classes or int(np.max(train.labels)) + 1)
        run = Training(
            self, self.plan(inputs), train, epochs, seed, validation, checkpoint, listener(progress), initial
        )
        return run.resume() if resume else run.start()

    def to_dict(self):
        """The settings as plain text and numbers."""
        times = {name: format_quantity(getattr(self, name)) for name in ("presentation", "dt")}
        rest = {
            name: getattr(self, name)
            for name in ("decay", "jitter", "chunk", "float_type", "pathway", "mode")
        }
        task = {} if self.task is None else {"task": self.task}
        return times | rest | task | {"learning": self.algorithm.to_dict(), "network": self.network.to_dict()}

    @classmethod
    def from_dict(cls, record):
        """The inverse of `to_dict`; reads what older versions wrote, too."""
        record = record | {"network": Network.from_dict(record["network"])}
        if "negatives" in record:
            old = {
                "algorithm": "forward_forward",
                "negatives": record.pop("negatives"),
                "block": record.pop("block", 1),
            }
            record["learning"] = old
        learnt = learning.from_dict(record.pop("learning"))
        return cls(**record, algorithm=learnt)


def named(name):
    """A learning algorithm with its defaults, by name.

    Raises
    ------
    ModelError
        For an unknown name; it lists the known ones.
    """
    if name not in learning.HOMES:
        raise ModelError(f"learning.algorithm is {name!r}; known are {', '.join(learning.HOMES)}.")
    return learning.class_of(name)()
