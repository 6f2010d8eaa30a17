"""check the installation, the compiler and the data sets

Exit status 0 if all is well and 2 if something must be done.
"""

import platform
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

import ffbrian
from ffbrian import datasets
from ffbrian.brian_import import numpy_problem
from ffbrian.datasets.cache import roots
from ffbrian.errors import BuildError, DataError, RunError
from ffbrian.run import toolchain
from ffbrian.run.cache_folder import cache_folder, projects
from ffbrian.run.project import build_one_neuron

#: Extras that users do not need.
FOR_DEVELOPERS = ("test", "docs")
PYTHONS = ((3, 11), (3, 13))
PACKAGES = {
    "brian2": (2, 9),
    "numpy": (1, 26),
    "scipy": (1, 11),
    "matplotlib": (3, 8),
    "tonic": (1, 6),
    "scikit-learn": (1, 3),
    "h5py": (3, 9),
    "tqdm": (4, 60),
}


@dataclass(frozen=True)
class Check:
    """One line of the diagnosis.

    Attributes
    ----------
    is_ok : bool
    text : str
        What was found.
    advice : str
        What to do.
    """

    is_ok: bool
    text: str
    advice: str = ""


def checks():
    """Check one thing after the other, the slowest last; yields `Check`."""
    yield python()
    for name, least in PACKAGES.items():
        yield package(name, least)
    yield from extras()
    yield compiler()
    yield cache()
    for name in ("digits", "mnist", "fashion-mnist"):
        yield data(name)
    yield build()


def python():
    """The version of Python, and where ffbrian is."""
    found = sys.version_info[:2]
    text = (
        f"ffbrian {ffbrian.__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}"
    )
    is_ok = PYTHONS[0] <= found <= PYTHONS[1]
    return Check(is_ok, text, "" if is_ok else "use Python 3.11, 3.12 or 3.13")


def package(name, least):
    """The version of a package."""
    wanted = ".".join(map(str, least))
    try:
        found = version(name)
    except PackageNotFoundError:
        return Check(False, f"{name} is not installed", f"pip install '{name}>={wanted}'")
    numbers = _numbers(found)
    problem = numpy_problem(found, sys.version_info) if name == "numpy" else None
    if problem:
        return Check(False, *problem)
    is_ok = numbers >= least
    return Check(is_ok, f"{name} {found}", "" if is_ok else f"pip install '{name}>={wanted}'")


def _numbers(text):
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in text.split(".")[:2])


def extras():
    """What each extra of the package needs and whether it is here; an extra that is missing is no problem."""
    for extra, needed in extra_packages().items():
        missing = [name for name in needed if not _is_installed(name)]
        if missing:
            advice = f"if you want it, pip install 'ffbrian[{extra}]' (lacks {', '.join(missing)})"
            yield Check(True, f"extra {extra} is not installed", advice)
        else:
            yield Check(True, f"extra {extra}: {', '.join(needed)}")


def extra_packages():
    """Packages of every extra by its name (dict of str to list of str), from the installed metadata."""
    found = {}
    for line in requires("ffbrian") or ():
        package, _, marker = line.partition(";")
        extra = re.search(r"extra\s*==\s*['\"](\w+)['\"]", marker)
        if extra and extra[1] not in FOR_DEVELOPERS:
            found.setdefault(extra[1], []).append(re.match(r"[\w.-]+", package.strip())[0])
    return found


def _is_installed(name):
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def compiler():
    """The C++ compiler."""
    try:
        return Check(True, f"compiler {toolchain.compiler_version(toolchain.find_compiler())}")
    except BuildError as error:
        return Check(False, "no compiler", str(error).rstrip("."))


def cache():
    """Whether compiled networks can be kept."""
    folder = cache_folder()
    try:
        with tempfile.TemporaryFile(dir=projects()):
            return Check(True, f"cache folder {folder}")
    except BuildError as error:
        return Check(False, f"cache folder {folder} cannot be used", str(error).rstrip("."))
    except OSError as error:
        return Check(
            False,
            f"cache folder {folder} ({error.strerror})",
            "set FFBRIAN_CACHE to a folder that can be written",
        )


def data(name):
    """Whether a data set can be loaded; one that is missing is no problem."""
    missing = (
        "it is downloaded when first used; without a network, set FFBRIAN_DATA to the folder that holds it"
    )
    for folder in roots():
        try:
            found = datasets.load(name, folder)
            return Check(True, f"data set {name}, {len(found.train)} + {len(found.test)} samples")
        except DataError as error:
            if (folder / name).exists():
                return Check(False, f"data set {name} cannot be read", str(error).rstrip("."))
    return Check(True, f"data set {name} is not here", missing)


def build():
    """Compile and run one neuron."""
    started = time.perf_counter()
    try:
        build_one_neuron()
    except (BuildError, RunError) as error:
        return Check(False, "a network of one neuron was not built", str(error).rstrip("."))
    return Check(
        True, f"a network of one neuron was compiled and run in {time.perf_counter() - started:.1f} s"
    )


def execute(arguments):
    """Run the command; returns the exit status."""
    is_well = True
    for found in checks():
        is_well &= found.is_ok
        print(
            f"{'ok     ' if found.is_ok else 'problem'}  {found.text}"
            + (f": {found.advice}" if found.advice else ""),
            flush=True,
        )
    return 0 if is_well else 2
