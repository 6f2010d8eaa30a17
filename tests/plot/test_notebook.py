"""What a notebook shows: short forms, mathematics that browsers read, a bar that moves."""

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from brian2 import ms
from tiny import tiny

import ffbrian as ff
from ffbrian.models import mathml
from ffbrian.train import progress
from ffbrian.train.trained import TrainedModel
from ffbrian.train.training import Progress

KINDS = ("neurons", "synapses", "plasticity", "modulators", "encoders", "inhibition", "readouts", "signals")
PIECES = [getattr(getattr(ff, kind), name) for kind in KINDS for name in getattr(ff, kind).__all__]
MODELS = [piece for piece in PIECES if hasattr(piece, "title")]


@pytest.fixture(scope="module")
def model():
    return tiny()


@pytest.fixture(scope="module")
def recording(model):
    return model.record(ff.datasets.Sample(np.array([[[0, 80, 255], [140, 0, 200]]], np.uint8), 1), label=2)


@pytest.fixture(scope="module")
def shown(model, recording):
    """One of everything that a notebook may show, by name."""
    data = ff.datasets.load("digits")
    return {
        "trainer": ff.Trainer(model.network),
        "neuron": ff.neurons.lif,
        "layer": model.network.layers[0],
        "network": model.network,
        "model": model,
        "recording": recording,
        "data set": data,
        "split": data.test,
    }


def text_of(html):
    """The words that a reader sees; raises unless the HTML is well formed."""
    return "".join(ElementTree.fromstring(html).itertext()).replace("\u00a0", " ")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.title)
def test_every_model_is_shown_with_all_it_says(model):
    text = text_of(model._repr_html_())
    assert model.title in text
    for name, parameter in model.parameters.items():
        assert parameter.meaning in text and name.partition("_")[2] in text
    assert len(repr(model)) < 200 and "\n" not in repr(model)


@pytest.mark.parametrize(
    "name, short, words",
    [
        (
            "neuron",
            "<neuron 'lif': tau_m = 50 ms, v_rest = -65 mV, v_th = -50 mV, v_floor = -80 mV>",
            ["50 ms", "membrane time constant"],
        ),
        ("layer", "<layer of 12 lif neurons, delta synapses>", ["layer of 12 neurons", "synapse 'delta'"]),
        (
            "network",
            "<Network: rate → 12 lif; eligibility_stdp, opponent>",
            ["neuron 'lif'", "modulator 'opponent'"],
        ),
        (
            "model",
            "<Model: 1 × 2 × 3 values, 3 classes; <Network: rate → 12 lif; eligibility_stdp, opponent>>",
            ["3 classes"],
        ),
        (
            "recording",
            "<Recording: positive 1, negative 2, pause; 60 ms, 11 traces>",
            ["negative 2", "layer_1.v", "20 ms"],
        ),
        (
            "data set",
            "<Dataset 'digits': images of 1 × 8 × 8, 10 classes; 1437 training, 360 test samples>",
            ["1437", "360"],
        ),
        ("split", "<Images 'digits test': 360 samples of 1 × 8 × 8, 10 classes>", ["360 samples"]),
    ],
)
def test_short_forms_and_tables(shown, name, short, words):
    assert repr(shown[name]) == short
    text = text_of(shown[name]._repr_html_())
    assert all(word in text for word in words)


def test_a_trainer_is_told_in_one_line(shown):
    expected = (
        "<Trainer: presentations of auto, dt = auto, random negatives; <Network: rate → 12 lif; "
        "eligibility_stdp, opponent>>"
    )
    assert repr(shown["trainer"]) == expected


def test_a_recording_counts_its_spikes(recording):
    neurons, times = recording.spikes["layer_1"]
    first = int((times < 19.5 * ms).sum())
    assert first > 5 and f"{recording.presentations[0].goodness[0]:.3f}, {first}" in text_of(
        recording._repr_html_()
    )


