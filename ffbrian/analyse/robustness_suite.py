"""Robustness suites: perturbations of the networks of one experiment, from a TOML file, and what
they keep.
"""

import dataclasses
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ffbrian import stopping
from ffbrian.analyse.comparison import base_file, check_header, tables_of, words
from ffbrian.analyse.degradation import Sweep, check, curve
from ffbrian.analyse.perturbations import KINDS
from ffbrian.errors import ExperimentError, FFBrianError
from ffbrian.files.safe_files import read_record
from ffbrian.train import metrics
from ffbrian.train.experiment import Experiment
from ffbrian.train.experiment_files import read_known, to_json
from ffbrian.train.experiment_tables import is_count, is_number, limited
from ffbrian.train.run_folder import write_text
from ffbrian.train.trained import Model

KEYS = ("title", "base", "common", "samples", "draws", "perturbations")
PERTURBATION_KEYS = ("kind", "strengths", "scale", "expected")


@dataclass(frozen=True)
class Suite:
    """Perturbations of the networks of one experiment.

    Attributes
    ----------
    title : str
    experiment : Experiment
    sweeps : tuple of Sweep
    expected : tuple of (str, float, str, float)
        Perturbation, strength, ``"accuracy"`` (at least) or ``"loss"`` (at
        most), value.
    samples : int
        Of the test set; 0 for all.
    draws : int
    source : str
        Data for which the title was written: those of the file, before overrides.
    """

    title: str
    experiment: Experiment
    sweeps: tuple
    expected: tuple = field(default=())
    samples: int = 0
    draws: int = 3
    source: str = ""

    def is_of(self, experiment):
        """Whether title and expectations were written for the network and the data of an experiment."""
        return (experiment.name, experiment.data.source) == (self.experiment.name, self.source)

    @classmethod
    def load(cls, path, overrides=()):
        """Read a suite.

        Parameters
        ----------
        path : path
        overrides : iterable of str
            Keys of the experiment, as of ``ffbrian run --set``; they come last.

        Raises
        ------
        ExperimentError
            For an unknown key or perturbation, or a strength outside its range.
        """
        table, path = read_known(path, KEYS), Path(path)
        _check(path, table)
        base, common = base_file(path, table["base"]), words(table.get("common", {}))
        source, experiment = (
            Experiment.load(base, common).data.source,
            Experiment.load(base, [*common, *overrides]),
        )
        _check_timing(path, experiment)
        entries = [
            (entry, _sweep(f"{path}: perturbation {number}", entry))
            for number, entry in enumerate(table["perturbations"], 1)
        ]
        expected = [
            wanted
            for entry, sweep in entries
            for wanted in _expected(f"{path}: {sweep.kind}", sweep, entry.get("expected", []))
        ]
        numbers = {key: table[key] for key in ("samples", "draws") if key in table}
        return cls(
            table.get("title", path.stem),
            experiment,
            tuple(sweep for _, sweep in entries),
            tuple(expected),
            source=source,
            **numbers,
        )


def _check_timing(path, experiment):
    if experiment.trainer.timing:
        raise ExperimentError(
            f"{path}: robustness is measured in presentations, but {experiment.name} learns in a stream; "
            "choose a base without [training.timing]."
        )


def _check(path, table):
    tables_of(path, table, "perturbations", "robustness suite")
    check_header(path, table, ("title", "base"))
    for key, least in (("samples", 0), ("draws", 1)):
        if key in table and not (is_count(table[key]) and table[key] >= least):
            raise ExperimentError(
                f"{path}: {key} is {table[key]!r}, expected a whole number of at least {least}."
            )


def _sweep(where, entry):
    kind, strengths, scale = entry.get("kind"), entry.get("strengths"), entry.get("scale", "linear")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ExperimentError(f"{where}: kind is {kind!r}; known are {', '.join(KINDS)}.")
    own = [f.name for f in dataclasses.fields(KINDS[kind]) if f.name != "strength"]
    unknown = sorted(set(entry) - {*PERTURBATION_KEYS, *own})
    if unknown:
        raise ExperimentError(
            f"{where}: {kind!r} has the unknown key {unknown[0]!r}; known are "
            f"{', '.join((*PERTURBATION_KEYS, *own))}."
        )
    if (
        not isinstance(strengths, list)
        or not strengths
        or not all(map(is_number, strengths))
        or sorted(set(strengths)) != strengths
    ):
        raise ExperimentError(
            f"{where}: strengths is {strengths!r}, expected a list of different numbers in ascending order, "
            "such as [0.1, 0.2]."
        )
    if scale not in ("linear", "log") or scale == "log" and not strengths[0] > 0:
        raise ExperimentError(
            f"{where}: scale is {scale!r}, expected 'linear', or 'log' where all strengths are above 0."
        )
    try:
        return Sweep(
            tuple(
                KINDS[kind](strength, **{key: entry[key] for key in own if key in entry})
                for strength in strengths
            ),
            scale,
        )
    except FFBrianError as error:
        raise ExperimentError(f"{where}: {error}") from None


