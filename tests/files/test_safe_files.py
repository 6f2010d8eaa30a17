"""Folders of strangers: no link is followed, nothing odd is read, nothing lies outside."""

import json
import os
import shutil

import pytest

from ffbrian import datasets
from ffbrian.analyse.comparison import Comparison
from ffbrian.errors import DataError, ExperimentError, RunError
from ffbrian.files import array_file, safe_files
from ffbrian.train.experiment import Experiment
from ffbrian.train.run_folder import Folder, locked, write_text


@pytest.fixture
def precious(tmp_path):
    """A file of the user outside all run folders."""
    path = tmp_path / "precious"
    path.write_text("precious")
    return path


@pytest.fixture
def stranger(finished, tmp_path):
    """A copy of a finished run."""
    return shutil.copytree(finished[0], tmp_path / "stranger")


def everything(path):
    """What a folder holds: names and bytes."""
    return {found.relative_to(path): found.read_bytes() for found in path.rglob("*") if found.is_file()}


@pytest.mark.parametrize(
    "name", ["metrics.json", "checkpoint.npz", ".metrics.json.new", ".checkpoint.npz.new", ".model.npz.new"]
)
def test_links_are_replaced_and_not_followed(precious, tmp_path, name):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / name).symlink_to(precious)
    write_text(folder / "metrics.json", "{}")
    array_file.save(folder / "checkpoint.npz", {}, {})
    array_file.save(folder / "model.npz", {}, {})
    assert precious.read_text() == "precious"
    assert (folder / "metrics.json").read_text() == "{}" and not (folder / "metrics.json").is_symlink()


def test_a_lock_is_neither_followed_nor_emptied(precious, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/.lock").symlink_to(precious)
    with (
        pytest.raises(RunError, match=r"\.lock is a symbolic link to .*precious'; .* remove it"),
        locked(tmp_path / "run"),
    ):
        pass
    assert precious.read_text() == "precious"
    os.link(precious, tmp_path / "hard")
    with safe_files.locked(tmp_path / "hard"):
        assert precious.read_text() == "precious"


def test_a_lock_that_is_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / ".lock")
    with pytest.raises(RunError, match="cannot be locked"), locked(tmp_path):
        pass


def test_a_lock_that_cannot_be_known_beforehand_is_made_once(tmp_path):
    with locked(tmp_path):
        with pytest.raises(RunError, match="another ffbrian process trains there"), locked(tmp_path):
            pass
    with locked(tmp_path):
        assert (tmp_path / ".lock").stat().st_size == 0


def test_figures_are_not_drawn_through_a_link(stranger, precious, main, tmp_path):
    shutil.rmtree(stranger / "figures", ignore_errors=True)
    (tmp_path / "elsewhere").mkdir()
    (stranger / "figures").symlink_to(tmp_path / "elsewhere")
    status, _, err = main("plot", stranger)
    assert (
        status == 2 and "figures is a symbolic link" in err and not list((tmp_path / "elsewhere").iterdir())
    )


def test_the_folder_of_a_seed_is_no_link(small, tmp_path):
    folder = Folder.create(tmp_path / "run", Experiment.load(small, ["seeds=[1, 2]"]))
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "seed-1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="seed-1 is a symbolic link"):
        folder.of(1)


@pytest.mark.parametrize("seeds", [["../../x", 1], [1, 1], [], [-1], [2**31], [True], 3])
def test_seeds_of_a_folder_are_whole_numbers(stranger, seeds):
    record = json.loads((stranger / "experiment.json").read_text())
    record["experiment"]["seeds"] = seeds
    (stranger / "experiment.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match="experiment.json is damaged .*seeds is"):
        Folder.open(stranger)


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    left = tmp_path / ".checkpoint.npz.0123456789abcdef.new"
    kept = [tmp_path / name for name in (".mine.new", "a.0123456789abcdef.new", "model.npz")]
    for path in (left, *kept):
        path.write_text("")
    with locked(tmp_path):
        assert not left.exists() and all(path.exists() for path in kept)


def test_names_of_unfinished_files_differ(tmp_path, monkeypatch):
    seen = set()
    for _ in range(3):
        with safe_files.replacing(tmp_path / "a") as file:
            seen |= {path.name for path in tmp_path.glob(".a.*")}
            file.write(b"a")
    assert len(seen) == 3 and [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_new_file_has_the_rights_that_the_user_gives_to_all(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a", "")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_only_plain_files_are_read(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no plain file"):
        safe_files.read_bytes(tmp_path / name)


def test_a_text_of_any_length_is_not_read(tmp_path):
    (tmp_path / "long").write_bytes(b"")
    os.truncate(tmp_path / "long", safe_files.LONGEST_TEXT + 1)
    with pytest.raises(RunError, match="it has 67108865 bytes, at most 67108864 are expected"):
        safe_files.read_record(tmp_path / "long", "remove it")


@pytest.mark.parametrize(
    "text, reason",
    [
        ("[", "Expecting value"),
        ("[" * 10**5, "damaged"),
        ("[1]", "holds a list"),
        ('{"a": NaN}', "NaN, which is no number"),
    ],
)
def test_records_are_read_or_refused(tmp_path, text, reason):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(RunError, match=reason):
        safe_files.read_record(tmp_path / "a.json", "remove it")


def test_reading_a_run_writes_nothing(stranger):
    before = everything(stranger)
    Folder.open(stranger).metrics(3)
    assert everything(stranger) == before


@pytest.mark.parametrize("name", ["a" * 5000, "a\x00b"])
def test_names_that_no_file_can_have_are_unknown_names(name, tmp_path):
    (tmp_path / "a.toml").write_text(f'base = {json.dumps(name)}\n[[variants]]\nname = "a"\n')
    with pytest.raises(ExperimentError, match="neither a file nor a known experiment"):
        Experiment.load(name)
    with pytest.raises(ExperimentError, match="neither a file nor a known experiment"):
        Comparison.load(tmp_path / "a.toml")
    with pytest.raises(DataError, match="no such file"):
        datasets.load(f"npz:{name}")
    with pytest.raises(DataError):
        datasets.load("mnist", tmp_path / name)


def test_the_home_of_an_unknown_user_is_a_name_like_others(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        datasets.load("npz:~nobody-here/a.npz")
    with pytest.raises(DataError):
        datasets.load("mnist", "~nobody-here")
    assert "~nobody-here" in Experiment.load("digits", ["data.folder=~nobody-here"]).data.folder
