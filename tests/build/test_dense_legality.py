"""The dense pathway says why it does not apply; nothing is compiled here."""

import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    device,
    ms,
    set_device,
    start_scope,
)
from brian2.core.base import BrianObjectException

from ffbrian.build.dense import densify, is_dense, project_copies, sparsify
from ffbrian.errors import ModelError


@pytest.fixture
def unbuilt(tmp_path):
    """The standalone device, with nothing compiled."""
    start_scope()
    device.reinit()
    set_device("cpp_standalone", directory=str(tmp_path), build_on_run=False)
    model = "v : 1\nx : 1"
    yield NeuronGroup(6, model, threshold="v > 1", reset="v = 0", name="group")
    device.reinit()
    set_device("runtime")


def plain(group, target=None, delay=0 * ms, **options):
    options = {"model": "w : 1", "on_pre": "v_post += w", "delay": delay} | options
    return Synapses(group, group if target is None else target, name="syn", **options)


def connected(*arguments, **options):
    made = plain(*arguments, **options)
    made.connect()
    return made


def cause_of_failure(*objects):
    """The sentence behind the error with which Brian names the failing object."""
    with pytest.raises(BrianObjectException) as caught:
        Network(*objects).run(1 * ms)
    assert isinstance(caught.value.__cause__, ModelError)
    return str(caught.value.__cause__)


def test_full_connection_is_dense(unbuilt):
    made = connected(unbuilt)
    assert densify(made) is None
    assert densify(made) is None
    assert is_dense(made)
    assert [name for name in device.code_objects] == ["syn_create_dense"]


@pytest.mark.parametrize(
    "connection",
    [
        dict(p=0.5),
        dict(condition="i != j"),
        dict(j="i"),
        dict(i="k for k in range(N_pre)"),
        dict(n=2),
        dict(i=[0, 1], j=[0, 1]),
    ],
    ids=lambda connection: "-".join(connection),
)
def test_partial_connection_stays_stock(unbuilt, connection):
    made = plain(unbuilt)
    made.connect(**connection)
    n_before = len(device.main_queue), len(device.code_objects)
    reason = densify(made)
    assert reason == "syn: it is not connected all-to-all by one plain connect()."
    assert not is_dense(made)
    assert (len(device.main_queue), len(device.code_objects)) == n_before


def test_unconnected_stays_stock(unbuilt):
    assert densify(plain(unbuilt)) == "syn: it has no synapses; call connect() first."


def test_two_connections_stay_stock(unbuilt):
    made = connected(unbuilt)
    made.connect()
    assert densify(made) == "syn: it was connected by several calls of connect."


def test_delay_stays_stock(unbuilt):
    assert densify(connected(unbuilt, delay=2 * ms)) == "syn: its pathway 'pre' has a delay."


def test_delay_set_later_stays_stock(unbuilt):
    made = connected(unbuilt)
    made.pre.delay = 3 * ms
    assert densify(made) == "syn: its pathway 'pre' has a delay."


def test_heterogeneous_delay_stays_stock(unbuilt):
    reason = densify(connected(unbuilt, delay=None))
    assert reason == (
        "syn: its pathway 'pre' has one delay per synapse; give delay={'pre': 0*ms} if there is none."
    )


def test_delay_after_densify_is_refused(unbuilt):
    made = connected(unbuilt)
    densify(made)
    made.pre.delay = 3 * ms
    sentence = cause_of_failure(unbuilt, made)
    assert "pathway 'pre' has a delay, set after the dense pathway was" in sentence


def test_subgroups_stay_stock(unbuilt):
    part = unbuilt[:3]
    assert "its source 'group_subgroup" in densify(connected(part, unbuilt))
    target = plain(unbuilt, part)
    target.connect()
    assert "its target 'group_subgroup" in densify(target)


def test_synapses_as_target_stay_stock(unbuilt):
    inner = Synapses(unbuilt, unbuilt, "u : 1", name="inner")
    inner.connect()
    assert densify(connected(unbuilt, inner, on_pre="u_post += w")) == (
        "syn: its target 'inner' is itself a Synapses object."
    )


