"""What can go wrong in a training without any error: weights that are no numbers, silent or exploding layers,
chance.
"""

import logging

import numpy as np

from ffbrian.errors import RunError

LOG = logging.getLogger("ffbrian")

#: A layer whose neurons spike less often than this in a presentation cannot learn.
LEAST_SPIKES = 0.05
#: A layer explodes when its neurons spike in more than this share of all time steps, or
#: this many times as often as in the first epoch (or as once in a presentation, if that is more).
MOST_STEPS, MOST_GROWTH = 0.5, 10
#: Accuracy is above chance if guessing would reach it with a smaller probability than this.
CHANCE_LEVEL = 0.01
#: Share of events that may come after the presentation without a word.
MOST_LATE = 0.05


def require_finite(state, when, kept):
    """Stop a training before weights that are no numbers replace good ones.

    Parameters
    ----------
    state : dict of str to array
    when : str
        Where the training is, for the message.
    kept : path or None
        The checkpoint that holds the last good weights.

    Raises
    ------
    RunError
        At the first array that holds NaN or infinity.
    """
    for name, values in state.items():
        wrong = int(np.size(values) - np.isfinite(values).sum())
        if wrong:
            where = "nothing was saved" if kept is None else f"{kept} keeps the last good state"
            raise RunError(
                f"{name} holds {wrong} of {np.size(values)} values that are NaN or infinite after {when}; "
                f"{where}. The learning rate is too high, or an equation divides by zero or grows without "
                "bound: lower eta, or bound the weight."
            )


def activity_warnings(spikes, first, n_steps, epoch):
    """What to say of the activity of an epoch.

    Parameters
    ----------
    spikes, first : sequence of float
        Spikes per neuron and presentation of each layer, in this epoch and in the first one.
    n_steps : number
        Time steps of a presentation.
    epoch : int
        From 1.

    Returns
    -------
    dict of str to str
        Sentences, by the layer and what is wrong with it.
    """
    found = {}
    for number, (now, before) in enumerate(zip(spikes, first), 1):
        rate = f"layer {number} spiked {now:.3g} times per neuron and presentation in epoch {epoch}"
        if now < LEAST_SPIKES:
            found[f"layer {number} silent"] = (
                f"{rate}, less than {LEAST_SPIKES:g}: it is silent and cannot learn; lower eta, raise "
                "initial_weight, or look at the encoder and the data."
            )
        elif now > MOST_STEPS * n_steps or now > MOST_GROWTH * max(before, 1):
            found[f"layer {number} exploding"] = (
                f"{rate}, {before:.3g} times in the first one, in {n_steps:g} time steps: its activity "
                "explodes; lower eta or initial_weight, or bound the weight."
            )
    return found


def warn_of_empty_classes(labels, inputs):
    """Say which classes no sample has: they are shown as wrong labels only, and answered all the same."""
    absent = [] if inputs.n_outputs else np.setdiff1d(np.arange(inputs.n_classes), labels)
    if len(absent):
        LOG.warning(
            "no sample has the label %s, although labels go up to %d; number the classes without gaps: "
            "names, y = np.unique(y, return_inverse=True)",
            ", ".join(map(str, absent[:5])) + (", …" if len(absent) > 5 else ""),
            inputs.n_classes - 1,
        )


def warn_of_late_events(split, plan):
    """Say so if more than a few events come after the presentation has ended."""
    times = getattr(split, "times_us", ())
    length = plan.n_steps * plan.dt
    share = np.mean(np.asarray(times) >= length * 1e6) if len(times) else 0
    if share > MOST_LATE:
        LOG.warning(
            "%.0f %% of the events come after the presentation of %g s has ended and are not shown; make it "
            "longer, and count times in seconds",
            100 * share,
            length,
        )


def chance_warning(labels, truth, n_classes):
    """What to say of an accuracy that guessing reaches as well; None if it is above chance.

    A one-sided binomial test against always naming the most frequent class, or
    any one of `n_classes` at random, whichever is better.

    Parameters
    ----------
    labels, truth : (n,) int arrays
        Predicted and true classes.
    n_classes : int

    Returns
    -------
    str or None
    """
    n, n_right = len(truth), int(np.sum(labels == truth))
    chance = max(1 / n_classes, np.bincount(truth).max() / n)
    from scipy.special import betainc  # only here: it takes a while to load

    p_value = 1.0 if n_right == 0 or chance == 1 else float(betainc(n_right, n - n_right + 1, chance))
    if p_value < CHANCE_LEVEL:
        return None
    return (
        f"test accuracy {n_right / n:.1%} ({n_right} of {n}) is not above chance, which is {chance:.1%} "
        f"(binomial test, p = {p_value:.2g}): the network has learnt nothing."
    )
