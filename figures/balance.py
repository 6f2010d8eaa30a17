"""Rates, irregularity and balance of a trained network of excitation and inhibition.

    ffbrian run digits-balanced --out RUN
    python figures/balance.py RUN/seed-1/model.npz OUT

A test sample is shown for 0.4 s with its own label, and for as long with a wrong label.
"""

import sys
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import ffbrian as ff

#: Time steps for which a sample is shown.
N_STEPS = 400


def recorded(model, sample):
    """A recording of the drives of the first population (`Recording`)."""
    slow = replace(model, plan=replace(model.plan, n_steps=N_STEPS))
    drives = model.network.layers[0].synapse.parsed().diff_eq_names
    return slow.record(sample, variables=[f"layer_1.{name}" for name in drives], pause=False)


def main(path, folder):
    """Draw balance.png; returns its path."""
    model = ff.Model.load(path)
    recording = recorded(model, ff.datasets.load("digits").test[0])
    axes = ff.plot.balance(recording)
    place = Path(folder) / "balance.png"
    axes[0].figure.savefig(place, dpi=150)
    return place


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__.split("\n\n")[1].strip())
    print(main(*sys.argv[1:]))
