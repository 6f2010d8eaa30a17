"""The same networks of 4,000 neurons in NEST, on one thread, with NEST's own neurons.

``python -m ffbrian.benchmarks.balanced_nest COBA``

prints the milliseconds of processor time of `SECONDS`, and the spikes.  NEST computes in double precision,
every spike arrives one time step later, and conductances are integrated with an adaptive step.
"""

import json
import sys
import time

from ffbrian.benchmarks.balanced_stock import N_EXCITATORY, SECONDS, N, connectivity

COMMON = {"t_ref": 5.0, "V_th": -50.0, "V_reset": -60.0, "E_L": -49.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0}
#: Model, parameters, and weights of excitatory and inhibitory synapses (pA of 1 nS are mV; nS of 10 nS).
KINDS = {
    "CUBA": ("iaf_psc_exp", {"C_m": 20.0, "tau_m": 20.0}, 1.62, -9.0),
    "COBA": ("iaf_cond_exp", {"C_m": 200.0, "g_L": 10.0, "E_ex": 0.0, "E_in": -80.0}, 6.0, -67.0),
}
STEP = 0.1


def build(nest, kind):
    """The network; returns its spike recorder."""
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=STEP, local_num_threads=1)
    model, parameters, excitation, inhibition = KINDS[kind]
    (pre, post), start = connectivity()
    cells = nest.Create(model, N, params=COMMON | parameters)
    cells.V_m = list(1e3 * start)
    for chosen, weight in ((pre < N_EXCITATORY, excitation), (pre >= N_EXCITATORY, inhibition)):
        ends, many = (pre[chosen] + 1, post[chosen] + 1), chosen.sum()
        synapses = {"weight": [weight] * many, "delay": [STEP] * many}
        nest.Connect(*ends, "one_to_one", synapses)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    return recorder


def main():
    """Run the network that the command line names."""
    import nest  # an extra, and slow to load

    recorder = build(nest, sys.argv[1])
    nest.Prepare()
    begin = time.process_time()
    nest.Run(1e3 * SECONDS)
    taken = time.process_time() - begin
    print(json.dumps({"milliseconds": 1e3 * taken, "spikes": recorder.n_events}))


if __name__ == "__main__":
    main()
