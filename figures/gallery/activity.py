"""Spikes of a layer: raster, membrane traces, and how many neurons take part."""

import digits
import numpy as np
from matplotlib import rc_context

import ffbrian as ff


def draw(folder):
    """Draw raster.png, membrane.png and activity.png."""
    recording = digits.recording()
    neurons, times = recording.spikes["layer_1"]
    colours = np.where(recording.polarity["layer_1"] > 0, ff.plot.D1, ff.plot.D2)
    ax = ff.plot.raster((neurons, times), colours, size=digits.N_NEURONS)
    with rc_context(ff.plot.STYLE):
        for name, colour in (("D1", ff.plot.D1), ("D2", ff.plot.D2)):
            ax.scatter([], [], color=colour, s=9, label=name)
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
        ax.set_title("positive phase, then negative phase")
    digits.save(ax, folder, "raster")
    digits.save(ff.plot.membrane(recording), folder, "membrane")
    counts = [
        np.bincount(neurons[(times >= p.start) & (times < p.stop)], minlength=digits.N_NEURONS)
        for p in recording.presentations
        if p.phase
    ]
    digits.save(ff.plot.activity(counts), folder, "activity")


if __name__ == "__main__":
    digits.main(draw)
