"""The diagnosis: every line says ok or what to do."""
import sys
from types import SimpleNamespace

import pytest

from ffbrian import doctor


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
