"""Every link of a page to a file of the repository leads somewhere, with its heading if it names one;
those to other places, which need a network to be followed, are at least addresses.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("figures/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"\bhttps?:[^\s\"'`<>)\]}]*")
#: Scheme, a name of a machine with a domain, and characters that RFC 3986 allows; no sentence's end.
ADDRESS = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?(?:/(?:[\w.~:/?#@!$&*+,;=%-]*[\w/=-])?)?",
    re.I,
)
BIBLIOGRAPHY = ROOT / "equations" / "references.bib"
TEXTS = [*PAGES, ROOT / "setup.cfg", ROOT / "CITATION.cff", BIBLIOGRAPHY]
TEXTS += sorted(
    path for room in ("ffbrian", "equations", "experiments") for path in ROOT.glob(f"{room}/**/*.*")
)
TEXTS = [path for path in TEXTS if path.suffix in (".md", ".cfg", ".cff", ".bib", ".py", ".toml")]
FENCED = re.compile(r"^```.*?^```", re.M | re.S)


def anchors(path):
    """Headings of a page, as links name them."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text()), re.M)
    plain = [re.sub(r"[^\w\- ]", "", head.lower()) for head in heads]
    return {head.replace(" ", "-") for head in plain}


def broken(page):
    """Links of a page that lead nowhere."""
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert not list(broken(page))


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](#here) [b](#there) [c](missing.md) [d](https://example.org)\n")
    assert list(broken(page)) == ["#there", "missing.md"]


def malformed(text):
    """Addresses of other places, and identifiers of articles, that can be none."""
    links = [target for target in LINK.findall(text) if re.match(r"[a-z]+:", target)]
    found = [*links, *OUTSIDE.findall(text)]
    dois = re.findall(r"^\s*doi = \{(.*)\}", text, re.M)
    return [one for one in found if not ADDRESS.fullmatch(one.rstrip(".,;:"))] + [
        doi for doi in dois if not re.fullmatch(r"10\.\d{4,9}/[\w.()/:;<>-]+", doi)
    ]


def test_links_to_other_places_are_addresses():
    found = {str(path.relative_to(ROOT)): malformed(path.read_text()) for path in TEXTS}
    assert {name: links for name, links in found.items() if links} == {}
    assert sum(len(OUTSIDE.findall(path.read_text())) for path in TEXTS) > 5


def test_a_malformed_address_is_found():
    good = "[a](https://example.org/b?c=d#e), https://doi.org/10.1000/182. <http://www.w3.org/1999/xhtml>"
    assert malformed(good + "\n  doi = {10.1016/j.neuron.2005.05.020},") == []
    wrong = "[a](htps://example.org) [b](https:/example.org) http://localhost/x https://a..org/"
    assert len(set(malformed(wrong))) == 4
    assert malformed("doi = {https://doi.org/10.1000/182}") == ["https://doi.org/10.1000/182"]
