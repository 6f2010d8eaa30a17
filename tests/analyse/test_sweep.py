"""Sweeps: which points there are, and that no task is lost with its worker."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from results import metrics, same_arrays, without_times

from ffbrian.analyse.sweep import Range, Sweep, Values, part_of, share
from ffbrian.errors import ExperimentError
from ffbrian.train.experiment import Experiment

SWEEP = """
title = "Rates and weights"
base = "{base}"
common = {{"training.epochs" = {epochs}, "data.limit_train" = 100}}
[sweep]
[sweep.keys]
"network.rule.eta" = [1e-3, 3e-3]
"network.layers.0.initial_weight" = [0.1, 0.2]
"""


def written(folder, text):
    path = folder / "sweep.toml"
    path.write_text(text)
    return path


# -- points ------------------------------------------------------------------------
def test_a_grid_has_all_combinations(tmp_path, small):
    found = Sweep.load(written(tmp_path, SWEEP.format(base=small, epochs=1)), ["data.limit_test=10"])
    rates = [float(point.experiment.trainer.network.rule.values["eta"]) for point in found.points]
    weights = [point.experiment.trainer.network.layers[0].initial_weight for point in found.points]
    assert list(zip(rates, weights)) == [(1e-3, 0.1), (1e-3, 0.2), (3e-3, 0.1), (3e-3, 0.2)]
    assert all(point.experiment.data.limit_test == 10 for point in found.points)
    assert [point.name for point in found.points] == [f"point-00{k}" for k in (1, 2, 3, 4)]


def test_an_experiment_can_hold_its_own_sweep(tmp_path, small):
    text = small.read_text() + '[sweep]\nkeys = {"data.limit_train" = [20, 30]}\n'
    path = written(tmp_path, text)
    assert [point.experiment.data.limit_train for point in Sweep.load(path).points] == [20, 30]
    with pytest.raises(ExperimentError, match="run it with 'ffbrian sweep'"):
        Experiment.load(path)


RANGES = """
base = "digits-quick"
[sweep]
method = "{method}"
points = {points}
seed = 3
[sweep.keys]
"network.rule.eta" = {{low = 1e-4, high = 1e-2, scale = "log"}}
"network.layers.0.size" = {{low = 10, high = 50, whole = true}}
"network.layers.0.neuron.tau_m" = {{low = 20, high = 40, unit = "ms"}}
"""


def test_a_latin_hypercube_has_every_tenth_of_a_range_once(tmp_path):
    path = written(tmp_path, RANGES.format(method="latin_hypercube", points=10))
    points = Sweep.load(path).points
    shares = [(float(point.values["network.layers.0.neuron.tau_m"].split()[0]) - 20) / 20 for point in points]
    assert sorted(int(10 * one) for one in shares) == list(range(10))
    assert [point.values for point in points] == [point.values for point in Sweep.load(path).points]


def test_random_points_lie_in_their_ranges_and_more_points_keep_the_first(tmp_path):
    few = Sweep.load(written(tmp_path, RANGES.format(method="random", points=5))).points
    more = Sweep.load(written(tmp_path, RANGES.format(method="random", points=8))).points
    assert [point.values for point in more[:5]] == [point.values for point in few]
    for point in more:
        size = point.experiment.trainer.network.layers[0].size
        assert isinstance(size, int) and 10 <= size <= 50
        assert 1e-4 <= point.values["network.rule.eta"] <= 1e-2


def test_ranges_reach_both_ends():
    whole, log = Range(1, 3, whole=True), Range(1e-4, 1e-2, "log")
    assert [whole.at(place) for place in (0, 0.34, 0.999)] == [1, 2, 3]
    assert [log.at(place) for place in (0, 0.5, 1)] == [1e-4, 1e-3, 1e-2]
    assert Range(0, 8, unit="ms").at(0.25) == "2 ms"
    assert [Values(("a", "b")).at(place) for place in (0, 0.5, 1)] == ["a", "b", "b"]


def test_shares_of_a_job_array_are_all_tasks_once():
    tasks = list(range(10))
    shares = [share(tasks, *part_of(f"{number}/4")) for number in (1, 2, 3, 4)]
    assert sorted(sum(shares, [])) == tasks and max(map(len, shares)) == 3


@pytest.mark.parametrize("text", ["5/4", "0/4", "1", "a/b", "1/"])
def test_a_wrong_share_is_refused(text):
    with pytest.raises(ExperimentError, match="such as 3/8"):
        part_of(text)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('base = "digits"', "it needs \\[sweep\\] with 'keys'"),
        ('base = "digits"\n[sweep]\nkeys = {}', "it needs \\[sweep\\] with 'keys'"),
        ('base = "digits"\n[sweep]\nkeys = {"a" = [1]}\nway = 1', "unknown key 'way'; known are method"),
        ('base = "digits"\n[sweep]\nkeys = {"a" = 1}', "'a' is 1, expected a list of values"),
        ('base = "digits"\n[sweep]\nkeys = {"a" = {low = 1, high = 2}}', "a grid needs a list of values"),
        ('base = "digits"\n[sweep]\npoints = 3\nkeys = {"a" = [1]}', "a grid has its values"),
        ('base = "digits"\n[sweep]\nmethod = "random"\nkeys = {"a" = [1]}', "whole number of points above 0"),
        ('base = "digits"\n[sweep]\nmethod = "best"\nkeys = {"a" = [1]}', "expected one of grid, random"),
        (
            'base = "digits"\n[sweep]\nmethod = "random"\npoints = 1\n'
            'keys = {"a" = {low = 0, high = 1, scale = "log"}}',
            "begins above 0",
        ),
        (
            'base = "digits"\n[sweep]\nkeys = {"training.epoch" = [1]}',
            "at training.epoch = 1: .* unknown key 'epoch'",
        ),
        ('base = "digits"\nvariants = 1\n[sweep]\nkeys = {"a" = [1]}', "unknown key 'variants'"),
    ],
)
def test_wrong_sweeps_are_refused(tmp_path, text, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        Sweep.load(written(tmp_path, text))


# -- work ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def swept(session_shell, small):
    """The folder of a sweep that jobs of an array have done, without Dask."""
    path = written(session_shell.folder, SWEEP.format(base=small, epochs=12))
    for part in ("1/2", "2/2"):
        done = session_shell("sweep", path, "--out", "swept", "--task", part, "--jobs", 1)
        assert done.returncode == 0, done.stderr
    return session_shell.folder / "swept"


def test_jobs_of_an_array_finish_every_point(swept):
    record = json.loads((swept / "sweep.json").read_text())
    assert len(record["points"]) == 4
    assert all((swept / point["folder"] / "metrics.json").exists() for point in record["points"])
    values = [point["values"]["network.rule.eta"] for point in record["points"]]
    assert values == [1e-3, 1e-3, 3e-3, 3e-3]


def test_another_sweep_in_the_same_folder_is_refused(session_shell, small, swept, tmp_path):
    other = written(tmp_path, SWEEP.format(base=small, epochs=12).replace("1e-3", "2e-3"))
    done = session_shell("sweep", other, "--out", "swept", "--task", "1/1")
    assert done.returncode == 2 and "holds another sweep" in done.stderr


def test_a_point_that_fails_leaves_the_others_finished(session_shell, small, tmp_path):
    text = SWEEP.format(base=small, epochs=1).split("[sweep]")[0]
    missing = tmp_path / "missing.npz"
    path = written(tmp_path, f'{text}[sweep]\nkeys = {{"data.source" = ["npz:{missing}", "digits"]}}')
    done = session_shell("sweep", path, "--out", tmp_path / "out", "--task", "1/1", "--jobs", 1)
    assert done.returncode == 2 and "1 of 2 trainings failed" in done.stderr and "missing.npz" in done.stderr
    assert (tmp_path / "out/point-002/metrics.json").exists()


class Watched:
    """A sweep on a cluster, whose lines can be waited for."""

    def __init__(self, process):
        self.process, self.lines, self.news = process, [], threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def wait_for(self, pattern, timeout=240):
        """The first line that matches (re.Match)."""

        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)

        with self.news:
            assert self.news.wait_for(found, timeout), self.lines
            return found()


@pytest.mark.long
def test_a_worker_killed_in_the_middle_loses_nothing(session_shell, swept):
    distributed = pytest.importorskip(
        "distributed", reason='Dask is not installed: pip install "ffbrian[dask]"'
    )
    settings = dict(n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0)
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        words = ("sweep", "sweep.toml", "--out", "on_dask", "--scheduler", cluster.scheduler_address)
        watched = Watched(session_shell.start(*words))
        name = watched.wait_for(r"(point-\d+, seed \d+) epoch 3/")[1]
        working = {key: worker for worker, keys in client.processing().items() for key in keys}
        worker = next(worker for key, worker in working.items() if key.startswith(name))
        os.kill(client.run(os.getpid)[worker], signal.SIGKILL)
        assert watched.process.wait(timeout=300) == 0, watched.lines
    lines = [line for line in watched.lines if line.startswith(name)]
    assert (
        sum(" epoch 1/" in line for line in lines) == 1 and sum(" epoch 12/" in line for line in lines) == 1
    )
    for path in sorted(swept.glob("point-*")):
        again = session_shell.folder / "on_dask" / path.name
        assert without_times(metrics(again)) == without_times(metrics(path))
        assert same_arrays(again / "model.npz", path / "model.npz")


def test_a_sweep_makes_its_own_cluster_and_goes_on_with_what_is_left(session_shell, swept):
    pytest.importorskip("distributed", reason='Dask is not installed: pip install "ffbrian[dask]"')
    (swept / "point-002" / "metrics.json").unlink()
    done = session_shell("sweep", "sweep.toml", "--out", "swept", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert "4 trainings, 1 of them to do" in done.stderr and done.stdout.splitlines()[-1] == "swept"
    assert (swept / "point-002" / "metrics.json").exists()


def test_no_scheduler_is_a_sentence(session_shell, swept):
    pytest.importorskip("distributed", reason='Dask is not installed: pip install "ffbrian[dask]"')
    (swept / "point-001" / "metrics.json").rename(swept / "point-001" / "kept")
    done = session_shell("sweep", "sweep.toml", "--out", "swept", "--scheduler", "tcp://127.0.0.1:1")
    (swept / "point-001" / "kept").rename(swept / "point-001" / "metrics.json")
    assert done.returncode == 2 and "no Dask scheduler answers there" in done.stderr


#: Stand-ins of SLURM's commands: a job is a process group of this machine, named by its first process.
SBATCH = """#!/bin/sh
if [ "$1" = --test-only ]; then exit 0; fi
kept="$(dirname "$0")/job-$$"
cp "$1" "$kept"
setsid sh "$kept" > "$kept.log" 2>&1 &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill -- "-$1"
"""


@pytest.mark.long
def test_jobs_of_slurm_do_the_work(session_shell, swept, tmp_path):
    pytest.importorskip("dask_jobqueue", reason='dask-jobqueue is not installed: pip install "ffbrian[dask]"')
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (swept / "point-003" / "metrics.json").unlink()
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    done = session_shell("sweep", "sweep.toml", "--out", "swept", "--slurm", "--jobs", 1, PATH=path)
    assert done.returncode == 0, done.stderr
    assert (swept / "point-003" / "metrics.json").exists()
    job, *_ = [one.read_text() for one in tmp_path.glob("job-*") if one.suffix != ".log"]
    assert "#SBATCH --cpus-per-task=1" in job and "--nthreads 1" in job


def test_what_slurm_refuses_is_told_instead_of_waited_for(session_shell, swept, tmp_path):
    pytest.importorskip("dask_jobqueue", reason='dask-jobqueue is not installed: pip install "ffbrian[dask]"')
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho 'allocation failure: no such partition' >&2\nexit 1\n")
    (tmp_path / "sbatch").chmod(0o755)
    (swept / "point-004" / "metrics.json").rename(swept / "point-004" / "kept")
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    done = session_shell("sweep", "sweep.toml", "--out", "swept", "--slurm", PATH=path)
    (swept / "point-004" / "kept").rename(swept / "point-004" / "metrics.json")
    assert done.returncode == 2 and "would refuse the jobs (allocation failure: no such part" in done.stderr


def test_dask_jobqueue_leaves_ctrl_c_to_the_command():
    pytest.importorskip("dask_jobqueue", reason='dask-jobqueue is not installed: pip install "ffbrian[dask]"')
    script = (
        "import signal; from ffbrian import stopping; from ffbrian.train import cluster; stopping.listen(); "
        "cluster._jobqueue(); assert signal.getsignal(signal.SIGINT) is stopping._ask"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
