"""From a sample to the spikes of the input population: several neurons a unit, surround, delays, signals.

Every encoder is held against a closed form in runtime mode; what is computed
by compiled code must be the same.
"""

import shlex
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from brian2 import Hz, ms, second
from schedules import each

import ffbrian as ff
from ffbrian.build import host_functions as host
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.datasets import Events, Images, Signals
from ffbrian.errors import ModelError
from ffbrian.run import toolchain
from ffbrian.run.backends import data_file, open_plan
from ffbrian.train.initial_state import initial_state

N_STEPS = 40


def spikes(encoder, split, mode="runtime", shift=(0, 0), n_steps=N_STEPS, dt=1e-3):
    """Spikes of the input neurons for each sample, (n_samples, n_steps, n_inputs) bool."""
    plan = Plan(
        ff.Network([ff.Layer(2)], encoder=encoder, labels=ff.encoders.labels(max_rate=100 * Hz)),
        DataShape.of(split, 2),
        n_steps,
        dt,
        learns=False,
        recorded=(("inputs", ("spikes",), None),),
    )
    n = len(split)
    rows = each(n, 0, 0, 0, shift)
    with data_file(split, plan) as path:
        found = (
            open_plan(plan, mode)
            .run(rows, path, initial_state(plan, np.random.default_rng(0)), {})
            .recordings["inputs_spikes"]
        )
    table = np.zeros((n * n_steps + 1, plan.n_inputs), bool)
    table[np.round(np.asarray(found["t"]) / dt).astype(int), np.asarray(found["i"])] = True
    return table[:-1].reshape(n, n_steps, -1)


def events(shape=(5,), n=3, n_events=12, seed=1):
    """Some samples with events between 4 and 34 ms."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(4000, 34000, (n, n_events)), axis=1).ravel()
    n_units = int(np.prod(shape))
    return Events(
        times,
        rng.integers(0, n_units, n * n_events),
        np.arange(n + 1) * n_events,
        np.arange(n) % 2,
        n_units,
        shape=shape,
    )


def as_table(split, n_steps=N_STEPS):
    """Whether a unit has an event in a step, (n_samples, n_steps, n_units) bool."""
    table = np.zeros((len(split), n_steps, split.n_units), bool)
    for k in range(len(split)):
        (times, units), _ = split[k]
        table[k, times // 1000, units] = True
    return table


def copies_of(table, n_copies):
    """The neurons' copies as an axis of their own: (n_copies, n_samples, n_steps, n_units)."""
    return np.moveaxis(table.reshape(*table.shape[:2], n_copies, -1), 2, 0)


