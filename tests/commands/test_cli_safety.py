"""Interruptions: killed, stopped, out of disk; then resumed with the same bits."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from results import metrics, same_arrays, without_times

from ffbrian.train.run_folder import locked


@pytest.fixture
def begin(session_shell, small, finished):
    """Start a run and wait until it has reached an epoch."""

    def begin_run(name, epoch, *words, **environment):
        process = session_shell.start("run", small, "--no-figures", "--out", name, *words, **environment)
        for line in process.stderr:
            if f"epoch {epoch}/" in line:
                break
        return process, session_shell.folder / name

    return begin_run


def ends_as(folder, finished):
    """Whether a run ended with the bits and the metrics of the uninterrupted one."""
    assert without_times(metrics(folder)) == without_times(metrics(finished))
    return same_arrays(folder / "model.npz", finished / "model.npz") and same_arrays(
        folder / "checkpoint.npz", finished / "checkpoint.npz"
    )


def binaries(scratch):
    """Compiled networks that are running now on files of a folder (command lines)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            found.append(path.read_bytes())
    return [command for command in found if b"/projects/" in command and str(scratch).encode() in command]


def test_killed_then_out_of_disk_then_resumed_gives_the_same_bits(begin, session_shell, finished, tmp_path):
    process, folder = begin("killed", 2, TMPDIR=str(tmp_path))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 10
    while binaries(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not binaries(tmp_path), "the compiled network outlived the program that started it"
    assert not (folder / "metrics.json").exists()
    before = (folder / "checkpoint.npz").read_bytes()
    blocks = len(before) // 512 - 2  # a checkpoint does not fit any more, the binary's files do
    done = session_shell("resume", "--no-figures", "killed", before=f"ulimit -f {blocks}")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert (
        "checkpoint.npz cannot be written" in done.stderr.splitlines()[-1]
        and "untouched" in done.stderr.splitlines()[-1]
    )
    assert (folder / "checkpoint.npz").read_bytes() == before
    assert not [path for path in os.listdir(folder) if path.startswith(".checkpoint")]
    done = session_shell("resume", "--no-figures", "killed")
    assert done.returncode == 0 and "epoch 1/8" not in done.stderr
    assert ends_as(folder, finished[0])


def test_ctrl_c_leaves_a_resumable_run_and_one_line(begin, session_shell, finished):
    process, folder = begin("stopped", 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.splitlines()[-1] == "ffbrian: interrupted; go on with: ffbrian resume stopped"
    assert "Traceback" not in err
    assert session_shell("resume", "--no-figures", "stopped").returncode == 0
    assert ends_as(folder, finished[0])


def test_seeds_side_by_side_are_stopped_together_and_resumed(begin, session_shell, finished):
    process, folder = begin("both", 2, "--set", "seeds=[3, 4]", "--jobs", "2")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 130 and "Traceback" not in err
    assert err.splitlines()[-1] == "ffbrian: interrupted; go on with: ffbrian resume both"
    assert session_shell("resume", "--no-figures", "both", "--jobs", "1").returncode == 0
    assert same_arrays(folder / "seed-3" / "model.npz", finished[0] / "model.npz")
    assert len(metrics(folder)["runs"]) == 2


def test_two_processes_do_not_train_in_one_folder(main, finished):
    with locked(finished[0]):
        status, _, err = main("resume", "finished")
    assert status == 2 and "another ffbrian process trains there" in err
