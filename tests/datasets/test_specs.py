"""Names and the grammar of data specs."""

import subprocess
import sys

import pytest

from ffbrian import datasets
from ffbrian.errors import DataError


@pytest.mark.parametrize(
    "spec, message",
    [
        ("mnits", "data set 'mnits' is unknown; known are digits, mnist"),
        ("", "data set '' is unknown"),
        ("digits:", "options are missing after the colon"),
        ("digits:pool=2", "option 'pool' is unknown; known are fold, folds, speakers"),
        ("npz", "no path was given"),
    ],
)
def test_bad_spec(spec, message):
    with pytest.raises(DataError, match=message):
        datasets.load(spec)


def test_every_name_has_one_line():
    for name, line in datasets.names().items():
        assert name and line and "\n" not in line


def test_import_is_light():
    code = (
        "import sys, ffbrian.datasets; print([m for m in ('sklearn', 'h5py', 'tonic') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "[]", answer.stderr
