"""Directives whose content is read from the package: nothing about a model is retyped.

``{models} neurons``
    Every model of a folder of ``equations/``: description, equations, events,
    parameters with units and sources, references.
``{commands}``
    Every command of the command line with its options.
``{data-specs}``
    Every data set that a spec can name.
``{gallery}``
    Every script of ``figures/gallery`` with the figures that
    ``draw_all.py docs/_gallery`` has drawn, if it has.
"""

import argparse
import ast
import dataclasses
import importlib
import importlib.util
import inspect
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

import ffbrian
from ffbrian import cli, datasets
from ffbrian.analyse.model_text import equation
from ffbrian.models.quantities import show_quantity
from ffbrian.models.text import parse_equations

ROOT = Path(__file__).resolve().parents[2]
#: Pages that are notebooks.
NOTEBOOKS = ("tutorial",)
#: Fields that hold Brian 2 equations rather than statements.
EQUATIONS = ("equations", "pre_equations", "post_equations", "neuron_equations", "summed_equations")
#: Fields that are shown elsewhere or not at all.
HIDDEN = ("name", "parameters", "references")


def table(header, rows):
    """A docutils table of text and nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in header), cols=len(header))
    group += nodes.thead("", _row(header))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group)


def _row(cells):
    return nodes.row(
        "",
        *(
            nodes.entry("", cell if isinstance(cell, nodes.Node) else nodes.paragraph("", str(cell)))
            for cell in cells
        ),
    )


def _code(text):
    return nodes.paragraph("", "", nodes.literal("", text))


def section(title, *content):
    """A section with a target of its own."""
    return nodes.section(
        "",
        nodes.title("", title),
        *content,
        ids=[nodes.make_id(title)],
        names=[nodes.fully_normalize_name(title)],
    )


def prose(text):
    """Paragraphs of a docstring, with ``literals`` and `names`."""
    for part in inspect.cleandoc(text).split("\n\n"):
        pieces = re.split(r"``(.+?)``|`(.+?)`", " ".join(part.split()))
        words = [
            (nodes.literal if k % 3 else nodes.Text)(*(("", piece) if k % 3 else (piece,)))
            for k, piece in enumerate(pieces)
            if piece
        ]
        yield nodes.paragraph("", "", *words)


# -- models ------------------------------------------------------------------
def formulas(title, text):
    """Equations as LaTeX, one line each (list of str)."""
    return [equation(one) for one in parse_equations(title, text).values() if one.expr is not None]


def model_section(package, name):
    """Everything there is to know of a model."""
    model, module = getattr(package, name), importlib.import_module(f"{package.__name__}.{name}")
    content = list(prose(module.__doc__))
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if field.name not in HIDDEN and value not in ("", (), field.default):
            content += _field(model, field.name, value)
    if model.parameters:
        rows = [
            [_code(key), show_quantity(p.value), p.meaning, p.source] for key, p in model.parameters.items()
        ]
        content.append(table(("parameter", "value", "meaning", "source"), rows))
    if model.references:
        content.append(
            nodes.paragraph("", "References: " + "; ".join(citation(key) for key in model.references) + ".")
        )
    return section(name, *content)


def _field(model, name, value):
    yield nodes.paragraph("", "", nodes.literal("", name))
    yield nodes.literal_block("", inspect.cleandoc(str(value)), language="text")
    lines = formulas(model.title, value) if name in EQUATIONS else []
    if lines:
        text = r"\begin{gathered}" + r" \\ ".join(lines) + r"\end{gathered}"
        yield nodes.math_block(text, text, number=None, nowrap=False, label=None)


def citation(key):
    """A reference as text, from ``references.bib``."""
    return bibliography()[key]


def bibliography():
    """Every entry of ``references.bib`` as text, by key."""
    text = next(
        Path(place) / "references.bib" for place in importlib.import_module("ffbrian.equations").__path__
    ).read_text()
    return {key: _entry(body) for key, body in re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", text, re.M | re.S)}


def _entry(body):
    fields = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", body, re.M))
    authors = [author.split(",")[0] for author in fields["author"].split(" and ")]
    who = " & ".join(authors) if len(authors) < 3 else f"{authors[0]} et al."
    return re.sub(r"[{}\\]", "", f"{who} ({fields['year']}), {fields['title']}")


class Models(Directive):
    """``{models} neurons``"""

    required_arguments = 1

    def run(self):
        """One section for each file of the folder."""
        package = getattr(ffbrian, self.arguments[0])
        return [model_section(package, name) for name in package.__all__]


# -- commands, data, gallery ---------------------------------------------------
def command_parsers():
    """The parser of every command, by name."""
    return next(
        action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)
    ).choices


class Commands(Directive):
    """``{commands}``"""

    def run(self):
        """One section for each command."""
        return [
            section(f"ffbrian {name}", *self._describe(parser)) for name, parser in command_parsers().items()
        ]

    @staticmethod
    def _describe(parser):
        yield from prose(parser.description)
        rows = []
        for action in parser._actions:
            words = ", ".join(action.option_strings) or action.metavar or action.dest
            if action.dest != "help":
                rows.append(
                    [
                        _code(
                            f"{words} {action.metavar}" if action.option_strings and action.metavar else words
                        ),
                        action.help or "required",
                    ]
                )
        if rows:
            yield table(("argument", "meaning"), rows)


class DataSpecs(Directive):
    """``{data-specs}``"""

    def run(self):
        """A table of names."""
        return [table(("spec", "data"), [[_code(name), text] for name, text in datasets.names().items()])]


class Gallery(Directive):
    """``{gallery}``"""

    def run(self):
        """One section for each script, with the figures it draws."""
        return [
            self._script(path)
            for path in sorted((ROOT / "figures" / "gallery").glob("*.py"))
            if "def draw(" in path.read_text()
        ]

    def _script(self, path):
        text = path.read_text()
        drawn = [
            ROOT / "docs" / "_gallery" / f"{name}.png"
            for name in re.findall(r"save\([^\n]*\"(\w+)\"\)", text)
        ]
        drawn = [figure if figure.exists() else ROOT / "figures" / figure.name for figure in drawn]
        images = [
            nodes.image(
                uri=f"/_gallery/{p.name}" if p.parent.name == "_gallery" else f"/../figures/{p.name}",
                alt=p.stem,
            )
            for p in drawn
            if p.exists()
        ]
        return section(
            path.stem,
            *prose(ast.get_docstring(ast.parse(text))),
            *images,
            nodes.literal_block("", text, language="python"),
        )


def notebooks(app, error):
    """Write the pages that are notebooks beside the built ones, where jupytext is installed."""
    if error or app.builder.format != "html" or not importlib.util.find_spec("jupytext"):
        return
    jupytext = importlib.import_module("jupytext")
    for name in NOTEBOOKS:
        jupytext.write(jupytext.read(ROOT / "docs" / f"{name}.md"), Path(app.outdir) / f"{name}.ipynb")


def setup(app):
    """Register the directives."""
    app.connect("build-finished", notebooks)
    for name, directive in (
        ("models", Models),
        ("commands", Commands),
        ("data-specs", DataSpecs),
        ("gallery", Gallery),
    ):
        app.add_directive(name, directive)
    return {"version": ffbrian.__version__, "parallel_read_safe": True}
