"""The shape of the package: what may import what."""
import ast
import warnings
from pathlib import Path

import pytest

import ffbrian

PACKAGE = Path(ffbrian.__file__).parent
EQUATIONS = Path(__import__("ffbrian.equations").equations.__file__).parent
GRADIENT = {"torch", "jax", "tensorflow", "autograd", "theano"}
#: From description to figures: a file may import from its own row and the rows above.
ROWS = (
    {"errors", "stopping", "safe_files", "safe_arrays", "units", "mathml", "html", "expressions", "checking", "beginning", "validity", "description", "models", "modulation", "encoder", "interneuron", "readout", "equations", "connections", "rows", "rules", "network", "datasets"},
    {"learning"},
    {"store", "measured", "toolchain", "cache", "cache_folder", "cache_upkeep"},
    {"build"},
    {"device", "runtime", "export", "execution", "fingerprint"},
    {"model", "trainer", "training", "fresh", "train", "health", "checkpoint", "recorder", "recording", "progress"},
    {"perturbations", "robustness", "replay", "experiment", "experiment_files", "auditor", "weight_ranges", "figures", "estimators"},
    {"commands", "cli"},
)


def imports(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ([f"ffbrian.{alias.name}" for alias in node.names] if node.module == "ffbrian" else [node.module or ""])


def files():
    yield from ((path, "equations") for path in EQUATIONS.rglob("*.py"))
    for path in PACKAGE.rglob("*.py"):
        yield path, path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def row_of(name):
    return next((number for number, row in enumerate(ROWS) if name in row), None)


def test_nothing_imports_a_gradient():
    found = {(path.name, name) for path, _ in files() for name in imports(path) if name.split(".")[0] in GRADIENT}
    assert not found


def test_dependencies_run_one_way():
    wrong = []
    for path, piece in files():
        own = row_of(piece)
        for name in imports(path):
            parts = name.split(".")
            theirs = row_of(parts[1]) if parts[0] == "ffbrian" and len(parts) > 1 else None
            if own is not None and theirs is not None and theirs > own:
                wrong.append(f"{path.name} imports {name}")
    assert not wrong


def test_descriptions_know_no_device():
    low = {"equations", "description", "models", "network", "learning", "units", "mathml", "html", "errors"}
    for path, piece in files():
        if piece in low:
            assert not {"ffbrian.device", "ffbrian.trainer", "ffbrian.build.builder"} & set(imports(path)), path


def test_what_is_deprecated_in_our_code_is_an_error_and_in_that_of_others_silent():
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "trainer.py", 1, module="ffbrian.trainer")
    with warnings.catch_warnings(record=True) as heard:
        warnings.warn_explicit("'parseAll' argument is deprecated, use 'parse_all'", DeprecationWarning, "equations.py", 1, module="brian2.equations.equations")
        warnings.warn_explicit("'scanString' deprecated - use 'scan_string'", DeprecationWarning, "equations.py", 1, module="brian2.equations.equations")
    assert not heard


def test_plots_know_only_recorded_data():
    for path in (PACKAGE / "plot").rglob("*.py"):
        assert not {"ffbrian.device", "ffbrian.build.builder", "ffbrian.trainer", "ffbrian.model"} & set(imports(path)), path
