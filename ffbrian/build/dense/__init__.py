"""Dense synapses, and rows of sparse ones: fast pathways inside Brian's ``cpp_standalone``."""

from pathlib import Path

from ffbrian.build.dense.collect import collect_copies
from ffbrian.build.dense.copies import learn_copies, project_copies
from ffbrian.build.dense.install import densify, is_dense
from ffbrian.build.dense.neurons import vectorise
from ffbrian.build.dense.sparse import sparsify

#: The header that generated code includes, to be copied into a project.
ARITHMETIC = Path(__file__).with_name("arithmetic.h")

__all__ = [
    "ARITHMETIC",
    "collect_copies",
    "densify",
    "is_dense",
    "learn_copies",
    "project_copies",
    "sparsify",
    "vectorise",
]
