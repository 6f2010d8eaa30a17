"""One cache of compiled networks for all tests, and the command line as a user types it.

Tests describe equal networks where they can, so that few are compiled.
"""

import gc
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ffbrian
from ffbrian import cli


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The folder of compiled networks, shared by all processes of this session, or the one that FFBRIAN_CACHE
    names.
    """
    base = tmp_path_factory.getbasetemp()
    own = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder = Path(os.environ.get("FFBRIAN_CACHE") or own)
    before = os.environ.get("FFBRIAN_CACHE")
    os.environ["FFBRIAN_CACHE"] = str(folder)
    yield folder
    os.environ.pop("FFBRIAN_CACHE")
    if before is not None:
        os.environ["FFBRIAN_CACHE"] = before


@pytest.fixture(scope="module", autouse=True)
def no_garbage():
    """Brian 2 looks for garbage before every run: spare it all that is older than the module."""
    gc.collect()
    gc.freeze()


class Shell:
    """Runs ``python -m ffbrian`` in a folder.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder):
        self.folder = folder

    def start(self, *words, before="", **environment):
        """Start a command; `before` is shell code that runs first."""
        paths = [str(Path(ffbrian.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        variables = (
            os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}
            | environment
        )
        command = [sys.executable, "-m", "ffbrian", *map(str, words)]
        if before:
            command = ["/bin/sh", "-c", f'{before}; exec "$@"', "sh", *command]
        return subprocess.Popen(
            command, cwd=self.folder, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __call__(self, *words, **settings):
        """Run a command to its end; returns `subprocess.CompletedProcess`."""
        process = self.start(*words, **settings)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def shell(tmp_path):
    """The command line, in an empty folder."""
    return Shell(tmp_path)


@pytest.fixture
def main(session_shell, monkeypatch, capsys):
    """The command line in this process, in the folder that all tests share; returns status, out, err."""
    monkeypatch.chdir(session_shell.folder)
    log = logging.getLogger("ffbrian")
    monkeypatch.setattr(log, "handlers", [*log.handlers])  # the command line prints notes, other tests do not
    monkeypatch.setattr(log, "level", log.level)

    def run_main(*words):
        try:
            status = cli.main([*map(str, words)])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return run_main


@pytest.fixture(scope="session")
def session_shell(tmp_path_factory):
    """The command line, in a folder that all tests share."""
    return Shell(tmp_path_factory.mktemp("runs"))


#: An experiment on real digits, cut small; evaluations of docs/examples/own_plasticity.py build the same
#: network.
SMALL = """
title = "Few digits, few neurons"
seeds = [3]
[data]
source = "digits"
limit_train = 200
limit_test = 100
[network]
rule = {model = "eligibility_stdp", eta = 3e-3}
[[network.layers]]
size = 100
initial_weight = 0.1
neuron = {model = "lif", tau_m = "50 ms"}
[training]
epochs = 8
presentation = "20 ms"
chunk = 50
[expected]
test_accuracy = [0.2, 1.0]
minutes = 10
"""


@pytest.fixture(scope="session")
def small(session_shell):
    """The file of a small experiment."""
    path = session_shell.folder / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="session")
def finished(session_shell, small, cache):
    """The folder of the small experiment, trained without interruption, and what was printed."""
    done = session_shell("run", small, "--out", "finished")
    assert done.returncode == 0, done.stderr
    return session_shell.folder / "finished", done
