"""The page about a run: whole in itself, well-formed, and shown by a browser without a complaint."""

import base64
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

XHTML = "{http://www.w3.org/1999/xhtml}"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def page(finished):
    """The page that the run has drawn at its end, and its tree."""
    path = finished[0] / "report.html"
    return path, ElementTree.fromstring(path.read_text().partition("\n")[2])


def text_of(tree):
    return " ".join("".join(tree.itertext()).split())


def test_every_run_ends_with_a_page_that_says_what_it_was(page, finished):
    text = text_of(page[1])
    for words in ("Few digits, few neurons", "logistic regression", "95 % interval", "eligibility_stdp"):
        assert words in text
    assert "local, with one broadcast scalar per layer" in text  # of the audit
    assert "Expected on the test set: 20.00% to 100.00%" in text
    assert re.search(r"ffbrian run \S*small.toml --out finished", text) and "brian2" in text
    accuracy = re.search(r"test (\d+\.\d\d%)", finished[1].stdout)[1]
    assert accuracy in text


def test_equations_are_mathematics_and_parameters_have_sources(page):
    formulas = [one for one in page[1].iter() if one.tag.split("}")[1] == "math"]
    assert len(formulas) > 10 and any(one.find(".//{*}mfrac") is not None for one in formulas)
    heads = ["".join(one.itertext()) for one in page[1].iter(f"{XHTML}th")]
    assert {"parameter", "value", "meaning", "source"} <= set(heads)


def test_nothing_comes_from_elsewhere(page):
    path, tree = page
    loaded = [
        value
        for one in tree.iter()
        for name, value in one.attrib.items()
        if name.split("}")[-1] in ("src", "href", "srcset", "data", "action")
    ]
    assert len(loaded) >= 5 and all(value.startswith("data:image/svg+xml;base64,") for value in loaded)
    tags = {one.tag.split("}")[1] for one in tree.iter()}
    assert not tags & {"script", "link", "iframe", "object", "base"}
    assert "url(" not in path.read_text() and "@import" not in path.read_text()


def test_figures_are_drawings_that_load_nothing(page):
    for image in page[1].iter(f"{XHTML}img"):
        svg = base64.b64decode(image.get("src").partition(",")[2]).decode()
        tree = ElementTree.fromstring(svg)
        links = [value for one in tree.iter() for name, value in one.attrib.items() if name.endswith("href")]
        assert all(value.startswith(("#", "data:image/png;base64,")) for value in links)
        assert image.get("alt") and any(one.tag.endswith("text") for one in tree.iter())


def test_it_is_written_again_by_the_command_with_the_same_words(page, main):
    before = page[0].read_text()
    status, out, err = main("report", page[0].parent)
    assert status == 0 and out.strip() == str(page[0]), err
    again = ElementTree.fromstring(page[0].read_text().partition("\n")[2])
    assert text_of(again) == text_of(ElementTree.fromstring(before.partition("\n")[2]))


def test_without_figures_there_is_no_page(session_shell, small):
    done = session_shell("run", small, "--out", "bare", "--no-figures", "--set", "training.epochs=1")
    assert done.returncode == 0, done.stderr
    assert not (session_shell.folder / "bare" / "report.html").exists()


def test_a_folder_without_a_run_is_a_sentence(main, tmp_path):
    status, _, err = main("report", tmp_path)
    assert status == 2 and "holds no run" in err


@pytest.mark.long
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_it_without_a_complaint(page, tmp_path, width):
    import matplotlib.image

    shot = tmp_path / "shot.png"
    settings = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"]
    places = [
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--screenshot={shot}",
        f"--window-size={width},2400",
    ]
    words = [BROWSER, *settings, *places, page[0].as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=240)
    assert "CONSOLE" not in done.stderr, done.stderr
    seen = matplotlib.image.imread(shot)[..., :3]
    is_drawn = seen.min(axis=2) < 0.9
    assert seen.shape[1] == width
    assert all(part.any() for part in (is_drawn[:600], is_drawn[600:1200], is_drawn[1200:1800]))
    colours = abs(seen[..., 0] - seen[..., 2]) > 0.3
    assert colours.sum() > 1000  # figures, not text alone
