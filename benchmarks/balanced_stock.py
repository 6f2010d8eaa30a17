"""The balanced networks of Brian's own examples (CUBA and COBA), as the examples write them.

``python -m ffbrian.benchmarks.balanced_stock COBA DIRECTORY``

writes and compiles a project in DIRECTORY, whose ``main`` simulates `SECONDS` and prints the milliseconds of
processor time of its loop.

Source: Brette et al. 2007, benchmarks 1 and 2, after Vogels & Abbott 2005; Brian 2, examples/CUBA.py.
COBA has the resting potential of CUBA here, so that it stays active without other input.
"""

import sys

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    defaultclock,
    device,
    ms,
    mV,
    prefs,
    second,
    set_device,
    volt,
)
from ffbrian.benchmarks.stock import STOPWATCH

from ffbrian.run.toolchain import compile_project

N, N_EXCITATORY, PROBABILITY, SECONDS, SEED = 4000, 3200, 0.02, 1, 1
#: Membrane equation, jump of an excitatory and of an inhibitory synapse, resting potential.
KINDS = {
    "CUBA": ("(ge + gi - (v - El))/taum", 1.62 * mV, -9 * mV, -49 * mV),
    "COBA": ("(ge*(0*mV - v) + gi*(-80*mV - v) - (v - El))/taum", 0.6, 6.7, -49 * mV),
}
CONSTANTS = {"taum": 20 * ms, "taue": 5 * ms, "taui": 10 * ms, "Vt": -50 * mV, "Vr": -60 * mV}


def connectivity():
    """All pairs, and the potentials that the neurons begin with: (pre, post) int arrays, volt (n,)."""
    rng = np.random.default_rng(SEED)
    return np.nonzero(rng.random((N, N)) < PROBABILITY), rng.uniform(-0.060, -0.050, N)


def network(kind):
    """The objects of an example, in float32."""
    membrane, excitation, inhibition, resting = KINDS[kind]
    unit = "volt" if kind == "CUBA" else "1"
    conductances = f"dge/dt = -ge/taue : {unit}\ndgi/dt = -gi/taui : {unit}"
    cells = NeuronGroup(
        N,
        f"dv/dt = {membrane} : volt (unless refractory)\n{conductances}",
        threshold="v > Vt",
        reset="v = Vr",
        refractory=5 * ms,
        method="exact" if kind == "CUBA" else "exponential_euler",
        namespace=CONSTANTS | {"El": resting},
    )
    (pre, post), start = connectivity()
    cells.v = start * volt
    found = [cells, SpikeMonitor(cells, record=False)]
    for chosen, target, jump in (
        (pre < N_EXCITATORY, "ge", excitation),
        (pre >= N_EXCITATORY, "gi", inhibition),
    ):
        synapses = Synapses(cells, cells, on_pre=f"{target} += jump", namespace={"jump": jump})
        synapses.connect(i=pre[chosen], j=post[chosen])
        found.append(synapses)
    return found


def main():
    """Build the example that the command line names."""
    kind, directory = sys.argv[1:]
    prefs.core.default_float_dtype = np.float32
    set_device("cpp_standalone", directory=directory, build_on_run=False)
    defaultclock.dt = 0.1 * ms
    for slot, code in STOPWATCH.items():
        device.insert_code(slot, code)
    Network(network(kind)).run(SECONDS * second)
    device.build(directory=directory, compile=False, run=False)
    compile_project(directory)


if __name__ == "__main__":
    main()
