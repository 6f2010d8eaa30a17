"""gather finished runs into a table and a figure, and name the best by validation

DIR is the folder of a sweep or a comparison, or any folder with runs below it.
Writes DIR/collected.csv, a line for each training, and DIR/collected.png, any
column against any other.  The best run is the one with the best validation
score, mean over seeds; the test set never chooses.
"""

from pathlib import Path

from ffbrian.analyse.collection import Collection, drawable, mean
from ffbrian.commands import drawing
from ffbrian.commands.arguments import add_format
from ffbrian.train.run_folder import write_text

WHEN_INTERRUPTED = "the same command gathers all again."


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--x", metavar="COLUMN", help="horizontal axis (default: the first key that differs)")
    parser.add_argument("--y", metavar="COLUMN", help="vertical axis (default: the validation score)")
    add_format(parser)


def execute(arguments):
    """Run the command; returns the exit status."""
    found, place = Collection.of(arguments.folder), arguments.folder
    write_text(place / "collected.csv", found.csv())
    x = arguments.x or (found.varied or ("run",))[0]
    y = arguments.y or found.validation or _test(found)
    path = place / f"collected.{arguments.format}"
    drawing.collected(*drawable(found, x, y), path)
    print(
        f"{len(found.rows)} trainings finished, {found.n_unfinished} not; columns: {', '.join(found.columns)}"
    )
    print(best_words(found))
    print(f"{place / 'collected.csv'}\n{path}")


def _test(found):
    return next(name for name in found.columns if name.startswith("test_"))


def best_words(found):
    """The best run in words, and what it reached on the test set."""
    name, rows = found.best()
    if name is None:
        return "best: not chosen, as there are no validation data (data.validation = 0)"
    values = ", ".join(f"{key} = {rows[0][key]}" for key in found.varied)
    test = found.validation.replace("validation", "test")
    return (
        f"best by validation: {name}{f' ({values})' if values else ''}, validation "
        f"{mean(rows, found.validation):.4g}, test {mean(rows, test):.4g} over {len(rows)} "
        f"seed{'s' if len(rows) > 1 else ''}"
    )