def test_a_training_shows_its_last_epochs(model):
    history = [{"epoch": k, "online_accuracy": k / 10, "wall_seconds": 1.0} for k in range(1, 7)]
    trained = TrainedModel(model.plan, model.state, history=tuple(history))
    text = text_of(trained._repr_html_())
    assert "60.0%" in text and "10.0%" in text and "20.0%" not in text
    assert "6 epochs" in repr(trained)


@pytest.mark.parametrize(
    "text, seen",
    [
        ("a - (b - c)", "a−(b−c)"),
        ("(a - b) - c", "a−b−c"),
        ("(a + b)*c", "(a+b)\u2062c"),
        ("-(a + b)", "−(a+b)"),
        ("(a + b)**2", "(a+b)2"),
        ("a*b + c", "a\u2062b+c"),
        ("v > v_th and not (x < 1 or y)", "v>vthandnot(x<1ory)"),
        ("clip(v, v_floor, inf*volt)", "clip(v,vfloor,∞\u2062volt)"),
        ("1 - 2*(unit % 2)", "1−2\u2062(unitmod2)"),
        ("a*(b/c)**2/d", "a\u2062(bc)2d"),
        ("unit//2 % 3", "(unitdiv2)mod3"),
    ],
)
def test_expressions_keep_their_order_and_brackets(text, seen):
    assert text_of(mathml.math(mathml.expression(text))) == seen


def test_derivatives_fractions_and_assignments():
    equation = next(iter(ff.neurons.lif.parsed().values()))
    html = mathml.math(mathml.equation(equation))
    assert "<mfrac><mrow><mi>d</mi><mi>v</mi></mrow><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>" in html
    assert "<msub><mi>τ</mi><mtext>m</mtext></msub>" in html
    assert text_of(mathml.math(mathml.statement("v -= v_th - v_rest"))) == "v←v−(vth−vrest)"


# -- the bar ---------------------------------------------------------------------------------
def told(epoch, shown, entry=None):
    return Progress(
        epoch, 2, shown, 100, "goodness +0.500 / -0.500, online 75.0%", {"online_accuracy": 0.75}, entry=entry
    )


def test_the_bar_moves_through_all_epochs_and_closes(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", screen)
    bar = progress.Bar()
    for one in (told(1, 40), told(1, 100, {}), told(2, 60)):
        bar(one)
    assert bar.bar.n == 160 and "epoch 2/2" in str(bar.bar) and "online 75.0%" in str(bar.bar)
    bar(told(2, 100, {}))
    assert bar.bar.n == 200 and bar.bar.disable, "it is closed"


def test_a_bar_is_the_default_where_somebody_sees_it(monkeypatch):
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(progress.listener("bar"), progress.Bar) and progress.listener(None) is None


def test_a_training_shows_its_bar(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress.sys, "stderr", screen)
    few = ff.datasets.load("digits").train.take(slice(0, 4))
    trainer = ff.Trainer(ff.Network([ff.Layer(20, initial_weight=0.1)]), presentation=10 * ms, mode="runtime")
    trainer.fit(few, epochs=1, progress=None)
    assert not screen.getvalue()
    trainer.fit(few, epochs=1)
    assert "epoch 1/1: 100%" in screen.getvalue() and "4/4" in screen.getvalue()


def test_nothing_is_printed_into_a_file(monkeypatch):
    monkeypatch.setattr(progress.sys, "stderr", io.StringIO())
    assert progress.listener("bar") is None


def test_an_unknown_kind_of_progress_is_refused():
    with pytest.raises(
        ff.RunError, match="progress is 'verbose', expected 'bar', a function of a Progress, or None"
    ):
        progress.listener("verbose")


def test_a_network_is_shown_that_leaves_its_rule_to_the_algorithm():
    text = text_of(ff.Network([ff.Layer(10)])._repr_html_())
    assert "lif" in text and "10" in text
