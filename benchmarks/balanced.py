"""Balanced networks of 4,000 neurons with 2 % of all pairs: Brian's examples, and with a plastic rule.

``python -m ffbrian.benchmarks.balanced`` prints milliseconds of processor time for a second of
simulated time.  *Example* is the file that Brian's documentation has, *stock* this package's network
on Brian's own loops, *nest* NEST on one thread, where it is installed.  In "CUBA, plastic" the synapses
among the excitatory neurons follow the goodness rule, in presentations of 100 ms.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from brian2 import ms, mV, volt
from ffbrian.benchmarks import balanced_stock, product
from ffbrian.benchmarks.workloads import alternate, answer

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.network.connections import Pairs

DT = 1e-4
CELL = ff.NeuronModel(
    name="integrate_and_fire",
    equations="dv/dt = (v_rest - v + drive)/tau_m : volt (unless refractory)",
    threshold="v > v_th",
    reset="v = v_reset",
    initial="v = v_start",
    refractory=5 * ms,
    parameters=dict(tau_m=20 * ms, v_rest=-49 * mV, v_th=-50 * mV, v_reset=-60 * mV, v_start=-60 * mV),
)
CURRENT = ff.synapses.exponential
CONDUCTANCE = ff.SynapseModel(
    name="conductance_ratio",
    equations="dg/dt = -g/tau_s : 1\ndrive = g*(E_rev - v) : volt",
    on_input="g += J*afferent",
    parameters=dict(tau_s=5 * ms, J=1.0, E_rev=0 * mV),
)
KINDS = {
    "CUBA": (
        "exact",
        replace(CURRENT, name="excitation")(tau_s=5 * ms, J=1.62 * mV),
        replace(CURRENT, name="inhibition")(tau_s=10 * ms, J=9 * mV),
    ),
    "COBA": (
        "exponential_euler",
        replace(CONDUCTANCE, name="excitation")(tau_s=5 * ms, J=0.6, E_rev=0 * mV),
        replace(CONDUCTANCE, name="inhibition")(tau_s=10 * ms, J=6.7, E_rev=-80 * mV),
    ),
}


def network(kind, is_plastic=False):
    """The network of an example (`Network`); its input is one unit that never spikes."""
    method, excitation, inhibition = KINDS[kind]
    (pre, post), start = balanced_stock.connectivity()
    n = balanced_stock.N_EXCITATORY
    parts = {"e": slice(0, n), "i": slice(n, balanced_stock.N)}
    cell = replace(CELL, method=method)
    rule = ff.plasticity.eligibility_stdp
    projections = [
        ff.Projection("image", "e", excitation, Pairs([0], [0]), initial_weight=1e-9, rule=rule),
    ]
    for source, senders in parts.items():
        for target, receivers in parts.items():
            chosen = inside(pre, senders) & inside(post, receivers)
            learns = is_plastic and source == target == "e"
            projections.append(
                ff.Projection(
                    source,
                    target,
                    excitation if source == "e" else inhibition,
                    Pairs(pre[chosen] - senders.start, post[chosen] - receivers.start),
                    initial_weight="0*i + 1" if source == "e" or kind == "COBA" else "0*i - 1",
                    rule=rule if learns else None,
                )
            )
    return ff.Network(
        populations={"image": ff.Inputs(), "label": ff.Labels()}
        | {
            name: ff.Population(part.stop - part.start, cell, per_neuron={"v_start": start[part] * volt})
            for name, part in parts.items()
        },
        projections=projections,
        signals={"M": ff.modulators.opponent},
    )


def inside(numbers, part):
    """Which numbers a slice holds (array of bool)."""
    return (numbers >= part.start) & (numbers < part.stop)


def plan(kind, pathway, is_plastic=False):
    """The plan of one second, or of 100 ms where the network learns."""
    n_steps = 1000 if is_plastic else round(balanced_stock.SECONDS / DT)
    shape = DataShape("values", (1, 1, 1), product.N_CLASSES)
    return Plan(network(kind, is_plastic), shape, n_steps, dt=DT, learns=is_plastic, pathway=pathway)


def measure(kind, is_plastic=False, repetitions=5):
    """Time a network by all means, in turns.

    Parameters
    ----------
    kind : str
        ``"CUBA"`` or ``"COBA"``.
    is_plastic : bool
        Then there is no example to compare with.
    repetitions : int

    Returns
    -------
    dict
        ``network``; ``ms`` of a simulated second by variant; ``ratio``, times ffbrian's;
        ``spikes`` of a simulated second by variant.
    """
    blank = ff.datasets.Images(np.zeros((2, 1, 1, 1), np.uint8), [0, 1], "blank")
    rows = product.training_rows(blank, 10) if is_plastic else product.evaluation_rows(blank, 4, [0])
    seconds = 0.1 if is_plastic else balanced_stock.SECONDS
    timers, spikes = {}, {}
    with (
        product.prepared(plan(kind, "dense", is_plastic), blank, rows) as ours,
        product.prepared(plan(kind, "stock", is_plastic), blank, rows) as stock,
        tempfile.TemporaryDirectory(prefix="ffbrian-bench-") as folder,
    ):
        for name, shown in (("ffbrian", ours), ("stock", stock)):
            spikes[name] = spikes_of(shown.run(len(rows)).table) / len(rows) / seconds
            timers[name] = lambda shown=shown: shown.milliseconds() / seconds
        if not is_plastic:
            build_example(kind, Path(folder))
            timers["example"] = lambda: answer("./main", folder=folder)["milliseconds"] / seconds
            answer("./main", folder=folder)
            spikes["example"] = example_spikes(Path(folder)) / seconds
            if find_spec("nest"):
                timers["nest"] = lambda: in_nest(kind)["milliseconds"] / seconds
                spikes["nest"] = in_nest(kind)["spikes"] / seconds
        found = alternate(timers, repetitions)
    ratio = {name: value / found["ffbrian"] for name, value in found.items()}
    title = kind + (", plastic" if is_plastic else "")
    return {"network": title, "ms": found, "ratio": ratio, "spikes": spikes}


def spikes_of(table):
    """All spikes of the layers in a run."""
    return sum(float(values.sum()) for name, values in table.items() if name.startswith("spikes_"))


def build_example(kind, folder):
    """Compile Brian's example."""
    subprocess.run(
        [sys.executable, "-m", "ffbrian.benchmarks.balanced_stock", kind, str(folder)],
        check=True,
        capture_output=True,
    )
    (folder / "results").mkdir(exist_ok=True)


def in_nest(kind):
    """What NEST makes of an example, see `balanced_nest`."""
    return answer(sys.executable, "-m", "ffbrian.benchmarks.balanced_nest", kind)


def example_spikes(folder):
    """Spikes that the example's run has left in its results."""
    (path,) = (folder / "results").glob("_array_spikemonitor_count*")
    return float(np.fromfile(path, np.int32).sum())


def line(found):
    """One line of the table."""
    cells = "  ".join(f"{name} {value:.1f}" for name, value in found["ms"].items())
    ratios = "  ".join(f"{name} {value:.2f}" for name, value in found["ratio"].items() if name != "ffbrian")
    counts = " / ".join(f"{value:.0f}" for value in found["spikes"].values())
    return f"{found['network']:16} ms per second: {cells}   times ffbrian's: {ratios}   spikes: {counts}"


def main():
    """Print all of it."""
    found = [measure("CUBA"), measure("COBA"), measure("CUBA", is_plastic=True)]
    print("\n".join(map(line, found)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
