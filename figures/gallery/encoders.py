"""Every encoder, shown the same: a ramp of grey, a few events, one signal, one digit."""

from functools import partial

import digits
import numpy as np
from brian2 import Hz, ms
from matplotlib import rc_context
from matplotlib.figure import Figure

import ffbrian as ff
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.datasets import Events, Images, Signals
from ffbrian.learning.forward_forward import evaluation
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state

N_STEPS, N_GREYS = 40, 24
COLOURS = (*ff.plot.style.CYCLE, "black")


def spikes(encoder, split, dt=1 * ms):
    """Neurons and times (in ms) of the spikes that the first sample gives."""
    network = ff.Network([ff.Layer(1)], encoder=encoder, labels=ff.encoders.labels(max_rate=200 * Hz))
    plan = Plan(
        network,
        DataShape.of(split, 1),
        N_STEPS,
        float(dt),
        learns=False,
        recorded=(("inputs", ("spikes",), None),),
    )
    rows = evaluation(np.array([0]), np.array([0]), np.array([0]), seed=3)
    with data_file(split, plan) as path:
        found = (
            open_plan(plan, "runtime")
            .run(rows, path, initial_state(plan, np.random.default_rng(0)), {})
            .recordings["inputs_spikes"]
        )
    neurons, times = np.asarray(found["i"]), np.asarray(found["t"]) * 1e3
    inside = times < (N_STEPS - 0.5) * float(dt / ms)
    return neurons[inside], times[inside]


def greys(name, ax):
    """A code for images: pixels from black to white."""
    ramp = np.round(np.linspace(0, 255, N_GREYS)).astype(np.uint8).reshape(1, 1, 1, -1)
    neurons, times = spikes(getattr(ff.encoders, name), Images(ramp, np.array([0])))
    ax.plot(times, neurons / (N_GREYS - 1), "|", color=COLOURS[0], markersize=4)
    ax.set(
        title=name,
        xlim=(-1, N_STEPS),
        ylim=(-0.05, 1.05),
        xlabel="time (ms)",
        ylabel="intensity of the pixel (1)",
    )


def events(encoder, n_copies, ax):
    """A code for events: those of three units, and the cells that they reach."""
    times, units = np.array([6, 9, 12, 18, 21, 25, 27, 33]) * 1000, np.array([0, 2, 1, 0, 1, 2, 0, 2])
    neurons, fired = spikes(encoder, Events(times, units, np.array([0, len(times)]), np.array([0]), 3))
    ax.plot(times / 1000, units - 3.5, "|", color="black", markersize=7)
    for copy in range(n_copies):
        chosen = neurons // 3 == copy
        ax.plot(fired[chosen], neurons[chosen] + 0.5 * copy + 0.5, "|", color=COLOURS[copy], markersize=7)
    places = [3.5 * copy + 1.5 for copy in range(n_copies)]
    ax.set(
        title=encoder.name,
        xlim=(-1, N_STEPS),
        xlabel="time (ms)",
        yticks=[-2.5, *places],
        yticklabels=["data", *(f"copy {k}" for k in range(n_copies))],
    )


def labels(ax):
    """The label population of five classes, of which one is shown."""
    network = ff.Network([ff.Layer(1)], labels=ff.encoders.labels(max_rate=250 * Hz), label_size=3)
    image = Images(np.zeros((1, 1, 1, 1), np.uint8), np.array([4]))
    plan = Plan(
        network,
        DataShape.of(image, 5),
        N_STEPS,
        1e-3,
        learns=False,
        recorded=(("labels", ("spikes",), None),),
    )
    with data_file(image, plan) as path:
        found = (
            open_plan(plan, "runtime")
            .run(
                evaluation(np.array([0]), np.array([4]), np.array([2]), seed=0),
                path,
                initial_state(plan, np.random.default_rng(0)),
                {},
            )
            .recordings["labels_spikes"]
        )
    inside = np.asarray(found["t"]) < (N_STEPS - 0.5) * 1e-3
    ax.plot(
        np.asarray(found["t"])[inside] * 1e3,
        np.asarray(found["i"])[inside],
        "|",
        color=COLOURS[3],
        markersize=5,
    )
    ax.set(
        title="labels (3 neurons a class, class 2 shown)",
        xlim=(-1, N_STEPS),
        ylim=(-0.7, 14.7),
        yticks=[1, 4, 7, 10, 13],
        yticklabels=range(5),
        xlabel="time (ms)",
        ylabel="class",
    )


