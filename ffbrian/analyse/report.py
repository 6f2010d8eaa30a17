"""One page about a run that needs nothing but a browser: no script, no network, every figure within it."""

import base64
import io
import statistics
from dataclasses import dataclass
from html import escape

from matplotlib import rc_context

from ffbrian.analyse.audit import of_trainer
from ffbrian.analyse.methods_section import models, references
from ffbrian.analyse.run_figures import Run, draw
from ffbrian.analyse.typesetting import reference_line
from ffbrian.errors import FFBrianError, typed
from ffbrian.models import html
from ffbrian.plot.style import STYLE
from ffbrian.train.measured import task_of
from ffbrian.train.run_folder import Folder, write_text

NAME = "report.html"
#: What each figure shows, beside what stands in it.
CAPTIONS = {
    "accuracy": "Accuracy among all labels, epoch by epoch.",
    "goodness": "Mean goodness of both phases and their separation, epoch by epoch.",
    "loss": "Loss in training, epoch by epoch.",
    "confusion": "Test samples by true and predicted class.",
    "predictions": "Predicted against true values of the test set.",
    "presentation": "One test sample, as the network sees it.",
    "weights": "Distribution of the weights of every projection after training.",
    "receptive_fields": "Weights from the data, of the neurons with the largest ones.",
}
STYLE_SHEET = """
body { max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; font: 16px/1.5 system-ui, sans-serif;
       color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { margin-top: 2.2rem; border-bottom: 1px solid #ccc; }
.wide, figure { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; font-size: .875rem; overflow-wrap: normal; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e4e4e4; vertical-align: top; }
figure { margin: 1.2rem 0; } figure img { max-width: 100%; height: auto; }
figcaption, .note { color: #555; font-size: .875rem; }
@media (max-width: 40rem) { figure img { max-width: none; } }
h3 { margin: 1.6rem 0 .4rem; } pre { overflow-x: auto; background: #f5f5f5; padding: .6rem; }
.pass { color: #00664a; } .fail { color: #a33b00; } .note { color: #555; }
"""


@dataclass(frozen=True)
class Page:
    """What a report is made of.

    Attributes
    ----------
    folder : Folder
    run : Run
        Its measurements.
    figures : dict of str to matplotlib.figure.Figure
    """

    folder: Folder
    run: Run
    figures: dict

    def html(self):
        """The page (str), which is also well-formed XML."""
        title = escape(self.folder.experiment.title)
        parts = "".join(part(self) for part in PARTS)
        return (
            '<!DOCTYPE html>\n<html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head>'
            f'<meta charset="utf-8"/><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
            f"<style>{STYLE_SHEET}</style></head>\n<body><h1>{title}</h1>\n{parts}</body></html>\n"
        )


def write(path, figures=None):
    """Write ``report.html`` into the folder of a finished run.

    Parameters
    ----------
    path : path
        Of a run of one seed, of one of several seeds, or of all of them.
    figures : dict of str to matplotlib.figure.Figure, optional
        Those of `ffbrian.analyse.run_figures.draw`; default: they are drawn.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RunError
        If the folder holds no finished run.
    """
    run = Run.open(path)
    home = run.folder if (run.folder / "experiment.json").exists() else run.folder.parent
    page = Page(Folder.open(home), run, draw(run) if figures is None else figures)
    write_text(run.folder / NAME, page.html())
    return run.folder / NAME


def _section(title, *parts):
    return f"<section><h2>{title}</h2>\n{''.join(parts)}</section>\n"


def _wide(content):
    return f'<div class="wide">{content}</div>'


# -- what was run ------------------------------------------------------------------------
def _what_was_run(page):
    experiment, metrics = page.folder.experiment, page.run.metrics
    resolved = experiment.resolved()
    rows = [("experiment", experiment.name), ("seeds", ", ".join(map(str, _seeds(page))))]
    for part in ("data", "learning", "training"):
        rows += [(f"{part}: {key}".replace("_", " "), _words(value)) for key, value in resolved[part].items()]
    samples = metrics.get("samples") or (metrics.get("runs") or [{}])[0].get("samples", {})
    rows += [("samples", ", ".join(f"{count} {name}" for name, count in samples.items()))]
    size = metrics.get("network", {})
    rows += [(f"{key} in all", f"{size[key]:,}") for key in ("neurons", "synapses") if key in size]
    return _section("What was run", _wide(html.table(("setting", "value"), _escaped(rows))))


def _seeds(page):
    return page.run.metrics.get("seeds", [page.run.metrics.get("seed")])