def test_time_cells_pass_the_events_of_their_time():
    split = events()
    found = copies_of(spikes(ff.encoders.time_cells(copies=3, width=10 * ms), split), 3)
    step = np.arange(N_STEPS)[:, None]
    for copy in range(3):
        np.testing.assert_array_equal(found[copy], as_table(split) & (step // 10 == copy))


def test_relative_time_cells_divide_the_duration_of_the_sample():
    split = events()
    found, table = copies_of(spikes(ff.encoders.relative_time_cells(copies=4), split), 4), as_table(split)
    for number, own in enumerate(table):
        step, unit = np.nonzero(own)
        cell = np.floor(4 * (step - step[0] + 0.5) / (step[-1] - step[0] + 1)).astype(int)
        expected = np.zeros((4, *own.shape), bool)
        expected[cell, step, unit] = True
        np.testing.assert_array_equal(found[:, number], expected)


def test_paced_time_cells_divide_the_events_of_the_sample():
    split = events()
    found, table = copies_of(spikes(ff.encoders.paced_time_cells(copies=4), split), 4), as_table(split)
    for number, own in enumerate(table):
        step, unit = np.nonzero(own)
        share = np.array([(step < now).sum() + (step == now).sum() / 2 for now in step]) / len(step)
        expected = np.zeros((4, *own.shape), bool)
        expected[np.floor(4 * share).astype(int), step, unit] = True
        np.testing.assert_array_equal(found[:, number], expected)


def test_counting_time_cells_do_not_know_the_end():
    split = events()
    encoder = ff.encoders.counting_time_cells(copies=3, count=4)
    found, table = copies_of(spikes(encoder, split), 3), as_table(split)
    for number, own in enumerate(table):
        step, unit = np.nonzero(own)
        count = np.array([(step < now).sum() + (step == now).sum() / 2 for now in step])
        expected = np.zeros((3, *own.shape), bool)
        expected[np.floor(count / 4).astype(int).clip(max=2), step, unit] = True
        np.testing.assert_array_equal(found[:, number], expected)


def test_paced_time_cells_do_not_mind_a_pause():
    fluent = events()
    late = fluent.times_us + 30_000 * (fluent.times_us > 20_000)
    halting = Events(late, fluent.units, fluent.offsets, fluent.labels, fluent.n_units)
    encoder = ff.encoders.paced_time_cells(copies=3)
    counts = [
        copies_of(found, 3).sum(axis=2)
        for found in (spikes(encoder, fluent, n_steps=70), spikes(encoder, halting, n_steps=70))
    ]
    np.testing.assert_array_equal(*counts)
    assert counts[0].sum() > 30


def test_relative_time_cells_hear_a_slow_word_as_a_fast_one():
    fast = events()
    slow = Events(2 * fast.times_us, fast.units, fast.offsets, fast.labels, fast.n_units)
    encoder = ff.encoders.relative_time_cells(copies=4)
    counts = [
        copies_of(found, 4).sum(axis=2) for found in (spikes(encoder, fast), spikes(encoder, slow, dt=2e-3))
    ]
    np.testing.assert_array_equal(*counts)
    assert counts[0].sum() > 30


def test_delay_lines_repeat_every_event():
    split = events()
    found, table = copies_of(spikes(ff.encoders.delay_lines(copies=3, lag=7 * ms), split), 3), as_table(split)
    for copy, late in enumerate((0, 7, 14)):
        np.testing.assert_array_equal(found[copy], np.pad(table, ((0, 0), (late, 0), (0, 0)))[:, :N_STEPS])


@pytest.mark.parametrize(("shape", "shift"), [((2, 4, 5), (1, -2)), ((7,), (-2, 1))])
def test_events_are_displaced_like_images(shape, shift):
    split = events(shape, n_events=40)
    image = as_table(split).reshape(len(split), N_STEPS, *(shape if len(shape) == 3 else (1, 1, *shape)))
    dx, dy = shift[0], shift[1] if len(shape) == 3 else 0
    _, _, channels, height, width = image.shape
    expected = np.zeros_like(image)
    expected[..., max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = image[
        ..., max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
    ]
    np.testing.assert_array_equal(
        spikes(ff.encoders.events, split, shift=shift), expected.reshape(len(split), N_STEPS, -1)
    )


def images(n=3):
    """Noise, with a bright square."""
    values = np.random.default_rng(2).integers(0, 120, (n, 1, 9, 8)).astype(np.uint8)
    values[:, :, 2:6, 3:6] = 250
    return Images(values, np.arange(n) % 2)


def responses(split, sigma, gain, shift):
    """ON and OFF responses by the double sum over the image, (n_samples, 2 * n_pixels)."""
    image = np.zeros(split.values.shape[2:])[None].repeat(len(split), axis=0)
    (dx, dy), (height, width) = shift, image.shape[1:]
    image[:, dy:, dx:] = split.values[:, 0, : height - dy, : width - dx] / 255
    row, column = np.mgrid[:height, :width]
    square = np.subtract.outer(row, row) ** 2 + np.subtract.outer(column, column) ** 2
    surround = np.einsum("nij,klij->nkl", image, np.exp(-square / (2 * sigma**2)) / (2 * np.pi * sigma**2))
    contrast = gain * (image - surround)
    return np.concatenate([contrast, -contrast], axis=1).clip(0, 1).reshape(len(split), -1)


@pytest.mark.parametrize("shift", [(0, 0), (1, 2)])
def test_retina_fires_at_the_rate_of_the_contrast(shift):
    split = images()
    found = spikes(ff.encoders.on_off(sigma=1.3, gain=3, max_rate=500 * Hz), split, shift=shift).sum(axis=1)
    expected = 0.5 * N_STEPS * responses(split, 1.3, 3, shift)  # regular spikes, random phase
    assert np.all(np.abs(found - expected) < 1 + 0.01 * N_STEPS)
    assert found.sum() == pytest.approx(expected.sum(), rel=0.05) and found.sum() > 500


def signals(n=3, n_samples=200, rate_hz=500.0):
    """Slow random oscillations in two channels."""
    rng = np.random.default_rng(4)
    t = np.arange(n_samples) / rate_hz
    waves = sum(
        rng.normal(0, 2, (n, 2, 1)) * np.sin(2 * np.pi * rate * t + rng.uniform(0, 6, (n, 2, 1)))
        for rate in (3, 7, 11)
    )
    return Signals(waves.astype(np.float32), np.arange(n) % 2, rate_hz)


def test_delta_modulation_can_be_undone():
    split, n_steps, quantum = signals(), 350, 1.0
    found = copies_of(
        spikes(ff.encoders.delta_modulation(copies=4, smallest=quantum, factor=3), split, n_steps=n_steps), 4
    )
    shown = split.values.repeat(2, axis=2)[:, :, :n_steps].transpose(0, 2, 1)  # two steps a sample
    for pair, height in enumerate((quantum, 3 * quantum)):
        up, down = found[2 * pair : 2 * pair + 2].astype(int)
        restored = shown[:, :1] + height * np.cumsum(up - down, axis=1)
        assert np.abs(restored - shown).max() < height * 1.001
        assert up.sum() > 20 and not (up & down).any()


def test_signals_are_averaged_over_steps_and_stay_when_they_end(tmp_path):
    split = Signals(np.arange(6, dtype=np.float32).reshape(1, 1, 6), np.array([0]), rate_hz=100.0)
    for dt_s, expected in (
        (0.02, [0.5, 2.5, 4.5, 5, 5]),
        (0.005, [0, 0, 1, 1, 2]),
        (0.015, [1 / 3, 5 / 3, 10 / 3, 14 / 3, 5]),
    ):
        ff.datasets.write_signals(split, dt_s, 5, tmp_path / "signals")
        np.testing.assert_allclose(
            np.fromfile(tmp_path / "signals", np.float32, offset=64), expected, rtol=1e-6
        )
        header = ff.datasets.read_header(tmp_path / "signals")
        assert header == {"kind": "signals", "n": 1, "channels": 1, "n_steps": 5}


#: All that an encoder can know of events, in one.
EVERYTHING = replace(
    ff.encoders.relative_time_cells(copies=3), delay_parameter="lag", parameters={"lag": 3 * ms}
)
LATE = "event_share < 0.8 and int(event_count) != 7"
EVERYTHING = replace(EVERYTHING, threshold=f"({EVERYTHING.threshold}) and {LATE}")


def test_compiled_network_encodes_as_the_runtime_does():
    split = events((2, 4, 5), n_events=60)
    expected = spikes(EVERYTHING, split, "runtime", (1, -1))
    np.testing.assert_array_equal(spikes(EVERYTHING, split, "standalone", (1, -1)), expected)
    assert expected.any(axis=(1, 2)).all() and expected.sum() > 60


#: Prints what the functions of host.h give for every sample and unit.
PROGRAM = """
#include "host_functions.h"
int main(int, char **words) {
    const int n_units = std::atoi(words[2]), last = std::atoi(words[3]);
    for (int sample = 0; sample < 3; sample++)
        for (int step = 0; step <= last; step++)
            for (int unit = 0; unit < n_units; unit++)
                std::printf("%.9g ", words[1][0] == 'v' ? ffbrian::surround_of(sample, unit, 1, 2, 1.3)
                                                    : ffbrian::signal_at(sample, unit, step));
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host")
    (folder / "main.cpp").write_text(PROGRAM)
    subprocess.run(
        [
            *shlex.split(toolchain.find_compiler()),
            "-std=c++11",
            f"-I{host.HEADER_FILE.parent}",
            "main.cpp",
            "-o",
            "main",
        ],
        cwd=folder,
        check=True,
    )
    return folder / "main"


@pytest.mark.parametrize(("kind", "split"), [("values", images()), ("signals", signals())])
def test_compiled_functions_agree_with_those_of_the_runtime(program, kind, split):
    plan = Plan(
        ff.Network(
            [ff.Layer(2)], encoder=ff.encoders.on_off if kind == "values" else ff.encoders.delta_modulation
        ),
        DataShape.of(split, 2),
        N_STEPS,
    )
    session, unit, last = host.Session(), np.arange(split.n_units), N_STEPS - 1 if kind == "signals" else 0
    with data_file(split, plan) as path:
        session.load(np.zeros((1, 7)), path, 1, None)
        out = subprocess.run(
            [program, kind, str(split.n_units), str(last)],
            env={"FFBRIAN_DATA_SET": str(path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        ask = (
            (lambda sample, _: session.surround_of(sample, unit, 1, 2, 1.3))
            if kind == "values"
            else (lambda sample, step: session.signal_at(sample, unit, step))
        )
        expected = [ask(sample, step) for sample in range(3) for step in range(last + 1)]
    np.testing.assert_allclose(np.array(out.split(), float), np.concatenate(expected), rtol=1e-6)


def test_sizes_follow_from_the_copies():
    network = ff.Network([ff.Layer(4)], encoder=ff.encoders.on_off)
    plan = Plan(network, DataShape("values", (1, 6, 5), 3), 20)
    assert (plan.n_inputs, plan.input_shape, plan.shapes()) == (60, (2, 6, 5), [(2, 6, 5)])
    assert initial_state(plan, np.random.default_rng(0))["synapses_1.w"].size == 240
    cells = Plan(
        ff.Network([ff.Layer(4)], encoder=ff.encoders.time_cells(copies=12)),
        DataShape("events", (70,), 3),
        20,
    )
    assert (cells.n_inputs, cells.input_shape) == (840, (12, 70))


def test_weights_from_the_labels_may_have_a_spread_of_their_own():
    network = ff.Network([ff.Layer(500, initial_weight=0.02, label_weight=0.3)])
    state = initial_state(Plan(network, DataShape("values", (1, 6, 5), 10), 20), np.random.default_rng(0))
    assert np.std(state["synapses_1.w"]) == pytest.approx(0.02, rel=0.05) and np.std(
        state["label_synapses_1.w"]
    ) == pytest.approx(0.3, rel=0.05)
    assert "N(0, 0.02), from the labels N(0, 0.3)" in str(network)


@pytest.mark.parametrize(
    ("encoder", "kind", "message"),
    [
        (
            ff.encoders.delta_modulation,
            "values",
            "encoder 'delta_modulation' reads signals, but the data set holds values; "
            "choose another encoder.",
        ),
        (
            ff.encoders.rate,
            "signals",
            "encoder 'rate' reads values, but the data set holds signals; choose another encoder.",
        ),
        (
            ff.encoders.delay_lines(lag=2.5 * ms),
            "events",
            r"encoder 'delay_lines': lag = 2.5 ms is not a whole number of time steps of 1. ms.",
        ),
        (
            ff.encoders.on_off(max_rate=2000 * Hz),
            "values",
            "encoder 'on_off': max_rate = 2. kHz needs more than one spike in a time step",
        ),
    ],
)
def test_encoder_that_does_not_fit_is_refused(encoder, kind, message):
    with pytest.raises(ModelError, match=message):
        Plan(
            ff.Network([ff.Layer(2)], encoder=encoder),
            DataShape(kind, (1, 4, 4), 2),
            20,
            float(1 * ms / second),
        )


def test_signals_train_are_scored_and_recorded():
    """End to end, in runtime mode: rough against smooth signals."""
    split = signals(8)
    split = Signals(
        split.values * np.where(split.labels == 1, 3, 0.3)[:, None, None].astype(np.float32),
        split.labels,
        split.rate_hz,
    )
    network = ff.Network(
        [ff.Layer(10, initial_weight=0.5)],
        encoder=ff.encoders.delta_modulation(copies=4),
        labels=ff.encoders.labels(max_rate=250 * Hz),
        rule=ff.plasticity.eligibility_stdp(eta=5e-3),
    )
    model = ff.Trainer(network, presentation=100 * ms, dt=4 * ms, mode="runtime").fit(split, 2, n_classes=2)
    assert model.score(split) > 0.7
    recording = model.record(split[1], label=0)
    assert recording.sizes["inputs"] == 8 and len(recording.spikes["inputs"][0]) > 10
