"""State updates in float32 at vector width: how exact, and that nothing but the last digits changes."""

import subprocess

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, defaultclock, device, ms, mV, prefs, set_device, start_scope
from brian2.core.functions import DEFAULT_FUNCTIONS

from ffbrian.build.dense import ARITHMETIC, copy_headers, vectorise
from ffbrian.build.dense.exponentials import merge_exponentials
from ffbrian.run.toolchain import compile_project, find_compiler

FLAGS = ("-O3", "-ffast-math", "-fno-finite-math-only", "-march=native", "-std=c++11")
TABULATE = """
#include "arithmetic.h"
#include <cstdio>
#include <vector>
int main() {
    std::vector<float> x(COUNT), y(COUNT);
    if (std::fread(x.data(), 4, COUNT, stdin) != COUNT) return 1;
    for (int k = 0; k < COUNT; k++) y[k] = EXPRESSION;
    std::fwrite(y.data(), 4, COUNT, stdout);
}
"""
#: Largest error in units in the last place, as the documentation states it.
BOUNDS = {
    "_typed_exp(x[k])": (np.exp, -80, 80, 4),
    "_typed_exprel(x[k])": (lambda x: np.expm1(x) / x, -60, 60, 6),
    "_typed_log(std::fabs(x[k]))": (lambda x: np.log(np.abs(x)), 2, 1e6, 4),
    "_typed_sin(x[k])": (np.sin, 0.1, 3, 4),
    "_typed_pow(x[k], 4)": (lambda x: x**4, -30, 30, 2),
}


@pytest.mark.parametrize("expression", BOUNDS)
def test_errors_in_units_in_the_last_place(expression, tmp_path):
    function, low, high, bound = BOUNDS[expression]
    x = np.random.default_rng(0).uniform(low, high, 100_003).astype(np.float32)
    x = x[x != 0]
    text = TABULATE.replace("COUNT", str(len(x))).replace("EXPRESSION", expression)
    (tmp_path / "table.cpp").write_text(text)
    program = tmp_path / "table"
    command = [*find_compiler().split(), *FLAGS, f"-I{ARITHMETIC.parent}", tmp_path / "table.cpp"]
    subprocess.run([*command, "-o", program], check=True)
    found = np.frombuffer(subprocess.run([program], input=x.tobytes(), stdout=-1, check=True).stdout, "<f4")
    exact = function(x.astype(float))
    error = np.abs(found - exact) / np.spacing(np.abs(exact).astype(np.float32))
    assert error.max() <= bound, f"{error.max():.2f} at {x[error.argmax()]}"


FUNCTIONS = {name: DEFAULT_FUNCTIONS[name].pyfunc for name in ("exp", "sqrt")}


@pytest.mark.parametrize(
    "code, expected",
    [
        ("y = 3*exp(a)**0.5*b", "exp("),
        ("y = b/exp(a)**(1/18)", "exp("),
        ("y = -exp(a)*b*exp(-c)/exp(2*a)", "exp("),
        ("y = sqrt(exp(a))*exp(c)", "exp("),
        ("y = 1/(b + exp(a)*exp(c))", "exp("),
    ],
)
def test_products_and_powers_of_exponentials_are_one(code, expected):
    merged = merge_exponentials(code)
    assert merged.count(expected) == 1 and "**" not in merged
    names = dict(FUNCTIONS, a=0.3, b=1.7, c=-0.8)
    value, before = (eval(text.partition("=")[2], dict(names)) for text in (merged, code))
    assert value == pytest.approx(before, rel=1e-14)


def test_other_lines_keep_their_text():
    code = "_v = v*exp(-dt/tau) + b**2\nu = 2*exp(a) + exp(b)/c\nw = a*b"
    assert merge_exponentials(code) == code


