"""Dense synapses: fast all-to-all pathways inside Brian's ``cpp_standalone``."""

from ffbrian.build.dense.collect import collect_copies
from ffbrian.build.dense.copies import learn_copies, project_copies
from ffbrian.build.dense.install import densify, is_dense
from ffbrian.build.dense.neurons import vectorise

__all__ = ["collect_copies", "densify", "is_dense", "learn_copies", "project_copies", "vectorise"]
