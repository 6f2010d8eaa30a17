"""Tasks on the workers of a Dask cluster: of this machine, of a running one, or of SLURM.

Every task is one seed of one run.  A worker that is killed loses nothing but
its time since the newest checkpoint: the scheduler gives the task to another,
which goes on from there.  All workers see the same folders.  Dask is imported
when a cluster is opened; it comes with ``pip install "ffbrian[dask]"``.
"""

import contextlib
import importlib
import multiprocessing.forkserver
import os
import signal
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass

from ffbrian import errors, stopping
from ffbrian.errors import FFBrianError, RunError
from ffbrian.train.progress import epoch_line

POLL_SECONDS = 0.2
#: Workers that may die of one task before it is given up.
MOST_DEATHS = 10
#: The same, as Dask takes it.
PATIENT = {"distributed.scheduler.allowed-failures": MOST_DEATHS}
#: Workers of this machine are forked from one process that has imported what they need; nobody reads a
#: profile of them, which would stop them a hundred times in a second, or how often their loops turn.
FORKED = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
WARM = "ffbrian.train.warm_worker"
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")}
#: Seconds in which a scheduler must answer.
PATIENCE_SECONDS = 20


def needed(package, module=None):
    """A module of an optional package; raises RunError if that is not installed."""
    try:
        return importlib.import_module(module or package)
    except ImportError as problem:
        raise RunError(
            f"This needs {package}, which cannot be imported ({problem}); install it with: "
            'pip install "ffbrian[dask]"; or share the work without it: ffbrian sweep --task 1/4.'
        ) from None


@dataclass(frozen=True)
class Dask:
    """The workers of a Dask cluster.

    Attributes
    ----------
    cluster : Local, Running or Slurm
        Where they are.
    """

    cluster: object

    def outcomes(self, tasks, display):
        """Execute tasks, as `ffbrian.train.seeds.Processes.outcomes`."""
        with self.cluster.client() as client:
            topic = f"ffbrian-{uuid.uuid4()}"
            client.subscribe_topic(topic, lambda event: display.say(event[1]))
            try:
                yield from _outcomes(client, tasks, topic)
            finally:
                client.unsubscribe_topic(topic)


@dataclass(frozen=True)
class Local:
    """Worker processes of this machine.

    Attributes
    ----------
    jobs : int
    """

    jobs: int

    def begun(self):
        """Itself; the process from which its workers are forked imports meanwhile what they need."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([WARM])
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)  # read by linear algebra when it is imported
        try:
            multiprocessing.forkserver.ensure_running()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        return self

    @contextlib.contextmanager
    def client(self):
        """A client of a new cluster, which ends with it."""
        distributed, dask = needed("distributed"), needed("dask")
        settings = dict(threads_per_worker=1, dashboard_address=None, memory_limit=0)
        with dask.config.set(PATIENT | FORKED), _quiet():
            with distributed.LocalCluster(n_workers=self.jobs, **settings) as cluster:
                with distributed.Client(cluster) as client:
                    yield client


@dataclass(frozen=True)
class Running:
    """The workers of a cluster that runs already.

    Attributes
    ----------
    address : str
        Such as ``"tcp://node1:8786"``.
    """

    address: str

    @contextlib.contextmanager
    def client(self):
        """A client of the running cluster; raises RunError if its scheduler does not answer."""
        distributed = needed("distributed")
        try:
            client = distributed.Client(self.address, timeout=PATIENCE_SECONDS)
        except (OSError, ValueError, TimeoutError) as problem:
            raise RunError(
                f"--scheduler {self.address}: no Dask scheduler answers there ({problem}); start one with "
                "'dask scheduler', and workers with 'dask worker ADDRESS --nthreads 1'."
            ) from None
        with client, _quiet():
            yield client


@dataclass(frozen=True)
class Slurm:
    """Jobs of SLURM, one worker each; what dask-jobqueue's own file of settings says holds.

    Attributes
    ----------
    jobs : int
    """

    jobs: int

    @contextlib.contextmanager
    def client(self):
        """A client of the jobs, which are cancelled at its end."""
        jobqueue, distributed, dask = _jobqueue(), needed("distributed"), needed("dask")
        asked = {
            name: dask.config.get(f"jobqueue.slurm.{name}", None) or default
            for name, default in (("cores", 1), ("memory", "4GB"))
        }
        with dask.config.set(PATIENT), jobqueue.SLURMCluster(processes=1, **asked) as cluster, _quiet():
            _ask_slurm(cluster.job_script())
            cluster.adapt(minimum_jobs=self.jobs, maximum_jobs=self.jobs)  # a job that ends early comes again
            with distributed.Client(cluster) as client:
                yield client


def _jobqueue():
    """dask-jobqueue, which when it is imported makes SIGINT end the process in silence: undone."""
    before = signal.getsignal(signal.SIGINT)
    try:
        return needed("dask_jobqueue")
    finally:
        signal.signal(signal.SIGINT, before)


def _ask_slurm(script):
    """Raise RunError where SLURM would refuse a job, which would then be waited for without an end."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        try:
            done = subprocess.run(["sbatch", "--test-only", file.name], capture_output=True, text=True)
        except FileNotFoundError:
            raise RunError(
                "--slurm: there is no command 'sbatch' here; work where jobs of SLURM are submitted, or take "
                "--scheduler or --jobs."
            ) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise RunError(
            f"--slurm: SLURM would refuse the jobs ({said}); correct queue, account, memory or walltime in "
            "~/.config/dask/jobqueue.yaml."
        )


@contextlib.contextmanager
def _quiet():
    """Only errors of Dask are shown: that a worker has gone is no news, its task goes on elsewhere."""
    import logging

    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _outcomes(client, tasks, topic):
    distributed = needed("distributed")
    futures = {client.submit(_work, task, topic, key=f"{task.title} {topic}"): task for task in tasks}
    ended = distributed.as_completed(list(futures), raise_errors=False)
    while not ended.is_empty():
        stopping.check()
        batch = ended.next_batch(block=False)
        for future in batch:
            yield futures[future], _error(future, futures[future])
        if not batch:
            time.sleep(POLL_SECONDS)


def _error(future, task):
    """What went wrong; None if nothing did."""
    if future.status == "finished":
        kind, words = future.result() or (None, None)
        return kind and getattr(errors, kind)(words)
    problem = future.exception()
    if isinstance(problem, FFBrianError):
        return problem
    return RunError(
        f"{task.folder.path}, seed {task.seed}: {type(problem).__name__}: {problem}; look at the logs of the "
        f"workers, and go on with: {task.folder.resume_command()}"
    )


def _work(task, topic):
    """What a worker does: one task; what it has to say of every epoch goes to the client."""
    worker = needed("distributed").get_worker()

    def report(progress):
        if progress.entry is not None:
            worker.log_event(
                topic, f"{task.title} epoch {progress.epoch}/{progress.epochs}  " + epoch_line(progress)
            )

    try:
        task.execute(report)
    except FFBrianError as error:
        return type(error).__name__, str(error)
