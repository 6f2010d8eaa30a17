"""What decides a binary besides its plan: this package's code, Brian 2, the processor, the compiler."""

import contextlib
import hashlib
import importlib
import os
import platform
import re
import shutil
from functools import lru_cache
from pathlib import Path

import brian2
from brian2 import prefs

from ffbrian.run import toolchain

PACKAGE = __name__.partition(".")[0]
_IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+({PACKAGE}[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ "
    rf"\t]+({PACKAGE}[\w.]*))",
    re.MULTILINE,
)


def closure(*names):
    """The files of modules and of all modules of this package that they import, one through another.

    With them, the files that are no Python in their folders: headers and templates.

    Parameters
    ----------
    *names : str
        Modules, such as ``"ffbrian.build"``.

    Returns
    -------
    list of Path
        Sorted.
    """
    roots, files, seen, waiting = importlib.import_module(PACKAGE).__path__, {}, set(), list(names)
    while waiting:
        name = waiting.pop()
        path = None if name in seen else _file(roots, name)
        seen.add(name)
        if path is not None:
            files[name] = path
            waiting += [*_parents(name), *_imported(path.read_text())]
    folders = {path.parent for path in files.values()}
    return sorted({*files.values(), *(path for folder in folders for path in _beside(folder))})


def _file(roots, name):
    """The file of a module of this package; None if the name is no module."""
    for root in roots:
        stem = os.path.join(root, *name.split(".")[1:])
        for path in (f"{stem}.py", os.path.join(stem, "__init__.py")):
            if os.path.isfile(path):
                return Path(path)
    return None


def _parents(name):
    parts = name.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts))]


def _imported(text):
    """Names that a source file imports from this package: modules, and perhaps what is in them."""
    for home, things, module in _IMPORT.findall(text):
        yield home or module
        for thing in re.sub(r"#.*|[()]", "", things).split(","):
            if thing.strip():
                yield f"{home}.{thing.split()[0]}"


def _beside(folder):
    """Files of a package that are no Python, also in folders that are no packages."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            yield from _beside(path)
        elif path.is_file() and path.suffix not in (".py", ".pyc"):
            yield path


@lru_cache
def of_code(*names):
    """A hash of modules with all that they import here, of Brian 2 and of the processor.

    Parameters
    ----------
    *names : str
        As of `closure`.

    Returns
    -------
    str
        Hexadecimal.
    """
    digest = hashlib.sha256()
    for path in closure(*names):
        digest.update(path.name.encode() + path.read_bytes())
    with contextlib.suppress(OSError):
        flags = [
            line
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith(("flags", "Features"))
        ]
        digest.update("".join(flags[:1]).encode())
    words = (brian2.__version__, platform.machine(), str(prefs.codegen.cpp.extra_compile_args_gcc))
    digest.update(repr(words).encode())
    return digest.hexdigest()


def compiler():
    """What tells the compiler from others, in words: the command, with its place, and its version.

    Raises
    ------
    BuildError
        If there is none.
    """
    command = toolchain.find_compiler()
    first, *rest = command.split()
    return f"{' '.join([shutil.which(first) or first, *rest])}: {_version(command)}"


@lru_cache
def _version(command):
    return toolchain.compiler_version(command)
