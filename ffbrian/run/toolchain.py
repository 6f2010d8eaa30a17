"""Compile the C++ project that Brian wrote, fast, and explain what goes wrong.

Brian's own makefile calls the compiler for every code object and parses the same
headers each time.  Here the headers are compiled once into a precompiled header,
code objects are compiled in batches, code that runs only once per simulation is
optimised less, and the work is shared among all processors.  Where there is a
folder for it, what no project writes itself is compiled once for all projects.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from ffbrian import stopping
from ffbrian.errors import BuildError
from ffbrian.run import header

COMPILE_LOG = "compile.log"
_PROJECT_MAKEFILE = "makefile"
_FAST_MAKEFILE = "fast.mk"
_PROGRAM = "main"
_ANNOUNCEMENT = "compile "
_INSTALL_ADVICE = (
    "install the GNU compiler and make (Debian, Ubuntu: apt install g++ make; "
    "Fedora: dnf install gcc-c++ make; conda: conda install gxx make)"
)

#: Parts of the names of sources that run once per simulation.
_RUN_ONCE = (
    "code_objects/before_run_",
    "code_objects/after_run_",
    "_synapses_create_",
    "_create_dense",
    "_group_variable_set",
)
_RUN_ONCE_FILES = ("main.cpp", "objects.cpp", "run.cpp", "synapses_classes.cpp")

#: Code objects that one call of the compiler takes: most of the time of a call goes
#: into its start, and enough calls remain for several processors.
_BATCH_SIZE = 16
_POLL_SECONDS = 0.1
#: What a compiler says that was killed, or got no memory or space, by the reason.
_NOT_THE_CODE = {
    "memory": (
        "Killed signal",
        "Killed",
        "out of memory",
        "virtual memory exhausted",
        "Cannot allocate memory",
        "bad_alloc",
    ),
    "disk space": ("No space left on device", "Disk quota exceeded", "File size limit exceeded"),
}
_INCLUDE = re.compile(r"^\s*#\s*include.*$", re.MULTILINE)
_DECLARED = re.compile(r"^void (\w+)\(\);", re.MULTILINE)

_MAKEFILE_TEXT = """\
CXX = {compiler}
OPTIMISATIONS = {optimisations}
FLAGS = -w {flags}
HOT = {hot}
COLD = {cold}
HEADER = {header}

main: objects.o $(HOT) $(COLD)
\t@$(CXX) $(HOT) $(COLD) objects.o -o $@ {link_flags}

{header_rules}
$(COLD): LEVEL = -O1
$(HOT) $(COLD): %.o: %.cpp $(PRECOMPILED)
\t@echo "{announcement}$<"
\t@$(CXX) $(FLAGS) $(LEVEL) -include $(HEADER) -MMD -MP $< -o $@

