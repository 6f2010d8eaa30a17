"""Dense and stock synapses, side by side in one program, must agree.

Every case below is built twice, on copies of the same neurons with the same
presynaptic spikes, and one compiled project runs all of them.
"""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    Synapses,
    defaultclock,
    device,
    linked_var,
    ms,
    prefs,
    set_device,
    start_scope,
)

from ffbrian.build.dense import copy_headers, densify, project_copies
from ffbrian.run.toolchain import compile_project

N_PRE, N_POST = 24, 17
PATHWAYS = ("stock", "dense")

LIF = """dv/dt = -v/(50*ms) : 1
         dy/dt = -y/(20*ms) : 1
         a : 1
         modulator : 1
         spike_hash : 1
         n : 1"""
# spike_hash differs whenever a spike time differs, without a monitor's two files.
COUNT = "; y += 1; a += 1; n += 1; spike_hash += n*t/second"
LIF_RESET = "v -= 1" + COUNT
RULE = dict(
    model="w : 1\nelig : 1",
    on_pre="v_post += w",
    on_post="elig += x_pre",
)
CONSOLIDATION = "w = clip(w + 0.01*(a_post - 2)*elig, -1, 1); elig = 0*elig"


def lif(name, n=N_POST, **options):
    return NeuronGroup(n, LIF, threshold="v > 1", reset=LIF_RESET, method="exact", name=name, **options)


def synapses(name, source, target, kind, silent_row=None, seed=1, **options):
    pathways = [
        key
        for side, default in (("on_pre", "pre"), ("on_post", "post"))
        if side in options
        for key in (options[side] if isinstance(options[side], dict) else [default])
    ]
    options["delay"] = {key: 0 * ms for key in pathways}
    made = Synapses(source, target, method="exact", name=name, **options)
    made.connect()
    weights = np.random.default_rng(seed).normal(0.15, 0.2, len(source) * len(target))
    made.w = weights
    if kind == "dense":
        assert densify(made, silent_row=silent_row) is None
    return made


def learn(made, target, reset=True):
    """Consolidate and clear every 20 ms, as at the end of a presentation."""
    name = made.name + "_consolidate"
    made.run_regularly(CONSOLIDATION, dt=20 * ms, when="end", name=name)
    if reset:
        target.run_regularly("a = 0; v = 0", dt=20 * ms, when="end", order=5)


def default_rule(kind, pre):
    group = lif(f"default_{kind}")
    made = synapses(f"default_{kind}_s", pre, group, kind, silent_row="x_pre", **RULE)
    learn(made, group)
    return group, made


def second_layer(kind, pre):
    """Is fed by the layer of `default_rule`."""
    group = lif(f"second_{kind}", n=9)
    made = synapses(f"second_{kind}_s", pre, group, kind, **RULE | {"on_post": "elig += y_pre"})
    learn(made, group)
    return group, made


def depression(kind, pre):
    group = lif(f"depression_{kind}")
    made = synapses(
        f"depression_{kind}_s",
        pre,
        group,
        kind,
        model="w : 1",
        on_pre="v_post += w; w = clip(w - 0.01*y_post, -1, 1)",
        on_post="w = clip(w + 0.01*x_pre, -1, 1)",
    )
    return group, made


def user_rule(kind, pre):
    """Traces and calcium per synapse; the code reads i, j and a linked variable."""
    group = lif(f"user_{kind}")
    made = synapses(
        f"user_{kind}_s",
        pre,
        group,
        kind,
        model="""w : 1
                 calcium : 1
                 dopamine : 1 (linked)
                 dtag/dt = -tag/(15*ms) : 1 (event-driven)
                 dslow/dt = -slow/(40*ms) : 1 (clock-driven)""",
        on_pre="""tag += 1
                  slow += 0.1*(1 + i % 3)
                  v_post += w*(1 + 0.1*(j % 2))
                  calcium = clip(calcium + 0.05, 0, 0.5)""",
        on_post="w = clip(w + dopamine*tag*(0.5 - calcium) - 0.001*slow, -0.3, 0.6)",
    )
    made.dopamine = linked_var(pre._dopamine, "level")
    return group, made