def _words(value):
    """A setting for a reader; times in milliseconds."""
    if isinstance(value, str) and value.endswith(" second"):
        return f"{1e3 * float(value.split()[0]):g} ms"
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    return f"{value}" if value != "" else "–"


def _escaped(rows):
    return [tuple(escape(str(cell)) for cell in row) for row in rows]


# -- what came of it ----------------------------------------------------------------------
def _results(page):
    metrics, task = page.run.metrics, task_of(page.run.metrics)
    rows = [_score(metrics, part, task) for part in ("test", "validation", "train")]
    rows += [_baseline(name, one, task) for name, one in metrics.get("baselines", {}).items()]
    expected = getattr(page.folder.experiment.expected, f"test_{task.primary}")
    notes = (
        [f"Expected on the test set: {task.words(expected[0])} to {task.words(expected[1])}."]
        if expected
        else []
    )
    notes += [
        "± is the standard deviation over seeds; intervals are those of Wilson for the samples of one set; "
        "baselines see the same split."
    ]
    notes += [f"Warning: {words}" for words in metrics.get("warnings", [])]
    heads = ("", task.primary.replace("_", " "), "95 % interval")
    said = "".join(f'<p class="note">{escape(words)}</p>' for words in notes)
    return _section("Results", _wide(html.table(heads, _escaped(filter(None, rows)))), said)


def _score(metrics, part, task):
    value = metrics.get(f"{part}_{task.primary}")
    if value is None:
        return None
    spread = metrics.get(f"{part}_{task.primary}_sd")
    shown = task.words(value) + (f" ± {task.words(spread)}" if spread is not None else "")
    return (f"network, {part} set", shown, _interval(metrics.get(f"{part}_{task.primary}_interval")))


def _baseline(name, one, task):
    return (
        f"{name.replace('_', ' ')}, test set",
        task.words(one[f"test_{task.primary}"]),
        _interval(one.get("test_accuracy_interval")),
    )


def _interval(limits):
    return f"{limits[0]:.1%} to {limits[1]:.1%}" if limits else "–"


# -- figures ---------------------------------------------------------------------------
def _figures(page):
    return _section("Figures", *(_figure(name, figure) for name, figure in page.figures.items()))


def _figure(name, figure):
    caption = CAPTIONS.get(name, f"{name.replace('_', ' ')}.")
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/svg+xml;base64,{_svg(figure)}"/>'
        f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    )


def _svg(figure):
    """A figure as SVG, in the letters of a data address (str)."""
    file = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return base64.b64encode(file.getvalue()).decode()


# -- the models, and what they need ---------------------------------------------------------
def _models(page):
    network = page.folder.experiment.trainer.complete_network()
    pieces = [
        f"<h3>{escape(title)}: {escape(model.name or 'own model')}</h3>{''.join(html.content(model))}"
        for title, model in models(network)
    ]
    return _section("Network", *map(_wide, (html.layers(network), *pieces)))


def _audit(page):
    try:
        found = of_trainer(page.folder.experiment.trainer)
    except FFBrianError as error:
        return _section("Audit", f"<p>{escape(f'The network could not be audited: {error}')}</p>")
    rows = [
        (
            f'<span class="{one.verdict}">{one.verdict}</span>',
            escape(one.name),
            "<br/>".join(map(escape, (one.summary, *one.findings))),
        )
        for one in found.criteria
    ]
    return _section(
        "Audit",
        f"<p>What every plastic synapse reads: {escape(found.verdict)}.</p>",
        _wide(html.table(("", "criterion", "what was found"), rows)),
    )


def _references(page):
    entries = references(page.folder.experiment).values()
    lines = [f"<li>{escape(reference_line(entry))}</li>" for entry in entries]
    return _section("References", f"<ol>{''.join(lines)}</ol>")


# -- how to do it again ----------------------------------------------------------------------
def _again(page):
    versions = page.run.metrics.get("versions", {})
    seconds = [run.metrics.get("wall_seconds") for run in page.run.seeds or [page.run]]
    told = [
        *([page.folder.command] if page.folder.command else []),
        f"ffbrian evaluate {typed(page.folder.path.absolute())}",
    ]
    time = f"<p>{statistics.fmean(seconds):.1f} s for a seed.</p>" if None not in seconds else ""
    return _section(
        "Versions and command lines",
        _wide(html.table(("program", "version"), _escaped(versions.items()))),
        time,
        f"<pre>{escape(chr(10).join(told))}</pre>",
    )


PARTS = (_results, _figures, _what_was_run, _models, _audit, _references, _again)