NEURONS = {
    "gates": dict(
        model="""dv/dt = (30*m**3*n**4 - v)/(10*ms) : 1
                 dm/dt = (1 - m)*rate/ms - 0.3*m/ms : 1
                 dn/dt = 0.1*exp((17*mV - 20*mV*v)/(18*mV))*(1 - n)/ms - n/exprel(2 - v)/ms : 1
                 rate = 0.7/exprel((13*mV - v*mV)/(4*mV)) : 1""",
        threshold="v > 0.02 and m > 0.2",
        reset="v -= 0.01",
        method="exponential_euler",
    ),
    "resting": dict(
        model="dv/dt = (1.5 - v)*exp(-0.1*v)/(10*ms) : 1 (unless refractory)",
        threshold="v > 1",
        reset="v = 0",
        refractory=3 * ms,
        method="euler",
    ),
    "conductance": dict(
        model="dv/dt = (g*(3 - v) + 1.2 - v)/(10*ms) : 1 (unless refractory)\ndg/dt = -g/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0; g += 0.1",
        refractory=2 * ms,
        method="exponential_euler",
    ),
    "conditional": dict(
        model="dv/dt = (1.5 + 0.5*tanh(v) - v)/(7*ms) : 1 (unless refractory)\ndu/dt = -u/(5*ms) : 1",
        threshold="v > 1 and u < 0.9",
        reset="v = 0.2; u += 1",
        refractory="u > 0.3 or v < 0",
        method="heun",
    ),
    "whole": dict(
        model="dv/dt = (1.2 - v)/(10*ms) : 1\nk : integer",
        threshold="v > 1 and (i == 3 or 6 // (i - 3) < 1)",
        reset="v = 0",
        refractory="k > 0 and 3 // k > 1",
        method="exact",
    ),
}


def groups(kind):
    made = {}
    for name, options in NEURONS.items():
        group = NeuronGroup(37, name=f"{name}_{kind}", **options)
        group.v = "0.9*i/37"
        if kind == "vector":
            vectorise(group)
        made[name] = group
    return made


def state(group):
    """Membrane potentials and times of the last spikes."""
    rests = "lastspike" in group.variables
    return np.array(group.v, float), np.array(group.lastspike) if rests else None


@pytest.fixture(scope="module", params=["float32", "float64"])
def results(request, tmp_path_factory):
    """State and spikes of every neuron above, by stock Brian and vectorised, in one program."""
    folder = tmp_path_factory.mktemp("arithmetic")
    before = prefs.core.default_float_dtype
    prefs.core.default_float_dtype = getattr(np, request.param)
    try:
        start_scope()
        set_device("cpp_standalone", directory=str(folder), build_on_run=False)
        defaultclock.dt = 0.1 * ms
        both = {kind: groups(kind) for kind in ("stock", "vector")}
        network = Network([group for made in both.values() for group in made.values()])
        network.run(60 * ms, namespace={"mV": mV, "ms": ms})
        device.build(directory=str(folder), compile=False, run=False)
        copy_headers(folder)
        compile_project(folder)
        device.run(str(folder), with_output=False, run_args=[])
        update = "code_objects/{}_vector_stateupdater_codeobject.cpp"
        texts = {name: (folder / update.format(name)).read_text() for name in NEURONS}
        found = {name: [state(made[name]) for made in both.values()] for name in NEURONS}
        return request.param, found, texts
    finally:
        prefs.core.default_float_dtype = before
        device.reinit()
        set_device("runtime")


@pytest.mark.parametrize("name", NEURONS)
def test_vectorised_neurons_do_what_stock_neurons_do(name, results):
    kind, found, _ = results
    (stock, spikes), (vector, vector_spikes) = found[name]
    tolerance = {"float64": 1e-12, "float32": 2e-4}[kind]
    np.testing.assert_allclose(vector, stock, rtol=tolerance, atol=tolerance)
    if spikes is not None:
        np.testing.assert_array_equal(vector_spikes, spikes)
        assert (spikes > 0).any()


def test_a_refractory_neuron_is_updated_without_a_branch(results):
    kind, _, texts = results
    _, loop = texts["conductance"].split("#pragma GCC ivdep")
    assert ("if(" in loop.replace(" ", "")) == (kind == "float64")
    assert ("_case_0_" in loop) == (kind == "float32")
