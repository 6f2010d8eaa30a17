"""Anatomy of a weight change, for a rule in which both orders of spikes count."""

from dataclasses import replace

import digits
from brian2 import ms

import ffbrian as ff


def draw(folder):
    """Draw anatomy.png: the trained weights, under a rule with a short trace and depression."""
    model = digits.model()
    rule = ff.plasticity.eligibility_stdp(eta=1e-3, A_minus=0.5, tau_plus=17 * ms)
    model = replace(model, plan=replace(model.plan, network=replace(model.network, rule=rule)))
    shown = digits.recording().presentations[1].label
    recording = model.record(digits.data()[2][digits.SAMPLE], label=shown)
    digits.save(ff.plot.anatomy(recording)["pre"], folder, "anatomy")


if __name__ == "__main__":
    digits.main(draw)
