"""Where networks run: compiled C++ standalone projects (`ffbrian.runtime`: without a compiler).

The only place that touches `set_device`, compilation and result files.
A compiled project lives in a cache folder under a hash of everything that
decides its code; equal plans share it, also between processes.
"""
import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brian2
import numpy as np
from brian2 import get_device, prefs, set_device
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import reset_device

from ffbrian import stopping, toolchain
from ffbrian.build import host_functions as host
from ffbrian.build.builder import build, quiet, unremarked
from ffbrian.build.workbench import Workbench
from ffbrian.errors import BuildError, FFBrianError, RunError

#: Longer than any schedule: the network stops itself when the schedule ends.
MOST_PRESENTATIONS = 1 << 24
POLL_SECONDS = 0.1
LOOP_HEADER, LOOP_FILE = '"ffbrian_loop.h"', Path(__file__).with_name("loop.h")
#: The files that decide what code is generated from a plan and how it is compiled.
CODE_FILES = (
    "build/**/*.*", "connections.py", "device.py", "loop.h", "rows.py", "rules.py", "toolchain.py", "units.py",
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


def cache_folder():
    """Where compiled projects are kept: ``FFBRIAN_CACHE`` or the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("FFBRIAN_CACHE") or Path(base) / "ffbrian")


@lru_cache
def _environment():
    """A hash of all that decides a binary besides the plan."""
    package, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(path for pattern in CODE_FILES for path in package.glob(pattern)):
        if path.suffix != ".pyc":
            digest.update(path.read_bytes())
    with contextlib.suppress(OSError):
        flags = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith(("flags", "Features"))]
        digest.update("".join(flags[:1]).encode())
    compiler = toolchain.find_compiler()
    words = (brian2.__version__, platform.machine(), toolchain.compiler_version(compiler), str(prefs.codegen.cpp.extra_compile_args_gcc))
    digest.update(repr(words).encode())
    return digest.hexdigest()


def project(plan):
    """The compiled project of a plan, built now if no equal one is in the cache.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Project

    Raises
    ------
    BuildError
        If there is no compiler, or it refuses the code.
    """
    key = hashlib.sha256((plan.code_key() + _environment()).encode()).hexdigest()[:24]
    folder = cache_folder() / "projects" / key
    if not (folder / "manifest.json").exists():
        _build_locked(plan, folder)
    os.utime(folder / "manifest.json")
    return Project(plan, folder)


def _build_locked(plan, folder):
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = open(folder.with_suffix(".lock"), "w")
    except OSError as error:
        raise BuildError(f"The cache folder {folder.parent} cannot be written ({error.strerror}); set FFBRIAN_CACHE to a folder that can.") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "manifest.json").exists():
            return
        scratch = Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
        try:
            manifest = _generate(plan, scratch)
            toolchain.compile_project(scratch)
            _leave_only_what_runs(scratch)
            (scratch / "manifest.json").write_text(json.dumps(manifest))
            shutil.rmtree(folder, ignore_errors=True)
            scratch.rename(folder)
        except BuildError:
            raise  # the folder stays, for its compile.log
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise


def _leave_only_what_runs(folder):
    for pattern in ("*.o", "*.gch", "batch_*.cpp"):
        for path in folder.glob(pattern):
            path.unlink()


@contextlib.contextmanager
def preferences(plan, **others):
    """Brian's preferences for a build, put back afterwards."""
    wanted = {"core.default_float_dtype": getattr(np, plan.float_type)} | others
    before = {name: prefs[name] for name in wanted}
    try:
        for name, value in wanted.items():
            prefs[name] = value
        yield
    finally:
        for name, value in before.items():
            prefs[name] = value


def _generate(plan, folder):
    """Write the C++ code of a plan; returns what is needed to run the binary."""
    with preferences(plan), standalone(folder) as device, unremarked():
        return _write_project(plan, device, folder)


@contextlib.contextmanager
def standalone(folder):
    """Brian's C++ standalone device, and the runtime device again afterwards."""
    if type(get_device()).__name__ != "RuntimeDevice":
        raise BuildError("Another Brian 2 device is active; ffbrian builds its own standalone project: call brian2.reset_device() first.")
    quiet()
    set_device("cpp_standalone", build_on_run=False, directory=str(folder))
    try:
        device = get_device()
        device.reinit()
        device.activate(build_on_run=False, directory=str(folder))
        yield device
    except FFBrianError:
        raise
    except Exception as error:
        raise BuildError(_explain(error)) from error
    finally:
        get_device().reinit()
        reset_device()


def build_one_neuron():
    """Compile and run a network of one neuron, without the cache, to see that it works.

    Raises
    ------
    BuildError, RunError
        If it does not.
    """
    with tempfile.TemporaryDirectory(prefix="ffbrian-") as folder:
        with standalone(folder) as device:
            neuron = brian2.NeuronGroup(1, "dv/dt = (1 - v)/(10*ms) : 1", method="exact", name="neuron")
            network = brian2.Network(neuron)
            network.run(10 * brian2.ms, namespace={})
            device.build(directory=folder, compile=False, run=False)
            file = Path(device.get_array_filename(neuron.variables["v"])).name
        toolchain.compile_project(folder)
        done = subprocess.run(["./main"], cwd=folder, capture_output=True, text=True)
        results = Path(folder) / "results" / file
        if done.returncode or not np.allclose(np.fromfile(results), 1 - np.exp(-1)):
            raise RunError(f"A network of one neuron was compiled but ran with status {done.returncode} and a wrong result: {done.stderr.strip() or 'no message'}.")


def _explain(error):
    """The innermost reason Brian gives, with the object it concerns."""
    text, cause = str(error), error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    where = next((word for word in text.splitlines() if "object named" in word), "")
    return f"Brian 2 refused the network: {where} {type(cause).__name__}: {cause}".replace("Error encountered with object named", "in the object")


def _write_project(plan, device, folder):
    bench = Workbench(plan)
    network = build(bench)
    device.apply_run_args()
    network.run(float(bench.clock.dt) * MOST_PRESENTATIONS * brian2.second, namespace={})
    _use_own_loop(device)
    shutil.copy(host.HEADER_FILE, folder / host.HEADER.strip('"'))
    shutil.copy(LOOP_FILE, folder / LOOP_HEADER.strip('"'))
    device.build(directory=str(folder), compile=False, run=False)
    return {"arrays": dict(_arrays(device, bench.objects)), "dense": bench.dense}


def _use_own_loop(device):
    """Let `loop.h` run the network instead of ``Network::run``: same order, less overhead."""
    device.headers.append(LOOP_HEADER)
    lines = next(arguments[1] for kind, arguments in device.main_queue if kind == "run_network")
    place = next(k for k, line in enumerate(lines) if ".run(" in line)
    name, _, duration = lines[place].partition(".run(")
    lines[place] = f"ffbrian::run({name}, {duration.split(',')[0]});"


def _arrays(device, objects):
    """Name, file, type and size of every stored variable."""
    for thing in objects.values():
        for name, variable in thing.variables.items():
            if isinstance(variable, ArrayVariable) and variable.owner is not None and variable.owner.name == thing.name and variable in device.arrays:
                size = None if isinstance(variable, DynamicArrayVariable) else int(variable.size)
                file = Path(device.get_array_filename(variable)).name
                yield f"{thing.name}.{name}", {"file": file, "type": np.dtype(variable.dtype).name, "size": size}


class Project:
    """A compiled network.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Holds the binary ``main`` and ``manifest.json``.
    """

    def __init__(self, plan, folder):
        self.plan, self.folder, self.masked = plan, folder, plan.masked()
        self.manifest = json.loads((folder / "manifest.json").read_text())

    def run(self, schedule, data_file, state, scalars, keep=(), progress=None):
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
            If the binary fails, or an array has the wrong size.
        """
        with tempfile.TemporaryDirectory(prefix="ffbrian-") as scratch:
            scratch = Path(scratch)
            arguments = [f"{name}={value!r}" for name, value in scalars.items()]
            arguments += [self._array_argument(scratch, name, value) for name, value in state.items()]
            arguments += [self._file_argument(scratch, f"{name}.connected", rows.mask()) for name, rows in self.masked.items()]
            table = self._execute(scratch, schedule, data_file, arguments, progress)
            columns = dict(zip(self.plan.columns(), table.T))
            return Outcome(columns, {name: self._read(scratch, name) for name in keep}, self._recordings(scratch))

    def _array_argument(self, scratch, name, value):
        if name not in self.manifest["arrays"]:
            raise RunError(f"{name} is not a variable of the compiled network.")
        size, owner = self._size(name), name.split(".")[0]
        if size is not None and np.size(value) != size:
            raise RunError(f"{name} has {np.size(value)} values, but the network has {size}; the model belongs to a network of another size.")
        return self._file_argument(scratch, name, self.masked[owner].spread(value) if owner in self.masked else value)

    def _file_argument(self, scratch, name, value):
        path = scratch / f"set_{name}"
        np.asarray(value, self.manifest["arrays"][name]["type"]).tofile(path)
        return f"{name}={path}"

    def _size(self, name):
        return self.plan.synapse_sizes().get(name.split(".")[0], self.manifest["arrays"][name]["size"])

    def _execute(self, scratch, schedule, data_file, arguments, progress):
        schedule.table(self.plan.schedule_columns()).tofile(scratch / "schedule")
        table = np.memmap(scratch / "table", np.float32, "w+", shape=(len(schedule), len(self.plan.columns())))
        table[:] = np.nan
        environment = os.environ | {"FFBRIAN_SCHEDULE": str(scratch / "schedule"), "FFBRIAN_RESULTS": str(scratch / "table"), "FFBRIAN_DATA_SET": str(data_file)}
        (scratch / "results").mkdir()
        command = [str(self.folder / "main"), "--results_dir", f"{scratch}/results/", *arguments]
        with open(scratch / "log", "w+") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True)
            _wait(process, table, progress)
            log.seek(0)
            self._check(process.returncode, log.read(), table)
        return np.array(table)

    def _check(self, status, log, table):
        unfinished = int(np.isnan(table[:, 0]).sum())
        if status or unfinished or "Error reading" in log or "Could not" in log:
            lines = [line for line in log.strip().splitlines() if line.strip()]
            raise RunError(f"The compiled network in {self.folder} ended with status {status}, {unfinished} presentations unfinished: {lines[-1] if lines else 'no message'}.")

    def _read(self, scratch, name):
        entry, owner = self.manifest["arrays"][name], name.split(".")[0]
        value = np.fromfile(scratch / "results" / entry["file"], entry["type"])
        return self.masked[owner].gather(value) if owner in self.masked else value

    def _recordings(self, scratch):
        names = [f"{name}_{kind}" for name, variables, _ in self.plan.recorded for kind in ("states", "spikes")]
        found = {name: {} for name in names}
        for full in self.manifest["arrays"]:
            monitor, variable = full.split(".", 1)
            if monitor in found and not variable.startswith("_"):
                found[monitor][variable] = self._read(scratch, full)
        return {name: shaped(record) for name, record in found.items() if record}


def shaped(record):
    """State recordings as (n_times, n_recorded) arrays."""
    if "i" in record:
        return record
    n_times = record["t"].size
    return {name: value.reshape(n_times, -1) if name not in ("t", "N") else value for name, value in record.items()}


def _wait(process, table, progress):
    try:
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_SECONDS)
            stopping.check()
            if progress is not None:
                progress(table)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if progress is not None:
        progress(table)
