"""Runners by name, and the data file that all of them read."""

import contextlib
from pathlib import Path

from ffbrian import datasets
from ffbrian.errors import RunError
from ffbrian.run.execution import Project, temporary_folder
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime


def open_plan(plan, mode):
    """The runner of a plan: `Project` or `Runtime`."""
    if mode not in ("standalone", "runtime"):
        raise RunError(f"mode is {mode!r}, expected 'standalone' or 'runtime'.")
    runner: Project | Runtime = Runtime(plan) if mode == "runtime" else project(plan)
    return runner


@contextlib.contextmanager
def data_file(split, plan):
    """A temporary file with a data split, as the network reads it."""
    with temporary_folder("ffbrian-data-") as folder:
        path = Path(folder) / "data"
        if plan.inputs.kind == "values":
            datasets.write_images(plan.inputs.contrasted(split), path)
        elif plan.inputs.kind == "vectors":
            datasets.write_vectors(split, path)
        elif plan.inputs.kind == "signals":
            datasets.write_signals(split, plan.dt, plan.n_steps, path)
        else:
            datasets.write_binned(split, round(plan.dt * 1e6), plan.n_steps, path)
        yield path
