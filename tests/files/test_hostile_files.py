"""What declares more than it holds, or holds what makes no sense, is refused before memory is taken."""

import io
import zipfile

import h5py
import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.datasets import hd_spikes, idx
from ffbrian.errors import DataError, FFBrianError, RunError
from ffbrian.files import array_file, safe_arrays


def declared(shape, content=bytes(10)):
    """An array file that declares a shape and holds something else."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue() + content


def archive(path, **members):
    """A zip file of array files, given as bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


@pytest.mark.parametrize("shape", [(2**40,), (2**31, 2**31), (-1,), (2,)])
def test_a_declared_size_must_be_there(tmp_path, shape):
    path = archive(tmp_path / "a.npz", x_train=declared(shape))
    with pytest.raises(DataError, match="cannot be read as a .npz file of plain arrays .*declares the shape"):
        datasets.load(f"npz:{path}")
    with pytest.raises(RunError, match="declares the shape"):
        array_file.load(path)


def test_a_bomb_is_refused_by_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(safe_arrays, "SMALL", 1 << 20)
    path = archive(tmp_path / "a.npz", x_train=declared((1 << 18,), bytes(1 << 21)))
    with pytest.raises(DataError, match="unpacks to 2097280, more than arrays do"):
        datasets.load(f"npz:{path}")


def test_arrays_are_read_as_numpy_reads_them(tmp_path):
    given = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "c": np.array(3),
        "d": np.zeros(0, np.uint8),
    }
    np.savez_compressed(tmp_path / "a.npz", **given)
    found = safe_arrays.read(tmp_path / "a.npz")
    assert list(found) == list(given)
    for name, expected in given.items():
        assert found[name].dtype == expected.dtype and np.array_equal(found[name], expected)


def test_two_arrays_of_one_name_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file, pytest.warns(UserWarning, match="Duplicate name"):
        for _ in range(2):
            file.writestr("header.npy", declared((0,), b""))
    with pytest.raises(RunError, match="two arrays of one name"):
        array_file.load(tmp_path / "a.npz")


def test_a_header_with_nan_is_refused(tmp_path):
    array_file.save(tmp_path / "a.npz", {"next_chunk": float("nan")}, {})
    with pytest.raises(RunError, match="its header holds NaN"):
        array_file.load(tmp_path / "a.npz")


def spoken(path, n_labels=2, units=(3, 4), times=(0.1, 0.2)):
    """A file of two spoken digits."""
    with h5py.File(path, "w") as file:
        for name, kind, values in (("times", "f4", times), ("units", "i4", units)):
            column = file.create_dataset(f"spikes/{name}", (2,), h5py.vlen_dtype(np.dtype(kind)))
            for number in range(2):
                column[number] = np.array(values, kind)
        file["labels"] = np.zeros(n_labels, int)
        file["extra/speaker"] = np.zeros(2, int)
    return path


def test_spikes_are_read(tmp_path):
    times_us, units, label, _ = list(hd_spikes._samples(spoken(tmp_path / "a.h5")))[1]
    assert times_us.tolist() == [100000, 200000] and units.tolist() == [3, 4] and label == 0


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"n_labels": 1}, "it holds 2 spikes/times, 2 spikes/units, 1 labels"),
        ({"times": (0.1, np.nan)}, "sample 0 has spike times outside"),
        ({"times": (-0.1, 0.2)}, "sample 0 has spike times outside"),
    ],
)
def test_spikes_that_make_no_sense_are_refused(tmp_path, changes, sentence):
    with pytest.raises(DataError, match=sentence):
        list(hd_spikes._samples(spoken(tmp_path / "a.h5", **changes)))


def test_a_column_of_any_declared_length_is_not_read(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in hd_spikes.COLUMNS:
            file.create_dataset(name, (2**40,), "i4", chunks=(1024,))
    with pytest.raises(DataError, match="declares more samples than its"):
        list(hd_spikes._samples(tmp_path / "a.h5"))


def test_an_idx_file_of_any_declared_size_is_not_read(tmp_path):
    import gzip

    (tmp_path / "a-idx3.gz").write_bytes(
        gzip.compress(bytes([0, 0, 8, 3]) + np.full(3, 2**31 - 1, ">i4").tobytes())
    )
    with pytest.raises(DataError, match="which cannot be in a gzip file of"):
        idx.map_images(tmp_path / "a-idx3.gz")


def test_a_refusal_is_short_whatever_it_quotes():
    text = str(FFBrianError("a" * 10**6 + "."))
    assert len(text) < 2100 and text.startswith("aaa") and text.endswith("a.")