def refractory(kind, pre):
    group = NeuronGroup(
        N_POST,
        "dv/dt = -v/(50*ms) : 1 (unless refractory)\nn : 1\na : 1\ny : 1\nspike_hash : 1",
        threshold="v > 1",
        reset="v = 0" + COUNT,
        refractory=4 * ms,
        method="exact",
        name=f"refractory_{kind}",
    )
    made = synapses(f"refractory_{kind}_s", pre, group, kind, model="w : 1", on_pre="v_post += w")
    return group, made


def one_neuron(kind, pre):
    group = lif(f"single_{kind}", n=1)
    made = synapses(f"single_{kind}_s", pre, group, kind, **RULE)
    learn(made, group)
    return group, made


def conductance(kind, pre):
    group = NeuronGroup(
        N_POST,
        """dv/dt = (10*nS*(-70*mV - v) + g*(0*mV - v))/(200*pF) : volt
           dg/dt = -g/(5*ms) : siemens
           n : 1\na : 1\ny : 1\nspike_hash : 1""",
        threshold="v > -50*mV",
        reset="v = -60*mV" + COUNT,
        method="exponential_euler",
        name=f"conductance_{kind}",
    )
    group.v = "-70*mV"
    made = synapses(
        f"conductance_{kind}_s",
        pre,
        group,
        kind,
        model="w : 1",
        on_pre="g_post += 8*w*nS",
        on_post="w = clip(w + 0.01*x_pre, 0, 1)",
    )
    return group, made


def events_and_order(kind, pre):
    """Two pre pathways, one of a custom event, and a post pathway whose order counts."""
    group = lif(f"events_{kind}")
    made = synapses(
        f"events_{kind}_s",
        pre,
        group,
        kind,
        model="w : 1\nelig : 1",
        on_pre={"drive": "v_post += w", "tag": f"back_{kind}_pre += 0.1*w; elig += 1"},
        on_post=f"y_post += 0.01*back_{kind}_pre; back_{kind}_pre += 0.01*y_post",
        on_event={"drive": "spike", "tag": "tagged"},
    )
    return group, made


def recurrent(kind, layer):
    """One array seen from both sides: only the order of stock gives its result."""
    made = synapses(
        f"recurrent_{kind}_s",
        layer,
        layer,
        kind,
        model="w : 1",
        on_pre="v_post += 0.1*w; y_post += 0.01*y_pre",
        on_post="y_post += 0.01*y_pre",
    )
    return layer, made


CASES = {
    case.__name__: case
    for case in (default_rule, depression, user_rule, refractory, one_neuron, conductance, events_and_order)
}


def presynaptic_group():
    """Irregular, reproducible spikes; some neurons never spike."""
    group = NeuronGroup(
        N_PRE,
        "x : 1\nn : 1\nback_stock : 1\nback_dense : 1",
        threshold="i % 4 != 3 and sin(1.7*i*i + 2.3*t/ms) > 0.6",
        reset="x += 1; n += 1",
        events={"tagged": "sin(0.9*i + 1.3*t/ms) > 0.8"},
        name="pre",
    )
    group._dopamine = NeuronGroup(1, "level : 1", name="dopamine")
    group._dopamine.level = 0.1
    return group


def fresh_device(directory):
    start_scope()
    device.reinit()
    set_device("cpp_standalone", directory=str(directory), build_on_run=False)
    defaultclock.dt = 1 * ms


def run_project(directory, objects, duration=120 * ms):
    network = Network(objects)
    network.run(duration)
    device.build(directory=str(directory), compile=False, run=False)
    copy_headers(directory)
    assert compile_project(directory) > 0
    device.run(str(directory), "results", True, [])


