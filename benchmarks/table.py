"""All workloads, as a table and as JSON."""

import datetime
import os
import platform
from dataclasses import replace

import brian2
import numpy as np
from ffbrian.benchmarks import algorithms, balanced, neurons, starting
from ffbrian.benchmarks import machine as machines
from ffbrian.benchmarks.workloads import Workload, allowed, measure

import ffbrian
from ffbrian.run import toolchain

MAIN = (
    Workload("a", "784+10-500, 20 steps", rivals=("tuned", "naive")),
    Workload("b", "784+10-2000, 20 steps", sizes=(2000,), n_samples=200, rivals=("tuned", "naive")),
    Workload("c", "784+10-500-500, 20 steps", sizes=(500, 500)),
    Workload("d", "ten labels, 784+10-500", is_training=False),
    Workload("g", "784+10-500, 1 in 10 connected", probability=0.1, rivals=("tuned",)),
    Workload("h", "784+10-500 <-> 500", sizes=(500, 500), is_recurrent=True, n_samples=200),
)
LAYER = Workload("f", "")
SCALING = (
    *(replace(LAYER, title=f"{n} neurons", sizes=(n,)) for n in (125, 250, 1000)),
    *(replace(LAYER, title=f"{n} steps", n_steps=n) for n in (10, 40)),
    *(replace(LAYER, title=f"{n} samples", n_samples=n, rivals=()) for n in (100, 1000, 4000)),
    replace(LAYER, title="3 layers", sizes=(500, 500, 500)),
)
QUICK = (replace(MAIN[0], n_samples=1000, rivals=("tuned",)),)
COLUMNS = ("ffbrian", "allowed", "kernel", "tuned", "naive")
RIVALS = COLUMNS[2:]


def machine():
    """Versions and machine (dict of str)."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "ffbrian": ffbrian.__version__,
        "brian2": brian2.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "compiler": toolchain.compiler_version(toolchain.find_compiler()),
        "system": platform.platform(),
        "processor": models[0] if models else platform.machine(),
        "n_processors": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg(),
    }


def run(quick=False, repetitions=5, tell=print):
    """Measure everything.

    Parameters
    ----------
    quick : bool
        Only workload (a) against tuned stock Brian and the kernel, and a warm start.
    repetitions : int
        Rounds of which medians are taken.
    tell : callable
        Takes each line of the table as soon as it is known.

    Returns
    -------
    dict
        ``machine``, ``rates`` (`Machine`), ``neurons`` (see `neurons.measure`),
        ``workloads`` (see `workloads.measure`), ``start``, ``epochs``, ``algorithms``
        (see `algorithms.measure`) and ``balanced`` (see `balanced.measure`).
    """
    result = {"machine": machine(), "unit": "ms of processor time per sample", "workloads": []}
    measure_machine(() if quick else neurons.NAMES, repetitions, result, tell)
    tell(header())
    measure_all(QUICK if quick else MAIN, 3 if quick else repetitions, result, tell)
    result["start"] = starting.warm() if quick else starting.cold_and_warm()
    for name, found in result["start"].items():
        tell(
            f"(e) {name} start: {found['seconds']:.1f} s ({found['processor_seconds']:.1f} s of processor "
            f"time), of which build {found['build_seconds']:.1f} s; {found.get('compiler_calls', 0)} "
            "compiler calls"
        )
    result["epochs"] = [] if quick else starting.epochs()
    for found in result["epochs"]:
        tell(
            f"    epoch of {found['n_samples']} samples, hard negatives: {found['seconds']:.1f} s "
            f"({found['processor_seconds']:.1f} s of processor time), {found['peak_megabytes']:.0f} MB"
        )
    result["balanced"] = []
    if not quick:
        measure_all(SCALING, repetitions, result, tell)
        result["algorithms"] = algorithms.measure(repetitions)
        for found in result["algorithms"]:
            tell(algorithms.line(found))
        for kind, is_plastic in (("CUBA", False), ("COBA", False), ("CUBA", True)):
            result["balanced"].append(balanced.measure(kind, is_plastic, repetitions))
            tell("(s) " + balanced.line(result["balanced"][-1]))
    return result


def measure_machine(names, repetitions, result, tell):
    """Add what the machine can do, and neurons beside it."""
    with machines.compiled() as program:
        rates = program.machine()
        result["rates"], result["neurons"] = vars(rates), []
        tell(str(rates))
        if names:
            tell(neurons.header())
        for name in names:
            found = neurons.measure(name, program, rates, repetitions)
            result["neurons"].append(found)
            tell(neurons.line(found))


def measure_all(workloads, repetitions, result, tell):
    """Add workloads to the result, and each to the table as soon as it is known."""
    for workload in workloads:
        found = measure(workload, repetitions)
        if len(workload.sizes) == 1:
            found["ms"]["allowed"] = allowed(found, workload, machines.Machine(**result["rates"]))
        result["workloads"].append(found)
        tell(line(found))


def header():
    """The head of the table."""
    return (
        f"{'ms per sample':30}"
        + "".join(f"{name:>10}" for name in COLUMNS)
        + "   times ffbrian's: "
        + ", ".join(RIVALS)
    )


def line(found):
    """One line of the table."""
    ms, ratio = found["ms"], found["ratio"]
    cells = "".join(f"{ms[name]:10.3f}" if name in ms else f"{'-':>10}" for name in COLUMNS)
    ratios = "  ".join(f"{ratio[name]:6.2f}" if name in ratio else f"{'-':>6}" for name in RIVALS)
    single = f"   one label: {ms['one label']:.3f} ms" if "one label" in ms else ""
    return f"({found['workload']}) {found['title']:26}{cells}   {ratios}{single}"
