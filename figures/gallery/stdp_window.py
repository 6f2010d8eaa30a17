"""STDP windows, measured by running each rule on single pairs of spikes."""

import digits
from brian2 import ms

import ffbrian as ff
from ffbrian.analyse import stdp_window

RULES = {
    "pair, A− = 0.5": ff.plasticity.eligibility_stdp(A_minus=0.5, tau_plus=17 * ms),
    "pair, default": ff.plasticity.eligibility_stdp,
    "triplet": ff.plasticity.triplet,
}


def draw(folder):
    """Draw stdp_window.png."""
    windows = {name: stdp_window.window(rule) for name, rule in RULES.items()}
    lags = next(iter(windows.values()))[0]
    digits.save(
        ff.plot.stdp_window(lags, {name: change for name, (_, change) in windows.items()}),
        folder,
        "stdp_window",
    )


if __name__ == "__main__":
    digits.main(draw)
