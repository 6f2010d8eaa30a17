"""The benchmark as a user starts it, and the variants it compares."""

import json
import subprocess

import numpy as np
import pytest
from ffbrian.benchmarks import product, workloads
from ffbrian.benchmarks.spikes import Spikes
from schedules import each

SPIKES = Spikes(
    np.array([0, 1]),
    np.array([1, -1]),
    np.array([0, 2, 3, 3, 4, 4, 6]),
    np.array([0, 2, 1, 3, 0, 1]),
    4,
    2,
    3,
)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The compiled kernel."""
    return workloads.compile_kernel(tmp_path_factory.mktemp("kernel"))


@pytest.mark.long
def test_quick_benchmark_from_a_shell(shell):
    done = shell("bench", "--quick", "--json", "found.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((shell.folder / "found.json").read_text())
    (workload,) = found["workloads"]
    assert set(workload["ratio"]) == {"ffbrian", "kernel", "tuned"} and all(
        value > 0 for value in workload["ratio"].values()
    )
    assert workload["agreement"]["ffbrian"] > 0.999 and workload["agreement"]["tuned"] > 0.999
    assert workload["layer_spikes"] > 1 and found["start"]["warm"]["seconds"] > 0
    assert {"brian2", "processor", "compiler", "load_average"} <= set(found["machine"])
    assert "(a)" in done.stdout and "kernel" in done.stdout


def test_spike_file_keeps_what_was_written(tmp_path):
    SPIKES.write(tmp_path / "spikes")
    found = Spikes.read(tmp_path / "spikes")
    for name, value in vars(SPIKES).items():
        np.testing.assert_array_equal(getattr(found, name), value, err_msg=name)
    assert found.first(1).units.tolist() == [0, 2, 1] and len(found.first(1).labels) == 1


def test_recorded_spikes_are_sorted_into_steps():
    rows = each(2, (0, 1), 1, 0)
    times = np.array([0, 0, 1, 3, 5, 5, 6]) * 0.001  # the last one belongs to no presentation
    found = Spikes.recorded({"t": times, "i": np.array([0, 2, 1, 3, 0, 1, 2])}, rows, (4, 2, 3), 0.001)
    np.testing.assert_array_equal(found.offsets, [0, 2, 3, 3, 4, 4, 6])
    np.testing.assert_array_equal(found.units, SPIKES.units)


def test_kernel_learns_only_in_phases(kernel, tmp_path):
    weights = np.full((6, 3), 0.8, "<f4")
    weights.tofile(tmp_path / "weights")
    for phases, learns in (((1, -1), True), ((0, 0), False)):
        Spikes(**(vars(SPIKES) | {"phases": np.array(phases)})).write(tmp_path / "spikes")
        found = workloads.answer(
            kernel, tmp_path / "spikes", tmp_path / "weights", "3", 2, tmp_path / "final"
        )
        assert found["layer_spikes"] > 0
        assert (np.fromfile(tmp_path / "final").reshape(6, 3) != weights).any() == learns


def test_a_missing_kernel_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(workloads, "KERNEL", tmp_path / "kernel.cpp")
    with pytest.raises(workloads.BuildError, match="needs kernel.cpp, which is missing"):
        workloads.compile_kernel(tmp_path)


def test_blobs_stand_in_for_missing_digits(monkeypatch):
    def missing(_):
        raise product.DataError("no such data")

    monkeypatch.setattr(product.ff.datasets, "load", missing)
    split = product.images(5)
    assert split.values.shape == (5, 1, 28, 28) and 5 < split.values.mean() < 80


def test_product_time_is_that_of_its_child():
    before = product.processor_seconds()
    subprocess.run(["/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"], check=True)
    assert product.processor_seconds() > before
