"""What is built and what is computed, counted: compilers, files, synaptic operations, memory maps."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from compilers import Compiler, plan

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.learning import forward_forward as schedule
from ffbrian.learning.schedule import Schedule
from ffbrian.run.backends import data_file
from ffbrian.run.project import project
from ffbrian.train.initial_state import initial_state

IN_ANOTHER_PROCESS = (
    "from ffbrian.run.project import project; from ffbrian.build.plan import plan_from_dict; import json, "
    "sys; project(plan_from_dict(json.loads(sys.argv[1])))"
)


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """A counting compiler and an empty cache."""
    made = Compiler(tmp_path)
    monkeypatch.setenv("CXX", str(made.program))
    monkeypatch.setenv("FFBRIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("ffbrian.run.project._environment", lambda: "of this test")
    return made


def elsewhere(wanted):
    """Build a plan in another process."""
    paths = os.pathsep.join(
        filter(None, (str(Path(ff.__file__).parents[1]), os.environ.get("PYTHONPATH", "")))
    )
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", IN_ANOTHER_PROCESS, wanted.key()],
        env=os.environ | {"PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
    )


def sources(folder):
    return sorted(path.stem for path in folder.rglob("*.cpp"))


def test_equal_plans_compile_once(compiler):
    folder = project(plan()).folder
    assert compiler.calls() > 0
    assert project(plan()).folder == folder
    slower = ff.Network([ff.Layer(5, initial_weight=0.5)], rule=ff.plasticity.eligibility_stdp(eta=1e-5))
    assert project(plan(network=slower)).folder == folder
    assert compiler.calls() == 0


def test_two_processes_that_start_together_compile_once(compiler, monkeypatch):
    with monkeypatch.context() as alone:
        alone.setenv("FFBRIAN_CACHE", str(compiler.log.parent / "another"))
        project(plan())
    n_compilations = compiler.calls()
    processes = [elsewhere(plan()) for _ in range(2)]
    for process in processes:
        assert process.wait(300) == 0, process.stderr.read()
    (_,) = (path for path in (compiler.log.parent / "cache" / "projects").iterdir() if path.is_dir())
    assert compiler.calls() == n_compilations > 0
    assert elsewhere(plan()).wait(300) == 0 and compiler.calls() == 0


def test_only_what_a_network_needs_is_generated(compiler):
    kinds = {
        "training": {},
        "hard": {"has_candidates": True},
        "labels": {"learns": False, "has_candidates": True, "has_layers": False},
    }
    folders = {kind: project(plan(**changes)).folder for kind, changes in kinds.items()}
    written = {kind: sources(folder) for kind, folder in folders.items()}
    for kind, most in (("training", 50), ("hard", 67), ("labels", 45)):
        assert len(written[kind]) <= most
        assert not [
            name
            for name in written[kind]
            if "push_spikes" in name or "create_generator" in name and "copies" not in name
        ]
        clocks = set(re.findall(r"network\w*\.add\(&(\w+)", (folders[kind] / "main.cpp").read_text()))
        assert clocks == {"step_clock", "presentation_clock"}
    assert not [
        name for name in written["labels"] if "learn" in name or "consolidate" in name or "modulator" in name
    ]


#: Time step (1 ms each) and unit of every input spike of two samples.
SHOWN = (((0, 0), (0, 3), (2, 1), (5, 0)), ((1, 2), (1, 4), (3, 4)))
N_UNITS, N_STEPS = 6, 8
COUNTING = ff.plasticity.eligibility_stdp(
    equations="elig : 1\noperations : 1", on_post="elig += A_plus*x_pre; operations += 1"
)


@pytest.fixture(scope="module")
def counted():
    """A network on hand-made events whose synapses count what is done to them, and its data."""
    times, units = (np.concatenate([[event[k] for event in sample] for sample in SHOWN]) for k in (0, 1))
    events = ff.datasets.Events(
        times.astype(np.int64) * 1000,
        units.astype(np.int32),
        np.cumsum([0, *map(len, SHOWN)]),
        np.array([0, 1]),
        N_UNITS,
        "hand-made",
    )
    network = ff.Network([ff.Layer(5)], encoder=ff.encoders.events, rule=COUNTING)
    return plan(
        network=network,
        inputs=DataShape("events", (N_UNITS,), 3),
        n_steps=N_STEPS,
        recorded=(("layer_1", ("spikes",), None),),
    ), events


def show(counted, samples, weight, **settings):
    """Run a schedule of samples with their own labels, all weights alike."""
    wanted, events = counted
    samples = np.asarray(samples)
    rows = schedule.evaluation(samples, events.labels[samples], np.array([0]), 0)
    rows = Schedule(rows.columns | {"label": rows["truth"], "phase": np.ones_like(rows["phase"])})
    state = {
        name: np.full(value.size, weight)
        for name, value in initial_state(wanted, np.random.default_rng(0)).items()
    }
    with data_file(events, wanted) as path:
        return project(wanted).run(
            rows,
            path,
            state,
            {"session.eta": 1e-9},
            keep=("synapses_1.operations", "label_synapses_1.operations"),
            **settings,
        )


def test_synaptic_operations_of_a_hand_made_schedule(counted):
    order = [0, 1, 0]
    outcome = show(counted, order, 0.4)
    assert outcome.table["input_spikes"].tolist() == [len(SHOWN[k]) for k in order]
    spikes = outcome.recordings["layer_1_spikes"]
    step = np.rint(spikes["t"] / 0.001).astype(int)
    expected = np.zeros((N_UNITS, 5))
    for at, neuron in zip(step, spikes["i"]):
        seen = {unit for time, unit in SHOWN[order[at // N_STEPS]] if time < at % N_STEPS}
        expected[list(seen), neuron] += 1
    np.testing.assert_array_equal(outcome.state["synapses_1.operations"].reshape(N_UNITS, 5), expected)
    assert 0 < expected.sum() < N_UNITS * len(step)
    assert outcome.state["label_synapses_1.operations"].reshape(3, 5)[2].sum() == 0


def test_memory_does_not_grow_with_the_schedule(counted):
    """The program's own; pages of the file of results, which is mapped, the system takes back as it likes."""
    looks = []

    def look(table):
        if np.isfinite(table[:, 0]).sum() < 1000:
            return  # still starting
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            try:
                status = Path(f"/proc/{child}/status").read_text()
                if "Name:\tmain\n" not in status:
                    continue  # another child of the tests
                looks.append(
                    (
                        len(Path(f"/proc/{child}/maps").read_text().splitlines()),
                        int(status.split("RssAnon:")[1].split()[0]),
                    )
                )
            except (OSError, IndexError):
                pass  # it has just ended

    show(counted, np.arange(600_000) % 2, 0.0, progress=look)  # without weights no spike is recorded
    assert len(looks) > 3
    n_maps, kilobytes = np.array(looks).T
    assert np.ptp(n_maps) <= 4 and np.ptp(kilobytes) < 1_000
