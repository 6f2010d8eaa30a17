"""What the engine of sweeps costs beside the trainings, and what a second worker gives.

    python -m ffbrian.benchmarks.sweeping [--runs 40] [--rounds 1] [--json FILE]

The same short trainings (digits-quick, about a second each, at other learning rates) in turns: a
loop that starts a process for each, one process that does them all, Dask with one worker, Dask with
two workers. Each is told with all that it starts. Wall seconds say what a user waits for; processor
seconds say what was worked, and depend less on what else the machine does, whose load is told.
"""

import argparse
import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SWEEP = """
base = "digits-quick"
seeds = [1]
common = {{"training.epochs" = 5}}
[sweep.keys]
"network.rule.eta" = {rates}
"""
#: Dask gives every worker one thread of linear algebra; the plain loop gets the same.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")}
#: Linux: processes whose parent has ended become children of this one, so that their time is counted.
PR_SET_CHILD_SUBREAPER = 36


def ways(n_runs):
    """Commands of every way, each as the words that follow those of the sweep (dict)."""
    return {
        "loop of processes": [("--jobs", "1", "--task", f"{k}/{n_runs}") for k in range(1, n_runs + 1)],
        "one process": [("--jobs", "1", "--task", "1/1")],
        "one worker": [("--jobs", "1")],
        "two workers": [("--jobs", "2")],
    }


def processor_seconds():
    """Processor time of all children, and theirs, that have ended (float)."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0):
            pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(path, out, commands):
    """One sweep: wall seconds, processor seconds and the load at its end."""
    command = [sys.executable, "-m", "ffbrian", "sweep", str(path), "--out", str(out)]
    used, began = processor_seconds(), time.perf_counter()
    for words in commands:
        subprocess.run([*command, *words], check=True, capture_output=True, env=os.environ | ONE_THREAD)
    return {
        "wall_seconds": time.perf_counter() - began,
        "processor_seconds": processor_seconds() - used,
        "load": os.getloadavg()[0],
    }


def measure(n_runs, n_rounds, tell=print):
    """All ways in turns, after one training that compiles the network.

    Parameters
    ----------
    n_runs, n_rounds : int
    tell : callable
        Called with every line.

    Returns
    -------
    dict of str to list of dict
        What `timed` gives, by way.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    found = {way: [] for way in ways(n_runs)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.toml"
        path.write_text(SWEEP.format(rates=np.geomspace(1e-4, 1e-3, n_runs).round(7).tolist()))
        timed(path, Path(folder) / "compiled", [("--jobs", "1", "--task", f"1/{n_runs}")])
        for number in range(n_rounds):
            for way, commands in ways(n_runs).items():
                one = timed(path, Path(folder) / f"{way}-{number}".replace(" ", "-"), commands)
                found[way].append(one)
                tell(line(way, one))
    return found


def line(way, one):
    """What was measured, for a reader (str)."""
    seconds = f"{one['wall_seconds']:7.1f} s, processor {one['processor_seconds']:7.1f} s"
    return f"{way:18} {seconds}, load {one['load']:.1f}"


def ratios(found):
    """Medians over rounds of paired ratios (dict of str to float)."""

    def of(way, other, key):
        return float(np.median([one[key] / two[key] for one, two in zip(found[way], found[other])]))

    against = {"a loop of processes": "loop of processes", "one process": "one process"}
    return {
        f"overhead of the engine beside {words}, {kind} time": of("one worker", other, f"{kind}_seconds") - 1
        for words, other in against.items()
        for kind in ("processor", "wall")
    } | {
        "one worker / two workers, wall time": of("one worker", "two workers", "wall_seconds"),
    }


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measure(arguments.runs, arguments.rounds)
    for name, value in ratios(found).items():
        print(f"{name}: {value:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found | {"ratios": ratios(found)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
