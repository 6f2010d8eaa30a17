"""The folder of compiled networks: damaged, planted, full, without compiler, read-only; never a
wrong number.
"""

import ast
import gc
import os
import subprocess
import time
from pathlib import Path

import pytest
from compilers import Compiler, plan

import ffbrian
from ffbrian.build.plan import Plan
from ffbrian.errors import BuildError
from ffbrian.run import cache, cache_upkeep, fingerprint
from ffbrian.run.cache_folder import projects
from ffbrian.run.project import CODE, project


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """A counting compiler and an empty cache."""
    made = Compiler(tmp_path)
    monkeypatch.setenv("CXX", str(made.program))
    monkeypatch.setenv("FFBRIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("ffbrian.run.project._environment", lambda: "of this test")
    monkeypatch.setattr("ffbrian.run.fingerprint._version", lambda command: "fake 1.0")
    return made


def other(size):
    """A plan of another network."""
    return plan(network=ffbrian.Network([ffbrian.Layer(size)]))


def forget():
    """Be as a process that has just begun."""
    gc.collect()
    cache._whole.clear()


# -- what is damaged is built anew -----------------------------------------------------
def bit_flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def an_array(folder):
    return max((folder / "static_arrays").iterdir(), key=lambda path: path.stat().st_size)


DAMAGES = {
    "an array with one bit flipped": lambda folder: bit_flipped(an_array(folder)),
    "a shortened array": lambda folder: os.truncate(an_array(folder), 8),
    "a missing array": lambda folder: an_array(folder).unlink(),
    "a binary with one bit flipped": lambda folder: bit_flipped(folder / "main"),
    "an empty binary": lambda folder: os.truncate(folder / "main", 0),
    "a missing binary": lambda folder: (folder / "main").unlink(),
    "a binary without the right to run": lambda folder: (folder / "main").chmod(0o600),
    "a manifest with one bit flipped": lambda folder: bit_flipped(folder / "manifest.json"),
    "an empty manifest": lambda folder: os.truncate(folder / "manifest.json", 0),
    "a missing manifest": lambda folder: (folder / "manifest.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_damaged_is_built_anew(compiler, damage, caplog):
    built = project(plan())
    folder, whole = (
        built.folder,
        {name: (built.folder / name).read_bytes() for name in built.manifest["files"]},
    )
    del built
    assert compiler.calls() > 0
    damage(folder)
    forget()
    again = project(plan())
    assert again.folder == folder and compiler.calls() > 0
    assert {name: (folder / name).read_bytes() for name in whole} == whole
    assert str(folder) in caplog.text and "built anew" in caplog.text
    assert [path.name for path in projects().iterdir() if path.is_dir()] == [folder.name]


def test_what_is_whole_is_read_once_in_a_process(compiler, monkeypatch):
    project(plan())
    forget()
    read = []
    monkeypatch.setattr(cache, "checksum", lambda path, sum=cache.checksum: read.append(path) or sum(path))
    first, second = project(plan()), project(plan())
    assert first.folder == second.folder and len(read) == len(first.manifest["files"]) > 1


# -- what decides the code ---------------------------------------------------------------
def imported(path, name):
    """Modules that a file imports, by its syntax tree."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            home = ".".join([*above, *filter(None, [node.module])])
            yield from (home, *(f"{home}.{alias.name}" for alias in node.names))


def module_file(name):
    """The file of a module of this package, or None."""
    for root in map(Path, ffbrian.__path__):
        for path in (
            root.joinpath(*name.split(".")[1:]).with_suffix(".py"),
            root.joinpath(*name.split(".")[1:], "__init__.py"),
        ):
            if name.split(".")[0] == "ffbrian" and path.is_file():
                return path
    return None


def import_closure(start):
    files, waiting = {}, [start]
    while waiting:
        name = waiting.pop()
        path = module_file(name)
        if path is not None and name not in files:
            files[name] = path
            waiting += [
                *imported(path, name),
                *(name.rsplit(".", k)[0] for k in range(1, name.count(".") + 1)),
            ]
    return files


def test_all_that_the_builder_imports_is_in_the_key():
    files = {key: path for module in CODE for key, path in import_closure(module).items()}
    hashed = fingerprint.closure(*CODE)
    assert {path for path in hashed if path.suffix == ".py"} == set(files.values())
    homes = {
        Path(__import__(module, fromlist=["_"]).__file__)
        for module in (
            ffbrian.Layer.__module__,
            ffbrian.SynapseModel.__module__,
            ffbrian.Readout.__module__,
            ffbrian.Encoder.__module__,
            Plan.__module__,
        )
    }
    assert homes <= set(hashed)
    assert {"host_functions.h", "loop.h", "synapses_copies.cpp", "threshold.cpp"} <= {
        path.name for path in hashed
    }
    assert not {"cli.py", "trainer.py", "conf.py"} & {path.name for path in hashed}


def test_an_edit_of_any_of_these_files_changes_the_key(tmp_path, monkeypatch):
    edited = tmp_path / "models.py"
    edited.write_text("is_silent_at_zero = True\n")
    monkeypatch.setattr(fingerprint, "closure", lambda *names: [edited])
    before = fingerprint.of_code.__wrapped__("ffbrian")
    edited.write_text("is_silent_at_zero = False\n")
    assert fingerprint.of_code.__wrapped__("ffbrian") != before


# -- whose folder it is -----------------------------------------------------------------
def test_a_folder_that_others_can_write_is_refused(compiler, tmp_path):
    project(plan())
    for folder in (
        tmp_path / "cache",
        tmp_path / "cache" / "projects",
        next(path for path in projects().iterdir() if path.is_dir()),
    ):
        mode = folder.stat().st_mode
        folder.chmod(0o777)
        with pytest.raises(BuildError, match=f"{folder} can be written by other users.*FFBRIAN_CACHE"):
            project(plan())
        folder.chmod(mode)
    assert project(plan())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_refused(compiler, tmp_path):
    folder = project(plan()).folder
    for path in (folder, tmp_path / "cache" / "projects", tmp_path / "cache"):
        os.chown(path, 4242, -1)
        with pytest.raises(BuildError, match=f"{path} belongs to another user \\(number 4242\\)"):
            project(plan())
        os.chown(path, 0, -1)


def test_new_folders_are_the_users_own(compiler, tmp_path):
    before = os.umask(0)
    try:
        folder = project(plan()).folder
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "cache", projects(), folder)] == [0o700] * 3


def test_a_lock_that_is_a_link_is_not_followed(compiler, tmp_path):
    name = project(plan()).folder.name
    project_folder = projects() / name
    treasure = tmp_path / "treasure"
    treasure.write_text("gold")
    forget()
    assert cache_upkeep.clean() and not project_folder.exists()
    (projects() / f"{name}.lock").symlink_to(treasure)
    with pytest.raises(BuildError, match=f"cannot be written.*{name}.lock"):
        project(plan())
    assert treasure.read_text() == "gold"


# -- how large it becomes --------------------------------------------------------------
def test_what_was_not_used_for_longest_goes_first_and_what_is_in_use_stays(compiler, monkeypatch):
    old, used, mine = (project(other(size)) for size in (2, 3, 4))
    for age, one in enumerate((mine, used, old)):
        os.utime(one.folder / "manifest.json", (time.time() - 1000 * (age + 1),) * 2)
    folders = [one.folder for one in (old, used, mine)]
    del old, one
    gc.collect()
    del mine
    monkeypatch.setenv("FFBRIAN_CACHE_LIMIT", str(2.5 * cache_upkeep.size(folders[0]) / 1e6))
    new = project(other(5)).folder
    assert [folder.exists() for folder in folders] == [False, True, False]
    assert used.folder.exists() and new.exists()


@pytest.mark.parametrize("wrong", ["much", "-3", "nan", "inf", "0"])
def test_a_limit_that_is_no_size_is_refused_before_anything_is_built(compiler, monkeypatch, wrong):
    monkeypatch.setenv("FFBRIAN_CACHE_LIMIT", wrong)
    with pytest.raises(BuildError, match=f"FFBRIAN_CACHE_LIMIT is '{wrong}', expected the most megabytes"):
        project(plan())
    assert compiler.calls() == 0


def test_what_a_killed_build_left_is_removed(compiler):
    name = project(plan()).folder.name
    for left in (f"{name}.abcd1234", f"{'0' * 24}-00000000.wxyz_789"):
        (projects() / left / "code_objects").mkdir(parents=True)
    keep = projects() / "notes.by-the-user"
    keep.mkdir()
    project(other(6))
    assert (
        sorted(path.name.count(".") for path in projects().iterdir() if path.is_dir()) == [0, 0, 1]
        and keep.exists()
    )


def test_what_another_process_builds_just_now_stays(compiler):
    name = project(plan()).folder.name
    scratch = projects() / f"{name}.abcd1234"
    scratch.mkdir()
    with cache.building(projects() / name):
        project(other(7))
        assert scratch.exists()


def test_a_failed_build_leaves_its_log_and_nothing_else(compiler):
    compiler.program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo fake 1.0\n\ncase "$*" in *-MMD*) echo '
        '"code_objects/x.cpp:1: error: misplaced"; exit 1;; esac\n'
        'while [ $# -gt 1 ]; do [ "$1" = -o ] && echo compiled > "$2"; shift; done\n'
    )
    with pytest.raises(BuildError, match="misplaced") as caught:
        project(plan())
    left = sorted(path.suffix for path in projects().iterdir())
    assert left == [".lock", ".log"]
    (log,) = projects().glob("*.log")
    assert str(log) in str(caught.value) and "misplaced" in log.read_text()


# -- where it is ---------------------------------------------------------------------------
def test_a_relative_folder_works(tmp_path, monkeypatch, compiler):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FFBRIAN_CACHE", "here/cache")
    folder = project(plan()).folder
    assert folder.is_absolute() and folder.parent == tmp_path / "here" / "cache" / "projects"


def test_a_warm_cache_needs_no_compiler(compiler, monkeypatch):
    folder = project(plan()).folder
    forget()
    monkeypatch.setenv("CXX", "nowhere-g++")
    assert project(plan()).folder == folder
    with pytest.raises(BuildError, match="CXX names the compiler 'nowhere-g\\+\\+'"):
        project(other(8))


def test_another_compiler_compiles_anew(compiler, monkeypatch):
    folder = project(plan()).folder
    monkeypatch.setattr("ffbrian.run.fingerprint._version", lambda command: "fake 2.0")
    assert project(plan()).folder != folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system that is read-only for all")
def test_a_warm_cache_may_be_read_only(compiler, tmp_path):
    folder = project(plan()).folder
    forget()
    mounted = subprocess.run(
        ["mount", "--bind", "-o", "ro", tmp_path / "cache", tmp_path / "cache"],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        if os.access(folder, os.W_OK):
            subprocess.run(["mount", "-o", "remount,ro,bind", tmp_path / "cache"], check=True)
        with pytest.raises(OSError, match="Read-only"):
            os.utime(folder)
        assert project(plan()).folder == folder
        with pytest.raises(BuildError, match="cannot be written.*Read-only file system.*FFBRIAN_CACHE"):
            project(other(9))
    finally:
        subprocess.run(["umount", tmp_path / "cache"], check=True)


# -- the command ---------------------------------------------------------------------------
def test_the_command_lists_and_removes(compiler, main):
    kept = project(plan())
    project(other(11))
    gc.collect()
    status, out, err = main("cache")
    assert status == 0 and not err
    assert "16 → 11, 3 classes, 8 steps, training" in out and "2 compiled networks" in out.splitlines()[-1]
    status, out, _ = main("cache", "clean")
    assert (
        status == 0
        and out.startswith("removed 1 compiled network (")
        and "1 compiled network (" in out.partition(";")[2]
        and out.endswith("in use\n")
    )
    assert kept.folder.exists()
    del kept
    gc.collect()
    assert main("cache", "clean")[0] == 0
    assert list(projects().iterdir()) == []
