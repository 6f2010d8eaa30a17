"""The Bonn EEG: folds, classes, damage."""

import zipfile

import numpy as np
import pytest

from ffbrian import datasets
from ffbrian.errors import DataError


def write_bonn(folder, n=10, n_points=50):
    folder.mkdir()
    for number, letter in enumerate("ZONFS"):
        with zipfile.ZipFile(folder / f"{letter.lower()}.zip", "w") as archive:
            archive.writestr(f"__MACOSX/._{letter}001.txt", b"\0\1 not data")
            for i in range(n):
                values = 100 * number + i + np.arange(n_points)
                archive.writestr(f"{letter}/{letter}{i + 1:03d}.TXT", "\n".join(map(str, values)))


def test_five_classes(tmp_path):
    write_bonn(tmp_path / "bonn-eeg")
    data = datasets.load("bonn-eeg:folds=5,fold=2", tmp_path)
    assert data.class_names == ("Z", "O", "N", "F", "S")
    assert np.bincount(data.test.labels).tolist() == [2] * 5
    assert data.train.shape == (1, 50) and data.train.rate_hz == 173.61
    assert (data.test.values[:, 0, 0] // 100).tolist() == data.test.labels.tolist()


def test_every_segment_is_tested_once(tmp_path):
    write_bonn(tmp_path / "bonn-eeg")
    tested = [datasets.load(f"bonn-eeg:folds=5,fold={i}", tmp_path).test for i in range(5)]
    firsts = np.concatenate([part.values[:, 0, 0] for part in tested])
    assert sorted(firsts) == [100 * s + i for s in range(5) for i in range(10)]


def test_seizure_against_the_rest(tmp_path):
    write_bonn(tmp_path / "bonn-eeg")
    data = datasets.load("bonn-eeg:seizure", tmp_path)
    assert data.class_names == ("rest", "seizure")
    assert ((data.train.values[:, 0, 0] >= 400) == data.train.labels).all()
    assert data.test.labels.sum() == 1


@pytest.mark.parametrize(
    "options, message",
    [
        ("fold=10", "fold 10 does not exist; choose 0..9"),
        ("folds=11", "k = 11 but the rarest class has 10"),
        ("folds=0", "'folds' is '0' but should be a whole number of at least 1"),
        ("fold=x", "option 'fold' is 'x' but should be a whole number"),
        ("fold", "option 'fold' is '' but should be a whole number"),
        ("seizure=1", "option 'seizure' takes no value but got '1'"),
        ("fold=1,fold=2", "option 'fold' is given twice"),
        ("epilepsy", "option 'epilepsy' is unknown; known are seizure, fold, folds, speakers"),
    ],
)
def test_bad_options(tmp_path, options, message):
    write_bonn(tmp_path / "bonn-eeg")
    with pytest.raises(DataError, match=message):
        datasets.load(f"bonn-eeg:{options}", tmp_path)


def test_damage(tmp_path):
    with pytest.raises(DataError, match="bonn-eeg: z.zip is not in"):
        datasets.load("bonn-eeg", tmp_path)
    folder = tmp_path / "bonn-eeg"
    write_bonn(folder)
    with zipfile.ZipFile(folder / "f.zip", "a") as archive:
        archive.writestr("F/F999.txt", "1\n2\n")
    with pytest.raises(DataError, match=r"f.zip: holds segments of \[2, 50\] points"):
        datasets.load("bonn-eeg", tmp_path)
    with zipfile.ZipFile(folder / "f.zip", "w") as archive:
        archive.writestr("F/F001.txt", "1\nx\n")
    with pytest.raises(DataError, match="f.zip: damaged, or not one number a line"):
        datasets.load("bonn-eeg", tmp_path)
    (folder / "f.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="f.zip: damaged"):
        datasets.load("bonn-eeg", tmp_path)


def test_nan_is_refused(tmp_path):
    write_bonn(tmp_path / "bonn-eeg", n_points=1)
    with zipfile.ZipFile(tmp_path / "bonn-eeg" / "z.zip", "w") as archive:
        for i in range(10):
            archive.writestr(f"Z/Z{i:03d}.txt", "nan")
    with pytest.raises(DataError, match="bonn-eeg: the signals contain NaN"):
        datasets.load("bonn-eeg", tmp_path)


def test_real_bonn(real):
    data = datasets.load("bonn-eeg", real("bonn-eeg"))
    assert (len(data.train), len(data.test), data.train.shape) == (450, 50, (1, 4097))
    # seizures swing several times wider than healthy EEG
    spread = [data.train.values[data.train.labels == label].std() for label in (0, 4)]
    assert spread[1] > 4 * spread[0]
