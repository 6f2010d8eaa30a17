"""Receptive fields: the weights that a neuron receives, where they come from."""

import numpy as np

from ffbrian.plot.style import D1, D2, DIVERGING, NEUTRAL, new_figure, styled

_GAP = 1


def _image(weights, shape):
    """One neuron's weights as an image: two channels as their difference, more as their mean."""
    channels = weights.reshape(shape)
    return channels[0] - channels[1] if len(channels) == 2 else channels.mean(axis=0)


def mosaic(fields, n_columns):
    """Images side by side, NaN between them.

    Parameters
    ----------
    fields : (n, height, width) array
    n_columns : int

    Returns
    -------
    (rows, columns) array
    """
    n, height, width = fields.shape
    n_rows = -(-n // n_columns)
    sheet = np.full((n_rows * (height + _GAP) - _GAP, n_columns * (width + _GAP) - _GAP), np.nan)
    for k, field in enumerate(fields):
        row, column = divmod(k, n_columns)
        sheet[
            row * (height + _GAP) : row * (height + _GAP) + height,
            column * (width + _GAP) : column * (width + _GAP) + width,
        ] = field
    return sheet


@styled
def receptive_fields(weights, shape, polarity=None, n=25, axes=None):
    """Input weights of the neurons with the largest ones, by polarity.

    Parameters
    ----------
    weights : (n_inputs, n_neurons) array
    shape : tuple of int
        (channels, height, width) of the input; for one that is no image,
        (n_units,): then all weights are drawn as one matrix.
    polarity : (n_neurons,) array, optional
        +1 (D1) and -1 (D2) are drawn side by side.
    n : int
        Neurons of each polarity.
    axes : sequence of matplotlib.axes.Axes, optional
        One for each polarity that occurs.

    Returns
    -------
    array of matplotlib.axes.Axes
    """
    weights = np.asarray(weights, float)
    polarity = np.ones(weights.shape[1]) if polarity is None else np.asarray(polarity)
    kinds = np.unique(np.sign(polarity))[::-1]
    if axes is None:
        axes = new_figure(3.4 * len(kinds) + 0.6, 3.5).subplots(1, len(kinds), squeeze=False)[0]
    chosen = [_largest(weights, np.sign(polarity) == kind, n) for kind in kinds]
    limit = np.quantile(np.abs(weights[:, np.concatenate(chosen)]), 0.999) or 1.0
    for ax, kind, neurons in zip(axes, kinds, chosen):
        image = _draw(ax, weights[:, neurons], shape, limit)
        both = len(kinds) > 1
        ax.set_title(
            f"{'D1' if kind > 0 else 'D2'} (p = {'+' if kind > 0 else '−'}1), {len(neurons)} of "
            f"{int((np.sign(polarity) == kind).sum())} neurons"
            if both
            else f"{len(neurons)} of {weights.shape[1]} neurons",
            color=(D1 if kind > 0 else D2) if both else "black",
        )
    axes[-1].figure.colorbar(image, ax=list(axes), shrink=0.8, label="weight (1)")
    return np.asarray(axes)


def _largest(weights, among, n):
    """The neurons with the largest norms, in the order of their index."""
    among = np.flatnonzero(among)
    norm = np.linalg.norm(weights[:, among], axis=0)
    return np.sort(among[np.argsort(-norm)[:n]])


def _draw(ax, weights, shape, limit):
    is_image = len(shape) == 3
    sheet = (
        mosaic(
            np.stack([_image(column, shape) for column in weights.T]), int(np.ceil(np.sqrt(weights.shape[1])))
        )
        if is_image
        else weights
    )
    ax.set_facecolor("white")
    image = ax.imshow(
        sheet,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
        aspect="equal" if is_image else "auto",
    )
    ax.spines[:].set_visible(not is_image)
    ax.spines[:].set_color(NEUTRAL)
    if is_image:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_xlabel(
            f"each square: {shape[1]} × {shape[2]} pixels" + (", ON minus OFF" if shape[0] == 2 else "")
        )
    else:
        ax.set_xlabel("neuron (index)")
        ax.set_ylabel("input (index)")
    return image
