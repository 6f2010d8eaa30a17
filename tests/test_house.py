"""The shape of the package: rooms, in one direction, without circles."""

import ast
import warnings
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import ffbrian

PACKAGE = Path(ffbrian.__file__).parent
EQUATIONS = Path(__import__("ffbrian.equations").equations.__file__).parent
GRADIENT = {"torch", "jax", "tensorflow", "autograd", "theano"}
#: From the ground to the roof: a file may import from its own room and from those before it.
ROOMS = (
    "errors",
    "stopping",
    "brian_import",
    "files",
    "models",
    "equations",
    "network",
    "datasets",
    "learning",
    "build",
    "run",
    "export",
    "train",
    "plot",
    "analyse",
    "estimators",
    "benchmarks",
    "commands",
    "cli",
    "__main__",
)
#: Where a learning algorithm lives; no other file may name one.
OF_ALGORITHMS = {"learning", "build/learning", "equations", "experiments"}
#: Files that know the labels and goodness of Forward-Forward, the default; this list may only shrink.
KNOW_FORWARD_FORWARD = {
    "benchmarks/product.py",
    "build/plan.py",
    "export/brian.py",
    "analyse/code_reader.py",
    "analyse/audit.py",
    "train/assembly.py",
    "train/recorder.py",
    "train/trainer.py",
}


def imports(path):
    """Modules of the package that a file names, in import statements and in text for `import_module`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = node.module or ""
            yield from ([f"ffbrian.{alias.name}" for alias in node.names] if home == "ffbrian" else [home])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))


def files():
    """Every file of the package with its room; references beside experiments are no part of it."""
    yield from ((path, "equations") for path in EQUATIONS.rglob("*.py"))
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "experiments":
            yield path, room


def modules():
    """Every module of the package by its name."""
    found = {}
    for path, room in files():
        inside = path.relative_to(EQUATIONS.parent if room == "equations" else PACKAGE).with_suffix("").parts
        found[".".join(("ffbrian", *inside)).removesuffix(".__init__")] = path
    return found


def test_every_file_has_a_room():
    assert {room for _, room in files()} - {"__init__"} <= set(ROOMS)


def test_rooms_stand_in_one_direction():
    wrong = []
    for path, room in files():
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "ffbrian" or len(parts) == 1 or room == "__init__":
                continue
            if parts[1] in ROOMS and ROOMS.index(parts[1]) > ROOMS.index(room):
                wrong.append(f"{path.name} in {room} imports {name}")
    assert not wrong


def test_no_file_imports_itself_through_others():
    known = modules()
    graph = {name: set() for name in known}
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names} & set(known)
                graph[name] |= (whole or {node.module} & set(known)) - {name}
    graph.pop("ffbrian")
    try:
        TopologicalSorter({name: theirs - {"ffbrian"} for name, theirs in graph.items()}).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def algorithms():
    """Names of the modules of `ffbrian.learning` that hold an algorithm."""
    from ffbrian import learning

    return set(learning.HOMES)


def test_no_room_but_its_own_names_an_algorithm():
    """A new algorithm touches `learning`, `build/learning`, `equations` and `experiments` only."""
    wrong = []
    for path, _ in files():
        place = path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else "equations"
        if any(place.startswith(own) for own in OF_ALGORITHMS):
            continue
        known = {"forward_forward"} if place in KNOW_FORWARD_FORWARD else set()
        named = {name for name in imports(path) if name.split(".")[-1] in algorithms() - known}
        wrong += [f"{place} imports {name}" for name in sorted(named)]
    assert not wrong


def test_nothing_imports_a_gradient():
    found = {
        (path.name, name) for path, _ in files() for name in imports(path) if name.split(".")[0] in GRADIENT
    }
    assert not found


def test_what_is_deprecated_in_our_code_is_an_error_and_in_that_of_others_silent():
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "trainer.py", 1, module="ffbrian.train.trainer")
    with warnings.catch_warnings(record=True) as heard:
        warnings.warn_explicit(
            "'parseAll' argument is deprecated, use 'parse_all'",
            DeprecationWarning,
            "equations.py",
            1,
            module="brian2.equations.equations",
        )
        warnings.warn_explicit(
            "'scanString' deprecated - use 'scan_string'",
            DeprecationWarning,
            "equations.py",
            1,
            module="brian2.equations.equations",
        )
    assert not heard


def test_plots_know_only_recorded_data():
    for path in (PACKAGE / "plot").rglob("*.py"):
        rooms = {name.split(".")[1] for name in imports(path) if name.startswith("ffbrian.")}
        assert rooms <= {"plot", "errors"}, path


#: Longest file and longest function, in lines; a docstring does not count.
MOST_LINES, LONGEST = 400, 40


def length(function):
    """Lines of a function without its docstring."""
    body = function.body
    is_text = isinstance(body[0], ast.Expr) and isinstance(getattr(body[0], "value", None), ast.Constant)
    first = body[1] if is_text and len(body) > 1 else body[0]
    return function.end_lineno - first.lineno + 1


def test_files_and_functions_are_short():
    long = []
    for path, _ in files():
        text, place = path.read_text(), path.relative_to(path.parents[2]).as_posix()
        if text.count("\n") > MOST_LINES:
            long.append(place)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and length(node) > LONGEST:
                long.append(f"{place}: {node.name}")
    assert not long
