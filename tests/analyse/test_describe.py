"""The description of an experiment holds what runs, and nothing is lost on the way to the text."""

import re
import shutil
import subprocess

import pytest
from brian2 import NeuronGroup, Synapses
from brian2.equations.equations import PARAMETER
from matplotlib.mathtext import MathTextParser

import ffbrian as ff
from ffbrian.analyse.audit import AUDITED_SIZE, _build_with_weights
from ffbrian.analyse.methods_section import describe, methods, models
from ffbrian.analyse.model_text import equation, expression, statement, symbol
from ffbrian.analyse.typesetting import latex, tex
from ffbrian.build.data_shape import DataShape
from ffbrian.build.plan import Plan
from ffbrian.errors import ModelError
from ffbrian.models.effective_rule import statements
from ffbrian.models.plasticity import PlasticityRule
from ffbrian.models.quantities import show_quantity
from ffbrian.train.experiment import Experiment

#: Equations that the builder adds: what is linked, counted or carried from one object to the next.
BOOKKEEPING = {"afferent", "afferent_e", "afferent_i", "goodness"}
OTHER = (
    "network.rule=triplet",
    "network.encoder=burst",
    "network.modulator=threshold",
    "network.layers.0.neuron=hodgkin_huxley",
    "training.dt=0.1 ms",
)


def load(small, *overrides):
    return Experiment.load(small, overrides)


@pytest.mark.parametrize(
    "overrides",
    [(), OTHER, ("network.layers.0.neuron=adex", "network.rule=trace_product", "network.encoder=latency")],
)
@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_every_equation_that_ran_is_in_the_text(small, overrides, form):
    experiment = load(small, *overrides)
    network = experiment.trainer.network
    text, _ = describe(experiment, form)
    text = text.replace("&=", "=")
    objects = _build_with_weights(
        Plan(network, DataShape("values", (1, 4, 4), 3), 4, float(experiment.trainer.times()[1]))
    )
    ran = [
        one
        for thing in objects
        if isinstance(thing, (NeuronGroup, Synapses))
        for one in thing.equations.values()
        if one.type != PARAMETER and one.varname not in BOOKKEEPING
    ]
    assert len(ran) > 3
    for one in ran:
        assert equation(one) in text, one


def test_the_division_of_the_data_is_in_the_text(small):
    text, _ = describe(load(small, "data.validation={speakers = [1, 8]}", "data.balanced=true"), "markdown")
    assert "| validation | speakers 1, 8 |" in text and "repeated until all are equally frequent" in text


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_every_event_parameter_and_source_is_in_the_text(small, form):
    experiment = load(small, *OTHER)
    text, _ = describe(experiment, form)
    text = text.replace("&\\leftarrow", "\\leftarrow")
    for _, model in models(experiment.trainer.network):
        for name in (
            "reset",
            "initial",
            "limit",
            "on_pre",
            "on_post",
            "consolidate",
            "release",
            "on_input",
            "start",
            "on_pre_spike",
            "on_post_spike",
        ):
            for line in statements(getattr(model, name, "") or ""):
                assert statement(line) in text, line
        for name, parameter in model.parameters.items():
            number, *unit = show_quantity(parameter.value).split(" ")
            row = next(
                line
                for line in text.splitlines()
                if re.match(rf"(\| )?\${re.escape(symbol(name))}\$", line)
                and parameter.meaning in line.replace("\\", "")
            )
            assert number.rstrip(".") in row and all(part in row for part in unit), name
            assert parameter.source.split("_")[0].split("^")[0][:20] in row.replace("\\", ""), name


@pytest.mark.parametrize("folder", ["neurons", "synapses", "plasticity", "modulators", "encoders", "signals"])
def test_all_mathematics_of_the_library_can_be_typeset(folder):
    from ffbrian.analyse.model_text import model_blocks

    library = getattr(ff.equations, folder)
    for name in library.__all__:
        for block in model_blocks(getattr(library, name), "model"):
            for line in block.content if block.kind == "math" else ():
                drawn = MathTextParser("agg").parse(f"${line}$".replace("\\bmod", "+"))
                assert drawn.width > 0 and drawn.height > 0, line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v -= v_th - v_rest", r"v \leftarrow v - \left(v_{\mathrm{th}} - v_{\mathrm{rest}}\right)"),
        (
            "elig += A_plus*x_pre",
            r"\mathrm{elig} \leftarrow \mathrm{elig} + A_{\mathrm{plus}}\,x_{\mathrm{pre}}",
        ),
        (
            "v = clip(v, v_floor, inf*volt)",
            r"v \leftarrow \operatorname{clip}{\left(v,v_{\mathrm{floor}},\infty \right)}",
        ),
        ("phase = rand()", r"\mathrm{phase} \leftarrow \operatorname{rand}()"),
        ("x = 0", r"x \leftarrow 0"),
    ],
)
def test_statements_become_mathematics(text, expected):
    assert statement(text) == expected


