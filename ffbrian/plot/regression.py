"""Figures of real-valued tasks: what a network says of a function beside what is true."""

import numpy as np

from ffbrian.plot.style import NEUTRAL, POSITIVE, axes_or_new, new_figure, said_in, styled


@styled
def loss_per_epoch(histories, ax=None):
    """Loss in training, epoch by epoch, on a logarithmic axis; a line for each seed.

    Parameters
    ----------
    histories : list of list of dict
        Entries with ``epoch`` and ``loss``.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_new(ax)
    for history in histories:
        ax.plot(
            [entry["epoch"] for entry in history],
            [entry["loss"] for entry in history],
            color=POSITIVE,
            lw=1.2,
        )
    ax.set(xlabel="epoch", ylabel="mean loss in training", yscale="log")
    return ax


@styled
def predicted_against_true(outputs, ax=None):
    """Every predicted value over its true value, with the line on which they are equal.

    Parameters
    ----------
    outputs : Outputs
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_new(ax)
    true, predicted = outputs.truth.ravel(), outputs.values.ravel()
    ends = [true.min(), true.max()]
    ax.plot(true, predicted, ".", color=POSITIVE, ms=2, alpha=0.5, rasterized=True)
    ax.plot(ends, ends, color=NEUTRAL, lw=0.8)
    ax.set(xlabel="true", ylabel="predicted")
    said_in(ax, f"relative L2 {outputs.relative_l2:.3f}, n = {len(true)}")
    return ax


@styled
def solutions(points, outputs, ax=None, n_shown=4):
    """True and predicted solutions of an operator over their one coordinate, a colour for each function.

    Parameters
    ----------
    points : (q, 1) array
    outputs : Outputs
        One row a function.
    ax : matplotlib Axes, optional
    n_shown : int
        Functions shown, the first ones.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_new(ax)
    order = np.argsort(np.asarray(points)[:, 0])
    y = np.asarray(points)[order, 0]
    for true, predicted in zip(outputs.truth[:n_shown, order], outputs.values[:n_shown, order]):
        (line,) = ax.plot(y, true, lw=1.0)
        ax.plot(y, predicted, ".", ms=3, color=line.get_color())
    ax.set(xlabel="y", ylabel="s(u)(y)", title="true (lines), predicted (dots)")
    return ax


@styled
def error_maps(values, outputs, axes=None):
    """The true function of two variables, the predicted one, and their difference, as maps.

    Parameters
    ----------
    values : (n, 2) array
        Where the function was asked for.
    outputs : Outputs
        Of one output.
    axes : sequence of three matplotlib Axes, optional

    Returns
    -------
    sequence of matplotlib Axes
    """
    axes = new_figure(9.6, 2.8).subplots(1, 3) if axes is None else axes
    true, predicted = outputs.truth[:, 0], outputs.values[:, 0]
    largest = np.abs(true).max()
    for ax, title, shown in zip(
        axes, ("true", "predicted", "difference"), (true, predicted, predicted - true)
    ):
        limit = largest if title != "difference" else max(np.abs(shown).max(), 1e-12)
        drawn = ax.tripcolor(
            *values.T, shown, cmap="RdBu_r", vmin=-limit, vmax=limit, shading="gouraud", rasterized=True
        )
        ax.figure.colorbar(drawn, ax=ax)
        ax.set(title=title, xlabel="x", ylabel="y", aspect="equal")
    return axes
