"""Copies of populations that share weights: their spikes go through the synapses of the original."""

import numpy as np
from brian2 import Function, Synapses, ms

from ffbrian.build.clockwork import Moment
from ffbrian.build.dense import is_dense, project_copies

_READ = "static inline double _NAME(int64_t k) { return brian::ARRAY[k]; }"


def project(bench, source, target, weights, n_copies, code, values, rows_shared=True):
    """Let the spikes of copies run through the weights of another Synapses.

    Parameters
    ----------
    bench : Workbench
    source, target : brian2.NeuronGroup
        One copy after the other.
    weights : brian2.Synapses
        Of the original.
    n_copies : int
    code : str
        What a spike does.
    values : dict
        Parameters that `code` names.
    rows_shared : bool
        Whether every copy has neurons of its own in `source`; else the rows of
        `weights` are divided among the copies.

    Returns
    -------
    brian2.Synapses
    """
    name = f"copies_{weights.name}"
    if bench.uses_dense and is_dense(weights):
        made = project_copies(
            source, target, weights, n_copies, code=code, rows_shared=rows_shared, name=name, namespace=values
        )
        return bench.add(made)
    return _listed(bench, source, target, weights, n_copies, code, values, rows_shared, name)


def _listed(bench, source, target, weights, n_copies, code, values, rows_shared, name):
    """The same with synapses of their own, which take over the original's weights before each
    presentation.
    """
    n_rows, n_columns = len(weights.source), len(weights.target)
    row, column = np.divmod(np.arange(n_rows * n_columns), n_columns)
    copy = np.arange(n_copies)[:, None]
    pre = (row + copy * n_rows if rows_shared else np.tile(row, (1, 1))).ravel()
    post = (
        column + copy * n_columns if rows_shared else column + row * n_copies // n_rows * n_columns
    ).ravel()
    original = np.tile(np.arange(n_rows * n_columns), n_copies if rows_shared else 1)
    values = values | {"weight_of": _reader(bench, weights)}
    synapses = bench.add(
        Synapses(
            source,
            target,
            "w : 1\noriginal : integer (constant)",
            on_pre=code,
            delay=0 * ms,
            clock=bench.step_clock,
            name=name,
            namespace=values,
        )
    )
    synapses.connect(i=pre, j=post)
    synapses.original = original
    bench.at_presentation(synapses, "w = weight_of(original)", Moment.ARRIVE, f"take_over_{name}")
    return synapses


def _reader(bench, weights):
    """A function ``weight_of(k)`` that gives the weight of the original's synapse `k`."""

    def read(k):
        return weights.variables["w"].get_value()[np.asarray(k, int)]

    function = Function(
        read, arg_units=[1], arg_types=["integer"], return_unit=1, return_type="float", stateless=False
    )
    if bench.is_standalone:
        name = f"_weight_of_{weights.name}"
        array = bench.array_name(weights, "w").replace("_ptr_array", "_dynamic_array")
        function.implementations.add_implementation(
            "cpp", _READ.replace("NAME", name).replace("ARRAY", array), name=name
        )
    return function
