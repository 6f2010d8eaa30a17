"""What a recording or a run in runtime mode leaves in the process: nothing."""

import gc
import os
import weakref

import numpy as np
import pytest
from compilers import plan

import ffbrian as ff
from ffbrian.build import host_functions as host
from ffbrian.train.initial_state import initial_state
from ffbrian.train.trained import Model


@pytest.fixture(scope="module")
def model():
    wanted = plan()
    return Model(wanted, initial_state(wanted, np.random.default_rng(0)), mode="runtime")


def descriptors():
    """What this process has open on data files."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            pass  # that of the listing itself
    return [name for name in found if "ffbrian-" in name]


@pytest.mark.skipif(
    not os.path.isdir("/proc/self/fd"), reason="this system does not list the descriptors of a process"
)
def test_no_data_file_stays_open(model):
    image = np.full((4, 4), 200, np.uint8)
    model.record(image, label=1)
    assert not descriptors()


def test_no_network_stays_in_memory(model, monkeypatch):
    sessions = []
    begin = host.Session.__init__
    monkeypatch.setattr(
        host.Session, "__init__", lambda self: (begin(self), sessions.append(weakref.ref(self)))[0]
    )
    split = ff.datasets.Images(np.full((3, 1, 4, 4), 200, np.uint8), np.arange(3), name="bright")
    model.record(split[0])
    model.predict(split)
    gc.collect()
    assert len(sessions) >= 2 and not [session for session in sessions if session() is not None]
