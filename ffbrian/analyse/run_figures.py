"""The standard figures of a finished run, drawn from its folder alone."""

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ffbrian import plot, stopping
from ffbrian.errors import FFBrianError, RunError, typed
from ffbrian.files.safe_files import read_record, refuse_link, replacing
from ffbrian.network import connections
from ffbrian.plot.robustness import PANEL_HEIGHT, PANEL_WIDTH, grouped
from ffbrian.plot.style import STYLE
from ffbrian.plot.training import compares_two
from ffbrian.train import measured
from ffbrian.train.experiment import Experiment
from ffbrian.train.trained import Model

#: What figures say of themselves in their formats: nothing that changes from one day to the next.
UNDATED = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
#: Test samples among which the presentation is chosen that is drawn.
N_LOOKED_AT = 50
LOG = logging.getLogger("ffbrian")


@dataclass(frozen=True)
class Run:
    """What the figures need of a run; the only place that knows its files and keys.

    Attributes
    ----------
    folder : Path
    metrics : dict
    """

    folder: Path
    metrics: dict

    @classmethod
    def open(cls, folder):
        """Read ``metrics.json``.

        Raises
        ------
        RunError
            If it is missing or damaged.
        """
        path = Path(folder) / "metrics.json"
        if not path.is_file():
            raise RunError(
                f"{path} does not exist: the run is not finished; finish it with 'ffbrian resume "
                f"{typed(folder)}'."
            )
        return cls(Path(folder), measured.read(path))

    @property
    def seeds(self):
        """The finished runs of single seeds, in the folders ``seed-N``; none where this is one."""
        found = [
            path.parent
            for path in self.folder.glob("seed-*/metrics.json")
            if path.parent.name[5:].isdecimal()
        ]
        return [Run.open(path) for path in sorted(found, key=lambda path: int(path.name[5:]))]

    @property
    def epochs(self):
        """The history, one dict an epoch."""
        return self.metrics["epochs"]

    @property
    def test_accuracy(self):
        """Accuracy on the test set, or None."""
        return self.metrics.get("test_accuracy")

    @property
    def confusion(self):
        """(n_classes, n_classes) int array, or None."""
        return measured.confusion(self.metrics)

    def model(self):
        """The trained model."""
        return Model.load(self.folder / "model.npz")

    def data(self):
        """The data set (`Dataset`)."""
        return Experiment.from_resolved(self.metrics.get("configuration")).data.load()


def standard(folder, form="png"):
    """Draw ``accuracy``, ``goodness``, ``confusion``, ``receptive_fields``, ``presentation`` and ``weights``.

    Parameters
    ----------
    folder : path
        Of one seed, with ``metrics.json`` and ``model.npz``; or of several,
        with folders ``seed-N``: then the first three are drawn, over all seeds.
    form : str
        ``"png"``, ``"svg"`` or ``"pdf"``.

    Returns
    -------
    list of Path
        The figures, in ``folder/figures``.

    Raises
    ------
    RunError
        If the folder holds no finished run.
    """
    run = Run.open(folder)
    return save(draw(run), run.folder / "figures", form)


def draw(run):
    """The figures of `standard` by name (dict of str to matplotlib.figure.Figure), not written yet."""
    seeds = run.seeds
    return _histories(seeds or [run]) | ({} if seeds else _of_model(run))


def compared(folder, form="png"):
    """Draw ``comparison`` of a folder, ``effort`` where its variants are listed, and ``curves`` where
    they were validated for some epochs.

    Parameters
    ----------
    folder : path
        With the ``metrics.json`` of ``ffbrian compare``.
    form : str
        ``"png"``, ``"svg"`` or ``"pdf"``.

    Returns
    -------
    Path
    """
    found = read_record(Path(folder) / "metrics.json", "compare again in another folder")
    variants = found["variants"]
    figure, ax = _figure(4.6, 3.3) if found["axis"] else _figure(6.2, 1.1 + 0.32 * len(variants))
    plot.comparison(variants, found["axis"], ax=ax)
    _save(figure, Path(folder) / f"comparison.{form}")
    learning = [one for one in variants if len(one.get("curve", {}).get("validation", ())) > 1]
    if learning and not found["axis"]:
        figure, ax = _figure(5.2, 3.4)
        plot.learning_curves(learning, ax=ax)
        _save(figure, Path(folder) / f"curves.{form}")
    if not found["axis"] and all("presentations" in one for one in variants):
        figure, ax = _figure(7.2, 3.6)
        plot.effort(variants, ax=ax)
        _save(figure, Path(folder) / f"effort.{form}")
    return Path(folder) / f"comparison.{form}"


