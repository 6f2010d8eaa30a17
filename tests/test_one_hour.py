"""What a new user tries in the first hour works, each part in less than five minutes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "docs" / "one_hour" / "run.sh"
#: Programs and packages that a part needs besides ffbrian.
NEEDS = {"notebook": ("jupytext", "jupyter"), "grid": ("dask",)}
PARTS = {
    "arrays": "accuracy",
    "synapse": "accuracy",
    "notebook": "tutorial.ipynb",
    "grid": "12 trainings finished, 0 not",
    "export_brian": "spikes",
    "export_nir": "input",
    "report": "report.html",
}
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hour")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_hour(folder, part):
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for program in NEEDS.get(part, ()):
        if not shutil.which(program, path=paths):
            pytest.skip(f'{program} is not installed: pip install ".[test,dask]"')
    if part == "export_nir":
        pytest.importorskip("nir", reason='nir is not installed: pip install "ffbrian[nir]"')
    done = subprocess.run(
        ["bash", str(SCRIPT), part],
        cwd=folder,
        env=os.environ | {"PATH": paths},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert PARTS[part] in done.stdout + done.stderr
