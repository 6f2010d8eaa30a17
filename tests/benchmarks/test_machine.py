"""The measurement of the machine, and the work of a neuron that is compared with it."""

import pytest
from ffbrian.benchmarks import machine, neurons, table, workloads

import ffbrian as ff
from ffbrian.analyse import work


@pytest.fixture(scope="module")
def program():
    """The compiled measurement."""
    with machine.compiled() as program:
        yield program


def test_rates_are_those_of_a_machine(program):
    found = program.machine()
    assert 0.5 < found.memory < 1.5 * found.cache < 3 * found.layer < 3000
    assert 0.02 < found.exponentials < found.multiply_adds < 1000
    assert "exponentials a nanosecond" in str(found)


def test_a_detailed_neuron_by_hand_takes_longer_than_a_simple_one(program):
    simple, detailed = (program.nanoseconds(name, 500, 400) for name in ("lif", "hodgkin_huxley"))
    assert 0 < 5 * simple < detailed


def test_the_least_time_is_that_of_the_slowest_part():
    rates = machine.Machine(layer=100, cache=50, memory=10, multiply_adds=40, exponentials=2)
    assert rates.nanoseconds({"layer": 200, "exponentials": 10, "multiply_adds": 40}) == 5


@pytest.mark.parametrize(
    "name, variables, functions",
    [("lif", 1, 0), ("adex", 3, 1), ("conductance_lif", 3, 1), ("mixed_lif", 1, 1)],
)
def test_work_is_counted_from_the_equations(name, variables, functions):
    found = work.of_layer(ff.Layer(7, neuron=getattr(ff.neurons, name)))
    assert (found.variables, found.functions) == (variables, functions)
    assert found.bytes == 8 * variables and 4 < found.operations < 100


def test_hodgkin_huxley_calls_each_rate_once_and_one_function_a_variable():
    found = work.of_layer(ff.Layer(7, neuron=ff.neurons.hodgkin_huxley))
    assert found.variables == 6 and 10 <= found.functions <= 12


def test_a_line_of_the_table_leaves_out_what_was_not_measured():
    found = {"neuron": "adex", "ns": {"ffbrian": 2.5, "stock": 9.0}, "allowed": 0.7}
    assert neurons.line(found).split() == ["(n)", "adex", "2.50", "0.70", "-", "9.00"]
    assert len(neurons.line(found)) == len(neurons.header())


def test_the_start_of_a_program_does_not_count():
    steps = neurons.SIZE * neurons.N_STEPS * (neurons.N_SHOWN - 1)
    rounds = [[0.5, 0.9 + 3e-9 * steps], [0.7, 0.5 + 3e-9 * steps]]
    assert neurons.per_step(rounds) == pytest.approx(3)
    assert neurons.per_step([2.5, 2.0]) == 2.0


RATES = machine.Machine(layer=120, cache=50, memory=10, multiply_adds=40, exponentials=2)
ACTIVITY = {"input_spikes": 300, "active_inputs": 100, "layer_spikes": 50}


def test_what_a_workload_moves_takes_its_time():
    workload = workloads.Workload("a", "", sizes=(500,), n_steps=20)
    moved = (4 * 300 * 500 + 100 * (8 * 50 + 16 * 500)) / 50 + 24 * 500 * 20 / 120
    assert workloads.allowed(ACTIVITY, workload, RATES) == pytest.approx(2 * moved / 1e6)
    sparse = workloads.Workload("g", "", probability=0.1)
    assert workloads.allowed(ACTIVITY, sparse, RATES) < 0.3 * workloads.allowed(ACTIVITY, workload, RATES)


def test_the_table_shows_what_is_allowed_beside_the_time():
    found = {
        "workload": "a",
        "title": "one",
        "ms": {"ffbrian": 0.1, "allowed": 0.04},
        "ratio": {"kernel": 0.9},
    }
    assert table.line(found).split()[:6] == ["(a)", "one", "0.100", "0.040", "-", "-"]
    assert table.header().split()[3:6] == ["ffbrian", "allowed", "kernel"]
