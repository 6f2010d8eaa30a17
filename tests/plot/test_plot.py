"""Figures: what they show, that every axis has a label, and that nothing else changes."""

import inspect
import json

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

import ffbrian as ff
from ffbrian import plot
from ffbrian.analyse import run_figures
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.network.connections import Condition
from ffbrian.plot import graph
from ffbrian.plot.style import NOTE
from ffbrian.train.experiment import Experiment
from ffbrian.train.trained import Model

HISTORY = [
    dict(
        epoch=k + 1,
        goodness_positive=float(k),
        goodness_negative=-2.0 * k,
        online_accuracy=0.5 + k / 10,
        validation_accuracy=0.4 + k / 10,
        input_spikes=90.0,
        layer_spikes=120.0 - k,
    )
    for k in range(4)
]


@pytest.fixture(scope="module")
def recording():
    network = ff.Network(layers=[ff.Layer(12)], rule=ff.plasticity.eligibility_stdp(A_minus=0.5))
    plan = Plan(network, DataShape("values", (1, 2, 3), 3), 20, float_type="float64")
    rng = np.random.default_rng(3)
    model = Model(
        plan, {f"{name}.w": rng.normal(0.1, 0.25, size) for name, size in plan.synapse_sizes().items()}
    )
    return model.record(np.array([[[0, 80, 255], [140, 0, 200]]], np.uint8), label=1, neurons=[0, 3, 5])


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture(autouse=True)
def settings_stay():
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


def said(ax):
    """The small letters above the axes."""
    return [text.get_text() for text in ax.texts if text.get_gid() == NOTE]


def check_labels(axes):
    for ax in axes:
        assert ax.get_ylabel(), "every axis has a label"
    Figure.draw_without_rendering(axes[0].figure)


def test_presentation_has_every_panel_with_its_unit(recording):
    axes = plot.presentation(recording, figure=Figure(figsize=(7, 9)))
    assert list(axes) == [
        "input",
        "label",
        "layer",
        "membrane",
        "goodness",
        "modulator",
        "eligibility",
        "weight",
    ]
    check_labels(list(axes.values()))
    assert "(mV)" in axes["membrane"].get_ylabel() and "(10⁻³)" in axes["weight"].get_ylabel()
    assert axes["weight"].get_xlabel() == "time (ms)"
    assert [text.get_text() for text in axes["input"].texts] == [
        "positive phase\nlabel 1 shown",
        "negative phase\nlabel 2 shown",
    ]
    assert len(axes["eligibility"].get_legend().get_texts()) == 4


def test_presentation_draws_the_recorded_numbers(recording):
    axes = plot.presentation(recording, neurons=[3], figure=Figure())
    trace, threshold = axes["membrane"].lines[:2]
    values = np.asarray(trace.get_ydata())
    np.testing.assert_allclose(values[~np.isnan(values)], 1e3 * np.asarray(recording["v"])[:, 3])
    assert list(threshold.get_ydata()) == [-50, -50]
    spikes = axes["membrane"].collections[0].get_segments()
    assert len(spikes) == (recording.spikes["layer_1"][0] == 3).sum() > 0
    released = [text.get_text() for text in axes["modulator"].texts]
    assert released == [f"M = {p.modulator[0]:+#.2g}".replace("-", "−") for p in recording.presentations[:2]]


def test_phases_are_shaded_in_every_panel(recording):
    for ax in plot.presentation(recording, figure=Figure()).values():
        shaded = [patch for patch in ax.patches if patch.get_width() == pytest.approx(20)]
        assert [mpl.colors.to_hex(patch.get_facecolor()).upper() for patch in shaded[:2]] == [
            "#0072B2",
            "#D55E00",
        ]


def test_panels_without_data_are_left_out(recording):
    from dataclasses import replace

    less = replace(
        recording,
        traces={
            name: value
            for name, value in recording.traces.items()
            if name not in ("layer_1.v", "synapses_1.elig")
        },
    )
    axes = plot.presentation(less, figure=Figure())
    assert not {"membrane", "eligibility"} & set(axes)
    names = [f"{pre} → {post}" for pre, post in recording.indices["synapses_1"]]
    assert all(text.get_text().split(":")[0] in names for text in axes["weight"].get_legend().get_texts())


