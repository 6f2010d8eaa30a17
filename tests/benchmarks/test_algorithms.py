"""Times of a sample with every learning algorithm."""

import math

import pytest
from ffbrian.benchmarks import algorithms

from ffbrian import learning


@pytest.mark.long
def test_every_algorithm_is_timed_on_one_network(monkeypatch):
    for name, value in (("SIZE", 5), ("N_STEPS", 5), ("N_SAMPLES", 200)):
        monkeypatch.setattr(algorithms, name, value)
    found = algorithms.measure(1)
    inside = {name for name in learning.HOMES if not learning.class_of(name)().from_outside()}
    plain = {f"{name}, plain" for name in algorithms.PLAIN}
    assert {one["algorithm"] for one in found} == inside | plain
    assert all(math.isfinite(one["milliseconds"]) for one in found)  # so small a network may take no time
    assert f"{found[0]['presentations']} presentations" in algorithms.line(found[0])
