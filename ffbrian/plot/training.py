"""Figures of a training: accuracy, goodness, confusion, activity."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from ffbrian.plot.style import CYCLE, NEGATIVE, NEUTRAL, POSITIVE, SEQUENTIAL, axes_or_new, said_in, styled


def _runs(histories):
    """One history per seed: a single history is a list of dicts."""
    histories = list(histories)
    return [histories] if histories and isinstance(histories[0], dict) else [list(h) for h in histories]


def _curves(ax, histories, key, label, colour, style="-", factor=1.0):
    """One thin line a seed and their mean; nothing where the key is missing."""
    curves = [
        [(entry["epoch"], entry[key]) for entry in run if entry.get(key) is not None] for run in histories
    ]
    curves = [np.array(curve, float) for curve in curves if curve]
    if not curves:
        return None
    for curve in curves if len(curves) > 1 else []:
        ax.plot(curve[:, 0], factor * curve[:, 1], style, color=colour, lw=0.6, alpha=0.5)
    n = min(len(curve) for curve in curves)
    mean = np.mean([curve[:n, 1] for curve in curves], axis=0)
    ax.plot(curves[0][:n, 0], factor * mean, style, color=colour, marker="o", ms=3, label=label)
    return curves[0][:n, 0], factor * mean


def _legend(ax, runs):
    """A legend above the axes, where it covers no curve."""
    title = f"mean of n = {len(runs)} seeds; thin: single seeds" if len(runs) > 1 else None
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=3,
        title=title,
        handlelength=1.6,
        columnspacing=1.2,
    )


def _epoch_axis(ax):
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


@styled
def accuracy_per_epoch(histories, test_accuracy=None, ax=None):
    """Accuracy of each epoch among all labels.

    "Training (online)" is counted while weights still change.  It is drawn
    here only where it chooses among all labels, as validation and test do;
    what compares two labels has a figure of its own, `online_accuracy_per_epoch`.

    Parameters
    ----------
    histories : sequence of dict, or one such sequence a seed
        Entries as in ``model.history`` or ``metrics["epochs"]``.
    test_accuracy : float, optional
        Drawn as a horizontal line.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, runs = axes_or_new(ax), _runs(histories)
    if not compares_two(runs):
        _curves(ax, runs, "online_accuracy", "training (online)", NEUTRAL, "--", 100)
    _curves(ax, runs, "validation_accuracy", "validation", POSITIVE, "-", 100)
    if test_accuracy is not None:
        ax.axhline(
            100 * test_accuracy, color=NEGATIVE, lw=1, ls=":", label=f"test: {100 * test_accuracy:.1f} %"
        )
    _epoch_axis(ax)
    ax.set_ylabel("accuracy among all labels (%)")
    _legend(ax, runs)
    return ax


@styled
def online_accuracy_per_epoch(histories, ax=None):
    """Accuracy between two labels while the network learns, of each epoch.

    The fraction of samples whose own label had more goodness than the one
    wrong label that was shown, where negatives are not hard ones.

    Parameters
    ----------
    histories : as in `accuracy_per_epoch`
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, runs = axes_or_new(ax), _runs(histories)
    _curves(ax, runs, "online_accuracy", "training (online)", NEUTRAL, "--", 100)
    ax.axhline(50, color=NEUTRAL, lw=0.8, ls=":", label="chance: 50 %")
    _epoch_axis(ax)
    ax.set_ylabel("accuracy between two labels (%)")
    _legend(ax, runs)
    return ax


def compares_two(histories):
    """Whether the online accuracy of these histories compares two labels where the others compare all.

    Histories of older versions do not say, and then it does.
    """
    return any(entry.get("online_labels", 2) == 2 for run in _runs(histories) for entry in run)


@styled
def goodness_per_epoch(histories, ax=None):
    """Mean goodness of both phases in each epoch, and their separation.

    Parameters
    ----------
    histories : as in `accuracy_per_epoch`
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, runs = (
        axes_or_new(ax),
        [
            [entry | {"separation": entry["goodness_positive"] - entry["goodness_negative"]} for entry in run]
            for run in _runs(histories)
        ],
    )
    positive = _curves(ax, runs, "goodness_positive", "positive phase", POSITIVE)
    negative = _curves(ax, runs, "goodness_negative", "negative phase", NEGATIVE)
    if positive:
        ax.fill_between(positive[0], positive[1], negative[1], color=NEUTRAL, alpha=0.12, lw=0)
    _curves(ax, runs, "separation", "separation", NEUTRAL, "--")
    _epoch_axis(ax)
    ax.set_ylabel("goodness (spikes²)")
    _legend(ax, runs)
    return ax


@styled
def sparsity(histories, ax=None):
    """Spikes of inputs and layers in a presentation, epoch by epoch."""
    ax, runs = axes_or_new(ax), _runs(histories)
    _curves(ax, runs, "input_spikes", "input population", NEUTRAL, "--")
    _curves(ax, runs, "layer_spikes", "layers", POSITIVE)
    _epoch_axis(ax)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("spikes per presentation")
    _legend(ax, runs)
    return ax


