"""Dense synapses, and rows of sparse ones: fast pathways inside Brian's ``cpp_standalone``."""

import shutil
from pathlib import Path

from ffbrian.build.dense.collect import collect_copies
from ffbrian.build.dense.copies import learn_copies, project_copies
from ffbrian.build.dense.install import densify, is_dense
from ffbrian.build.dense.neurons import vectorise
from ffbrian.build.dense.sparse import sparsify

#: The header of elementary functions, which may be included without a project.
ARITHMETIC = Path(__file__).with_name("arithmetic.h")

__all__ = [
    "ARITHMETIC",
    "collect_copies",
    "copy_headers",
    "densify",
    "is_dense",
    "learn_copies",
    "project_copies",
    "sparsify",
    "vectorise",
]


def copy_headers(folder):
    """Put the headers that generated code includes into a project (a Path)."""
    for header in (ARITHMETIC, ARITHMETIC.with_name("places.h")):
        shutil.copy(header, folder)