-include $(HEADER).d objects.d $(HOT:.o=.d) $(COLD:.o=.d)
"""


def find_compiler():
    """Find the C++ compiler: the environment variable ``CXX``, else ``g++``.

    Returns
    -------
    str
        The command, as it can be written into a makefile.

    Raises
    ------
    ffbrian.errors.BuildError
        If there is no compiler, with the command that installs one.
    """
    chosen = os.environ.get("CXX", "").strip()
    for command in (chosen,) if chosen else ("g++", "c++"):
        if shutil.which(_words(command)[0]):
            return command
    if chosen:
        raise BuildError(
            f"CXX names the compiler '{chosen}', which is not on the path; correct CXX, "
            "or unset it to use g++."
        )
    raise BuildError(f"No C++ compiler found: {_INSTALL_ADVICE}, or set CXX.")


def _words(command):
    try:
        return shlex.split(command)
    except ValueError as error:
        raise BuildError(
            f"CXX is '{command}', which a shell does not understand ({error}); correct CXX, or unset it to "
            "use g++."
        ) from None


def _require_compiler(command):
    """Raise BuildError unless a command compiles the shortest program."""
    with tempfile.TemporaryDirectory(prefix="ffbrian-") as folder:
        source, program = Path(folder) / "shortest.cpp", Path(folder) / "shortest"
        source.write_text("int main() { return 0; }\n")
        done = subprocess.run(
            [*_words(command), str(source), "-o", str(program)],
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode or not program.exists():
            reason = (
                done.stderr.strip().splitlines()
                or [f"it ended with status {done.returncode} and wrote no program"]
            )[-1]
            raise BuildError(
                f"'{command}' is no C++ compiler that works: it does not compile the shortest program "
                f"({reason}); correct CXX, or unset it to use g++, or {_INSTALL_ADVICE}."
            )


def compiler_version(compiler):
    """The first line that a compiler prints about itself.

    Parameters
    ----------
    compiler : str
        A command, as returned by :func:`find_compiler`.

    Returns
    -------
    str
        For example ``"g++ (Debian 12.2.0-14) 12.2.0"``.

    Raises
    ------
    ffbrian.errors.BuildError
        If the command cannot be run.
    """
    command = [*shlex.split(compiler), "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"The compiler '{compiler}' does not run ({error}); {_INSTALL_ADVICE}.") from error
    return answer.stdout.split("\n", 1)[0].strip()


def compile_project(directory, jobs=None, failure_log=None, headers=None):
    """Compile the project that ``device.build(compile=False)`` wrote.

    Files that did not change since the last call are not compiled again.  The
    output of the compiler goes to ``compile.log`` in `directory`.

    Parameters
    ----------
    directory : str or Path
        The project directory; the program ``main`` is written there.
    jobs : int, optional
        Compilers running at the same time; one per processor by default.
    failure_log : str or Path, optional
        Where the output of a compiler that refuses the code goes instead.
    headers : Path, optional
        A folder that keeps the compiled header of all projects.

    Returns
    -------
    int
        The number of compiler calls for this project; 0 if everything was up to date.

    Raises
    ------
    ffbrian.errors.BuildError
        If there is no compiler or no make, if `directory` holds no project, or if
        the compiler refuses a file: then the code object is named.
    """
    directory, jobs = Path(directory), jobs or _n_processors()
    status, output = _with_common_header(directory, jobs, headers) if headers else (1, "")
    if status:
        _write(directory, header.OWN_TEXT, header.OWN_RULES)
        status, output = _make(directory, jobs)
    log = Path(failure_log) if status and failure_log else directory / COMPILE_LOG
    log.write_text(output)
    if status != 0 or not (directory / _PROGRAM).exists():
        raise BuildError(_explain(output.splitlines(), log))
    return sum(line.startswith(_ANNOUNCEMENT) for line in output.splitlines())


def _write(directory, text, rules):
    _write_if_changed(directory / _FAST_MAKEFILE, _makefile_text(directory, rules))
    _write_if_changed(directory / header.NAME, text)


def _with_common_header(directory, jobs, headers):
    """Compile with the header of all projects, made now if there is none; status and output."""
    _write(directory, header.COMMON_TEXT, header.COMMON_RULES)
    compiled = _common_header(directory, headers)
    if compiled is None:
        return 1, ""
    link = directory / f"{header.NAME}.gch"
    link.unlink(missing_ok=True)
    link.symlink_to(compiled)
    status, output = _make(directory, jobs)
    if status:
        link.unlink()
        compiled.unlink(missing_ok=True)  # perhaps it is to blame
    return status, output


def _common_header(directory, headers):
    """The compiled header of all projects of a compiler and its flags; None if it cannot be made."""
    settings, compiler = _project_settings(directory), find_compiler()
    words = f"{settings['CXXFLAGS']} {settings['OPTIMISATIONS']}".replace("$(OPTIMISATIONS)", "")
    flags = [word for word in shlex.split(words) if not word.startswith("-I")]
    known = header.name(compiler, compiler_version(compiler), flags)
    return header.compiled(
        headers / known, _words(compiler) + flags, lambda command: _run(command, directory)
    )


def _n_processors():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _make(directory, jobs):
    try:
        return _run(["make", "-f", _FAST_MAKEFILE, f"-j{jobs}", "--output-sync=target"], directory)
    except FileNotFoundError as error:
        raise BuildError(f"'make' was not found: {_INSTALL_ADVICE}.") from error


def _run(command, directory):
    """Status and output of a command; interrupted at a safe point, with all that it has started."""
    environment = {**os.environ, "LC_ALL": "C", "MAKEFLAGS": ""}
    settings = dict(
        cwd=directory,
        env=environment,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    process = subprocess.Popen(command, start_new_session=True, **settings)
    try:
        return _output(process)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # it has not ended: its compilers, too
        process.communicate()
        raise


def _output(process):
    """Status and output of a process when it ends; a safe point until then."""
    while True:
        stopping.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            output, _ = process.communicate(timeout=_POLL_SECONDS)
            return process.returncode, output


def _makefile_text(directory, rules):
    settings = _project_settings(directory)
    sources = [s for s in settings["SRCS"].split() if s != "objects.cpp"]
    cold = [s for s in sources if _runs_once(s)]
    hot = [s for s in sources if s not in cold]
    return _MAKEFILE_TEXT.format(
        compiler=find_compiler(),
        optimisations=settings["OPTIMISATIONS"],
        flags=settings["CXXFLAGS"],
        link_flags=settings["LFLAGS"],
        hot=_objects(_in_batches(directory, hot, "batch_hot")),
        cold=_objects(_in_batches(directory, cold, "batch_cold")),
        header=header.NAME,
        header_rules=rules.format(makefile=_FAST_MAKEFILE, announcement=_ANNOUNCEMENT),
        announcement=_ANNOUNCEMENT,
    )


def _project_settings(directory):
    """The variables that Brian's makefile defines, by name."""
    path = directory / _PROJECT_MAKEFILE
    if not path.exists():
        raise BuildError(
            f"'{directory}' holds no C++ project; write one with "
            "device.build(directory, compile=False) first."
        )
    pairs = (line.partition(" = ") for line in path.read_text().splitlines())
    return {name: value for name, equals, value in pairs if equals and name.isupper()}