def test_a_spike_at_the_beginning_stands_off_the_axis(recording):
    for ax in (
        *plot.presentation(recording, figure=Figure()).values(),
        *plot.anatomy(recording, figure=Figure()).values(),
    ):
        assert ax.get_xlim()[0] < 0


def test_anatomy_of_a_chosen_synapse(recording):
    axes = plot.anatomy(recording, synapse=(2, 5), figure=Figure())
    assert list(axes) == ["pre", "pre traces", "post", "post traces", "eligibility", "modulator", "weight"]
    check_labels(list(axes.values()))
    column = np.flatnonzero((recording.indices["synapses_1"] == [2, 5]).all(axis=1))[0]
    np.testing.assert_array_equal(axes["weight"].lines[0].get_ydata(), recording["synapses_1.w"][:, column])
    with pytest.raises(ValueError, match="was not recorded; record it with neurons="):
        plot.anatomy(recording, synapse=(2, 7), figure=Figure())


def test_membrane_and_raster(recording, ax):
    plot.membrane(recording, ax=ax)
    assert "(mV)" in ax.get_ylabel() and ax.get_xlabel() == "time (ms)"
    raster = plot.raster(recording.spikes["layer_1"], size=12, ax=Figure().subplots())
    assert len(raster.collections[0].get_offsets()) == len(recording.spikes["layer_1"][0])


def test_accuracy_is_in_per_cent(ax):
    assert plot.accuracy_per_epoch(HISTORY, 0.9, ax=ax) is ax
    assert ax.get_ylabel() == "accuracy among all labels (%)" and ax.get_xlabel() == "epoch"
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [40, 50, 60, 70])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["validation", "test: 90.0 %"]


def test_accuracy_between_two_labels_is_not_drawn_beside_that_among_all(ax):
    """Two-way and ten-way accuracy never share an axis; ten-way online accuracy may."""
    drawn = run_figures._histories([run_figures.Run(None, {"epochs": HISTORY, "test_accuracy": 0.9})])
    both, two = drawn["accuracy"].axes
    assert "training (online)" not in both.get_legend_handles_labels()[1]
    assert two.get_ylabel() == "accuracy between two labels (%)" and two.get_legend_handles_labels()[1] == [
        "training (online)",
        "chance: 50 %",
    ]
    np.testing.assert_allclose(two.lines[0].get_ydata(), [50, 60, 70, 80])
    (alone,) = run_figures._histories(
        [run_figures.Run(None, {"epochs": [entry | {"online_labels": 10} for entry in HISTORY]})]
    )["accuracy"].axes
    assert alone.get_legend_handles_labels()[1] == ["training (online)", "validation"]


def test_confusion_of_several_seeds_counts_samples_once():
    runs = [run_figures.Run(None, {"epochs": [], "confusion": [[8, 2], [0, 10]]})] * 3
    (ax, _) = run_figures._histories(runs)["confusion"].axes
    assert said(ax) == ["accuracy 90.0 %, n = 20 × 3 seeds"]


def test_goodness_shows_the_separation_and_the_mean_of_seeds(ax):
    other = [{name: value + (name != "epoch") for name, value in entry.items()} for entry in HISTORY]
    plot.goodness_per_epoch([HISTORY, other], ax=ax)
    means = {line.get_label(): line.get_ydata() for line in ax.lines if not line.get_label().startswith("_")}
    np.testing.assert_allclose(means["positive phase"], [0.5, 1.5, 2.5, 3.5])
    np.testing.assert_allclose(means["separation"], [0, 3, 6, 9])
    assert "2 seeds" in ax.get_legend().get_title().get_text()


def test_confusion_writes_counts(ax):
    plot.confusion([[8, 2], [0, 10]], ["cat", "dog"], ax=ax)
    assert [text.get_text() for text in ax.texts if text.get_gid() != NOTE] == ["8", "2", "10"]
    assert any("90.0 %" in text for text in said(ax))
    np.testing.assert_allclose(ax.images[0].get_array(), [[80, 20], [0, 100]])


