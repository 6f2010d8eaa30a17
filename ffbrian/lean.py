"""Import Brian 2 for the command line: without the plotting and testing packages it loads along.

``import brian2`` also imports matplotlib and, where it is installed, pytest,
for the convenience of scripts.  Brian runs without them, and a command that
draws imports matplotlib itself; this halves the time until a command begins.
A script that imports ffbrian is not concerned: it gets the usual Brian 2.
"""
import gc
import sys

UNUSED = ("Cython", "matplotlib", "pylab", "pytest")


def import_brian():
    """Import Brian 2 if that has not happened yet."""
    if "brian2" in sys.modules:
        return
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # None: an import of it fails
    gc.disable()  # importing makes no garbage worth collecting
    try:
        import brian2  # noqa: F401
    finally:
        gc.enable()
        for name in hidden:
            del sys.modules[name]
