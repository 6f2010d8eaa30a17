"""A run of a compiled network: what goes in, the process, and what comes out of it.

Brian's binary prints a line and goes on when it cannot read or write a file, and
its status is 0.  So nothing that it leaves is believed before its size was compared
with what the network holds, and any line with an error ends the run.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from ffbrian import stopping
from ffbrian.errors import RunError
from ffbrian.learning.schedule import Schedule

POLL_SECONDS = 0.1
#: A line of the binary with one of these words ends the run.
COMPLAINTS = ("Error", "Could not", "Cannot")
ADVICE = (
    "free some space there, or set TMPDIR to another folder; a training goes on from its checkpoint with "
    "'ffbrian resume'"
)


@dataclass(frozen=True)
class Outcome:
    """What a run leaves.

    Attributes
    ----------
    table : dict of str to (n_presentations,) float32 array
        Results by column (see `Plan.columns`).
    state : dict of str to array
        Variables after the run, by ``"object.variable"``.
    recordings : dict of str to dict of str to array
        What the monitors recorded, by monitor and variable.
    """

    table: dict
    state: dict
    recordings: dict

    @classmethod
    def of(cls, plan, table, state, recordings):
        """The outcome of a plan; where nothing is learnt, every result must be a number.

        Raises
        ------
        RunError
            If a result of an evaluation is not finite; a training looks at its weights itself.
        """
        for name, values in {} if plan.learns else table.items():
            refuse_infinite(name, values)
        return cls(table, state, recordings)


def refuse_infinite(name, values):
    """Raise RunError unless all results of a column are finite."""
    n_wrong = int((~np.isfinite(values)).sum())
    if n_wrong:
        raise RunError(
            f"The network's {name} is not finite in {n_wrong} of {len(values)} presentations, so that "
            "nothing can be told from it; look for an equation that divides by zero or grows without bound."
        )


@contextlib.contextmanager
def space_in(folder):
    """Explain that files cannot be written: RunError with the folder's name instead of an OSError."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"The temporary folder {folder} cannot be written ({error.strerror or error}); {ADVICE}."
        ) from None


def temporary_folder(prefix):
    """A `tempfile.TemporaryDirectory` in ``TMPDIR``; raises RunError if there can be none."""
    with space_in(os.environ.get("TMPDIR", "/tmp")):
        return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)