def retina(ax):
    """Spike counts of ON minus OFF cells for a digit."""
    digit = ff.datasets.load("digits").test.take(slice(7, 8))
    image = Images(digit.values.repeat(3, axis=2).repeat(3, axis=3), digit.labels)
    neurons, _ = spikes(ff.encoders.on_off, image)
    on, off = np.bincount(neurons, minlength=2 * image.n_units).reshape(2, 24, 24)
    drawn = ax.imshow(on - off, cmap=ff.plot.style.DIVERGING, vmin=-10, vmax=10)
    ax.figure.colorbar(drawn, ax=ax, shrink=0.9, label="spikes in 40 ms, ON minus OFF")
    ax.set(title="on_off (surround of 2 pixels)", xticks=[], yticks=[])


def delta(ax):
    """A signal, the spikes that it gives, and the signal that they tell."""
    t = np.arange(N_STEPS) * 5e-3
    wave = (3 * np.sin(2 * np.pi * 6 * t) + 2 * np.sin(2 * np.pi * 11 * t + 1)).astype(np.float32)
    neurons, times = spikes(
        ff.encoders.delta_modulation, Signals(wave.reshape(1, 1, -1), np.array([0]), 200.0), dt=5 * ms
    )
    moves = np.zeros(N_STEPS)
    np.add.at(moves, np.round(times / 5).astype(int), 1 - 2 * neurons)
    ax.plot(t * 1e3, wave, color="black", label="signal")
    ax.step(t * 1e3, wave[0] + np.cumsum(moves), where="post", color=COLOURS[1], label="what the spikes tell")
    for copy, name in enumerate(("up", "down")):
        ax.plot(
            times[neurons == copy],
            np.full((neurons == copy).sum(), -6.2 - 1.2 * copy),
            "|",
            color=COLOURS[2 + copy],
            markersize=6,
            label=f"spikes {name}",
        )
    ax.set(
        title="delta_modulation (quantum of 1)",
        xlabel="time (ms)",
        ylabel="signal (its unit)",
        ylim=(-8.2, 9.5),
    )
    ax.legend(ncols=2, loc="upper right", fontsize=7, columnspacing=0.8, handlelength=1.2)


PANELS = (
    *(partial(greys, name) for name in ("rate", "poisson", "latency", "phase", "burst")),
    labels,
    partial(events, ff.encoders.events, 1),
    partial(events, ff.encoders.time_cells(copies=4, width=10 * ms), 4),
    partial(events, ff.encoders.relative_time_cells(copies=4), 4),
    partial(events, ff.encoders.paced_time_cells(copies=4), 4),
    partial(events, ff.encoders.counting_time_cells(copies=4, count=2), 4),
    partial(events, ff.encoders.delay_lines(copies=4, lag=5 * ms), 4),
    retina,
    delta,
)


def draw(folder):
    """Draw encoders.png."""
    with rc_context(ff.plot.style.STYLE):
        figure = Figure(figsize=(14, 8.4))
        grid = figure.add_gridspec(3, 5)
        places = [grid[number] for number in range(len(PANELS) - 1)]
        for panel, place in zip(PANELS, [*places, grid[2, len(places) % 5 :]]):
            panel(figure.add_subplot(place))
        digits.save(figure, folder, "encoders")


if __name__ == "__main__":
    digits.main(draw)