def test_names_become_symbols():
    assert symbol("tau_m") == r"\tau_{\mathrm{m}}" and symbol("dt") == r"\Delta t"
    assert symbol("max_rate") == r"\mathrm{max\_rate}" and symbol("w") == "w"
    assert expression("v > v_th") == r"v > v_{\mathrm{th}}"


def test_what_a_zero_parameter_switches_off_is_said(small):
    text, _ = describe(load(small))
    assert (
        "Without effect because $A_{\\mathrm{minus}}$ is 0" in text
        and "in the synapse, at a presynaptic spike" in text
    )
    assert text.index("### Plasticity rule") < text.index("Without effect") < text.index("### Modulator")
    text, _ = describe(load(small, "network.rule.A_minus=0.5"))
    assert "Without effect" not in text


def test_bibliography_holds_what_is_cited_and_nothing_else(small):
    for overrides in ((), OTHER):
        text, bibliography = describe(load(small, *overrides), "latex")
        assert set(re.findall(r"\\cite\{(\w+)\}", text)) == set(
            re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE)
        )


def test_settings_and_order_of_events_are_there(small):
    text, _ = describe(load(small, "training.negatives=hard", "network.label_size=5"))
    assert "| negative presentations | hard (sharpness 1.0, per_positive 1) |" in text
    assert "| presentation | 20 ms |" in text and "has 5 neurons for each class" in text
    assert "synapses consolidate: eligibility and modulator become weight" in text


def test_a_model_of_one_s_own_is_described(small):
    experiment = load(
        small,
        'network.rule={equations = "elig : 1", on_post = "elig += 0.5", consolidate = "w += eta*M*elig; elig '
        '= 0", parameters = {eta = 0.001}}',
    )
    text, _ = describe(experiment)
    assert "Plasticity rule: own model" in text and r"\mathrm{elig} \leftarrow \mathrm{elig} + 0.5" in text


def test_unknown_format_is_refused(small):
    with pytest.raises(ModelError, match="known are markdown, latex"):
        describe(load(small), "word")


def test_every_field_of_every_model_has_its_phrase():
    from dataclasses import fields

    from ffbrian.analyse.model_text import PHRASES
    from ffbrian.network.from_tables import ROLES

    for role in ROLES.values():
        own = {field.name for field in fields(role.make)} - {"name", "parameters", "references"}
        assert own == set(PHRASES[role.make.kind])
    assert PlasticityRule.kind in PHRASES


def test_text_is_escaped_for_latex():
    assert (
        tex("50 % of n_max & 1^2, $x_{a}$ [@Bi1998]")
        == r"50 \% of n\_max \& 1\textasciicircum{}2, $x_{a}$ \cite{Bi1998}"
    )


def test_command_writes_text_and_bibliography(main, small, tmp_path):
    status, out, err = main("describe", small, "--format", "latex", "--out", tmp_path)
    assert status == 0 and out.strip() == str(tmp_path), err
    assert "@article{Stimberg2019" in (tmp_path / "references.bib").read_text()
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex here, so the document is not compiled")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "methods.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_command_prints_without_a_folder(main, small):
    status, out, _ = main("describe", small)
    assert status == 0 and out.startswith("# Few digits, few neurons") and "- Stimberg2019: Stimberg" in out


def test_methods_names_every_layer(small):
    blocks = methods(load(small))
    assert AUDITED_SIZE and blocks[3].content[1][0][1] == "100"


def test_what_a_stranger_wrote_is_text_and_no_latex():
    """Between dollars too: nothing of a title, a meaning, a source or a name becomes a command."""
    from dataclasses import replace

    from ffbrian.analyse.model_text import model_blocks
    from ffbrian.analyse.typesetting import markdown

    evil = "costs $\\input{/etc/passwd}$ and \\$x$"
    neuron = ff.NeuronModel(
        "v : 1", "v > c", name=evil, references=(evil,), parameters={"c": ff.Parameter(1.0, evil, evil)}
    )
    text = latex(model_blocks(replace(neuron), "Neuron"), {})
    assert "\\input" not in text and text.count("\\textbackslash{}input") == 4 and text.count("\\$") >= 16
    assert "$\\mathrm{c}$" in text or "$c$" in text
    assert "\\$\\input" in markdown(model_blocks(neuron, "Neuron"), {})


def test_a_network_that_is_shown_no_label_is_described_without_one():
    text = describe(Experiment.load("mnist-unsupervised"))[0]
    assert "No label is shown; a readout behind all layers gives the answer." in text
    assert "label population" not in text.lower()
