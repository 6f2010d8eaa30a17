"""Gradient-free spiking Forward-Forward networks as Brian 2 equations."""
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if (_root / "equations").is_dir() and not (Path(__file__).parent / "equations").is_dir():
    __path__.append(str(_root))  # a plain checkout: ffbrian.equations is the folder beside this one

__version__ = "0.1.0"
