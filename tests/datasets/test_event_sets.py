"""N-MNIST, HD spikes and tonic's sets: decoding, cache, real data, damage."""

import gzip
import io
import multiprocessing
import tarfile

import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.datasets import event_cache, nmnist
from ffbrian.errors import DataError


def atis_bytes(times_us, x, y, polarity):
    """Events in the 40-bit format of N-MNIST: x, y, polarity bit and 23 bits of time."""
    rows = [[a, b, p << 7 | t >> 16, t >> 8 & 255, t & 255] for t, a, b, p in zip(times_us, x, y, polarity)]
    return np.array(rows, np.uint8).tobytes()


TWO_EVENTS = atis_bytes([70000, 300000], [1, 33], [2, 0], [0, 1])


def write_tree(folder, n=10):
    for part, count in ("Train", n), ("Test", n // 2):
        for i in range(count):
            path = folder / "NMNIST" / part / str(i % 5) / f"{i + 1:05d}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(TWO_EVENTS)


@pytest.fixture
def small_subset(tmp_path, monkeypatch):
    monkeypatch.setattr(nmnist, "SIZES", {"train": 10, "test": 5})
    monkeypatch.setattr(nmnist, "CLASSES", tuple("01234"))
    write_tree(tmp_path)
    return tmp_path


def pack(folder):
    (folder / "n-mnist-1100").mkdir()
    with tarfile.open(folder / "n-mnist-1100" / "nmnist-1100.tar.xz", "w:xz") as archive:
        archive.add(folder / "NMNIST", "nmnist-1100/NMNIST")


@pytest.mark.parametrize("is_packed", [False, True])
def test_nmnist_subset(small_subset, is_packed):
    if is_packed:
        pack(small_subset)
    data = datasets.load("nmnist-1100", small_subset)
    spikes = data.train[0].value
    assert spikes.times_us.tolist() == [70000, 300000]
    assert spikes.units.tolist() == [2 * 34 + 1, 34 * 34 + 33]
    assert data.train.labels.tolist() == [0, 1, 2, 3, 4] * 2
    assert data.train.shape == (2, 34, 34) and isinstance(data.train.units, np.memmap)


def test_second_load_parses_nothing(small_subset, monkeypatch):
    first = datasets.load("nmnist-1100", small_subset)
    monkeypatch.setattr(nmnist, "_samples", None)
    again = datasets.load("nmnist-1100", small_subset)
    np.testing.assert_array_equal(first.test.times_us, again.test.times_us)


def _n_events(key):
    parsed = event_cache.cached_events("some train", key, _many_samples, (3,))
    return len(parsed.units)


def _many_samples():
    for i in range(2000):
        yield np.arange(5), np.arange(5) % 3, i % 2, None


def test_two_processes_store_the_same_events(cache):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_n_events, ["key"] * 2, chunksize=1) == [10000] * 2
    assert len(list(cache.iterdir())) == 1


def test_failed_parse_leaves_no_cache(small_subset, cache):
    damaged = small_subset / "NMNIST" / "Test" / "0" / "00001.bin"
    damaged.write_bytes(TWO_EVENTS[:-2])
    with pytest.raises(DataError, match="test file 00001.bin: has 8 bytes, not a multiple of 5"):
        datasets.load("nmnist-1100", small_subset)
    assert [path.name.split("-")[2] for path in cache.iterdir()] == ["train"]


@pytest.mark.parametrize(
    "event, message",
    [
        (atis_bytes([5], [34], [0], [0]), "x goes up to 34 but should be in 0..33"),
        (atis_bytes([5], [0], [40], [0]), "y goes up to 40"),
    ],
)
def test_event_outside_the_sensor(small_subset, event, message):
    (small_subset / "NMNIST" / "Test" / "0" / "00001.bin").write_bytes(event)
    with pytest.raises(DataError, match=message):
        datasets.load("nmnist-1100", small_subset)


@pytest.mark.parametrize("name", ["samples.npz", "units.bin"])
def test_damaged_cache(small_subset, cache, name):
    datasets.load("nmnist-1100", small_subset)
    for path in cache.glob(f"*test*/{name}"):
        path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(DataError, match="this cached copy is damaged .*; delete it"):
        datasets.load("nmnist-1100", small_subset)


