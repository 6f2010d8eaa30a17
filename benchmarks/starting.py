"""Workload (e): how long it takes to build and to start, and how much memory a run needs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ffbrian.benchmarks import product

from ffbrian.errors import RunError
from ffbrian.learning.negatives import HardNegatives
from ffbrian.run.cache_folder import cache_folder
from ffbrian.run.project import project
from ffbrian.run.toolchain import COMPILE_LOG

EPOCH, TENTH = 60000, 6000
#: All that the command line imports, then the benchmark's network.
AS_A_COMMAND = (
    "from ffbrian import brian_import; brian_import.import_brian(); import ffbrian.cli; "
    "from ffbrian.benchmarks import product; product.main()"
)


def start(cache):
    """Build (if the cache is empty) and start workload (a) in a process of its own.

    Returns
    -------
    dict
        Wall and processor seconds of the process, what it says itself, and the number
        of compiler calls.
    """
    began, used = time.perf_counter(), product.processor_seconds()
    done = subprocess.run(
        [sys.executable, "-c", AS_A_COMMAND],
        env=os.environ | {"FFBRIAN_CACHE": str(cache)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RunError(f"Starting the benchmark's network failed: {done.stderr.strip().splitlines()[-1:]}.")
    seconds = {
        "seconds": time.perf_counter() - began,
        "processor_seconds": product.processor_seconds() - used,
    }
    return seconds | json.loads(done.stdout.strip().splitlines()[-1])


def compiler_calls(cache):
    """How often the compiler was called for the projects in a cache."""
    logs = Path(cache).glob(f"projects/*/{COMPILE_LOG}")
    return sum(line.startswith("compile ") for log in logs for line in log.read_text().splitlines())


def cold_and_warm():
    """The first start with an empty cache, and the next one."""
    with tempfile.TemporaryDirectory(prefix="ffbrian-bench-") as cache:
        cold, calls = start(cache), compiler_calls(cache)
        return {
            "cold": cold | {"compiler_calls": calls},
            "warm": start(cache) | {"compiler_calls": compiler_calls(cache) - calls},
        }


def warm():
    """Start from the usual cache."""
    project(product.plan((500,), 20, shape=product.images(1).shape))
    return {"warm": start(cache_folder())}


def epoch(n):
    """One epoch of `n` samples with hard negatives: wall seconds and peak memory of the binary."""
    split = product.images(n)
    rows = product.training_rows(split, n, HardNegatives())
    with product.prepared(product.plan((500,), 20, "hard", split.shape), split, rows) as ours:
        project(ours.plan)
        began, used = time.perf_counter(), product.processor_seconds()
        peak = ours.peak_megabytes()
        return {
            "n_samples": n,
            "seconds": time.perf_counter() - began,
            "processor_seconds": product.processor_seconds() - used,
            "peak_megabytes": peak,
        }


def epochs():
    """A tenth of MNIST and all of it."""
    return [epoch(TENTH), epoch(EPOCH)]
