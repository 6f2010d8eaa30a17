"""A fixed number of hostile files of each kind; `fuzz.py` draws as many as one likes."""

import fuzz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "area, cases",
    [
        ("experiment", 25),
        ("override", 25),
        ("comparison", 15),
        ("toml_bytes", 10),
        ("run_folder", 25),
        ("model", 25),
        ("npz", 25),
        ("idx_files", 25),
        ("eeg", 10),
        ("spoken", 25),
    ],
)
def test_every_file_is_taken_or_refused_with_a_sentence(area, cases):
    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def draw_one(data):
        fuzz.judge(area, data.draw)

    draw_one()


def test_the_judge_finds_what_is_no_sentence(monkeypatch):
    def broken(draw, folder):
        raise KeyError("no sentence")

    monkeypatch.setitem(fuzz.AREAS, "broken", broken)
    taken, findings = fuzz.campaign("broken", 5)
    assert (
        not taken
        and list(findings) == [("KeyError", "test_fuzz.py:broken")]
        or list(findings) == [("KeyError", "fuzz.py:judge")]
    )
