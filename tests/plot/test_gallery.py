"""Every script of the gallery draws, with a network trained for one epoch."""

import importlib.util
import sys
from pathlib import Path

import pytest
from marks import long_but

GALLERY = Path(__file__).parents[2] / "figures" / "gallery"
SCRIPTS = sorted(path.stem for path in GALLERY.glob("*.py") if "def draw(" in path.read_text())


@pytest.fixture(scope="module", autouse=True)
def digits():
    """The module that all scripts share, with a short training."""
    sys.path.insert(0, str(GALLERY))
    module = importlib.import_module("digits")
    module.EPOCHS = 1
    module.model.__wrapped__.__defaults__ = (1,)
    yield module
    sys.path.remove(str(GALLERY))


@pytest.mark.parametrize("name", long_but(SCRIPTS, *SCRIPTS[:2]))
def test_a_script_draws(name, tmp_path):
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", GALLERY / f"{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.draw(tmp_path)
    sizes = [path.stat().st_size for path in tmp_path.glob("*.png")]
    assert sizes and min(sizes) > 10_000
