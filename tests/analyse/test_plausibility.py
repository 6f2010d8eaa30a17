"""The page of plausibility says what was measured, of the comparisons as they are."""

import importlib.util
from pathlib import Path

import pytest

from ffbrian.analyse.comparison import Comparison
from ffbrian.train.experiment_files import comparisons

ROOT = Path(__file__).resolve().parents[2]
RESULTS = {path.stem: path for path in sorted((ROOT / "figures" / "plausibility").glob("*.json"))}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("plausibility", ROOT / "figures" / "plausibility.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_page_are_those_of_the_results(script):
    page = script.PAGE.read_text()
    assert script.page(page, script.results()) == page
    assert all(lines in page for lines in script.tables(script.results()).values())


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_of_the_variants_of_the_comparison(script, name):
    found, measured = Comparison.load(comparisons()[name]), script.results()[name]
    assert measured["axis"] == found.axis
    known = {one.name: one for one in found.variants}
    assert [one["name"] for one in measured["variants"]] == [
        name for name in known if name in {one["name"] for one in measured["variants"]}
    ]
    assert all(
        one["x"] == known[one["name"]].x and set(one["seeds"]) <= set(known[one["name"]].experiment.seeds)
        for one in measured["variants"]
    )


def test_every_result_has_a_panel_with_a_letter_and_a_caption(script):
    found = script.results()
    base, shared = found[script.BASE]["variants"][0], script.shared_out(found)
    assert len(shared) == 4 and sorted(map(id, sum(shared.values(), []))) == sorted(map(id, found.values()))
    for name, shown in shared.items():
        axes = [ax for ax in script.draw(shown, base).axes if ax.axison]
        letters = [ax.get_title(loc="left") for ax in axes]
        assert letters == list("abcdef")[: len(shown)] and not any(ax.get_title() for ax in axes)
        assert all("mean ± s.d." in " ".join(text.get_text() for text in ax.texts) for ax in axes)
        assert (script.HERE / f"plausibility-{name}.png").exists()
