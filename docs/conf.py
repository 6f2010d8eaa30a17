"""Sphinx configuration; model, command and gallery pages come from the code itself
(`_ext/ffbrian_pages.py`).
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import ffbrian  # noqa: E402

project = "ffbrian"
copyright = "the ffbrian developers, GPL-3.0-or-later"
version = release = ffbrian.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "ffbrian_pages",
]
exclude_patterns = ["_build", "_gallery", "examples"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]
autodoc_member_order = "bysource"
html_theme = "alabaster"
html_theme_options = {"description": version, "page_width": "1100px"}
