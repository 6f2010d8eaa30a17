"""The page that is a notebook runs as one, from its first cell to its last."""

import os
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """The code cells of the notebook after it has run in a kernel of its own."""
    advice = 'they are not installed: pip install ".[test]"'
    jupytext = pytest.importorskip("jupytext", reason=f"jupytext and nbclient: {advice}")
    nbclient = pytest.importorskip("nbclient", reason=f"jupytext and nbclient: {advice}")
    pytest.importorskip("ipykernel", reason=f"ipykernel: {advice}")
    notebook = jupytext.read(PAGE)
    folder = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
    inline = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder)
    client.execute(env=inline)  # the kernel's own way to show figures, whatever this process uses
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell, kind):
    """What a cell shows of a kind of data."""
    return [output["data"][kind] for output in cell.outputs if kind in output.get("data", {})]


def test_every_cell_runs_and_the_last_tells_the_accuracy(cells):
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    told = "".join(output.get("text", "") for output in cells[-1].outputs)
    assert float(re.search(r"accuracy ([\d.]+)% of 360", told)[1]) > 80


def test_networks_and_models_are_shown_as_mathematics(cells):
    pages = [html for cell in cells for html in shown(cell, "text/html")]
    assert len(pages) == 3 and sum("<math" in html for html in pages) == 2


def test_figures_are_shown_once_each(cells):
    assert [len(shown(cell, "image/png")) for cell in cells] == [0, 0, 0, 1, 1, 0]
