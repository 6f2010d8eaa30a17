"""The page of plausibility says what was measured, of the comparisons as they are."""

import importlib.util
from pathlib import Path

import pytest

from ffbrian.analyse.comparison import Comparison
from ffbrian.train.experiment_files import comparisons

ROOT = Path(__file__).resolve().parents[1]
RESULTS = {path.stem: path for path in sorted((ROOT / "figures" / "plausibility").glob("*.json"))}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("plausibility", ROOT / "figures" / "plausibility.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_page_are_those_of_the_results(script):
    page = script.PAGE.read_text()
    assert script.fill(page, script.results()) == page
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


def test_every_result_has_a_panel(script):
    figure = script.draw(script.results())
    titles = {ax.get_title().replace("\n", " ") for ax in figure.axes} - {""}
    assert len(titles) == len(RESULTS)
    assert all(
        any(result["title"].startswith(title) for title in titles) for result in script.results().values()
    )
