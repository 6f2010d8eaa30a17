"""The header that code objects include, compiled before them: of one project, or the same for all.

Parsing it takes as long as all code of a small network.  What no project writes itself is
the same for all, and is kept compiled in a folder of the cache.
"""

import hashlib
import secrets

import brian2

NAME = "precompiled.h"
#: Included by every source file that Brian generates, and the same for all projects.
COMMON_TEXT = """\
#include <algorithm>
#include <climits>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>
#include <brianlib/clocks.h>
#include <brianlib/common_math.h>
#include <brianlib/dynamic_array.h>
#include <brianlib/stdint_compat.h>
"""
#: The same with what a project writes itself.
OWN_TEXT = COMMON_TEXT + '#include "objects.h"\n'

#: A header of the project's own.  objects.cpp takes longest, so it starts at once, beside the header.
OWN_RULES = """\
PRECOMPILED = $(HEADER).gch
$(HEADER).gch: $(HEADER) {makefile}
\t@echo "{announcement}$(HEADER)"
\t@$(CXX) $(FLAGS) -MMD -MP -MF $(HEADER).d -MT $@ -x c++-header $(HEADER) -o $@

objects.o: objects.cpp {makefile}
\t@echo "{announcement}$<"
\t@$(CXX) $(FLAGS) -O1 -MMD -MP $< -o $@
"""
#: A header that was compiled before, for all projects.
COMMON_RULES = """\
PRECOMPILED = $(HEADER)
objects.o: objects.cpp $(HEADER) {makefile}
\t@echo "{announcement}$<"
\t@$(CXX) $(FLAGS) -O1 -include $(HEADER) -MMD -MP $< -o $@
"""


def name(*decides):
    """The file name of the compiled header of a compiler and its flags (str)."""
    known = (brian2.__version__, COMMON_TEXT, decides)
    return f"{hashlib.sha256(repr(known).encode()).hexdigest()[:24]}.gch"


def compiled(path, compiler, run):
    """The header of all projects, compiled now if it is missing.

    Parameters
    ----------
    path : Path
        Where it is kept.
    compiler : list of str
        With its flags.
    run : callable
        Runs a command in the folder of a project, with the header's text and Brian's own
        headers, of which every project has the same copy; returns status and output.

    Returns
    -------
    Path or None
        None if it cannot be made.
    """
    if path.exists():
        return path
    scratch = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        status, _ = run([*compiler, "-I.", "-x", "c++-header", NAME, "-o", str(scratch)])
        if status == 0:
            scratch.replace(path)  # whole, or not there
    except OSError:
        return None
    finally:
        scratch.unlink(missing_ok=True)
    return path if status == 0 else None
