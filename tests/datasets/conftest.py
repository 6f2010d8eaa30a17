"""Where the tests find real data, and an empty cache for each test."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from ffbrian.datasets import Events, Images

REPOSITORY = Path(__file__).resolve().parents[2]


def real_data_folder():
    """The folder of real data, or None."""
    named = os.environ.get("FFBRIAN_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None


REAL_DATA = real_data_folder()


@pytest.fixture
def real():
    """`real(name)`: the folder of real data, if it holds `name`; else the test skips."""

    def folder_with(name):
        if REAL_DATA is None or not (REAL_DATA / name).exists():
            pytest.skip(f"real data {name!r} are absent: set FFBRIAN_DATA to their folder")
        return REAL_DATA

    return folder_with


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep the user's cache and FFBRIAN_DATA out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("FFBRIAN_DATA", raising=False)
    return tmp_path / "cache" / "ffbrian" / "data"


@pytest.fixture
def images():
    """Twelve images of 2 channels, 3 x 4, of three classes."""
    values = np.random.default_rng(1).integers(0, 256, (12, 2, 3, 4), np.uint8)
    return Images(values, np.arange(12) % 3)


@pytest.fixture
def events():
    """Three samples with 3, 0 and 2 events on a sensor of 2 x 4 x 4."""
    return Events(
        times_us=np.array([0, 1500, 1500, 10, 9000]),
        units=np.array([31, 2, 0, 5, 5]),
        offsets=np.array([0, 3, 3, 5]),
        labels=np.array([0, 1, 0]),
        n_units=32,
        shape=(2, 4, 4),
    )


def idx_bytes(array):
    """`array` (uint8) in idx format."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def write_idx_set(folder, n_train=20, n_test=10, end=".gz"):
    """Write a small set of four idx files into `folder`; return its training images."""
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if end else bytes
    for part, n in ("train", n_train), ("t10k", n_test):
        values = np.random.default_rng(n).integers(0, 256, (n, 5, 6), np.uint8)
        labels = (np.arange(n) % 10).astype(np.uint8)
        (folder / f"{part}-images-idx3-ubyte{end}").write_bytes(pack(idx_bytes(values)))
        (folder / f"{part}-labels-idx1-ubyte{end}").write_bytes(pack(idx_bytes(labels)))
    return np.random.default_rng(n_train).integers(0, 256, (n_train, 5, 6), np.uint8)