def _expected(where, sweep, entries):
    for entry in entries if isinstance(entries, list) else [entries]:
        kinds = set(entry) - {"strength"} if isinstance(entry, dict) else set()
        if kinds not in ({"accuracy"}, {"loss"}) or entry.get("strength") not in sweep.strengths:
            raise ExperimentError(
                f"{where}: expected holds {entry!r}; write {{strength = …, accuracy = …}} (at least) or "
                f"{{strength = …, loss = …}} (at most), with one of the strengths "
                f"{', '.join(map(str, sweep.strengths))}."
            )
        (kind,) = kinds
        yield sweep.kind, entry["strength"], kind, entry[kind]


def measure(suite, folder, path, jobs):
    """Measure every perturbation on every trained network.

    Parameters
    ----------
    suite : Suite
    folder : Folder
        Of the finished run.
    path : Path
        Of the results, written again after every perturbation; what it holds
        already is taken over.
    jobs : int
        Processes that share an evaluation.

    Returns
    -------
    dict
        See `ffbrian.analyse.degradation.curve`.
    """
    experiment, seeds = folder.experiment, folder.finished_seeds()
    models = [
        Model.load(folder.of(seed) / "model.npz", jobs=jobs, mode=experiment.trainer.mode) for seed in seeds
    ]
    check(models[0])
    data = experiment.data.load()
    test = limited(data.test, suite.samples)
    clean = [model.score(test) for model in models]
    print(
        f"{experiment.name}, {len(seeds)} networks, {len(test)} test samples: clean "
        f"{100 * sum(clean) / len(clean):.2f} %",
        file=sys.stderr,
        flush=True,
    )
    record = {
        "title": suite.title
        if suite.is_of(experiment)
        else f"What {experiment.name} keeps under noise and damage ({data.name})",
        "experiment": experiment.name,
        "seeds": seeds,
        "samples": len(test),
        "draws": suite.draws,
        "clean_accuracy": sum(clean) / len(clean),
        "clean": clean,
        "curves": [],
        "versions": metrics.versions(),
        "configuration": experiment.resolved(),
    }
    known = _measured_before(path, record)
    for sweep in suite.sweeps:
        stopping.check()
        found = known.get(sweep.settings()) or curve(
            sweep, [sweep.measure(model, test, suite.draws) for model in models], clean
        )
        record["curves"].append(found)
        print(f"{sweep.kind}: {_percentages(found)}", file=sys.stderr, flush=True)
        write_text(path, to_json(record))
    return record


def _measured_before(path, record):
    """The curves of an earlier, interrupted measurement of the same networks, by their settings."""
    if not path.exists():
        return {}
    before = read_record(path, "remove it, or choose another folder with --out")
    is_same = all(
        before.get(key) == record[key]
        for key in ("experiment", "seeds", "samples", "draws", "clean", "versions", "configuration")
    )
    curves = before.get("curves") if is_same else []
    return (
        {found["settings"]: found for found in curves if _is_curve(found)} if isinstance(curves, list) else {}
    )


def _is_curve(found):
    """Whether this is a curve that was measured completely."""
    if not isinstance(found, dict) or not all(
        isinstance(found.get(key), str) for key in ("settings", "kind", "axis", "scale")
    ):
        return False
    rows = [found.get(key) for key in ("strengths", "accuracy", "accuracy_sd")]
    are_rows = all(
        isinstance(row, list) and row and all(map(is_number, row)) and len(row) == len(rows[0])
        for row in rows
    )
    return are_rows and all(is_number(found.get(key)) for key in ("area", "area_sd"))


def _percentages(found):
    spreads = (
        [f" ± {100 * sd:.1f}" for sd in found["accuracy_sd"]]
        if found["accuracy_sd"]
        else len(found["strengths"]) * [""]
    )
    return ", ".join(
        f"{strength:g} → {100 * accuracy:.1f}{spread}"
        for strength, accuracy, spread in zip(found["strengths"], found["accuracy"], spreads)
    )


def _area(found):
    return f"{found['area']:.3f}" + ("" if found["area_sd"] is None else f" ± {found['area_sd']:.3f}")


def table(record):
    """The results as a Markdown table (str)."""
    head = (
        f"{record['experiment']}, {record['samples']} test samples, seeds "
        f"{', '.join(map(str, record['seeds']))}, {record['draws']} draws; clean "
        f"{100 * record['clean_accuracy']:.2f} %.\n"
    )
    lines = [
        head,
        f"| perturbation | strength → accuracy %{' (± sd over seeds)' if len(record['seeds']) > 1 else ''} | "
        "area under the curve |",
        "|---|---|---|",
    ]
    lines += [
        f"| {found['kind'].replace('_', ' ')} ({found['axis']}) | {_percentages(found)} | {_area(found)} |"
        for found in record["curves"]
    ]
    return "\n".join(lines) + "\n"


def verdicts(suite, record):
    """Whether each expected value was met, one line each."""
    for kind, strength, what, limit in suite.expected:
        found = next(found for found in record["curves"] if found["kind"] == kind)
        accuracy = found["accuracy"][found["strengths"].index(strength)]
        value, is_met = (
            (accuracy, accuracy >= limit)
            if what == "accuracy"
            else (record["clean_accuracy"] - accuracy, record["clean_accuracy"] - accuracy <= limit)
        )
        yield (
            f"{kind.replace('_', ' ')} {strength:g}: {what} {value:.2%}, expected at "
            f"{'least' if what == 'accuracy' else 'most'} {limit:.2%}: {'met' if is_met else 'missed'}"
        )
