"""The command line loads less of Brian 2; whoever imports ffbrian gets all of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ffbrian as ff

#: Prints what Brian 2 has after every module of ffbrian was imported.
WHOLE = """
import importlib, pkgutil, sys
import ffbrian
import ffbrian.equations
places = {"ffbrian.": ffbrian.__path__[:1], "ffbrian.equations.": ffbrian.equations.__path__}
for prefix, path in places.items():
    for found in pkgutil.walk_packages(path, prefix):
        importlib.import_module(found.name)
import brian2
assert brian2.figure is sys.modules["pylab"].figure
hidden = ("Cython", "matplotlib", "pylab", "pytest")
assert None not in [sys.modules.get(name, "never imported") for name in hidden]
from brian2.codegen.runtime.cython_rt.extension_manager import Cython
print("ffbrian.commands.run" in sys.modules, Cython is not None, brian2.prefs.codegen.target)
"""
#: The same command as `python -m ffbrian list data`, then a look at what was loaded and can be.
LEAN = """
import runpy, sys
sys.argv[1:] = ["list", "data"]
try:
    runpy.run_module("ffbrian", run_name="__main__")
except SystemExit as end:
    assert not end.code
print(*[name in sys.modules for name in ("matplotlib", "pytest", "sklearn", "pandas", "scipy.stats")])
import matplotlib, pylab, pytest
from brian2.codegen.runtime.cython_rt.extension_manager import Cython
print(Cython is not None)
"""


def printed(script, tmp_path):
    """The last lines that a script prints in a process of its own."""
    paths = os.pathsep.join([str(Path(ff.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def has_cython():
    """Whether Cython is installed here."""
    return subprocess.run([sys.executable, "-c", "import Cython"], capture_output=True).returncode == 0


def test_importing_all_of_ffbrian_leaves_brian_whole(tmp_path):
    assert printed(WHOLE, tmp_path)[-1] == f"True {has_cython()} auto"


def test_the_command_line_loads_less_and_restores_what_it_hid(tmp_path):
    loaded, cython = printed(LEAN, tmp_path)[-2:]
    assert set(loaded.split()) == {"False"} and cython == str(has_cython())


@pytest.mark.parametrize(
    "module", ["ffbrian", "ffbrian.cli", "ffbrian.commands", "ffbrian.brian_import", "ffbrian.__main__"]
)
def test_brian_is_whole_after_one_import(tmp_path, module):
    assert printed(f"import {module}, brian2\nprint(hasattr(brian2, 'figure'))", tmp_path) == ["True"]
