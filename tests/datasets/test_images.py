"""Digits, idx sets and their damage."""

import gzip
import hashlib
import multiprocessing
import tracemalloc

import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.datasets import idx_sets
from ffbrian.errors import DataError

from .conftest import idx_bytes, write_idx_set


@pytest.fixture
def parts_pass(monkeypatch):
    """Take sets of a few small images for whole ones."""
    monkeypatch.setattr(idx_sets, "_refuse_part", lambda *_: None)


DIGITS_TEST_LABELS = [7, 9, 4, 7, 0, 2, 6, 1]


def test_digits_are_the_real_ones():
    data = datasets.load("digits")
    assert (len(data.train), len(data.test), data.n_classes) == (1437, 360, 10)
    assert data.train.shape == (1, 8, 8) and data.train.values.max() == 255
    assert np.bincount(data.test.labels).min() >= 25
    # nearest training image: an independent check that images and labels belong together
    train, test = (s.values.reshape(len(s), -1).astype(float) for s in (data.train, data.test))
    distance = (train**2).sum(1) - 2 * test @ train.T
    assert (data.train.labels[distance.argmin(1)] == data.test.labels).mean() > 0.97


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    raw, data = load_digits(), datasets.load("digits")
    order = np.random.RandomState(0).permutation(1797)
    found = np.concatenate([data.train.values, data.test.values])[:, 0]
    np.testing.assert_array_equal(found, np.rint(raw.images[order] * 255 / 16))
    np.testing.assert_array_equal(np.concatenate([data.train.labels, data.test.labels]), raw.target[order])


def test_missing_digits_are_named(monkeypatch):
    monkeypatch.setattr("ffbrian.datasets.digits.TABLE", "nothing.csv")
    with pytest.raises(DataError, match="digits are not in this installation .*scikit-learn's nothing.csv"):
        datasets.load("digits")


def test_digits_split_never_changes():
    data = datasets.load("digits")
    assert data.test.labels[:8].tolist() == DIGITS_TEST_LABELS


@pytest.mark.parametrize("end", [".gz", ""])
@pytest.mark.parametrize("sub", [".", "mnist", "MNIST/raw"])
@pytest.mark.usefixtures("parts_pass")
def test_idx_set_from_a_folder(tmp_path, end, sub):
    expected = write_idx_set(tmp_path / "data" / sub, end=end)
    data = datasets.load("mnist", tmp_path / "data")
    assert isinstance(data.train.values.base, np.memmap) or isinstance(data.train.values, np.memmap)
    assert data.train.values.dtype == np.uint8
    np.testing.assert_array_equal(data.train.values[:, 0], expected)
    assert data.train.labels.tolist() == [i % 10 for i in range(20)]


def test_a_part_of_a_set_is_refused(tmp_path):
    """What is measured on 30 images is no result on MNIST."""
    write_idx_set(tmp_path / "mnist", n_train=30)
    with pytest.raises(
        DataError,
        match=(
            "mnist: holds 30 of 5 x 6 and 10 of 5 x 6 images for training and test, but mnist has 60,000 of "
            "28 x 28 and 10,000 of 28 x 28; .* npz:PATH"
        ),
    ):
        datasets.load("mnist", tmp_path)


@pytest.mark.usefixtures("parts_pass")
def test_folder_from_the_environment(tmp_path, monkeypatch):
    write_idx_set(tmp_path / "fashion-mnist")
    monkeypatch.setenv("FFBRIAN_DATA", str(tmp_path))
    assert datasets.load("fashion-mnist").class_names[9] == "ankle boot"


