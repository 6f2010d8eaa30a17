"""The figures that commands draw; matplotlib, which takes its time, is loaded when one does."""

from ffbrian import stopping


def standard(place, form="png"):
    """Write the report of a finished run, then the standard figures into ``figures/``, which show that all is
    there.
    """
    from ffbrian.analyse import report, run_figures

    stopping.check()
    run = run_figures.Run.open(place)
    drawn = run_figures.draw(run)
    report.write(place, drawn)
    run_figures.save(drawn, run.folder / "figures", form)


def figures(place, form="png"):
    """Draw the standard figures of a finished run into ``figures/``."""
    from ffbrian.analyse import run_figures

    stopping.check()
    run_figures.standard(place, form)


def compared(place, form="png"):
    """Draw the figure of a comparison."""
    from ffbrian.analyse import run_figures

    return run_figures.compared(place, form)


def collected(points, xlabel, ylabel, path):
    """Draw the figure of many runs."""
    from ffbrian.analyse import run_figures

    run_figures.collected(points, xlabel, ylabel, path)


def robustness(record, place, form="png"):
    """Draw the figure of a robustness suite."""
    from ffbrian.analyse import run_figures

    return run_figures.save_robustness(record, place, form)
