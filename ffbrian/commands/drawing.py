"""The figures that commands draw; matplotlib, which takes its time, is loaded when one does."""

from ffbrian import stopping


def standard(place):
    """Draw the standard figures of a finished run into ``figures/``."""
    from ffbrian.analyse import run_figures

    stopping.check()
    run_figures.standard(place)


def compared(place):
    """Draw the figure of a comparison."""
    from ffbrian.analyse import run_figures

    return run_figures.compared(place)


def robustness(record, place):
    """Draw the figure of a robustness suite."""
    from ffbrian.analyse import run_figures

    return run_figures.save_robustness(record, place)
