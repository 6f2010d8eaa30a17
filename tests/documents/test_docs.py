"""The documentation does what it says.

Python blocks run page by page, in order, on a few samples and without a compiler
(``mode="runtime"``); a block is left out only by the comment ``<!-- not run: REASON -->``
before it.  The scripts in docs/examples run as they stand.
"""

import argparse
import functools
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from brian2 import ms

import ffbrian as ff
from ffbrian import cli
from ffbrian.train.experiment import Experiment

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "figures" / "README.md", *PAGES]
BLOCK = re.compile(r"(<!-- not run: .+? -->\n+)?^```(\w+)\n(.*?)^```", re.M | re.S)
#: Pages that are notebooks: tests/test_tutorial.py runs them, with all data and a compiler.
NOTEBOOKS = ("tutorial.md",)
#: Test samples and neurons of a layer in blocks that are run; of training samples there is one of each class.
N_TEST, N_NEURONS = 8, 20


def blocks(path, language):
    """(place, code) of the blocks of a page that are not marked."""
    text = path.read_text()
    found = [
        (text[: m.start(3)].count("\n") + 1, m[3])
        for m in BLOCK.finditer(text)
        if m[2] == language and not m[1]
    ]
    return [(f"{path.name}:{line}", code) for line, code in found]


def names(paths):
    return [path.name for path in paths]


# -- Python ----------------------------------------------------------------------
@pytest.fixture
def small_world(monkeypatch, tmp_path):
    """Few samples and neurons, one epoch, no compiler, no display, an empty folder."""
    load, fit, layer = ff.datasets.load, ff.Trainer.fit, ff.Layer

    @functools.wraps(load)
    def load_few(spec, folder=None):
        data = load(spec, folder)
        one_of_each = np.unique(data.train.labels, return_index=True)[1]
        return replace(data, train=data.train.take(one_of_each), test=data.test.take(slice(0, N_TEST)))

    def fit_little(self, X, y=None, epochs=1, **settings):
        little = replace(self, mode="runtime", **({} if self.timing else {"presentation": 10 * ms}))
        return fit(little, X, None if isinstance(y, int) else y, min(epochs, 1), **settings)

    monkeypatch.setattr(ff.datasets, "load", load_few)
    monkeypatch.setattr(ff.Trainer, "fit", fit_little)
    monkeypatch.setattr(ff, "Layer", lambda size, *a, **k: layer(min(size, N_NEURONS), *a, **k))
    monkeypatch.setenv("FFBRIAN_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = matplotlib.get_backend()
    matplotlib.use("Agg")
    yield tmp_path
    matplotlib.pyplot.close("all")
    matplotlib.use(before)


@pytest.mark.parametrize(
    "page",
    [path for path in TEXTS if blocks(path, "python") and path.name not in NOTEBOOKS],
    ids=lambda path: path.name,
)
def test_python_blocks_run(page, small_world):
    namespace = {"__name__": "docs"}
    for place, code in blocks(page, "python"):
        exec(compile(code, place, "exec"), namespace)
    assert namespace.keys() > {"__name__", "__builtins__"}
    trained = [thing for thing in namespace.values() if isinstance(thing, ff.Model)]
    assert all(
        np.isfinite(values).all() and np.ptp(values) > 0
        for model in trained
        for name, values in model.state.items()
        if name.endswith(".w")
    )


@pytest.fixture(scope="module")
def examples(tmp_path_factory, cache):
    """Every script in docs/examples, run side by side as a user runs it."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "MPLBACKEND": "Agg",
    }
    running = {}
    for path in sorted((DOCS / "examples").glob("*.py")):
        folder = tmp_path_factory.mktemp(path.stem)
        running[path.stem] = (
            folder,
            subprocess.Popen(
                [sys.executable, str(path)],
                cwd=folder,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ),
        )
    return {
        name: (folder, process, process.communicate(timeout=900))
        for name, (folder, process) in running.items()
    }


@pytest.mark.long
@pytest.mark.parametrize("name, n_figures", [("own_neuron", 2), ("own_plasticity", 1)])
def test_examples_reach_their_accuracy(examples, name, n_figures):
    folder, process, (out, err) = examples[name]
    assert process.returncode == 0, err
    assert float(re.search(r"accuracy ([\d.]+)%", out)[1]) > 80
    figures = list(folder.glob("*.png"))
    assert len(figures) == n_figures
    assert all(path.stat().st_size > 10_000 for path in figures)


@pytest.mark.parametrize("path", sorted((DOCS / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_examples_are_short_and_shown(path):
    lines = [
        line
        for line in path.read_text().splitlines()
        if line.strip() and not line.startswith(('"""', "assert", "print"))
    ]
    assert len(lines) <= 15
    assert f"examples/{path.name}" in (DOCS / f"{path.stem}.md").read_text()


# -- experiment files and commands --------------------------------------------------
@pytest.mark.parametrize(
    "place, code",
    [block for path in PAGES for block in blocks(path, "toml")],
    ids=lambda text: text.split("\n")[0],
)
def test_experiment_files_are_valid(place, code, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(code)
    resolved = Experiment.load(path).resolved()
    assert Experiment.from_resolved(resolved).resolved() == resolved
    assert tomllib.loads(code).get("seeds", resolved["seeds"]) == resolved["seeds"]


def parsers():
    return next(
        action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)
    ).choices


def commands(path):
    """Command lines that a page shows, in code blocks and in running text."""
    text = path.read_text()
    lines = [line.split("#")[0] for m in BLOCK.finditer(text) if m[2] == "bash" for line in m[3].splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    lines += [
        line.split("#")[0]
        for block in re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
        for line in block.splitlines()
    ]
    return [part.strip() for line in lines for part in line.split("&&") if re.match(r"\s*ffbrian \S", part)]


@pytest.mark.parametrize("page", TEXTS, ids=names(TEXTS))
def test_commands_and_options_exist(page):
    known = parsers()
    for line in commands(page):
        command, *words = line.split()[1:]
        assert command in known, f"{page.name}: {line}"
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        offered = {text for action in known[command]._actions for text in action.option_strings}
        assert options <= offered, f"{page.name}: {line}"


def test_options_in_running_text_exist():
    offered = {
        text for parser in parsers().values() for action in parser._actions for text in action.option_strings
    } | {"--help", "--version"}
    for page in TEXTS:
        for option in re.findall(r"`(--[a-z-]+)", page.read_text()):
            assert option in offered, f"{page.name}: {option}"


def test_api_page_lists_every_public_class():
    text = (DOCS / "api.md").read_text()
    classes = [
        name
        for name in ff.__all__
        if isinstance(getattr(ff, name), type) and not issubclass(getattr(ff, name), Exception)
    ]
    assert not [name for name in classes if not re.search(rf"auto(class|exception):: {name}$", text, re.M)]


# -- Sphinx ------------------------------------------------------------------------
@pytest.mark.long
def test_sphinx_builds_without_warnings(tmp_path):
    pytest.importorskip("sphinx", reason='Sphinx is not installed: pip install ".[docs]"')
    pytest.importorskip("myst_parser", reason='myst-parser is not installed: pip install ".[docs]"')
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(DOCS),
        str(tmp_path / "html"),
        "-d",
        str(tmp_path / "trees"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    models = (tmp_path / "html" / "models.html").read_text()
    for kind in ("neurons", "synapses", "plasticity", "modulators", "encoders"):
        for name in getattr(ff, kind).__all__:
            assert f'id="{name.replace("_", "-")}"' in models