@styled
def activity(counts, ax=None):
    """How often each neuron spikes in a presentation.

    Parameters
    ----------
    counts : (n_presentations, n_neurons) int array
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, counts = axes_or_new(ax), np.atleast_2d(np.asarray(counts, int))
    share = np.bincount(counts.ravel()) / counts.size
    ax.bar(np.arange(len(share)), 100 * share, color=POSITIVE, width=0.8)
    ax.set_xlabel("spikes per neuron and presentation")
    ax.set_ylabel("neurons (%)")
    said_in(
        ax,
        f"{100 * np.mean(counts > 0):.0f} % active, mean {counts.mean():.2f}, n = {len(counts)}",
    )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


@styled
def confusion(matrix, class_names=None, ax=None, n_seeds=1):
    """Confusion matrix: rows are true classes, columns predictions.

    Parameters
    ----------
    matrix : (n_classes, n_classes) int array
        Counts, summed over seeds.
    class_names : sequence of str, optional
    ax : matplotlib.axes.Axes, optional
    n_seeds : int
        Trainings that were tested on the same samples.

    Returns
    -------
    matplotlib.axes.Axes
    """
    matrix = np.asarray(matrix)
    n = len(matrix)
    size = min(9.0, max(3.8, 0.36 * n + 0.9))
    ax = axes_or_new(ax, size + 0.7, size)
    share = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    image = ax.imshow(share, cmap=SEQUENTIAL, vmin=0, vmax=100)
    names = list(class_names) if class_names is not None else [str(k) for k in range(n)]
    is_long = max(map(len, names)) > 3
    ax.set_xticks(range(n), names, rotation=90 if is_long else 0)
    ax.set_yticks(range(n), names)
    if n <= 20:
        _write_counts(ax, matrix, share)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    counted = f"n = {matrix.sum()}" if n_seeds == 1 else f"n = {matrix.sum() // n_seeds} × {n_seeds} seeds"
    said_in(ax, f"accuracy {100 * np.trace(matrix) / max(matrix.sum(), 1):.1f} %, {counted}")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.figure.colorbar(image, ax=ax, shrink=0.8, label="share of true class (%)")
    return ax


def _write_counts(ax, matrix, share):
    for row, column in np.argwhere(matrix > 0):
        ax.text(
            column,
            row,
            matrix[row, column],
            ha="center",
            va="center",
            fontsize=7,
            color="white" if share[row, column] > 55 else "black",
        )


@styled
def goodness_histogram(goodness, truth, ax=None):
    """Goodness with the right label shown, and with wrong ones.

    Parameters
    ----------
    goodness : (n_samples, n_classes) float array
        Summed over layers; ``prediction.goodness.sum(axis=1)``.
    truth : (n_samples,) int array
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, goodness = axes_or_new(ax), np.asarray(goodness, float)
    is_right = np.arange(goodness.shape[1]) == np.asarray(truth)[:, None]
    bins = np.histogram_bin_edges(goodness, 40)
    for chosen, colour, label in (
        (~is_right, NEGATIVE, "wrong label shown"),
        (is_right, POSITIVE, "right label shown"),
    ):
        weights = np.full(chosen.sum(), 100 / max(chosen.sum(), 1))
        ax.hist(goodness[chosen], bins, weights=weights, color=colour, alpha=0.6, label=label)
    ax.set_xlabel("goodness (spikes²)")
    ax.set_ylabel("presentations (%)")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax


@styled
def weight_distribution(weights, snapshots=None, name="", ax=None):
    """Distribution of weights, at the end or also on the way.

    Parameters
    ----------
    weights : array
        Of any shape; dimensionless.
    snapshots : dict of (int or str) to array, optional
        Earlier weights by the epoch after which they were taken.
    name : str
        Of the projection, for the label of the axis.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib as mpl

    ax, weights = axes_or_new(ax), np.ravel(weights)
    earlier = {name: np.ravel(w) for name, w in (snapshots or {}).items()}
    limit = max(np.quantile(np.abs(w), 0.9995) for w in (weights, *earlier.values())) or 1.0
    bins = np.linspace(-limit, limit, 81)
    colours = mpl.colormaps["viridis_r"](np.linspace(0.15, 0.75, max(len(earlier), 1)))
    for colour, (epoch, values) in zip(colours, earlier.items()):
        ax.hist(
            values,
            bins,
            density=True,
            histtype="step",
            color=colour,
            lw=1.2,
            label=f"epoch {epoch}" if isinstance(epoch, int) else str(epoch),
        )
    ax.hist(weights, bins, density=True, histtype="step", color="black", lw=1.6, label="final")
    ax.set_yscale("log")
    ax.set_xlabel(f"weight of {name or 'synapses'} (1)")
    ax.set_ylabel("probability density (1)")
    said_in(ax, f"n = {weights.size}, mean {weights.mean():.3f}, s.d. {weights.std():.3f}".replace("-", "−"))
    if earlier:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.2)
    return ax


@styled
def stdp_window(lags, change, ax=None):
    """Weight change of one pair of spikes against their distance in time.

    Parameters
    ----------
    lags : (n,) Quantity
        Postsynaptic minus presynaptic spike time; see `ffbrian.analyse.stdp_window.window`.
    change : (n,) float array or dict of str to such
        In units of learning rate times modulator; a dict of several by name.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, lags = axes_or_new(ax), 1e3 * np.asarray(lags, float)
    curves = change if isinstance(change, dict) else {None: change}
    for colour, (name, values) in zip(CYCLE, curves.items()):
        for side in (lags < 0, lags > 0):
            ax.plot(
                lags[side],
                np.asarray(values)[side],
                color=colour,
                marker=".",
                ms=4,
                label=name if side[-1] else None,
            )
    ax.axhline(0, color=NEUTRAL, lw=0.7)
    ax.axvline(0, color=NEUTRAL, lw=0.7)
    ax.set_xlabel("post minus pre spike time (ms)")
    ax.set_ylabel("weight change (η M)")
    if None not in curves:
        ax.legend(loc="best")
    return ax
