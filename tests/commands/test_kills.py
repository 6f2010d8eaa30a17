"""Killed and stopped again and again at random moments, a training ends with the same bits.

``FFBRIAN_KILLS=20 pytest tests/test_kills.py`` does it more often.
"""

import os
import random
import signal
import subprocess
import time

import pytest
from results import metrics, same_arrays, without_times

from ffbrian.files import array_file

N_KILLS = int(os.environ.get("FFBRIAN_KILLS", 4))


class Attempts:
    """One run after the other, each of them disturbed until it is done."""

    def __init__(self, shell, experiment, moments):
        self.shell, self.experiment, self.moments = shell, experiment, moments
        self.longest, self.n_runs, self.n_kills = 6.0, 0, 0

    def folder(self):
        return self.shell.folder / f"killed-{self.n_runs}"

    def start(self):
        """Begin the run, or go on where the last attempt has come to."""
        folder = self.folder()
        words = (
            ["resume", folder]
            if (folder / "experiment.json").exists()
            else ["run", self.experiment, "--out", folder]
        )
        return self.shell.start(*words, "--no-figures")

    def disturb(self, number):
        """End an attempt at a random moment; returns whether the run was done before."""
        process, begun = self.start(), time.monotonic()
        try:
            _, err = process.communicate(timeout=self.moments.uniform(0, self.longest))
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            process.communicate()
            self.n_kills += 1
            return False
        assert process.returncode == 0, err
        self.longest = max(2.0, time.monotonic() - begun)
        return True

    def end(self):
        """Let the run come to its end."""
        process = self.start()
        _, err = process.communicate()
        assert process.returncode == 0, err


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_killed_again_and_again_a_run_ends_with_the_same_bits(
    session_shell, small, finished, tmp_path_factory, number
):
    attempts = Attempts(session_shell, small, random.Random(int(number)))
    attempts.shell = type(session_shell)(tmp_path_factory.mktemp(f"kills-{int(number)}"))
    done = []
    while attempts.n_kills < N_KILLS:
        is_done = attempts.disturb(number)
        if (attempts.folder() / "checkpoint.npz").exists():
            array_file.load(attempts.folder() / "checkpoint.npz")  # whole at every moment
        if is_done:
            done.append(attempts.folder())
            attempts.n_runs += 1
    attempts.end()
    for folder in (*done, attempts.folder()):
        assert without_times(metrics(folder)) == without_times(metrics(finished[0]))
        for name in ("model.npz", "checkpoint.npz"):
            assert same_arrays(folder / name, finished[0] / name)