@pytest.mark.usefixtures("parts_pass")
def test_decompressed_once(tmp_path, cache, monkeypatch):
    write_idx_set(tmp_path / "mnist")
    datasets.load("mnist", tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    datasets.load("mnist", tmp_path)
    assert len(stamps) == 2
    assert stamps == {path: path.stat().st_mtime_ns for path in cache.iterdir()}


@pytest.mark.usefixtures("parts_pass")
def test_changed_file_is_read_anew(tmp_path):
    write_idx_set(tmp_path / "mnist")
    datasets.load("mnist", tmp_path)
    expected = write_idx_set(tmp_path / "mnist", n_train=30)
    np.testing.assert_array_equal(datasets.load("mnist", tmp_path).train.values[:, 0], expected)


@pytest.mark.usefixtures("parts_pass")
def test_damaged_cache(tmp_path, cache):
    write_idx_set(tmp_path / "mnist")
    datasets.load("mnist", tmp_path)
    for path in cache.glob("train*"):
        path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(DataError, match="this cached copy is damaged .*; delete it"):
        datasets.load("mnist", tmp_path)


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.usefixtures("parts_pass")
def test_memory_does_not_grow_with_the_samples(tmp_path, end):
    write_idx_set(tmp_path / "mnist", n_train=700_000, end=end)
    tracemalloc.start()
    try:
        data = datasets.load("mnist", tmp_path)
        datasets.write_images(data.train, tmp_path / "images.bin")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # beside the labels (8 bytes each, some of them twice) only blocks of a few MB
    assert peak < 15e6 + 16 * 700_000 < 2 * data.train.values.nbytes


def _pixel_sum(folder):
    idx_sets._refuse_part = lambda *_: None
    return int(datasets.load("mnist", folder).train.values.sum())


def test_two_processes_fill_the_cache_at_once(tmp_path, cache):
    expected = write_idx_set(tmp_path / "mnist", n_train=5000)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        sums = pool.map(_pixel_sum, [tmp_path] * 2, chunksize=1)
    assert sums == [int(expected.sum())] * 2
    assert sorted(path.suffix for path in cache.iterdir()) == [".npy", ".npy"]


def _rewrite(path, content):
    path.write_bytes(gzip.compress(content))


def test_missing_folder(tmp_path):
    with pytest.raises(DataError, match="mnist: not found in .*put them in a folder mnist/"):
        datasets.load("mnist", tmp_path)


def test_missing_file(tmp_path):
    write_idx_set(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte: no such file"):
        datasets.load("mnist", tmp_path)


@pytest.mark.parametrize("end", [".gz", ""])
def test_truncated_idx(tmp_path, cache, end):
    write_idx_set(tmp_path, end=end)
    content = idx_bytes(np.zeros((20, 5, 6), np.uint8))[:-7]
    path = tmp_path / f"train-images-idx3-ubyte{end}"
    path.write_bytes(gzip.compress(content) if end else content)
    with pytest.raises(DataError, match="truncated idx file, it holds 593 bytes .* 20 x 5 x 6"):
        datasets.load("mnist", tmp_path)
    assert not list(cache.glob("train*"))


def test_truncated_gzip(tmp_path):
    write_idx_set(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="truncated or damaged gzip file"):
        datasets.load("mnist", tmp_path)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"not an idx file", "starts with b'not '"),
        (b"\0\0\x08\x03\0\0", "ends inside its header"),
        (b"\0\0\x0d\x03" + bytes(12), "of bytes starts with"),
        (idx_bytes(np.zeros((0, 5, 6), np.uint8)), "is empty"),
        (idx_bytes(np.zeros((20, 5, 6), np.uint8)) + b"x", "oversized idx file"),
    ],
)
def test_bad_image_file(tmp_path, content, message):
    write_idx_set(tmp_path)
    _rewrite(tmp_path / "train-images-idx3-ubyte.gz", content)
    with pytest.raises(DataError, match=message):
        datasets.load("mnist", tmp_path)


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.arange(19) % 10, "20 samples but 19 labels"),
        (np.arange(20) % 11, "label 10 of sample 10 is out of range, expected 0..9"),
        (np.arange(20) % 9, "class 9 is missing from the training set"),
    ],
)
def test_bad_label_file(tmp_path, labels, message):
    write_idx_set(tmp_path)
    _rewrite(tmp_path / "train-labels-idx1-ubyte.gz", idx_bytes(labels.astype(np.uint8)))
    with pytest.raises(DataError, match=message):
        datasets.load("mnist", tmp_path)


def test_files_of_the_other_set_are_refused(real):
    folder = real("fashion-mnist") / "fashion-mnist"
    with pytest.raises(DataError, match="holds the files of fashion-mnist, but mnist was asked"):
        datasets.load("mnist", folder)


def _no_network(*args, **kwargs):
    raise OSError("no route to host")


def test_offline_says_how_to_get_the_files(monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", _no_network)
    with pytest.raises(DataError, match="download failed .*no route.*set FFBRIAN_DATA"):
        datasets.load("mnist")


class _Mirror:
    """Serves a folder in place of the network; `spoil` breaks the first mirror."""

    def __init__(self, folder, spoil):
        self.folder, self.spoil, self.calls = folder, spoil, []

    def __call__(self, url, timeout):
        self.calls.append(url)
        name = url.rsplit("/", 1)[1]
        is_bad = self.spoil and url.startswith(idx_sets.MIRRORS["mnist"][0])
        content = gzip.compress(b"wrong") if is_bad else (self.folder / name).read_bytes()
        return _Answer(content)


class _Answer:
    def __init__(self, content):
        self.read = lambda: content

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


@pytest.mark.parametrize("spoil, n_calls", [(False, 4), (True, 8)])
@pytest.mark.usefixtures("parts_pass")
def test_download_checks_the_content(tmp_path, cache, monkeypatch, spoil, n_calls):
    write_idx_set(tmp_path)
    content = {stem: _sum_of(tmp_path / f"{stem}.gz") for stem in idx_sets.CONTENT["mnist"]}
    monkeypatch.setitem(idx_sets.CONTENT, "mnist", content)
    mirror = _Mirror(tmp_path, spoil)
    monkeypatch.setattr("urllib.request.urlopen", mirror)
    assert len(datasets.load("mnist").train) == len(datasets.load("mnist").train) == 20
    assert len(mirror.calls) == n_calls
    assert len(list((cache / "mnist").iterdir())) == 4


def test_download_with_a_wrong_checksum_keeps_nothing(tmp_path, cache, monkeypatch):
    write_idx_set(tmp_path)
    monkeypatch.setattr("urllib.request.urlopen", _Mirror(tmp_path, False))
    with pytest.raises(DataError, match="wrong checksum"):
        datasets.load("mnist")
    assert not list(cache.glob("mnist/*"))


def _sum_of(path):
    return hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()


@pytest.mark.parametrize("name, mean", [("mnist", 33.318), ("fashion-mnist", 72.940)])
def test_real_sets(real, name, mean):
    data = datasets.load(name, real(name))
    assert (len(data.train), len(data.test), data.train.shape) == (60000, 10000, (1, 28, 28))
    assert np.bincount(data.test.labels).sum() == 10000 and data.n_classes == 10
    # the published means, 0.1307 and 0.2860 of 255
    assert abs(data.train.values.mean() - mean) < 0.01