def collected(points, xlabel, ylabel, path):
    """Draw what ``ffbrian collect`` gathered into a file, whose ending is its format."""
    figure, ax = _figure(4.6, 3.3)
    plot.collection(points, xlabel, ylabel, ax=ax)
    _save(figure, path)


def save_robustness(record, folder, form="png"):
    """Draw what ``ffbrian robustness`` measured into ``folder/robustness.png``, or another format."""
    figure = _figure(PANEL_WIDTH * len(grouped(record["curves"])), PANEL_HEIGHT, axes=False)
    plot.robustness(record, figure=figure)
    _save(figure, folder / f"robustness.{form}")


def _save(figure, path):
    """Write a figure, replacing an older one; the ending of its name is the format."""
    with replacing(path) as file, rc_context(STYLE):
        figure.savefig(
            file, format=path.suffix[1:], dpi=STYLE["savefig.dpi"], metadata=UNDATED[path.suffix[1:]]
        )


def _histories(runs):
    """Figures of one training, or of several seeds."""
    histories = [run.epochs for run in runs]
    scores = [run.test_accuracy for run in runs if run.test_accuracy is not None]
    drawn = {}
    if any(
        {"online_accuracy", "validation_accuracy"} & set(entry) for history in histories for entry in history
    ):
        drawn["accuracy"] = _accuracy(histories, float(np.mean(scores)) if scores else None)
    if any("goodness_positive" in entry for history in histories for entry in history):
        drawn["goodness"], ax = _figure(4.6, 3.3)
        plot.goodness_per_epoch(histories, ax=ax)
    if any("loss" in entry for history in histories for entry in history):
        drawn["loss"], ax = _figure(4.6, 3.3)
        plot.loss_per_epoch(histories, ax=ax)
    tables = [run.confusion for run in runs if run.confusion is not None]
    if tables:
        size = min(9.0, max(3.8, 0.36 * len(tables[0]) + 0.9))
        drawn["confusion"], ax = _figure(size + 0.7, size)
        plot.confusion(sum(tables), ax=ax, n_seeds=len(tables))
    return drawn


def _accuracy(histories, test_accuracy):
    """Accuracy among all labels; beside it, what compares two labels only."""
    if not compares_two(histories):
        figure, ax = _figure(4.6, 3.3)
        plot.accuracy_per_epoch(histories, test_accuracy, ax=ax)
        return figure
    figure, (left, right) = _figure(8.6, 3.3, columns=2)
    plot.accuracy_per_epoch(histories, test_accuracy, ax=left)
    plot.online_accuracy_per_epoch(histories, ax=right)
    plot.letters((left, right))
    return figure


def _presentation(run, model, drawn):
    """Add the figure of a presentation; returns the neurons' polarity, or None where nothing was recorded."""
    try:
        recording = _recording(run, model)
        drawn["presentation"] = _figure(7.2, 8.6, axes=False)
        plot.presentation(recording, figure=drawn["presentation"])
        return recording.polarity["layer_1"]
    except (FFBrianError, OSError) as error:
        LOG.warning("presentation.png was not drawn: %s", error)
        return None