def outcome(group, made):
    names = [n for n in ("w", "elig", "calcium", "tag", "slow") if n in made.variables]
    values = {name: np.array(getattr(made, name + "_")[:]) for name in names}
    neurons = {name: np.array(getattr(group, name + "_")[:]) for name in ("v", "y", "n", "spike_hash")}
    return values | neurons


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Outcomes by case and pathway, and those of the projection copies."""
    directory = tmp_path_factory.mktemp("dense64")
    fresh_device(directory)
    pre = presynaptic_group()
    built = {(name, kind): case(kind, pre) for name, case in CASES.items() for kind in PATHWAYS}
    for kind in PATHWAYS:
        layer = built["default_rule", kind][0]
        built["second_layer", kind] = second_layer(kind, layer)
        built["recurrent", kind] = recurrent(kind, built["events_and_order", kind][0])
    copies = copied_projections(pre, built["refractory", "dense"][1])
    parts = [part for pair in built.values() for part in pair]
    run_project(directory, [pre, pre._dopamine, *parts, *copies.values()])
    results = {key: outcome(*pair) for key, pair in built.items()}
    results["back"] = {k: np.array(getattr(pre, "back_" + k)[:]) for k in PATHWAYS}
    results["copies"] = copy_outcome(copies, pre)
    device.reinit()
    set_device("runtime")
    return results


def copied_projections(pre, weights):
    twice = NeuronGroup(
        2 * N_PRE,
        "n : 1",
        threshold="sin(0.37*i*i + 1.9*t/ms) > 0.7",
        reset="n += 1",
        name="twice",
    )
    shared = NeuronGroup(2 * N_POST, "afferent : 1", name="shared_target")
    separate = NeuronGroup(2 * N_POST, "afferent : 1", name="separate_target")
    return dict(
        twice=twice,
        shared=shared,
        separate=separate,
        one=project_copies(twice, shared, weights, 2, name="copies_shared"),
        two=project_copies(pre, separate, weights, 2, rows_shared=False, name="copies_separate"),
    )


def copy_outcome(copies, pre):
    return dict(
        n_twice=np.array(copies["twice"].n[:]).reshape(2, N_PRE),
        n_pre=np.array(pre.n[:]),
        shared=np.array(copies["shared"].afferent[:]).reshape(2, N_POST),
        separate=np.array(copies["separate"].afferent[:]).reshape(2, N_POST),
    )


@pytest.mark.parametrize("case", [*CASES, "second_layer", "recurrent"])
def test_same_spikes_and_weights_as_stock(compared, case):
    stock, dense = compared[case, "stock"], compared[case, "dense"]
    assert stock["n"].sum() > 20 or case == "one_neuron" and stock["n"].sum() > 3
    assert np.array_equal(stock["n"], dense["n"])
    for name in stock:
        np.testing.assert_allclose(dense[name], stock[name], rtol=1e-12, atol=1e-13, err_msg=name)


def test_weights_learn(compared):
    initial = np.random.default_rng(1).normal(0.15, 0.2, N_PRE * N_POST)
    assert np.abs(compared["default_rule", "dense"]["w"] - initial).max() > 0.01


def test_presynaptic_variables_are_summed_in_the_order_of_stock(compared):
    back = compared["back"]
    assert np.abs(back["stock"]).max() > 0.1
    np.testing.assert_allclose(back["dense"], back["stock"], rtol=1e-12)


def test_copies_read_shared_weights(compared):
    weights = compared["refractory", "dense"]["w"].reshape(N_PRE, N_POST)
    copies = compared["copies"]
    assert copies["n_twice"].sum() > 100
    np.testing.assert_allclose(copies["shared"], copies["n_twice"] @ weights, rtol=1e-12)


def test_copies_with_rows_of_their_own(compared):
    weights = compared["refractory", "dense"]["w"].reshape(2, N_PRE // 2, N_POST)
    copies = compared["copies"]
    counts = copies["n_pre"].reshape(2, N_PRE // 2)
    expected = np.einsum("cr,crk->ck", counts, weights)
    np.testing.assert_allclose(copies["separate"], expected, rtol=1e-12)


def test_float32_close_to_stock(tmp_path):
    fresh_device(tmp_path)
    prefs.core.default_float_dtype = np.float32
    try:
        pre = presynaptic_group()
        pairs = {kind: default_rule(kind, pre) for kind in PATHWAYS}
        run_project(tmp_path, [pre, *pairs["stock"], *pairs["dense"]])
        stock, dense = (outcome(*pairs[kind]) for kind in PATHWAYS)
    finally:
        prefs.core.default_float_dtype = np.float64
        device.reinit()
        set_device("runtime")
    assert dense["w"].dtype == np.float32
    assert np.array_equal(stock["n"], dense["n"])
    np.testing.assert_allclose(dense["w"], stock["w"], rtol=1e-5, atol=1e-6)
