"""Disks that fill up while a network trains: one sentence, nothing replaced, and the same bits afterwards."""

import os
import resource
import signal
import subprocess
import tempfile
from dataclasses import replace

import numpy as np
import pytest
from compilers import Compiler, plan

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.learning.forward_forward import evaluation
from ffbrian.run import cache, execution
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.run.runtime import Runtime
from ffbrian.train.initial_state import initial_state

#: Of a small file system, kilobytes: from where hardly anything fits to where all does.
SIZES = (16, 24, 40, 64, 96, 128, 192, 256, 384, 2048)
TRAINER = ff.Trainer(ff.Network([ff.Layer(100, initial_weight=0.1)]), chunk=50)


@pytest.fixture(scope="module")
def few():
    return ff.datasets.load("digits").train.take(slice(0, 100))


@pytest.fixture(scope="module")
def whole(few, tmp_path_factory):
    """A training that nothing has disturbed: its model, and its checkpoint after one epoch."""
    path = tmp_path_factory.mktemp("whole") / "checkpoint.npz"
    TRAINER.fit(few, epochs=1, checkpoint=path)
    return TRAINER.fit(few, epochs=2), path.read_bytes()


@pytest.fixture
def mount(tmp_path):
    """Mount a file system of some kilobytes; it is taken away again."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    mounted = []

    def mount_size(kilobytes):
        folder = tmp_path / f"of-{kilobytes}k"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", folder],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount_size
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def interrupted(few, path):
    """Train until the checkpoint that stands after half of the first epoch."""

    class Stop(Exception):
        pass

    def stop(progress):
        if progress.shown > 50:
            raise Stop

    with pytest.raises(Stop):
        TRAINER.fit(few, epochs=2, checkpoint=path, progress=stop)
    return path.read_bytes()


def resumed(few, path):
    """Go on; returns the model, or the sentence with which the training refuses."""
    try:
        return TRAINER.fit(few, epochs=2, checkpoint=path, resume=True)
    except ff.FFBrianError as error:
        return str(error)


def same(model, other):
    return all(np.array_equal(model.state[name], other.state[name]) for name in other.state)


def test_a_full_temporary_folder_costs_no_checkpoint(few, whole, mount, tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.npz"
    before = interrupted(few, path)
    refused = []
    for size in SIZES:
        folder = mount(size)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        found = resumed(few, path)
        if isinstance(found, str):
            refused.append(size)
            assert str(folder) in found and ("space" in found), found
            assert path.read_bytes() == before
            assert not list(folder.iterdir())
        else:
            assert same(found, whole[0])
            path.write_bytes(before)
    assert refused == [size for size in SIZES if size <= max(refused)] and 3 < len(refused) < len(SIZES)
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert same(resumed(few, path), whole[0])


@pytest.mark.long
def test_a_full_output_folder_keeps_its_checkpoint(few, whole, mount, tmp_path):
    before = interrupted(few, tmp_path / "checkpoint.npz")
    needed = len(before) // 1024 + 4
    n_refused = 0
    for spare in np.linspace(0, needed + 16, 10).astype(int):
        folder = mount(needed + int(spare))
        path = folder / "checkpoint.npz"
        path.write_bytes(before)
        found = resumed(few, path)
        if isinstance(found, str):
            n_refused += 1
            assert f"{path} cannot be written" in found
            assert path.read_bytes() == before and os.listdir(folder) == ["checkpoint.npz"]
        else:
            assert same(found, whole[0])
    assert 3 < n_refused < 10
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(before)
    assert same(resumed(few, path), whole[0])


def test_a_full_cache_says_so_and_leaves_nothing(mount, tmp_path, monkeypatch):
    compiler = Compiler(tmp_path)
    monkeypatch.setenv("CXX", str(compiler.program))
    n_refused = 0
    for size in (*range(100, 1000, 100), 4000):
        monkeypatch.setenv("FFBRIAN_CACHE", str(mount(size)))
        try:
            assert project(plan()).folder.is_dir()
        except ff.BuildError as error:
            n_refused += 1
            assert f"The cache folder {tmp_path / f'of-{size}k'} cannot be written" in str(
                error
            ) and "space" in str(error)
            assert not [path for path in cache.projects().iterdir() if path.is_dir()]
    assert 3 < n_refused < 10


@pytest.fixture
def small_files():
    """Set the size that files may have, bytes; no longer afterwards."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_files_that_may_not_become_large_enough_cost_no_checkpoint(few, whole, small_files, tmp_path):
    path = tmp_path / "checkpoint.npz"
    before = interrupted(few, path)
    for size in (100, 1000, 2000, 4000, 8000, 12000, 16000, 20000, 24000, 25000):
        small_files(size)
        found = resumed(few, path)
        small_files(resource.RLIM_INFINITY)
        assert isinstance(found, str) and "cannot be written" in found or "SIGXFSZ" in found
        assert path.read_bytes() == before
    assert same(resumed(few, path), whole[0])


