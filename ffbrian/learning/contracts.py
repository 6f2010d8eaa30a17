"""What rooms rely on in each other, as protocols: a runner, what a run leaves, a task.

The fourth contract, a way to learn, is the base class `ffbrian.learning.algorithm.Algorithm`.
"""

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ffbrian.learning.schedule import Schedule

Arrays = dict[str, np.ndarray]


@runtime_checkable
class Outcome(Protocol):
    """What a run leaves.

    Attributes
    ----------
    table : dict of str to (n_presentations,) float32 array
        Results by column.
    state : dict of str to array
        Variables after the run, by ``"object.variable"``.
    recordings : dict of str to dict of str to array
        What monitors recorded, by monitor and variable.
    """

    @property
    def table(self) -> Arrays: ...

    @property
    def state(self) -> Arrays: ...

    @property
    def recordings(self) -> dict[str, Any]: ...


@runtime_checkable
class Runner(Protocol):
    """A network that can be run: compiled, stock, or in runtime mode."""

    plan: Any

    def run(
        self,
        schedule: Schedule,
        data_file: str | PathLike,
        state: Mapping[str, np.ndarray],
        scalars: Mapping[str, float],
        keep: Iterable[str] = (),
        progress: Callable[[np.ndarray], None] | None = None,
    ) -> Outcome:
        """Show a schedule, beginning with some state; `keep` names what is wanted after it."""
        ...


@runtime_checkable
class Task(Protocol):
    """What is to be learnt, and how an answer is scored.

    Attributes
    ----------
    kind : str
        Its name in experiment files.
    primary : str
        Name of the score by which runs are compared.
    larger_is_better : bool
    """

    kind: str
    primary: str
    larger_is_better: bool

    def words(self, score: float) -> str:
        """A score as it is printed."""
        ...

    def prediction(
        self, answers: np.ndarray, truth: np.ndarray, input_spikes: np.ndarray, synops: Arrays
    ) -> Any:
        """Answers, (n_samples, n_layers, n_answers), with the truth beside them."""
        ...

    def scores(self, prediction: Any) -> dict[str, float]:
        """Scores by name."""
        ...
