"""Ten seconds of a stream of digits: what comes when, and what goes on meanwhile.

``python figures/stream.py [MODEL.npz] [OUT.png]`` draws a trained model, or trains one first.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

import ffbrian as ff
from ffbrian.train.experiment import Experiment

#: Colours of true and of false labels, as in the other figures.
TRUE, FALSE = "#0072B2", "#D55E00"
SECONDS = 10.0
HERE = Path(__file__).parent


def trained(path):
    """A model from its file, or the first seed of the experiment after a few epochs."""
    if path:
        return ff.Model.load(path)
    experiment = Experiment.load("digits-stream", ["training.epochs=4"])
    return experiment.trainer.fit(experiment.data.load().train, epochs=4, seed=1)


def draw(recording):
    """The figure of a `StreamRecording` (`matplotlib.figure.Figure`)."""
    figure = Figure(figsize=(11, 8.5), layout="constrained")
    axes = figure.subplots(6, 1, sharex=True, height_ratios=(0.9, 1.3, 1.1, 1.1, 1.1, 1.1))
    t = np.asarray(recording.t)
    scenes(axes[0], recording)
    raster(axes[1], recording)
    neuron = int(recording.pairs["synapses_1"][0, 1])
    axes[2].plot(t, 1000 * np.asarray(recording.traces["layer_1.v"])[:, neuron], color="black", lw=0.6)
    axes[2].set_ylabel("membrane\n(mV)")
    eligible = np.asarray(recording.traces["synapses_1.elig"])
    most = np.argsort(-eligible.max(axis=0))[:5]
    axes[3].plot(t, eligible[:, most], lw=0.8)
    axes[3].set_ylabel("eligibility")
    axes[4].plot(t, np.asarray(recording.traces["modulator_1.M"])[:, 0], color="black", lw=1)
    rewards(axes[4], recording)
    axes[4].set_ylabel("dopamine M\n(reward: arrows)")
    weights = np.asarray(recording.traces["synapses_1.w"])
    axes[5].plot(t, weights[:, most] - weights[0, most], lw=0.8)
    axes[5].set_ylabel("change of\nweight")
    axes[5].set(xlabel="time (s)", xlim=(0, SECONDS))
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def scenes(ax, recording):
    """When samples are on, and their labels, true or false."""
    for scene in recording.scenes:
        begin, end, label = (float(x) for x in (scene.begin, scene.end, scene.label_from))
        colour = TRUE if scene.reward > 0 else FALSE
        ax.axvspan(begin, end, ymin=0.5, color="0.85", lw=0)
        ax.axvspan(label, end, ymax=0.45, color=colour, alpha=0.6, lw=0)
        ax.text(
            (label + end) / 2,
            0.22,
            scene.label,
            ha="center",
            va="center",
            fontsize=6,
            color="white",
            clip_on=True,
        )
        ax.text((begin + end) / 2, 0.75, scene.truth, ha="center", va="center", fontsize=6, clip_on=True)
    ax.set(ylim=(0, 1), yticks=(0.22, 0.75), yticklabels=("label", "sample"))


def raster(ax, recording):
    """Spikes of inputs, labels and neurons, one above the other."""
    base, ticks = 0, []
    for name, colour in (("inputs", "0.4"), ("labels", "#009E73"), ("layer_1", "black")):
        i, t = recording.spikes[name]
        size = int(i.max(initial=0)) + 1
        ax.plot(np.asarray(t), base + i, ",", color=colour)
        ticks.append((base + size / 2, name.replace("_1", "").replace("layer", "neurons")))
        base += size + 4
    ax.set(ylim=(0, base), yticks=[place for place, _ in ticks], yticklabels=[name for _, name in ticks])


def rewards(ax, recording):
    """When rewards arrive."""
    for scene in recording.scenes:
        at, up = float(scene.reward_at), scene.reward > 0
        colour = TRUE if up else FALSE
        ax.annotate(
            "",
            (at, 0.8 if up else -0.8),
            (at, 0),
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 0.8, "mutation_scale": 6},
        )
    ax.set_ylim(-1, 1)


def main():
    """Train or load, record, draw."""
    model = trained(sys.argv[1] if len(sys.argv) > 1 else "")
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "stream.png"
    digits = ff.datasets.load("digits").test
    n_samples = int(np.ceil(SECONDS / (2 * model.plan.mean_steps() * model.plan.dt))) + 4
    recording = model.record(digits.take(slice(0, n_samples)))
    with rc_context({"font.size": 8}):
        draw(recording).savefig(out, dpi=150)


if __name__ == "__main__":
    main()
