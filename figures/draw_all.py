"""Draw all figures of the gallery: python figures/draw_all.py [FOLDER]."""

import importlib
import sys
from pathlib import Path

GALLERY = Path(__file__).with_name("gallery")


def main(folder):
    """Run every script of the gallery in this process, so that they train once."""
    sys.path.insert(0, str(GALLERY))
    for path in sorted(GALLERY.glob("*.py")):
        script = importlib.import_module(path.stem)
        if hasattr(script, "draw"):
            script.draw(folder)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "gallery")