def test_multisynaptic_index_stays_stock(unbuilt):
    reason = densify(connected(unbuilt, multisynaptic_index="k"))
    assert "multisynaptic_index" in reason


def test_summed_variable_stays_stock(unbuilt):
    reason = densify(connected(unbuilt, model="w : 1\nx_post = w : 1 (summed)"))
    assert reason == "syn: it has summed variables (x_post)."


def test_runtime_device_stays_stock():
    set_device("runtime")
    start_scope()
    group = SpikeGeneratorGroup(2, [0], [0] * ms, name="spikes")
    reason = densify(Synapses(group, NeuronGroup(2, "v : 1"), name="syn"))
    assert reason == "syn: the active device is not cpp_standalone."


@pytest.mark.parametrize("name", ["x_post", "w", "nothing_pre"])
def test_silent_row_must_be_presynaptic(unbuilt, name):
    with pytest.raises(ModelError, match=f"silent_row='{name}' is not a stored variable"):
        densify(connected(unbuilt), silent_row=name)


def test_copies_need_dense_weights(unbuilt):
    target = NeuronGroup(12, "afferent : 1", name="target")
    with pytest.raises(ModelError, match="need the dense pathway"):
        project_copies(unbuilt, target, connected(unbuilt), 2)


def test_copies_check_sizes(unbuilt):
    made = connected(unbuilt)
    densify(made)
    target = NeuronGroup(12, "afferent : 1", name="target")
    with pytest.raises(ModelError, match="as source of 2 copies of 'syn' it needs 12"):
        project_copies(unbuilt, target, made, 2)
    with pytest.raises(ModelError, match="as target of 3 copies of 'syn' it needs 18"):
        project_copies(unbuilt, target, made, 3, rows_shared=False)


@pytest.mark.parametrize(
    "code, sentence",
    [("w += 1", "share their weights"), ("afferent_post += w*i", "reads 'i' or 'j'")],
)
def test_copies_refuse_code(unbuilt, code, sentence):
    made = connected(unbuilt)
    densify(made)
    target = NeuronGroup(12, "afferent : 1", name="target")
    copies = project_copies(unbuilt, target, made, 2, code=code, rows_shared=False, name="copies")
    assert sentence in cause_of_failure(unbuilt, made, target, copies)


# -- rows of listed pairs --------------------------------------------------------------------
ROWS = ([0, 0, 2, 5], [1, 3, 0, 4])


def listed(group, pairs, **options):
    made = plain(group, **options)
    made.connect(i=pairs[0], j=pairs[1])
    return made


def test_listed_pairs_need_no_queue(unbuilt):
    made = listed(unbuilt, ROWS, on_post="w += 1", delay={"pre": 0 * ms, "post": 0 * ms})
    assert sparsify(made, ROWS) is None
    Network(unbuilt, made).run(1 * ms)
    paths = [code for name, code in device.code_objects.items() if name.startswith("syn_p")]
    assert len(paths) == 2
    assert all("Sparse pathway" in code.code.cpp_file for code in paths)
    assert not any("push_spikes" in name for name in device.code_objects)


@pytest.mark.parametrize(
    "pairs, options, words",
    [
        (([2, 0], [0, 1]), {}, "not listed row by row"),
        (([0, 0], [1, 1]), {}, "one stands twice"),
        (ROWS, dict(delay=1 * ms), "has a delay"),
        (ROWS, dict(delay=None), "one delay per synapse"),
    ],
)
def test_what_keeps_the_queue(unbuilt, pairs, options, words):
    assert words in sparsify(listed(unbuilt, pairs, **options), pairs)


def test_pairs_of_several_calls_keep_the_queue(unbuilt):
    made = listed(unbuilt, ROWS)
    made.connect(i=[5], j=[5])
    assert "several calls" in sparsify(made, ROWS)
