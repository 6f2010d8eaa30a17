"""What surrounds the command line: the interpreter, the encoding, odd words, compilers that are none."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import ffbrian as ff
from ffbrian import errors
from ffbrian.run import toolchain


def python(*words, **environment):
    variables = os.environ | {"PYTHONPATH": str(Path(ff.__file__).parents[1])} | environment
    return subprocess.run([sys.executable, *words], capture_output=True, env=variables, timeout=120)


def test_python_without_docstrings_is_refused():
    done = python("-OO", "-m", "ffbrian", "list")
    assert (
        done.returncode == 2
        and b"ffbrian: Python runs with -OO, which takes away the docstrings" in done.stderr
        and b"Traceback" not in done.stderr
    )
    assert python("-O", "-m", "ffbrian", "--version").returncode == 0


def test_an_ascii_terminal_gets_ascii(finished):
    done = python("-m", "ffbrian", "list", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.isascii() and b"Traceback" not in done.stderr
    script = "from ffbrian import cli; cli.write_plainly(); print('1 ± 2 → \u03b7 \u00e9')"
    assert python("-c", script, PYTHONIOENCODING="ascii").stdout == b"1 +- 2 -> \\u03b7 \\xe9\n"


def test_a_word_that_is_no_text_is_refused():
    done = python("-m", "ffbrian", "run", b"gr\xfcn.toml")
    (sentence,) = done.stderr.decode().splitlines()
    assert (
        done.returncode == 2
        and "b'gr\\xfcn.toml' on the command line is no text in utf-8; rename the file" in sentence
    )


@pytest.mark.parametrize(
    "path, shown", [("-x", "./-x"), ("a b", "'a b'"), ("runs/a", "runs/a"), (Path("--help"), "./--help")]
)
def test_advice_can_be_typed(path, shown):
    assert errors.typed(path) == shown


def test_a_folder_that_begins_with_a_hyphen_can_be_resumed(session_shell, small, finished):
    assert (
        session_shell(
            "run", small, "--out=-x", "--no-figures", "--set", "training.epochs=0", "--jobs", 1
        ).returncode
        == 0
    )
    again = session_shell("run", small, "--out=-x")
    assert again.returncode == 2 and "go on with 'ffbrian resume ./-x'" in again.stderr
    done = session_shell("resume", "./-x", "--no-figures")
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "-x"


# -- compilers ------------------------------------------------------------------
@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """A program that stands in for the compiler; returns the sentence about a project that it compiles."""

    def explained(text):
        path = tmp_path / "compiler"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("CXX", str(path))
        folder = tmp_path / "project"
        (folder / "code_objects").mkdir(parents=True)
        (folder / "makefile").write_text(
            "SRCS = main.cpp objects.cpp\nOPTIMISATIONS = -O3\nCXXFLAGS = -O3\nLFLAGS = -O3\n"
        )
        (folder / "main.cpp").write_text("int main() { return 0; }")
        (folder / "objects.cpp").touch()
        with pytest.raises(ff.BuildError) as caught:
            toolchain.compile_project(folder, jobs=1)
        return str(caught.value)

    return explained


@pytest.mark.parametrize("text", ["exit 0", "exit 1", "echo 'x.cpp:1: error: no'; exit 1"])
def test_a_program_that_is_no_compiler(compiler, text):
    sentence = compiler(text)
    assert (
        "is no C++ compiler that works: it does not compile the shortest program" in sentence
        and "correct CXX" in sentence
    )
    assert "equation" not in sentence


@pytest.mark.parametrize(
    "words",
    [
        "g++: fatal error: Killed signal terminated program cc1plus",
        "cc1plus: out of memory allocating 65536 bytes",
        "virtual memory exhausted: Cannot allocate memory",
    ],
)
def test_a_compiler_killed_for_memory_does_not_blame_an_equation(compiler, words):
    sentence = compiler(f"echo '{words}'; exit 1")
    assert "ran out of memory" in sentence and "compile.log" in sentence and "equation" not in sentence


def test_a_compiler_without_disk_space(compiler):
    assert "ran out of disk space" in compiler(
        "echo 'fatal error: error writing to /tmp/x.s: No space left on device'; exit 1"
    )


def test_a_cxx_that_no_shell_understands(monkeypatch):
    monkeypatch.setenv("CXX", "g++ 'half")
    with pytest.raises(ff.BuildError, match="which a shell does not understand .*No closing quotation"):
        toolchain.find_compiler()


@pytest.mark.parametrize("part", ["conductor.add_schedule", "inputs.add", "monitors.add"])
def test_a_failed_build_is_followed_by_no_remarks_of_brian(part, cache):
    script = f"""
import gc
import ffbrian as ff
from ffbrian.build import conductor, inputs, monitors
from ffbrian.run.project import project
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
def fails(*_):
    raise ValueError("no such part")
{part} = fails
try:
    project(Plan(ff.Network([ff.Layer(21)]), DataShape("values", (1, 8, 8), 10), 20))
except ff.BuildError as error:
    print(error)
gc.collect()
"""
    done = python("-c", script)
    assert b"no such part" in done.stdout and done.returncode == 0
    assert b"WARNING" not in done.stderr and b"never included" not in done.stderr
