"""Compiled networks: from a plan to a C++ standalone project (`ffbrian.run.runtime`: without a compiler).

The only place that touches `set_device` and compilation.  A compiled project lives
in the cache (`ffbrian.run.cache`) under a hash of everything that decides its code;
equal plans share it, also between processes.  `ffbrian.run.execution` runs it.
"""

import contextlib
import hashlib
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

import brian2
import numpy as np
from brian2 import get_device, prefs, set_device
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import reset_device

from ffbrian.build import host_functions as host
from ffbrian.build.builder import build, quiet, refusal, unremarked
from ffbrian.build.dense import copy_headers
from ffbrian.build.workbench import Workbench
from ffbrian.errors import BuildError, FFBrianError, RunError
from ffbrian.run import cache, fingerprint, toolchain
from ffbrian.run.execution import Project

LOG = logging.getLogger("ffbrian")
#: Longer than any schedule: the network stops itself when the schedule ends.
MOST_PRESENTATIONS = 1 << 24
LOOP_HEADER, LOOP_FILE = '"ffbrian_loop.h"', Path(__file__).with_name("loop.h")


#: Modules that decide what is built, with all that they import.
CODE = (__name__, "ffbrian.build.plan")


def _environment():
    """A hash of all that decides a binary besides the plan and the compiler."""
    return fingerprint.of_code(*CODE)


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
        If there is no compiler, or it refuses the code, or the cache cannot be used.
    """
    key = _hash(plan.code_key() + _environment())[:24]
    try:
        compiler = fingerprint.compiler()
    except BuildError as error:
        return Project(plan, _without_compiler(key, error))
    name = f"{key}-{_hash(compiler)[:8]}"
    return Project(
        plan, cache.opened(name) or cache.built(name, lambda folder, log: _make(plan, compiler, folder, log))
    )


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _without_compiler(key, error):
    """What some compiler has made before; raises `error` if there is nothing."""
    found = cache.newest(key)
    if found is None:
        raise error
    LOG.info(
        "there is no compiler (CXX); the network that was compiled by %s is used", found.manifest["compiler"]
    )
    return found


def _make(plan, compiler, folder, log):
    """Write and compile the project of a plan; returns its manifest."""
    manifest = _generate(plan, folder)
    toolchain.compile_project(folder, failure_log=log, headers=cache.headers())
    _leave_only_what_runs(folder)
    return manifest | {"compiler": compiler, "about": _title(plan)}


def _title(plan):
    """A plan in a line."""
    sizes = " → ".join(str(size) for size in (plan.n_inputs, *(layer.size for layer in plan.network.layers)))
    kind = "training" if plan.learns else "evaluation"
    return (
        f"{sizes}, {plan.inputs.n_classes} classes, {plan.n_steps} steps, "
        f"{kind}{', recorded' if plan.recorded else ''}"
    )


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
        raise BuildError(
            "Another Brian 2 device is active; ffbrian builds its own standalone project: call "
            "brian2.reset_device() first."
        )
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
        raise BuildError(refusal(error)) from error
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
            raise RunError(
                f"A network of one neuron was compiled but ran with status {done.returncode} and a wrong "
                f"result: {done.stderr.strip() or 'no message'}."
            )


def _write_project(plan, device, folder):
    bench = Workbench(plan)
    network = build(bench)
    device.apply_run_args()
    network.run(float(bench.clock.dt) * MOST_PRESENTATIONS * brian2.second, namespace={})
    _use_own_loop(device)
    shutil.copy(host.HEADER_FILE, folder / host.HEADER.strip('"'))
    shutil.copy(LOOP_FILE, folder / LOOP_HEADER.strip('"'))
    copy_headers(folder)
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
            if (
                isinstance(variable, ArrayVariable)
                and variable.owner is not None
                and variable.owner.name == thing.name
                and variable in device.arrays
            ):
                size = None if isinstance(variable, DynamicArrayVariable) else int(variable.size)
                file = Path(device.get_array_filename(variable)).name
                yield (
                    f"{thing.name}.{name}",
                    {"file": file, "type": np.dtype(variable.dtype).name, "size": size},
                )