def _in_batches(directory, sources, name):
    """The files to compile instead of some sources: code objects together, others alone."""
    parts = [s for s in sources if s.startswith("code_objects/")]
    batches = [parts[k : k + _BATCH_SIZE] for k in range(0, len(parts), _BATCH_SIZE)]
    files = {f"{name}_{number}.cpp": batch for number, batch in enumerate(batches)}
    for file, batch in files.items():
        _write_if_changed(directory / file, _batch_text(directory, batch))
    return [*files, *(s for s in sources if s not in parts)]


def _batch_text(directory, sources):
    """Source files in one.

    All define helpers of the same names, so each stands in a namespace of its own, from
    which the functions that its header declares are called.
    """
    included = [line for s in sources for line in _INCLUDE.findall((directory / s).read_text())]
    lines = [line.strip() for line in dict.fromkeys(included)]
    for number, source in enumerate(sources):
        header = (directory / source).with_suffix(".h").read_text()
        lines += [f"namespace part_{number} {{", f'#include "{source}"', "}"]
        lines += [f"void {f}() {{ part_{number}::{f}(); }}" for f in _DECLARED.findall(header)]
    return "\n".join(lines) + "\n"


def _objects(sources):
    return " ".join(str(Path(source).with_suffix(".o")) for source in sources)


def _runs_once(source):
    return source in _RUN_ONCE_FILES or any(part in source for part in _RUN_ONCE)


def _write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _explain(lines, log):
    """One sentence about the first error in the output of the compiler."""
    for lacking, signs in _NOT_THE_CODE.items():
        line = next((line for line in lines if any(sign in line for sign in signs)), None)
        if line is not None:
            return (
                f"The compiler ran out of {lacking} ({line.strip()}); the network is not to blame: free "
                "some, or give the computer less to do meanwhile, and try again; the full output is in "
                f"'{log}'."
            )
    _require_compiler(find_compiler())
    line = next((line for line in lines if "error: " in line), None)
    if line is None:
        reason = next((line for line in lines if "***" in line), "it gave no reason")
        return f"The C++ project was not built ({reason}); see '{log}'."
    place, _, message = line.partition("error: ")
    source = place.split(":")[0].strip()
    return (
        f"The compiler refused {_origin(source)}: {message}; look at the equation or "
        f"function that it comes from, the full output is in '{log}'."
    )


def _origin(source):
    path = Path(source)
    if path.parent.name == "code_objects" and path.suffix == ".cpp":
        return f"the code object '{path.stem}'"
    return f"the file '{source}'"