def test_receptive_fields_split_by_polarity():
    weights = np.random.default_rng(0).normal(size=(12, 8))
    before = weights.copy()
    axes = plot.receptive_fields(weights, (1, 3, 4), np.tile([1, -1], 4), n=4, axes=Figure().subplots(1, 2))
    assert "D1" in axes[0].get_title() and "D2" in axes[1].get_title()
    np.testing.assert_array_equal(axes[0].images[0].get_array()[:3, :4], weights[:, 0].reshape(3, 4))
    np.testing.assert_array_equal(axes[1].images[0].get_array()[:3, :4], weights[:, 1].reshape(3, 4))
    np.testing.assert_array_equal(weights, before)


def test_receptive_fields_of_two_channels_are_on_minus_off():
    weights = np.arange(8.0)[:, None]
    (ax,) = plot.receptive_fields(weights, (2, 2, 2), axes=[Figure().subplots()])
    assert np.all(ax.images[0].get_array() == -4) and "ON minus OFF" in ax.get_xlabel()


@pytest.mark.parametrize(
    "draw, x, y",
    [
        (lambda ax: plot.sparsity(HISTORY, ax=ax), "epoch", "spikes per presentation"),
        (
            lambda ax: plot.activity([[0, 1], [2, 0]], ax=ax),
            "spikes per neuron and presentation",
            "neurons (%)",
        ),
        (
            lambda ax: plot.goodness_histogram([[1.0, -1.0], [0.5, 2.0]], [0, 1], ax=ax),
            "goodness (spikes²)",
            "presentations (%)",
        ),
        (
            lambda ax: plot.weight_distribution(np.linspace(-1, 1, 99), {1: np.zeros(9)}, ax=ax),
            "weight of synapses (1)",
            "probability density (1)",
        ),
        (
            lambda ax: plot.stdp_window(np.array([-0.01, 0.01]), [-0.5, 1.0], ax=ax),
            "post minus pre spike time (ms)",
            "weight change (η M)",
        ),
    ],
)
def test_axes_are_labelled(ax, draw, x, y):
    assert draw(ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == (x, y)
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize("name", [one for one in plot.__all__ if inspect.isfunction(getattr(plot, one))])
def test_every_function_draws_into_what_it_is_given(name):
    known = inspect.signature(getattr(plot, name)).parameters
    assert {"ax", "axes", "figure"} & set(known)


def test_a_network_is_drawn_with_all_its_populations_and_projections(ax):
    stdp, lateral = ff.plasticity.eligibility_stdp, Condition("i != j")
    net = ff.Network(
        populations={"image": ff.Inputs(), "cells": ff.Population(8), "basket": ff.Population(2)},
        projections=[
            ff.Projection("image", "cells", rule=stdp),
            ff.Projection("image", "basket"),
            ff.Projection("cells", "cells", connection=lateral),
            ff.Projection("cells", "basket", sign=+1),
            ff.Projection("basket", "cells", sign=-1),
        ],
        signals={"M": ff.modulators.opponent, "ACh": ff.signals.acetylcholine},
    )
    assert plot.network(net, ax=ax) is ax
    ax.figure.draw_without_rendering()
    boxes, arrows = (
        [patch for patch in ax.patches if isinstance(patch, kind)]
        for kind in (FancyBboxPatch, FancyArrowPatch)
    )
    assert len(boxes) == 3 and len(arrows) == 5
    assert [arrow.get_linestyle() == "-" for arrow in arrows] == [True, False, False, False, False]
    shown = [text.get_text() for text in ax.texts]
    assert {"image", "cells", "basket", "8 lif", "M: opponent"} <= set(shown)
    assert "signals for all: ACh: acetylcholine" in shown
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["excitatory", "inhibitory", "either sign", "learns", "fixed"]
    places = graph.positions(net, [(one.source, f"layer_{one.target}", one) for one in net.routes()])
    assert places["inputs"][0] < places["layer_1"][0] < places["layer_2"][0]


def test_panels_have_letters_and_bars_say_what_they_are():
    left, right = plot.letters(Figure().subplots(1, 2))
    assert (left.get_title(loc="left"), right.get_title(loc="left")) == ("a", "b")
    points = [(0.1, [0.5, 0.7]), (1.0, [0.6, 0.8])]
    plot.collection(points, "rate", "accuracy", ax=left)
    assert said(left) == ["2 runs, mean ± s.d., n = 2 seeds"] and left.get_xscale() == "log"
    plot.collection([("slow", [0.5]), ("fast", [0.6, 0.7])], "way", "accuracy", ax=right)
    assert said(right) == ["2 runs, mean ± s.d., n = 1 to 2 seeds"]
    assert [text.get_text() for text in right.get_xticklabels()] == ["slow", "fast"]


def test_activity_counts_silent_neurons(ax):
    plot.activity([[0, 1], [2, 0]], ax=ax)
    assert [bar.get_height() for bar in ax.patches] == [50, 25, 25]
    assert "50 % active" in said(ax)[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a finished run, with random weights."""
    folder = tmp_path_factory.mktemp("run")
    experiment = Experiment.load("digits", ["network.layers.0.size=10"], seed=1)
    data = experiment.data.load()
    plan = experiment.trainer.plan(DataShape.of(data.train, data.n_classes))
    rng = np.random.default_rng(0)
    Model(
        plan, {f"{name}.w": rng.normal(0.1, 0.1, size) for name, size in plan.synapse_sizes().items()}
    ).save(folder / "model.npz")
    write_metrics(folder, experiment)
    return folder


def write_metrics(folder, experiment):
    record = {
        "test_accuracy": 0.9,
        "epochs": HISTORY,
        "confusion": np.eye(10, dtype=int).tolist(),
        "configuration": experiment.resolved(),
    }
    (folder / "metrics.json").write_text(json.dumps(record))


def test_standard_figures_of_a_run(run):
    drawn = run_figures.standard(run)
    names = {"accuracy", "goodness", "confusion", "receptive_fields", "presentation", "weights"}
    assert (
        {path.name for path in (run / "figures").iterdir()}
        == {path.name for path in drawn}
        == {f"{name}.png" for name in names}
    )
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_standard_figures_of_several_seeds(tmp_path):
    experiment = Experiment.load("digits")
    for place in (tmp_path, tmp_path / "seed-1", tmp_path / "seed-2"):
        place.mkdir(exist_ok=True)
        write_metrics(place, experiment)
    assert {path.stem for path in run_figures.standard(tmp_path)} == {"accuracy", "goodness", "confusion"}


def test_standard_figures_need_a_finished_run(tmp_path):
    with pytest.raises(ff.RunError, match="metrics.json does not exist: the run is not finished"):
        run_figures.standard(tmp_path)
    assert not list(tmp_path.iterdir())


def test_learning_curves_stand_over_the_presentations_used(ax):
    curve = {"presentations": [100, 200, 300], "validation": [0.2, 0.5, 0.8]}
    variants = [{"name": name, "curve": curve, "test_accuracy": 0.8} for name in ("slow", "fast")]
    plot.learning_curves(variants, ax)
    check_labels([ax])
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[100, 20], [200, 50], [300, 80]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow", "fast"]


def test_effort_stands_beside_the_score_whatever_that_is(ax):
    """Accuracies in per cent, relative L2 norms as they are; one place for each variant."""
    scored = {"test_relative_l2": 0.03, "test_relative_l2_sd": 0.01, "test_relative_l2_each": [0.02, 0.04]}
    variants = [{"name": name, "presentations": n} | scored for name, n in (("slow", 1000), ("fast", 100))]
    plot.effort(variants, ax)
    check_labels([ax])
    assert ax.get_ylabel() == "test relative L2" and ax.get_xscale() == "log"
    places = [container.lines[0].get_xydata()[0].tolist() for container in ax.containers]
    assert places == [[1000, 0.03], [100, 0.03]]
    plot.comparison(variants, ax=ax)
    assert ax.get_xlabel() == "test relative L2"


@pytest.mark.parametrize("draw", [plot.comparison, plot.effort, plot.learning_curves])
def test_variants_without_a_common_score_are_refused(draw, ax):
    for variants in ([], [{"name": "a", "test_accuracy": 0.9}, {"name": "b", "test_relative_l2": 0.1}]):
        with pytest.raises(ff.RunError, match="test_accuracy, test_relative_l2"):
            draw(variants, ax=ax)