def test_nmnist_absent_or_of_another_size(tmp_path):
    with pytest.raises(DataError, match="nmnist-1100: none of .* put the files there"):
        datasets.load("nmnist-1100", tmp_path)
    write_tree(tmp_path)
    with pytest.raises(DataError, match="holds 10 samples but the subset has 1000"):
        datasets.load("nmnist-1100", tmp_path)


def test_damaged_archive(tmp_path):
    (tmp_path / "nmnist-1100.tar.xz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="truncated or damaged archive"):
        datasets.load("nmnist-1100", tmp_path)


def write_h5(target, n=40):
    """A file in SHD's layout: sample i has label i % 20, speaker i // 20, events at 0.5, 1 s."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(target, "w") as file:
        for name, dtype, row in ("times", "f2", [0.5, 1.0]), ("units", "u2", [699, 7]):
            column = file.create_dataset(f"spikes/{name}", (n,), h5py.vlen_dtype(dtype))
            for i in range(n):
                column[i] = row
        file["labels"] = (np.arange(n) % 20).astype("u2")
        file["extra/speaker"] = (np.arange(n) // 20).astype("u2")
        file["extra/keys"] = np.array([f"word {i}" for i in range(20)], "S")


def write_hd_spikes(folder):
    folder.mkdir()
    for part in "train", "test":
        packed = io.BytesIO()
        write_h5(packed)
        (folder / f"hd_spikes_{part}.h5.gz").write_bytes(gzip.compress(packed.getvalue()))


def test_hd_spikes(tmp_path):
    write_hd_spikes(tmp_path / "hd-spikes")
    data = datasets.load("hd-spikes", tmp_path)
    assert data.train[21].value.times_us.tolist() == [500000, 1000000]
    assert data.train[21].value.units.tolist() == [699, 7]
    assert data.class_names[13] == "drei"
    train, validation = datasets.split_groups(data.train, data.train.speaker, 1)
    assert (len(train), validation.speaker.tolist()) == (20, [1] * 20)


@pytest.mark.parametrize(
    "column, found",
    [
        ("spikes/units", "40 spikes/times, 38 spikes/units"),
        ("labels", "38 labels"),
        ("extra/speaker", "38 extra/speaker"),
    ],
)
def test_hd_spikes_with_a_shorter_column(tmp_path, column, found):
    """No sample is dropped without a word."""
    h5py = pytest.importorskip("h5py")
    (tmp_path / "hd-spikes").mkdir()
    for part in "train", "test":
        path = tmp_path / "hd-spikes" / f"hd_spikes_{part}.h5"
        write_h5(path)
        with h5py.File(path, "r+") as file:
            kept, kind = file[column][:38], file[column].dtype
            del file[column]
            file.create_dataset(column, data=kept, dtype=kind)
    with pytest.raises(
        DataError,
        match=(
            f"hd_spikes_train.h5: truncated or not in the layout of SHD .*{found}.*but each sample has one "
            "of each"
        ),
    ):
        datasets.load("hd-spikes", tmp_path)


@pytest.mark.parametrize("units", [[699], [699, 7, 7]])
def test_hd_spikes_with_a_sample_of_fewer_units_than_times(tmp_path, units):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "hd-spikes").mkdir()
    for part in "train", "test":
        path = tmp_path / "hd-spikes" / f"hd_spikes_{part}.h5"
        write_h5(path)
        with h5py.File(path, "r+") as file:
            file["spikes/units"][5] = units
    with pytest.raises(
        DataError, match=f"hd-spikes train: sample 5 has 2 event times but {len(units)} units"
    ):
        datasets.load("hd-spikes", tmp_path)


def test_hd_spikes_damaged_or_absent(tmp_path):
    with pytest.raises(DataError, match="hd_spikes_train.h5.gz is not in"):
        datasets.load("hd-spikes", tmp_path)
    write_hd_spikes(tmp_path / "hd-spikes")
    path = tmp_path / "hd-spikes" / "hd_spikes_test.h5.gz"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DataError, match="hd_spikes_test.h5.gz: truncated or not in the layout"):
        datasets.load("hd-spikes", tmp_path)
    path.write_bytes(gzip.compress(b"not HDF5"))
    with pytest.raises(DataError, match="truncated or not in the layout"):
        datasets.load("hd-spikes", tmp_path)


def test_shd_through_tonic(tmp_path):
    pytest.importorskip("tonic")
    (tmp_path / "SHD").mkdir()
    for part in "train", "test":
        write_h5(tmp_path / "SHD" / f"shd_{part}.h5")
        (tmp_path / "SHD" / f"shd_{part}.h5.zip").touch()
    data = datasets.load("shd:groups=70", tmp_path)
    assert data.train[3].value.times_us.tolist() == [500000, 1000000]
    assert data.train[3].value.units.tolist() == [69, 0]
    assert data.class_names[2] == "word 2" and data.test.speaker[20] == 1


def test_nmnist_through_tonic(tmp_path, monkeypatch):
    tonic = pytest.importorskip("tonic")
    monkeypatch.setattr(tonic.datasets.NMNIST, "_check_exists", lambda self: True)
    monkeypatch.setattr(tonic.datasets.NMNIST, "classes", list("01234"))
    write_tree(tmp_path)
    data = datasets.load("nmnist", tmp_path)
    assert (len(data.train), len(data.test)) == (10, 5)
    assert data.train[0].value.units.tolist() == [2 * 34 + 1, 34 * 34 + 33]


def test_ssc_has_a_validation_part(tmp_path):
    pytest.importorskip("tonic")
    (tmp_path / "SSC").mkdir()
    for part, n in ("train", 40), ("test", 20), ("valid", 21):
        write_h5(tmp_path / "SSC" / f"ssc_{part}.h5", n)
        (tmp_path / "SSC" / f"ssc_{part}.h5.zip").touch()
    data = datasets.load("ssc:groups=7", tmp_path)
    assert [len(part) for part in (data.train, data.test, data.validation)] == [40, 20, 21]
    assert data.validation.n_units == 7


def test_dvs_gesture_in_the_order_of_file_names(tmp_path, monkeypatch):
    tonic = pytest.importorskip("tonic")
    monkeypatch.setattr(tonic.datasets.DVSGesture, "_check_exists", lambda self: True)
    for part in "Train", "Test":
        folder = tmp_path / "DVSGesture" / f"ibmGesture{part}" / "user01_led"
        folder.mkdir(parents=True)
        for label in 10, *range(10):
            np.save(folder / f"{label}.npy", np.array([[label, 127, 1, 3], [0, 0, 0, 250]]))
    data = datasets.load("dvs-gesture:pool=4", tmp_path)
    assert data.train.labels.tolist() == [0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9]
    assert data.train[2].value.times_us.tolist() == [3000, 250000]
    assert data.train[2].value.units.tolist() == [(32 + 31) * 32 + 10 // 4, 0]
    assert data.class_names[1] == "Right hand wave"


def test_tonic_offline(tmp_path, monkeypatch):
    tonic = pytest.importorskip("tonic")

    def no_network(self):
        raise OSError("no route to host")

    monkeypatch.setattr(tonic.dataset.Dataset, "download", no_network)
    with pytest.raises(DataError, match="tonic could not open or download .*no route to host"):
        datasets.load("dvs-gesture", tmp_path)


def test_real_nmnist_subset(real):
    folder = real("n-mnist-1100")
    data = datasets.load("nmnist-1100", folder)
    assert (len(data.train), len(data.test), data.train.n_units) == (1000, 100, 2312)
    assert abs(len(data.train.units) / 1000 - 4133) < 1
    if (folder / "mnist").exists():  # the same digits, in the same order
        digits = datasets.load("mnist", folder)
        np.testing.assert_array_equal(data.train.labels, digits.train.labels[:1000])
        np.testing.assert_array_equal(data.test.labels, digits.test.labels[:100])


def _features(split):
    """Root of the counts in 10 bins of 126 ms x 70 channel groups, (n, 700)."""
    sample = np.repeat(np.arange(len(split)), np.diff(split.offsets))
    cell = (sample * 10 + np.minimum(split.times_us // 126_000, 9)) * 70 + split.units
    return np.sqrt(np.bincount(cell, minlength=len(split) * 700).reshape(len(split), 700))


def test_real_hd_spikes(real):
    data = datasets.load("hd-spikes:groups=70", real("hd-spikes"))
    assert (len(data.train), len(data.test), data.n_classes) == (1200, 240, 20)
    assert not set(data.train.speaker) & set(data.test.speaker)
    train, test = _features(data.train), _features(data.test)
    means = np.stack([train[data.train.labels == label].mean(0) for label in range(20)])
    distance = ((test[:, None] - means) ** 2).sum(2)
    accuracy = (distance.argmin(1) == data.test.labels).mean()
    assert 0.45 < accuracy < 0.58, accuracy  # chance: 0.05
