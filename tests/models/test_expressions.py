"""Model text and quantities: comments, bounds, and values without running anything."""

import subprocess
import sys

import numpy as np
import pytest
from brian2 import ms, mV

import ffbrian as ff
from ffbrian.models.expressions import KNOWN, BeyondBounds, evaluate, read, without_comments
from ffbrian.models.quantities import parse_quantity


# -- comments --------------------------------------------------------------------------
def test_a_comment_that_ends_in_a_backslash_swallows_nothing():
    commented = ff.neurons.lif(reset="v = v_rest # back to rest \\\nv -= 10*mV")
    assert commented == ff.neurons.lif(reset="v = v_rest\nv -= 10*mV")


@pytest.mark.parametrize(
    "field, text, plain",
    [
        ("threshold", "v > v_th  # the usual", "v > v_th"),
        ("reset", "# a comment line first\nv = v_rest", "v = v_rest"),
        ("reset", "v = v_rest # and not; v -= 10*mV", "v = v_rest"),
        ("reset", "v = v_rest\r\n# last \\", "v = v_rest"),
        ("reset", "v = v_rest \\\n + 1*mV", "v = v_rest   + 1*mV"),
        (
            "equations",
            "dv/dt = (v_rest - v + drive)/tau_m : volt # membrane \\\n# end",
            "dv/dt = (v_rest - v + drive)/tau_m : volt",
        ),
    ],
)
def test_what_is_printed_and_kept_is_what_runs(field, text, plain):
    model = ff.neurons.lif(**{field: text})
    assert getattr(model, field) == plain and "#" not in str(model)
    assert ff.NeuronModel.from_dict(model.to_dict()) == model


def test_every_kind_of_model_is_read_without_comments():
    rule = ff.plasticity.eligibility_stdp(on_post="elig += A_plus*x_pre # and \\\n")
    modulator = ff.modulators.opponent(release="# the modulator \\\nM = s/(1 + exp(s*slope*goodness))")
    readout = ff.readouts.delta(respond="error = target - 1/(1 + exp(-y)) # error")
    network = ff.Network(
        [ff.Layer(5, inhibition=ff.inhibition.divisive(on_spike="g += 1/size # mean"))],
        rule=rule,
        modulator=modulator,
        readout=readout,
    )
    assert "#" not in str(network) and str(network) == str(
        ff.Network(
            [ff.Layer(5, inhibition=ff.inhibition.divisive)],
            rule=ff.plasticity.eligibility_stdp,
            modulator=ff.modulators.opponent,
            readout=ff.readouts.delta,
        )
    )


def test_text_without_comments_is_left_alone():
    text = "dv/dt = -v/tau : 1\n\n   du/dt = -u/tau : 1"
    assert without_comments(text) is text


# -- bounds --------------------------------------------------------------------------------
TOWER = "9**9**9**9"


MONSTERS = {
    "quantity": f"parse_quantity('1 {TOWER}')",
    "equation": f"ff.neurons.lif(equations='dv/dt = {TOWER}*(v_rest - v + drive)/tau_m : volt')",
    "unit": f"ff.neurons.lif(equations='dv/dt = (v_rest - v + drive)/tau_m : volt\\nu : volt**{TOWER}')",
    "threshold": f"ff.neurons.lif(threshold='v > {TOWER}*mV')",
    "reset": f"ff.neurons.lif(reset='v = v_rest*{TOWER}')",
    "refractory": f"ff.neurons.lif(refractory='{TOWER}*ms')",
    "contribution": f"ff.modulators.opponent(contribution='{TOWER}')",
    "polynomial": "ff.neurons.lif(equations='dv/dt = (1 + v/mV)**100000*mV/tau_m : volt')",
    "longest step": f"ff.neurons.lif(longest_step='1 {TOWER}')",
}


