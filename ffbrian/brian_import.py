"""Import Brian 2 for the command line: without the plotting and testing packages it loads along.

``import brian2`` also imports matplotlib and, where it is installed, pytest,
for the convenience of scripts.  Brian runs without them, and a command that
draws imports matplotlib itself; this halves the time until a command begins.
Only the entry point of the command line does this: whoever imports ffbrian, or
any part of it, gets the usual Brian 2.
"""

import gc
import sys
from importlib.metadata import PackageNotFoundError, version

UNUSED = ("matplotlib", "pylab", "pytest")


#: With Python 3.11 comes Brian 2.9, which does not load with a newer numpy.
NUMPY_LIMIT, OLD_PYTHON = (2, 4), (3, 11)


def numpy_problem(found, python):
    """What is wrong with a version of numpy, and what to do; None if nothing is.

    Parameters
    ----------
    found : str
        Version of numpy.
    python : tuple of int
        Version of Python.
    """
    numbers = tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in found.split(".")[:2])
    if tuple(python[:2]) == OLD_PYTHON and numbers >= NUMPY_LIMIT:
        return f"numpy {found} does not work with Brian 2 on Python 3.11", "pip install 'numpy<2.4'"
    return None


def why_not(error):
    """One sentence on an import of Brian 2 that failed."""
    try:
        problem = numpy_problem(version("numpy"), sys.version_info)
    except PackageNotFoundError:
        problem = None
    text, advice = problem or (
        f"Brian 2 cannot be imported ({type(error).__name__}: {error})",
        "pip install --force-reinstall brian2",
    )
    return f"ffbrian: {text}: {advice}."


def import_brian():
    """Import Brian 2 if that has not happened yet; the command ends with a sentence if that fails.

    What is hidden from it meanwhile can be imported as ever after that.
    """
    if "brian2" in sys.modules:
        return
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # None: an import of it fails
    gc.disable()  # importing makes no garbage worth collecting
    try:
        import brian2  # noqa: F401
    except Exception as error:
        print(why_not(error), file=sys.stderr)
        raise SystemExit(2) from None
    finally:
        gc.enable()
        for name in hidden:
            del sys.modules[name]
