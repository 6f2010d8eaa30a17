"""A recording as tables: CSV files, or pandas data frames."""

import csv
import io
from pathlib import Path

import numpy as np
from brian2.units.fundamentalunits import get_dimensions

from ffbrian.export.optional import needed
from ffbrian.files.safe_files import replacing
from ffbrian.models.quantities import unit_name


def tables(recording):
    """Everything that a recording holds.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    dict of str to dict of str to array
        Columns by name, by table: ``presentations``; ``spikes``, one line
        each; and one table a trace, one line a time step.  Names of columns
        end with their unit in brackets.
    """
    traces = {name: trace_table(recording, name) for name in recording.traces}
    return {"presentations": presentation_table(recording), "spikes": spike_table(recording)} | traces


def presentation_table(recording):
    """Begin, end, phase, labels, goodness and modulators of every presentation."""
    shown = recording.presentations
    columns = {"start (s)": [float(p.start) for p in shown], "stop (s)": [float(p.stop) for p in shown]}
    columns |= {name: [getattr(p, name) for p in shown] for name in ("name", "phase", "label", "truth")}
    for number, _ in enumerate(recording.layers):
        for kind in ("goodness", "modulator"):
            columns[f"{kind}_{number + 1}"] = [getattr(p, kind)[number] for p in shown]
    return columns


def spike_table(recording):
    """Population, neuron, time and presentation (from 0) of every spike, in the order of time."""
    names = np.concatenate([np.repeat(name, len(i)) for name, (i, _) in recording.spikes.items()])
    neurons, times = (
        np.concatenate([np.asarray(pair[k]) for pair in recording.spikes.values()]) for k in (0, 1)
    )
    starts = np.array([float(p.start - recording.dt / 2) for p in recording.presentations])
    order = np.lexsort((neurons, names, times))
    presentation = np.searchsorted(starts, times, side="right") - 1
    columns = {"population": names, "neuron": neurons, "time (s)": times, "presentation": presentation}
    return {name: column[order] for name, column in columns.items()}


def trace_table(recording, name):
    """Time, and one column for each neuron or synapse of a trace."""
    values, indices = recording.traces[name], recording.indices[name.split(".")[0]]
    unit = unit_name(get_dimensions(values))
    heads = [">".join(map(str, np.atleast_1d(index))) for index in np.asarray(indices)]
    columns = {f"{head} ({unit})": column for head, column in zip(heads, np.asarray(values).T)}
    return {"time (s)": np.asarray(recording.t)} | columns


def write_csv(recording, path):
    """Write each table into a file of a folder.

    Parameters
    ----------
    recording : Recording
    path : path
        The folder; made where it does not exist.

    Returns
    -------
    list of Path
        The files.
    """
    files = []
    for name, columns in tables(recording).items():
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([columns, *zip(*map(_plain, columns.values()))])
        files.append(Path(path) / f"{name}.csv")
        with replacing(files[-1]) as file:
            file.write(lines.getvalue().encode())
    return files


def _plain(column):
    return column.tolist() if isinstance(column, np.ndarray) else column


def to_pandas(recording):
    """The tables as data frames (dict of str to pandas.DataFrame)."""
    (pandas,) = needed("Recording.to_pandas", "pandas", extra="pandas")
    return {name: pandas.DataFrame(columns) for name, columns in tables(recording).items()}
