"""A signal at every stage: status 130, one sentence, and a run that goes on to the same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from results import metrics, same_arrays, without_times

from ffbrian import stopping

STRIKE = Path(__file__).parents[1] / "strike.py"
#: Stages at which nothing is written yet, with the cache that they need.
BEFORE = [
    ("import", False),
    ("ffbrian.datasets.digits:load", False),
    ("ffbrian.run.project:_generate", True),
    ("ffbrian.run.toolchain:_make", True),
]
AFTER = {
    "run": "ffbrian.run.execution:_communicate",
    "checkpoint": "numpy.lib.format:write_array",
    "syncing": "os:fsync",
    "gain": "ffbrian.train.training:Training.set_gain",
    "epoch": "ffbrian.train.training:Training.end_epoch",
    "evaluation": "ffbrian.train.trained:Model._answers",
    "measuring": "ffbrian.train.metrics:measure",
    "metrics": "ffbrian.train.seeds:write_text",
    "figures": "ffbrian.analyse.run_figures:save",
}


#: Stages that stand for the others: a network runs, a file is half written, results are there.
QUICK = {"run", "checkpoint", "metrics"}


def long_unless(quick, *values):
    """A case that only a long test takes, unless it is a quick one."""
    return pytest.param(*values, marks=() if quick else pytest.mark.long)


@pytest.fixture
def strike(session_shell, small, finished):
    """Run the small experiment with a signal at a stage."""

    def struck(stage, name, number, **environment):
        command = [
            sys.executable,
            str(STRIKE),
            stage,
            number,
            "run",
            str(small),
            "--out",
            name,
            "--jobs",
            "1",
        ]
        variables = os.environ | {"PYTHONPATH": str(Path(stopping.__file__).parents[1])} | environment
        return subprocess.run(
            command, cwd=session_shell.folder, env=variables, capture_output=True, text=True, timeout=300
        )

    return struck


def check_end(done, sentence):
    assert done.returncode == 130, done.stderr
    assert done.stderr.splitlines()[-1] == f"ffbrian: interrupted; {sentence}"
    assert (
        "Traceback" not in done.stderr
        and "Exception ignored" not in done.stderr
        and done.stderr.count("ffbrian:") == 1
    )


def check_same(folder, finished):
    assert without_times(metrics(folder)) == without_times(metrics(finished))
    assert same_arrays(folder / "model.npz", finished / "model.npz") and same_arrays(
        folder / "checkpoint.npz", finished / "checkpoint.npz"
    )


@pytest.mark.parametrize("number", ["SIGINT", long_unless(False, "SIGTERM")])
@pytest.mark.parametrize("stage, builds", BEFORE)
def test_a_signal_before_anything_is_written(strike, session_shell, tmp_path, stage, builds, number):
    name = f"early-{number}-{stage.rpartition(':')[2]}"
    check_end(
        strike(stage, name, number, **({"FFBRIAN_CACHE": str(tmp_path)} if builds else {})),
        "nothing was written.",
    )
    assert not (session_shell.folder / name).exists()
    assert not list(tmp_path.glob("projects/*/")), "no half-built network stays behind"


@pytest.mark.parametrize(
    "stage, number",
    [long_unless(stage in QUICK, stage, f"SIG{('INT', 'TERM')[k % 2]}") for k, stage in enumerate(AFTER)],
)
def test_a_signal_in_a_run(strike, session_shell, finished, stage, number):
    name = f"struck-{stage}"
    check_end(strike(AFTER[stage], name, number), f"go on with: ffbrian resume {name}")
    folder = session_shell.folder / name
    assert not [path for path in os.listdir(folder) if path.endswith(".new")]
    done = session_shell("resume", name, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    check_same(folder, finished[0])
    assert sorted(os.listdir(folder / "figures")) == sorted(os.listdir(finished[0] / "figures"))


def test_ctrl_c_is_heard_where_the_parent_ignores_it(session_shell, small, finished):
    process = session_shell.start("run", small, "--out", "ignored", "--no-figures", before="trap '' INT TERM")
    next(line for line in process.stderr if "epoch 1/" in line)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (
        process.returncode == 130
        and err.splitlines()[-1] == "ffbrian: interrupted; go on with: ffbrian resume ignored"
    )


@pytest.mark.long
def test_ctrl_c_while_the_processes_of_two_seeds_begin(session_shell, small, finished):
    """A terminal sends the signal to all of them, also to those that still import."""
    words = ["run", str(small), "--out", "beginning", "--set", "seeds=[3, 4]", "--jobs", "2", "--no-figures"]
    variables = os.environ | {"PYTHONPATH": str(Path(stopping.__file__).parents[1]), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ffbrian", *words],
        cwd=session_shell.folder,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    next(line for line in process.stderr if "ready after" in line)
    time.sleep(0.4)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and err == "ffbrian: interrupted; go on with: ffbrian resume beginning\n"


def test_a_second_signal_ends_at_once():
    script = (
        "import os, time; from ffbrian import stopping; stopping.PATIENCE_SECONDS = 0.2; stopping.listen(); "
        "print(flush=True); [time.sleep(0.05) for _ in range(1000)]"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
    _, err = process.communicate(timeout=20)
    assert (
        process.returncode == 130
        and err == "ffbrian: stopped at once, as asked twice; what was saved before is whole.\n"
    )


def test_a_script_keeps_the_handling_of_signals():
    script = (
        "import signal, brian2; before = [signal.getsignal(n) for n in (2, 15)]; import ffbrian.cli, "
        "ffbrian.train.trainer, ffbrian.commands; assert before == [signal.getsignal(n) for n in (2, 15)]"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def wait_until_it_listens(process):
    """Wait out the start of the interpreter, in which Python itself has no handler yet."""

    def caught():
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("SigCgt")).split()[1], 16)

    while not caught() >> signal.SIGTERM - 1 & 1:
        time.sleep(0.01)


def test_a_signal_while_python_shuts_down_changes_nothing():
    script = (
        "import atexit, os, signal, sys; from ffbrian import __main__, cli; cli.main = lambda: 0; "
        "atexit.register(lambda: [os.kill(os.getpid(), n) for n in (2, 15)]); sys.argv = ['ffbrian']; "
        "sys.exit(__main__.main())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""


#: A long search has more moments: ``FFBRIAN_MOMENTS=20 pytest tests/test_interruptions.py -k moment``.
N_MOMENTS = int(os.environ.get("FFBRIAN_MOMENTS", 1))


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("draw", range(N_MOMENTS))
def test_a_signal_at_a_random_moment(session_shell, small, finished, number, draw):
    name, started = f"moment-{number}-{draw}", time.monotonic()
    whole = json.loads((finished[0] / "metrics.json").read_text())["wall_seconds"] + 4
    process = session_shell.start("run", small, "--out", name, "--jobs", 1)
    wait_until_it_listens(process)
    time.sleep(random.Random(100 * draw + number).uniform(0, whole))
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    folder = session_shell.folder / name
    print(
        f"{number.name} after {time.monotonic() - started:.2f} s: status {process.returncode}, "
        f"{err.splitlines()[-1:]}"
    )
    assert (
        process.returncode in ((-signal.SIGKILL, 0) if number is signal.SIGKILL else (130, 0))
        and "Traceback" not in err
    )
    done = session_shell("resume", name, "--jobs", 1)
    if (folder / "experiment.json").exists():
        assert done.returncode == 0, done.stderr
        check_same(folder, finished[0])
    else:
        assert done.returncode == 2 and "holds no run" in done.stderr