class Project:
    """A compiled network.

    Parameters
    ----------
    plan : Plan
    opened : ffbrian.run.cache.Opened
        Its folder, which stays in the cache as long as this object lives.
    """

    def __init__(self, plan, opened):
        self.plan, self.opened, self.masked = plan, opened, plan.masked()
        self.folder, self.manifest = opened.folder, opened.manifest

    def run(
        self,
        schedule: Schedule,
        data_file: str | PathLike,
        state: Mapping[str, np.ndarray],
        scalars: Mapping[str, float],
        keep: Iterable[str] = (),
        progress: Callable[[np.ndarray], None] | None = None,
    ) -> Outcome:
        """Run the schedule.

        Parameters
        ----------
        schedule : Schedule
        data_file : path
            Written by `ffbrian.datasets`.
        state : dict of str to array
            Variables to begin with, by ``"object.variable"``.
        scalars : dict of str to float
            Single values to begin with.
        keep : iterable of str
            Variables wanted after the run.
        progress : callable, optional
            Called with the results so far, (n, n_columns) float32.

        Returns
        -------
        Outcome

        Raises
        ------
        RunError
            If the binary fails, an array has the wrong size, a result of an
            evaluation is not finite, or the temporary folder has no space.
        """
        schedule = self.plan.laid_out(schedule)
        with temporary_folder("ffbrian-") as scratch:
            scratch = Path(scratch)
            arguments = [f"{name}={value!r}" for name, value in scalars.items()]
            arguments += [self._array_argument(scratch, name, value) for name, value in state.items()]
            arguments += [
                self._file_argument(scratch, f"{name}.connected", rows.mask())
                for name, rows in self.masked.items()
            ]
            table = self._execute(scratch, schedule, data_file, arguments, progress)
            self._check_files(scratch)
            columns = dict(zip(self.plan.columns(), table.T))
            return Outcome.of(
                self.plan,
                columns,
                {name: self._read(scratch, name) for name in keep},
                self._recordings(scratch),
            )

    # -- what goes in --------------------------------------------------------------
    def _array_argument(self, scratch, name, value):
        if name not in self.manifest["arrays"]:
            raise RunError(f"{name} is not a variable of the compiled network.")
        size, owner = self._size(name), name.split(".")[0]
        if size is not None and np.size(value) != size:
            raise RunError(
                f"{name} has {np.size(value)} values, but the network has {size}; the model belongs to a "
                "network of another size."
            )
        return self._file_argument(
            scratch, name, self.masked[owner].spread(value) if owner in self.masked else value
        )

    def _file_argument(self, scratch, name, value):
        path = scratch / f"set_{name}"
        write(path, np.asarray(value, self.manifest["arrays"][name]["type"]))
        return f"{name}={path}"

    def _size(self, name):
        """Number of values of a variable as Python sees it; None if only the run decides it."""
        return self.plan.synapse_sizes().get(name.split(".")[0], self.manifest["arrays"][name]["size"])

    # -- the process -----------------------------------------------------------------
    def _execute(self, scratch, schedule, data_file, arguments, progress):
        write(scratch / "schedule", schedule.table(self.plan.schedule_columns()))
        table = reserve(scratch / "table", (len(schedule), len(self.plan.columns())))
        environment = os.environ | {
            "FFBRIAN_SCHEDULE": str(scratch / "schedule"),
            "FFBRIAN_RESULTS": str(scratch / "table"),
            "FFBRIAN_DATA_SET": str(data_file),
        }
        with space_in(scratch.parent):
            (scratch / "results").mkdir()
        command = [str(self.folder / "main"), "--results_dir", f"{scratch}/results/", *arguments]
        log, status = _run(command, self.folder, environment, lambda: progress is None or progress(table))
        self._check(status, log, int(np.isnan(table[:, 0]).sum()), scratch)
        return np.array(table)

    def _check(self, status, log, n_unfinished, scratch):
        """Raise RunError unless the binary says that all went well."""
        lines = [line for line in log.strip().splitlines() if line.strip()]
        complaint = next((line for line in lines if any(word in line for word in COMPLAINTS)), None)
        if complaint and "writing" in complaint:
            raise RunError(
                f"The compiled network could not write its results into {scratch.parent} ({complaint}); "
                f"{ADVICE}."
            )
        if status or n_unfinished or complaint:
            said = complaint or (lines[-1] if lines else "no message")
            raise RunError(
                f"The compiled network in {self.folder} ended with {described(status)}, {n_unfinished} "
                f"presentations unfinished: {said}{'' if said.endswith('.') else '.'}"
            )

    # -- what comes out ----------------------------------------------------------------
    def _check_files(self, scratch):
        """Raise RunError unless every array of known size was written in full."""
        for name, entry in self.manifest["arrays"].items():
            if entry["size"] is not None:
                self._check_size(scratch, name, entry["size"] * np.dtype(entry["type"]).itemsize)

    def _check_size(self, scratch, name, expected):
        path = scratch / "results" / self.manifest["arrays"][name]["file"]
        found = path.stat().st_size if path.exists() else 0
        if found != expected:
            raise RunError(
                f"The compiled network could not write its results into {scratch.parent}: {name} has {found} "
                f"of {expected} bytes; {ADVICE}."
            )

    def _read(self, scratch, name):
        """A variable after the run."""
        entry, owner = self.manifest["arrays"][name], name.split(".")[0]
        size = self.masked[owner].size if owner in self.masked else self._size(name)
        if size is not None:
            self._check_size(scratch, name, size * np.dtype(entry["type"]).itemsize)
        value = np.fromfile(scratch / "results" / entry["file"], entry["type"])
        return self.masked[owner].gather(value) if owner in self.masked else value

    def _recordings(self, scratch):
        names = [
            f"{name}_{kind}" for name, variables, _ in self.plan.recorded for kind in ("states", "spikes")
        ]
        found = {name: {} for name in names}
        for full in self.manifest["arrays"]:
            monitor, variable = full.split(".", 1)
            if monitor in found and not variable.startswith("_"):
                found[monitor][variable] = self._read(scratch, full)
        for name, record in found.items():
            self._check_recording(scratch, name, record)
        return {name: shaped(record) for name, record in found.items() if record}

    def _check_recording(self, scratch, name, record):
        """Raise RunError unless a monitor's variables are as long as its number of entries says."""
        for variable, values in record.items():
            n_entries = int(record["N"][0])
            is_whole = (
                values.size == n_entries
                if variable in ("t", "i")
                else values.size % max(n_entries, 1) == 0 and values.size >= n_entries
            )
            if variable not in ("N", "count", "source_idx") and not is_whole:
                raise RunError(
                    f"The compiled network could not write its results into {scratch.parent}: "
                    f"{name}.{variable} has {values.size} values, but {n_entries} entries were recorded; "
                    f"{ADVICE}."
                )


def shaped(record):
    """State recordings as (n_times, n_recorded) arrays."""
    if "i" in record:
        return record
    n_times = record["t"].size
    return {
        name: value.reshape(n_times, -1) if name not in ("t", "N") else value
        for name, value in record.items()
    }


def write(path, values):
    """Write an array as it lies in memory; raises RunError if there is no space."""
    with space_in(path.parent.parent), open(path, "wb") as file:
        file.write(np.ascontiguousarray(values).data)


def reserve(path, shape):
    """A table of NaN on disk, mapped into memory.

    Every byte is written, so that its space is taken: a process that touches a
    page of a sparse file on a full disk is killed by SIGBUS.

    Returns
    -------
    (n_rows, n_columns) float32 memory map
    """
    write(path, np.full(shape, np.nan, np.float32))
    return np.memmap(path, np.float32, "r+", shape=shape)


def described(status):
    """The end of a process in words."""
    if status >= 0:
        return f"status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def _run(command, folder, environment, look):
    """Run a command to its end; `look` is called now and then, and last when it has ended.

    Returns
    -------
    log : str
        All it printed, by way of a pipe: a file would stay empty on a full disk.
    status : int
    """
    with _started(command, cwd=folder, env=environment) as process:
        try:
            log = _communicate(process, look)
        except BaseException:
            process.kill()
            raise
    look()
    return log, process.returncode


def _started(command, **settings):
    try:
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
            **settings,
        )
    except OSError as error:
        raise RunError(
            f"The compiled network {command[0]} cannot be started ({error.strerror}); look at the limits of "
            "open files and processes (ulimit -n, ulimit -u), and whether programs may be run from there."
        ) from None


def _communicate(process, look):
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=POLL_SECONDS)[0]
        stopping.check()
        look()
