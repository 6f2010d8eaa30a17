"""Projects compile fast, only when needed, and failures are explained."""

import os
import re
import shutil
import stat
import subprocess

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, device, ms, set_device, start_scope

from ffbrian.errors import BuildError
from ffbrian.run.toolchain import compile_project, compiler_version, find_compiler


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small project, written by Brian and not compiled."""
    directory = tmp_path_factory.mktemp("project")
    start_scope()
    device.reinit()
    set_device("cpp_standalone", directory=str(directory), build_on_run=False)
    group = NeuronGroup(
        3,
        "dv/dt = -(i + 1)*v/(10*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    group.v = 0.5
    Network(group).run(1 * ms)
    device.build(directory=str(directory), compile=False, run=False)
    device.reinit()
    set_device("runtime")
    return directory


@pytest.fixture(scope="module")
def compiled(written, tmp_path_factory):
    directory = tmp_path_factory.mktemp("compiled") / "project"
    shutil.copytree(written, directory)
    return directory, compile_project(directory)


@pytest.fixture
def bare_path(monkeypatch, tmp_path):
    """A search path with no program on it."""
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def write_program(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_every_source_is_compiled_once_and_the_header_too(compiled):
    directory, n_calls = compiled
    batches, others = (
        list(directory.glob("batch_*.cpp")),
        [path for path in directory.glob("*.cpp") if not path.name.startswith("batch_")],
    )
    included = [
        name
        for path in batches
        for name in re.findall(r'#include "code_objects/(\w+\.cpp)"', path.read_text())
    ]
    assert sorted(included) == sorted(path.name for path in (directory / "code_objects").glob("*.cpp"))
    assert n_calls == len(batches) + len(others) + 1 and len(batches) < len(included)
    assert os.access(directory / "main", os.X_OK)


def test_code_objects_compiled_together_compute_the_same(compiled):
    directory, _ = compiled
    (directory / "results").mkdir(exist_ok=True)
    subprocess.run(["./main"], cwd=directory, check=True)
    (file,) = (directory / "results").glob("_array_cells_v_*")
    np.testing.assert_allclose(np.fromfile(file), 0.5 * np.exp(-np.arange(1, 4) / 10), rtol=1e-12)


def test_second_call_compiles_nothing(compiled):
    assert compile_project(compiled[0]) == 0


def test_only_the_changed_file_is_compiled(compiled):
    directory, _ = compiled
    source = next((directory / "code_objects").glob("cells_stateupdater*.cpp"))
    source.write_text(source.read_text() + "\n// changed\n")
    assert compile_project(directory) == 1


def test_new_compiler_compiles_everything(compiled, monkeypatch):
    directory, n_calls = compiled
    monkeypatch.setenv("CXX", f"env {find_compiler()}")
    assert compile_project(directory) == n_calls


def run_cells(directory):
    """The voltages that the small project computes."""
    (directory / "results").mkdir(exist_ok=True)
    subprocess.run(["./main"], cwd=directory, check=True)
    (file,) = (directory / "results").glob("_array_cells_v_*")
    return np.fromfile(file)


def test_projects_share_a_compiled_header_that_outlives_the_first(written, compiled, tmp_path):
    headers = tmp_path / "headers"
    headers.mkdir()
    for name in ("first", "second"):
        directory = tmp_path / name
        shutil.copytree(written, directory)
        assert compile_project(directory, headers=headers) == compiled[1] - 1
        np.testing.assert_array_equal(run_cells(directory), run_cells(compiled[0]))
        (header,) = headers.iterdir()
        assert (directory / "precompiled.h.gch").resolve() == header
        shutil.rmtree(directory)


def test_a_damaged_header_costs_nothing_but_time(written, tmp_path):
    headers, directory = tmp_path / "headers", tmp_path / "project"
    headers.mkdir()
    shutil.copytree(written, directory)
    compile_project(directory, headers=headers)
    (header,) = headers.iterdir()
    header.write_bytes(header.read_bytes()[: header.stat().st_size // 2])
    for path in (*directory.glob("*.o"), directory / "main"):
        path.unlink()
    compile_project(directory, headers=headers)
    np.testing.assert_allclose(run_cells(directory), 0.5 * np.exp(-np.arange(1, 4) / 10), rtol=1e-12)


def test_refused_code_object_is_named(written, tmp_path):
    directory = tmp_path / "project"
    shutil.copytree(written, directory)
    source = next((directory / "code_objects").glob("cells_spike_resetter*.cpp"))
    source.write_text(source.read_text() + "\nmisplaced words;\n")
    with pytest.raises(BuildError) as caught:
        compile_project(directory)
    message = str(caught.value)
    assert "refused the code object 'cells_spike_resetter_codeobject'" in message
    assert "misplaced" in message
    assert str(directory / "compile.log") in message
    assert "\n" not in message
    assert "misplaced" in (directory / "compile.log").read_text()


def test_directory_without_project(tmp_path):
    with pytest.raises(BuildError, match="holds no C\\+\\+ project"):
        compile_project(tmp_path)


def test_missing_compiler_is_explained(bare_path):
    with pytest.raises(BuildError, match="apt install g\\+\\+ make"):
        find_compiler()


def test_wrong_cxx_is_explained(bare_path, monkeypatch):
    monkeypatch.setenv("CXX", "nowhere-g++")
    with pytest.raises(BuildError, match="CXX names the compiler 'nowhere-g\\+\\+'"):
        find_compiler()


def test_cxx_is_honoured(bare_path, monkeypatch):
    program = write_program(bare_path / "mine", "echo mine 1.2.3\n")
    monkeypatch.setenv("CXX", f"{program} -m64")
    assert find_compiler() == f"{program} -m64"
    assert compiler_version(find_compiler()) == "mine 1.2.3"


def test_broken_compiler_is_explained(bare_path):
    program = write_program(bare_path / "broken", "exit 3\n")
    with pytest.raises(BuildError, match="does not run"):
        compiler_version(str(program))


def test_missing_make_is_explained(written, bare_path):
    write_program(bare_path / "g++", "exit 0\n")
    with pytest.raises(BuildError, match="'make' was not found"):
        compile_project(written)
