"""The diagnosis: every line says ok or what to do."""

import configparser
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import ffbrian as ff
from ffbrian import brian_import
from ffbrian.commands import doctor


def test_doctor_finds_nothing_wrong_here(shell):
    done = shell("doctor")
    assert done.returncode == 0, done.stdout
    assert all(line.startswith("ok  ") for line in done.stdout.splitlines())
    assert "a network of one neuron was compiled and run in" in done.stdout


def test_doctor_says_what_to_do_without_a_compiler(shell):
    done = shell("doctor", CXX="nonsense")
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem")]
    assert done.returncode == 2 and len(problems) == 2
    assert "unset it to use g++" in problems[0]


def test_numpy_too_new_for_python_3_11(monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: "2.4.1")
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=(3, 11, 7)))
    found = doctor.package("numpy", (1, 26))
    assert not found.is_ok and "pip install 'numpy<2.4'" in found.advice
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=(3, 12, 0)))
    assert doctor.package("numpy", (1, 26)).is_ok


@pytest.mark.parametrize("found, is_ok", [("2.9.0", True), ("2.10.1", True), ("2.8.4", False)])
def test_versions_are_compared_as_numbers(monkeypatch, found, is_ok):
    monkeypatch.setattr(doctor, "version", lambda name: found)
    assert doctor.package("brian2", (2, 9)).is_ok is is_ok


def test_a_cache_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FFBRIAN_CACHE", str(tmp_path / "file" / "cache"))
    found = doctor.cache()
    assert not found.is_ok and "set FFBRIAN_CACHE" in found.advice


def test_damaged_data_are_a_problem_and_missing_data_are_not(monkeypatch, tmp_path):
    monkeypatch.setenv("FFBRIAN_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert doctor.data("mnist").is_ok and "FFBRIAN_DATA" in doctor.data("mnist").advice
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "train-images-idx3-ubyte").write_bytes(b"damaged")
    assert not doctor.data("mnist").is_ok


def test_this_python_is_supported():
    assert doctor.python().is_ok == ((3, 11) <= sys.version_info[:2] <= (3, 13))


@pytest.mark.parametrize("words", [["doctor"], ["run", "digits"]])
def test_a_brian_that_cannot_be_imported_is_said_in_one_sentence(shell, words):
    (shell.folder / "brian2").mkdir()
    (shell.folder / "brian2/__init__.py").write_text("raise AttributeError('no ptp')")
    done = shell(*words, PYTHONPATH=os.pathsep.join([str(shell.folder), str(Path(ff.__file__).parents[1])]))
    assert done.returncode == 2 and done.stderr.splitlines() == [
        "ffbrian: Brian 2 cannot be imported (AttributeError: no ptp): pip install --force-reinstall brian2."
    ]


def test_the_numpy_trap_is_named_when_the_import_fails(monkeypatch):
    monkeypatch.setattr(brian_import, "version", lambda name: "2.4.6")
    monkeypatch.setattr(brian_import, "sys", SimpleNamespace(version_info=(3, 11, 7)))
    assert (
        brian_import.why_not(AttributeError("ptp"))
        == "ffbrian: numpy 2.4.6 does not work with Brian 2 on Python 3.11: pip install 'numpy<2.4'."
    )


def test_an_uncaught_error_is_not_called_a_bug_of_brian():
    script = "import ffbrian as ff\nff.Layer(0)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(ff.__file__).parents[1])},
    )
    assert (
        done.stderr.splitlines()[-1].startswith("ffbrian.errors.ModelError: Layer: size is 0")
        and "Brian 2 encountered" not in done.stderr
    )


def test_extras_are_told_with_what_they_lack(monkeypatch):
    lines = [
        "brian2>=2.9",
        "neo>=0.13; extra == 'neo'",
        'pynwb>=3; extra == "nwb"',
        "pytest; extra == 'test'",
    ]
    monkeypatch.setattr(doctor, "requires", lambda name: lines)
    monkeypatch.setattr(doctor, "_is_installed", lambda name: name == "neo")
    found = list(doctor.extras())
    assert [one.text for one in found] == ["extra neo: neo", "extra nwb is not installed"]
    assert all(one.is_ok for one in found)
    assert "pip install 'ffbrian[nwb]' (lacks pynwb)" in found[1].advice


def test_extras_are_read_from_the_installed_package():
    assert {"neo", "nir", "nwb"} <= set(doctor.extra_packages())
    assert doctor.extra_packages()["nwb"] == ["pynwb", "quantities"]


def test_every_file_of_the_package_is_installed():
    root = Path(__file__).resolve().parents[2]
    settings = configparser.ConfigParser()
    settings.read(root / "setup.cfg")
    places = dict(line.split(" = ") for line in settings["options"]["package_dir"].split("\n") if line)
    packages = [name for name in settings["options"]["packages"].split("\n") if name]
    homes = sorted(places, key=len)  # the longest that fits wins
    parents = {name: [one for one in homes if f"{name}.".startswith(f"{one}.")][-1] for name in packages}
    folders = {
        name: root.joinpath(places[home], *name[len(home) :].split(".")) for name, home in parents.items()
    }
    known = settings["options.package_data"]
    shipped = {
        path
        for name, folder in folders.items()
        for pattern in ["*.py", *known.get(name, "").replace(",", " ").split()]
        for path in folder.glob(pattern)
    }
    there = {
        path
        for top in (root / "ffbrian", root / "equations")
        for path in top.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert sorted(map(str, there - shipped)) == []