def _of_model(run):
    """Figures of the trained model."""
    model, drawn = run.model(), {}
    if model.plan.inputs.n_outputs:
        drawn["predictions"] = _predictions(model, run.data().test)
    polarity = None if model.plan.stream else _presentation(run, model, drawn)
    drawn["weights"] = _weights(model)
    if not model.network.is_stack:
        drawn["network"], ax = _figure(7.4, 4.4)
        plot.network(model.network, ax=ax)
    if len(model.plan.input_shape) != 3:
        return drawn
    seen = [one for one in model.plan.routes() if one.source == "inputs" and one.target == 1]
    if not seen:
        return drawn
    weights = connections.as_matrix(
        seen[0].connection, *model.plan.ends_of(seen[0]), model.state[f"{seen[0].name}.w"]
    )
    drawn["receptive_fields"], axes = _figure(
        7.4, 3.6, columns=1 if polarity is None else len(np.unique(np.sign(polarity)))
    )
    plot.receptive_fields(weights, model.plan.input_shape, polarity, axes=np.ravel(axes))
    if np.size(axes) > 1:
        plot.letters(np.ravel(axes))
    return drawn


def _predictions(model, test):
    """Predicted against true values; of functions of two variables on a grid also maps of both and of the
    error.
    """
    outputs = model.predict(test)
    if len(np.shape(test.points)) > 1:
        return _solutions(test.points, outputs)
    is_map = test.n_units == 2 and test.n_outputs == 1
    figure, axes = _figure(12.6 if is_map else 3.8, 3.3, columns=4 if is_map else 1)
    plot.predicted_against_true(outputs, ax=np.ravel(axes)[0])
    if is_map:
        plot.error_maps(test.values, outputs, axes=axes[1:])
        plot.letters(axes)
    return figure


def _solutions(points, outputs):
    """Predicted against true values of an operator; solutions over a line, or maps of the first of them."""
    points, n_axes = np.array(points), len(points[0])
    figure, axes = _figure({1: 8.4, 2: 12.6}.get(n_axes, 3.8), 3.3, columns={1: 2, 2: 4}.get(n_axes, 1))
    plot.predicted_against_true(outputs, ax=np.ravel(axes)[0])
    if n_axes == 1:
        plot.solutions(points, outputs, ax=axes[1])
    if n_axes == 2:
        first = replace(outputs, values=outputs.values[0][:, None], truth=outputs.truth[0][:, None])
        plot.error_maps(points, first, axes=axes[1:])
    return figure


def _recording(run, model):
    """A test sample that would still teach: one of the first whose own label wins by least or loses by most,
    shown with that label and with its rival.
    """
    test = run.data().test
    some = test.take(slice(0, N_LOOKED_AT))
    if run.confusion is None or len(np.unique(some.labels)) < 2:
        return model.record(test[0])
    goodness = model.predict(some).goodness.sum(axis=1)
    own = np.arange(goodness.shape[1]) == some.labels[:, None]
    rivals = np.where(own, -np.inf, goodness)
    chosen = int((goodness[own] - rivals.max(axis=1)).argmin())
    return model.record(test[chosen], label=int(rivals[chosen].argmax()))


def _weights(model):
    """One panel a projection."""
    names = [name for name in model.state if name.endswith(".w")]
    figure, axes = _figure(3.4 * len(names), 3.0, columns=len(names))
    for ax, name in zip(np.ravel(axes), names):
        plot.weight_distribution(model.state[name], name=name[:-2].replace("_", " "), ax=ax)
    if len(names) > 1:
        plot.letters(np.ravel(axes))
    return figure


def _figure(width, height, columns=1, axes=True):
    """A figure that needs no display, and its axes."""
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        return (figure, figure.subplots(1, columns)) if axes else figure


def save(drawn, folder, form="png"):
    """Write figures by name, beside the folder first, so that it is never half full (list of Path)."""
    refuse_link(folder)
    scratch = Path(tempfile.mkdtemp(prefix=".figures.", dir=folder.parent))
    try:
        for name, figure in drawn.items():
            stopping.check()
            _save(figure, scratch / f"{name}.{form}")
        if not folder.exists():
            os.chmod(scratch, 0o755)
            scratch.rename(folder)
        else:
            for path in scratch.iterdir():
                path.replace(folder / path.name)
    except OSError as error:
        raise RunError(
            f"{folder} cannot be written ({error.strerror or error}); free some space and draw again with "
            "'ffbrian plot'."
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return [folder / f"{name}.{form}" for name in drawn]