def test_towers_of_powers_are_refused_at_once():
    tries = "\n".join(
        f"try:\n    {make}\nexcept ff.ModelError as error:\n    print(error)" for make in MONSTERS.values()
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import ffbrian as ff\nfrom ffbrian.models.quantities import parse_quantity\n{tries}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = done.stdout.splitlines()
    assert done.returncode == 0 and len(told) == len(MONSTERS) and max(map(len, told)) < 400, (
        done.stdout + done.stderr
    )
    assert all(any(word in line for word in ("too large", "power", "quantity", "duration")) for line in told)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("+".join("a" * 1001), "2001 characters"),
        ("-" * 200 + "a", "60 levels"),
        ("a**65", "power of more than 64"),
        ("(a**9)**9", "power"),
        ("10**400", "too large"),
        ("1e400*a", "too large"),
        ("a.b", "nothing that"),
        ("[a]", "nothing that"),
        ("a if b else c", "nothing that"),
        ("(lambda: a)()", "nothing that"),
        ("'a'", "no number"),
        ("2j*a", "no number"),
        ("f(x=1)", "nothing that"),
        ("naïve", "'ï'"),
    ],
)
def test_what_is_no_expression_of_a_model_is_refused(text, reason):
    with pytest.raises(BeyondBounds, match=reason):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "inf ms",
        "-inf ms",
        "nan mV",
        "1 ms/0",
        "1 ms**volt",
        "1 " + "-" * 3000 + "ms",
        "1 ((ms**16)**16)**16",
        "1 9**9",
        "1 ms**1e308",
        "1 ms\0",
        "1 os.getcwd()",
        "ms",
        "",
    ],
)
def test_text_that_is_no_quantity_is_refused_in_one_sentence(text):
    with pytest.raises(ff.ModelError, match="is not a quantity") as caught:
        parse_quantity(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [10**400, 1 + 2j, None, True, [1], {}, np.complex64(1), (1 + 1j) * mV])
def test_values_that_are_no_quantity_are_refused(value):
    with pytest.raises(ff.ModelError, match="is not a quantity"):
        parse_quantity(value)


# -- values ------------------------------------------------------------------------------------
def test_expressions_have_the_values_that_python_gives_them():
    x = np.array([0.5, -2.0, 7.25])
    for text in (
        "1 + 2*x - x**2/3",
        "x % 2",
        "x // 2",
        "-x",
        "abs(x)*exp(-x)",
        "clip(x, -1, 1)",
        "int(x)",
        "sqrt(abs(x))",
    ):
        expected = eval(
            text, {"x": x, "abs": np.abs, "exp": np.exp, "clip": np.clip, "int": np.trunc, "sqrt": np.sqrt}
        )
        np.testing.assert_allclose(evaluate(text, KNOWN | {"x": x}), expected)
    np.testing.assert_array_equal(evaluate("x > 0 and not x >= 7 or x == -2", {"x": x}), [True, True, False])
    np.testing.assert_array_equal(evaluate("-3 < x < 1", {"x": x}), [True, True, False])


def test_nothing_is_called_that_was_not_given():
    with pytest.raises(KeyError):
        evaluate("open(x)", KNOWN | {"x": 1})


@pytest.mark.parametrize(
    "on_pre, is_silent",
    [
        ("afferent_post += w", True),
        ("afferent_post += clip(w, 0, inf)*gain", True),
        ("afferent_post += w + 1", False),
        ("afferent_post += w*rand()", False),
        ("afferent_post += gain/(1 + w)", False),
        ("afferent_post += w/w", False),
    ],
)
def test_whether_a_weight_of_0_transmits_is_read_from_the_text(on_pre, is_silent):
    assert ff.SynapseModel(on_pre=on_pre, parameters=dict(gain=2)).is_silent_at_zero() == is_silent


@pytest.mark.parametrize("value", ["-5 ms", "0 ms"])
def test_a_model_divides_by_no_time_below_0(value):
    with pytest.raises(
        ff.ModelError,
        match="neuron 'lif': parameter 'tau_m' is .* but the model divides by it; expected a time above 0",
    ):
        ff.neurons.lif(tau_m=value)
    assert ff.plasticity.dopamine_stdp(delay=0 * ms).values["delay"] == 0


def test_infinite_parameters_with_a_unit_are_refused():
    with pytest.raises(ff.ModelError, match="parameter 'v_floor' is -inf, expected a finite value"):
        ff.neurons.lif(v_floor=-np.inf * mV)