# -- what the binary says and leaves ---------------------------------------------------------
@pytest.fixture
def small(few):
    """A compiled network, its state, and a way to run it with another binary in its place."""
    runner = project(TRAINER.plan(DataShape.of(few, 10)))
    return runner, initial_state(runner.plan, np.random.default_rng(0))


def run(runner, state, few, keep=("synapses_1.w",)):
    rows = evaluation(np.arange(3), np.asarray(few.labels)[:3], np.array([0]), 0)
    with data_file(few, runner.plan) as path:
        return runner.run(rows, path, state, {"session.eta": 1e-3}, keep=keep)


def wrapped(runner, tmp_path, before="", after=""):
    """The same project behind a script that does something before and after the binary."""
    folder = tmp_path / "wrapped"
    folder.mkdir()
    (folder / "static_arrays").symlink_to(runner.folder / "static_arrays")
    (folder / "main").write_text(
        f'#!/bin/sh\n{before}\n"{runner.folder}/main" "$@"; status=$?\n{after}\nexit $status\n'
    )
    (folder / "main").chmod(0o700)
    copy = object.__new__(execution.Project)
    vars(copy).update(vars(runner) | {"folder": folder})
    return copy


@pytest.mark.parametrize(
    "line",
    [
        "Error opening static array _static_array_x.",
        "Error writing output file for _array_y.",
        "Error reading 'z': file size 3 does not match expected size 4",
    ],
)
def test_any_error_that_the_binary_prints_ends_the_run(small, few, tmp_path, line):
    runner, state = small
    with pytest.raises(ff.RunError, match=line.split("'")[0]):
        run(wrapped(runner, tmp_path, after=f'echo "{line}"'), state, few)


@pytest.mark.parametrize("name", ["synapses_1.w", "layer_1.v"])
def test_a_result_that_is_too_short_ends_the_run(small, few, tmp_path, name):
    runner, state = small
    file = runner.manifest["arrays"][name]["file"]
    with pytest.raises(ff.RunError, match=f"could not write its results into .*: {name} has 8 of "):
        run(wrapped(runner, tmp_path, after=f'truncate -s 8 "$2/{file}"'), state, few)


def test_a_missing_static_array_ends_the_run(small, few, tmp_path):
    runner, state = small
    copy = wrapped(runner, tmp_path, before="rm static_arrays; mkdir static_arrays")
    with pytest.raises(ff.RunError, match="Error opening static array"):
        run(copy, state, few)


def test_too_few_descriptors_end_the_run(small, few, tmp_path):
    runner, state = small
    with pytest.raises(ff.RunError, match="ended with|cannot be started"):
        run(wrapped(runner, tmp_path, before="ulimit -n 3"), state, few)


def test_an_evaluation_that_gives_no_number_is_no_result(few):
    endless = ff.Modulator(
        neuron_equations="p : 1 (constant)",
        neuron_initial="p = 1",
        equations="M : 1",
        release="M = 0*s",
        contribution="p/(n_spikes - n_spikes)",
        name="endless",
    )
    wanted = replace(
        TRAINER.plan(DataShape.of(few, 10)),
        network=ff.Network([ff.Layer(10)], modulator=endless),
        learns=False,
    )
    with pytest.raises(ff.RunError, match="goodness_1 is not finite in 3 of 3 presentations"):
        run(Runtime(wanted), initial_state(wanted, np.random.default_rng(0)), few, keep=())


def test_the_table_of_results_takes_its_space_before_it_is_mapped(tmp_path):
    table = execution.reserve(tmp_path / "table", (1000, 10))
    assert np.isnan(table).all() and table.shape == (1000, 10)
    assert (tmp_path / "table").stat().st_blocks * 512 >= 40_000
