"""Hostile files, drawn by hypothesis: experiments, comparisons, run folders and data.

Whatever a file holds, ffbrian takes it or refuses it with one sentence; it never
ends with a traceback, never hangs and never asks for the memory that a file declares.

``pytest tests/test_fuzz.py`` draws a fixed number of cases; many more with::

    python -m tests.fuzz --cases 5000 [--area experiment] [--seed 1]
"""

import argparse
import collections
import contextlib
import copy
import functools
import gzip
import io
import json
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile
from pathlib import Path

import h5py
import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from ffbrian import datasets
from ffbrian.analyse.comparison import Comparison
from ffbrian.analyse.methods_section import describe
from ffbrian.analyse.robustness_suite import Suite
from ffbrian.build.plan import plan_to_dict
from ffbrian.datasets import hd_spikes, idx
from ffbrian.datasets.event_cache import cached_events
from ffbrian.errors import FFBrianError
from ffbrian.files import array_file
from ffbrian.train.experiment import Experiment
from ffbrian.train.initial_state import initial_state
from ffbrian.train.run_folder import Folder
from ffbrian.train.trained import Model

SECONDS, MEMORY = 30, 3 << 30
LONGEST_SENTENCE = 5000

EXPERIMENT = {
    "title": "Fuzzed",
    "seeds": [1, 2],
    "data": {"source": "digits", "validation": 0.1, "limit_train": 100, "limit_test": 20, "balanced": False},
    "network": {
        "encoder": {"model": "rate", "max_rate": "250 Hz"},
        "rule": {"model": "eligibility_stdp", "eta": 3e-4},
        "modulator": "opponent",
        "labels": "labels",
        "label_size": 1,
        "layers": [
            {
                "size": 20,
                "initial_weight": 0.03,
                "label_weight": 0.1,
                "neuron": {"model": "lif", "tau_m": "50 ms"},
                "connection": {"kind": "random", "probability": 0.5, "seed": 1},
                "delay": "2 ms",
            },
            {"size": 10, "neuron": "adaptive_lif", "synapse": "exponential", "inhibition": "subtractive"},
        ],
    },
    "training": {
        "epochs": 2,
        "presentation": "20 ms",
        "dt": "1 ms",
        "decay": 0.9,
        "jitter": 1,
        "negatives": {"kind": "random", "per_positive": 1},
        "chunk": 50,
        "block": 1,
        "float_type": "float32",
        "pathway": "dense",
        "mode": "standalone",
    },
    "expected": {"test_accuracy": [0.2, 1.0], "minutes": 5},
}
OWN = {
    "neuron": {
        "equations": "dv/dt = (drive - v)/tau_m : volt",
        "threshold": "v > v_th",
        "reset": "v = 0*mV",
        "initial": "v = 0*mV",
        "refractory": "2 ms",
        "method": "exact",
        "parameters": {
            "tau_m": "20 ms",
            "v_th": {"value": "10 mV", "meaning": "threshold", "source": "here"},
        },
    }
}
COMPARISON = {
    "title": "Compared",
    "base": "digits-quick",
    "seeds": [1],
    "axis": "dt (ms)",
    "common": {"training.epochs": 1},
    "variants": [{"x": 1, "name": "one"}, {"x": 0.5, "set": {"training.dt": "0.5 ms"}}],
}
SUITE = {
    "title": "Suite",
    "base": "digits-quick",
    "common": {"training.epochs": 1},
    "samples": 10,
    "draws": 2,
    "perturbations": [
        {
            "kind": "gaussian_noise",
            "strengths": [0.1, 0.2],
            "scale": "linear",
            "expected": [{"strength": 0.1, "accuracy": 0.5}],
        }
    ],
}

QUANTITIES = (
    "inf ms",
    "nan ms",
    "1 ms/0",
    "1 ms**volt",
    "1 ms" + "-" * 3000,
    "1 " + "-" * 3000 + "ms",
    "1e400 ms",
    "-5 ms",
    "0 ms",
    "5 mV",
    "ms",
    "1e6 second",
    "1 ms**1e9",
    "1 9**9**9**9",
    "9" * 400,
    "1 ms # x",
    "1 ms\n",
    "1 (ms",
    "½ ms",
    "1 __import__",
    "1e-320 ms",
    "5 ms ms ms",
)
TEXTS = (
    "",
    " ",
    "..",
    "../../x",
    "\x00",
    "\n",
    "é",
    "$x$",
    "lif",
    "model",
    "a" * 5000,
    "(" * 2000,
    "v > ",
    "v = v",
    "v += 1 # x",
    "import os",
    "npz:",
    "npz:/dev/zero",
    "digits:",
    "mnist:pool=2",
    "-1",
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    2**31,
    2**31 - 1,
    2**63,
    -(2**63),
    10**30,
    0.5,
    -0.5,
    1e308,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
    True,
    False,
)
ODD = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(QUANTITIES),
    st.sampled_from(TEXTS),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just({"model": "lif"}),
    st.just({"kind": "random"}),
    st.just({"kind": "function", "function": "os:getcwd"}),
    st.just({"": 1}),
    st.lists(st.sampled_from(NUMBERS), max_size=3),
    st.text(max_size=8),
    st.floats(),
    st.integers(),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
#: What looks like the value that it replaces, and so gets further than anything at random.
EQUATIONS = (
    "dv/dt = (drive - v)/tau_m : volt\ndw/dt = 1/second : 1",
    "dv/dt = 9**9**9**9 : volt",
    "v > 9**9**9*mV",
    "v = rand()*mV # x \\\nv -= 10*mV",
    "v = v; v = v",
    "x : 1",
    "1 : 1",
    "dv/dt = : volt",
    "v > v_th # x",
    "v > v_th and not (v > v_th)",
    "v = __import__('os')",
    "v = exp(v)",
    "(" * 500 + "v" + ")" * 500,
    "v = " + "-" * 3000 + "v",
    "w = w",
    "M = s",
    "v = 10*mV : volt",
    "dv/dt = (drive - v)/tau_m : volt (constant)",
)
ALIKE = {
    "quantity": st.sampled_from(QUANTITIES),
    "equation": st.sampled_from(EQUATIONS),
    "text": st.sampled_from(TEXTS),
    "number": st.one_of(st.sampled_from(NUMBERS), st.integers(-3, 100), st.floats(0, 2)),
}
#: Where a mutation strikes (drawn as a fraction of all places), what it does, and with what.
MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(("replace", "alike", "alike", "alike", "remove", "add", "swap")),
        ODD,
        st.fixed_dictionaries(ALIKE),
    ),
    min_size=1,
    max_size=3,
)
BYTES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(("flip", "cut", "insert", "zero")),
        st.integers(0, 255),
    ),
    min_size=0,
    max_size=3,
)


def places(value, path=()):
    """Every place in nested tables and lists."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield (*path, key)
        yield from places(below, (*path, key))


def mutated(table, mutations):
    """A copy of a table with some places changed."""
    table = copy.deepcopy(table)
    for where, what, odd, alike in mutations:
        found = list(places(table))
        if not found:
            break
        *parents, last = found[int(where * len(found))]
        parent = table
        for key in parents:
            parent = parent[key]
        value = alike.get(_kind(parent[last]), odd) if what == "alike" else odd
        _mutate(parent, last, what, copy.deepcopy(value))  # drawn values are shared between cases
    return table


def _kind(value):
    """A key of `ALIKE`, or None."""
    if isinstance(value, (int, float)):
        return "number"
    if not isinstance(value, str):
        return None
    if "=" in value or ">" in value:
        return "equation"
    return "quantity" if value[:1].isdigit() else "text"


def _mutate(parent, last, what, value):
    if what == "remove":
        del parent[last]
    elif what == "swap":
        parent[last] = [parent[last]]
    elif what == "add" and isinstance(parent[last], dict):
        parent[last]["odd"] = value
    else:
        parent[last] = value


def damaged(content, mutations):
    """Bytes with some of them changed."""
    content = bytearray(content)
    for where, what, byte in mutations:
        place = int(where * max(len(content), 1))
        if what == "cut":
            del content[place:]
        elif what == "insert":
            content[place:place] = bytes([byte])
        elif place < len(content):
            content[place] = byte if what == "flip" else 0
    return bytes(content)


def toml(value):
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value).replace("\x7f", "\\u007f")


def written(path, table):
    """Write a table as a TOML file."""
    path.write_text(
        "".join(f"{json.dumps(str(key))} = {toml(value)}\n" for key, value in table.items()),
        encoding="utf-8",
        errors="replace",
    )
    return path


def with_signals(table):
    """The table with two neuromodulators that the rule hears."""
    network = table["network"]
    network["signals"] = {"DA": {"model": "dopamine", "tau_DA": "20 ms"}, "ACh": "acetylcholine"}
    network["rule"] |= {
        "hears": ["DA", "ACh"],
        "consolidate": "w = clip(w + eta*DA*ACh*p_post*elig, -w_max, w_max); elig = 0",
    }
    del network["modulator"]


def streaming(table):
    """The table as one stream."""
    table["network"] |= {"rule": "decaying_stdp", "modulator": "reward_prediction"}
    table["network"]["layers"] = [{"size": 20, "initial_weight": 0.04}]
    timing = {
        "shown": "60*ms + 80*ms*rand()",
        "pause": "100 ms",
        "reward_after": "20 ms",
        "update_every": "5 ms",
    }
    table["training"] = {"epochs": 2, "dt": "1 ms", "timing": {"kind": "stream"} | timing}


def own_neuron(table):
    """The table with equations of its own."""
    table["network"]["layers"][0]["neuron"] = OWN["neuron"]


#: Changes of `EXPERIMENT` that bring in what it does not hold.
KINDS = (lambda table: None, own_neuron, with_signals, streaming)


# -- areas: each draws one file and drives what reads it ------------------------------------
def experiment(draw, folder):
    """An experiment file: read, resolved, described."""
    table = copy.deepcopy(EXPERIMENT)
    draw(st.sampled_from(KINDS))(table)
    mutations, form = draw(MUTATIONS), draw(st.sampled_from((None, None, None, "markdown", "latex")))
    found = Experiment.load(written(folder / "a.toml", mutated(table, mutations)))
    record = json.loads(json.dumps(found.resolved(), allow_nan=False))
    assert Experiment.from_resolved(record).resolved() == found.resolved()
    if form:
        describe(found, form)


def override(draw, folder):
    """Words after ``--set``."""
    keys = [".".join(map(str, place)) for place in places(EXPERIMENT)] + [
        "",
        ".",
        "a.b",
        "network.layers.9.size",
        "network.layers.-1",
        "seeds.0",
    ]
    Experiment.load(
        written(folder / "a.toml", EXPERIMENT), [f"{draw(st.sampled_from(keys))}={toml(draw(ODD))}"]
    )


def comparison(draw, folder):
    """A comparison or a robustness suite."""
    table, reader = draw(st.sampled_from(((COMPARISON, Comparison), (SUITE, Suite))))
    reader.load(written(folder / "a.toml", mutated(table, draw(MUTATIONS))))


def toml_bytes(draw, folder):
    """A TOML file with damaged bytes."""
    path = written(folder / "a.toml", EXPERIMENT)
    path.write_bytes(damaged(path.read_bytes(), draw(BYTES)))
    Experiment.load(path)


def run_folder(draw, folder):
    """A run folder: the records of an experiment and of what was measured."""
    record = mutated({"experiment": RESOLVED, "format": 1}, draw(MUTATIONS) if draw(st.booleans()) else [])
    content = json.dumps(record).encode()
    (folder / "experiment.json").write_bytes(damaged(content, draw(BYTES) if draw(st.booleans()) else []))
    metrics = mutated(METRICS, draw(MUTATIONS))
    (folder / "metrics.json").write_bytes(
        damaged(json.dumps(metrics).encode(), draw(BYTES) if draw(st.booleans()) else [])
    )
    found = Folder.open(folder)
    assert all(type(seed) is int and seed >= 0 for seed in found.seeds)
    _plotted(folder, found.metrics(found.seeds[0]))


def _plotted(folder, metrics):
    from ffbrian.analyse.run_figures import Run, _histories

    assert 0 <= metrics["test_accuracy"] <= 1
    drawn = _histories([Run.open(folder)])
    for figure in drawn.values():
        figure.savefig(io.BytesIO(), format="png", dpi=10)


def model(draw, folder):
    """A model: its header, its arrays, its bytes."""
    header, arrays = MODEL
    header = mutated(header, draw(MUTATIONS) if draw(st.booleans()) else [])
    arrays = dict(arrays)
    if draw(st.booleans()):
        arrays[draw(st.sampled_from(sorted(arrays)))] = draw(ARRAYS)
    path, damage = folder / "model.npz", draw(BYTES)
    array_file.save(path, header, arrays)
    path.write_bytes(damaged(path.read_bytes(), damage))
    found = Model.load(path)
    assert all(np.isfinite(values).all() for values in found.state.values())


ARRAYS = st.sampled_from(
    [
        np.zeros(0),
        np.array(1),
        np.array(np.nan),
        np.full(1280, np.nan, "f4"),
        np.full(1280, 1j),
        np.full(1280, np.inf),
        np.zeros(1280, "S3"),
        np.zeros((3, 3, 3, 3)),
        np.array(["a"]),
        np.array([2**63], "u8"),
        np.array([-1]),
        np.zeros((6, 4, 4), bool),
        np.zeros(20, "M8[s]"),
        np.arange(20) % 2,
        np.arange(20),
        np.full((20, 4, 4), 300),
        np.zeros(20, [("a", "f4")]),
    ]
)


def npz(draw, folder):
    """A user's data: arrays of any kind, giant declarations, bombs."""
    arrays = dict(draw(st.sampled_from((IMAGES, EVENTS))))
    for _ in range(draw(st.integers(0, 2))):
        arrays[draw(st.sampled_from([*sorted(arrays), "odd"]))] = draw(ARRAYS)
    for _ in range(draw(st.integers(0, 1))):
        arrays.pop(draw(st.sampled_from(sorted(arrays))))
    np.savez(folder / "a.npz", **arrays)
    (folder / "a.npz").write_bytes(damaged((folder / "a.npz").read_bytes(), draw(BYTES)))
    if draw(st.integers(0, 4)) == 0:
        (folder / "a.npz").write_bytes(
            _giant(
                draw(st.sampled_from(((2**40,), (2**31, 2**31), (-1,), (0, 2**62), (1,) * 33))),
                draw(st.integers(0, 9)) == 0,
            )
        )
    data = datasets.load(f"npz:{folder / 'a.npz'}")
    assert len(data.train) == len(data.train.labels) and data.n_classes >= 1


@functools.lru_cache
def _giant(shape, is_bomb):
    """An archive (bytes) whose arrays declare a giant shape, or unpack to gigabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in IMAGES:
            file = io.BytesIO()
            np.lib.format.write_array_header_1_0(
                file, {"descr": "|u1", "fortran_order": False, "shape": shape}
            )
            archive.writestr(
                f"{name}.npy",
                file.getvalue() + bytes((1 << 28) + 1 if is_bomb and name == "x_train" else 100),
            )
    return content.getvalue()


def idx_files(draw, folder):
    """The files of MNIST, plain and packed."""
    is_images, is_packed = draw(st.booleans()), draw(st.booleans())
    shape = draw(
        st.sampled_from(
            (
                (20, 4, 4) if is_images else (20,),
                (2**31 - 1,) * (3 if is_images else 1),
                (0, 4, 4) if is_images else (0,),
            )
        )
    )
    content = damaged(
        bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes() + bytes(320 if is_images else 20),
        draw(BYTES),
    )
    path = folder / f"a-idx{'.gz' if is_packed else ''}"
    path.write_bytes(damaged(gzip.compress(content), draw(BYTES)) if is_packed else content)
    found = idx.map_images(path) if is_images else idx.read_labels(path)
    assert len(found) == int.from_bytes(content[4:8], "big")


def eeg(draw, folder):
    """The five archives of EEG text."""
    text = draw(
        st.sampled_from(
            (
                b"1\n2\n3\n",
                b"1 2 3",
                b"1\n2\n",
                b"",
                b"nan\n1\n2\n",
                b"1e50\n1\n2\n",
                b"a\nb\nc\n",
                b"\xff\xfe\n",
                b"1_0\n2\n3\n",
            )
        )
    )
    for letter in "zonfs":
        with zipfile.ZipFile(folder / f"{letter}.zip", "w") as archive:
            for number in range(draw(st.integers(0, 3)) if letter == "z" else 3):
                archive.writestr(f"{letter.upper()}{number:03d}.txt", text if letter == "z" else b"1\n2\n3\n")
    path = folder / f"{draw(st.sampled_from('zs'))}.zip"
    path.write_bytes(damaged(path.read_bytes(), draw(BYTES)))
    data = datasets.load(f"bonn-eeg:folds={draw(st.sampled_from((2, 3)))}", folder)
    assert np.isfinite(data.train.values).all()


def spoken(draw, folder):
    """Spoken digits in HDF5."""
    n = draw(st.integers(0, 3))
    path = folder / "a.h5"
    with h5py.File(path, "w") as file:
        for name, kind in (("times", "f4"), ("units", "i4")):
            column = file.create_dataset(
                f"spikes/{name}", (n + draw(st.integers(0, 1)),), h5py.vlen_dtype(np.dtype(kind))
            )
            for i in range(len(column)):
                column[i] = np.array(
                    draw(
                        st.lists(
                            st.sampled_from(
                                (0.0, 0.5, 1.0, -1.0, math.nan, 1e30)
                                if kind == "f4"
                                else (0, 5, 699, 700, -1)
                            ),
                            max_size=2,
                        )
                    ),
                    kind,
                )
        for name in ("labels", "extra/speaker"):
            file.create_dataset(
                name,
                data=draw(
                    st.sampled_from((np.zeros(n, "i4"), np.zeros(n), np.zeros((n, 2), "i4"), np.array(0)))
                ),
            )
        if draw(st.integers(0, 4)) == 0:
            del file["labels"]
            file.create_dataset("labels", (2**40,), "i4", chunks=(1024,))
    path.write_bytes(damaged(path.read_bytes(), draw(BYTES)))
    found = cached_events("a", "a", lambda: hd_spikes._samples(path), (hd_spikes.N_CHANNELS,))
    assert len(found.times_us) == len(found.units) == found.offsets[-1]


AREAS = {
    area.__name__: area
    for area in (experiment, override, comparison, toml_bytes, run_folder, model, npz, idx_files, eeg, spoken)
}

_rng = np.random.default_rng(0)
IMAGES = {
    "x_train": _rng.integers(0, 255, (20, 4, 4), np.uint8),
    "y_train": np.arange(20) % 2,
    "x_test": _rng.integers(0, 255, (6, 4, 4), np.uint8),
    "y_test": np.arange(6) % 2,
}
EVENTS = {"n_units": np.array(4)} | {
    f"{part}_{key}": value
    for part in ("train", "test")
    for key, value in {
        "times_us": np.tile([1000, 5000], 20),
        "units": np.tile([0, 3], 20),
        "offsets": 2 * np.arange(21),
        "labels": np.arange(20) % 2,
    }.items()
}


def _small():
    """A resolved experiment, its metrics and its model."""
    table = {**EXPERIMENT, "seeds": [3], "network": {"layers": [{"size": 20}]}}
    with tempfile.TemporaryDirectory() as folder:
        found = Experiment.load(written(Path(folder) / "a.toml", table))
    data = found.data.load()
    from ffbrian.build.data_shape import DataShape

    plan = found.trainer.plan(DataShape.of(data.train, data.n_classes))
    epochs = [
        {
            "epoch": k + 1,
            "wall_seconds": 1.0,
            "learning_rate": 3e-4,
            "goodness_positive": 2.0,
            "goodness_negative": 1.0,
            "online_accuracy": 0.5,
            "validation_accuracy": 0.4,
            "layer_validation_accuracy": [0.4],
        }
        for k in range(2)
    ]
    metrics = {
        "experiment": "a",
        "seed": 3,
        "seeds": [3],
        "test_accuracy": 0.5,
        "train_accuracy": 0.5,
        "validation_accuracy": 0.4,
        "confusion": [[3, 1], [0, 4]],
        "epochs": epochs,
        "configuration": found.resolved(),
    }
    return (
        found.resolved(),
        metrics,
        ({"format": 1, "plan": plan_to_dict(plan), "seed": 3}, initial_state(plan, np.random.default_rng(0))),
    )


RESOLVED, METRICS, MODEL = _small()


# -- the judge ---------------------------------------------------------------------------------
class Hang(Exception):
    """A case took too long."""


def _ring(*_):
    raise Hang(f"more than {SECONDS} s")


@contextlib.contextmanager
def limits():
    """Bounds on the time and the memory of one case."""
    before, (soft, hard) = signal.signal(signal.SIGALRM, _ring), resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, hard))
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def judge(area, draw):
    """Run one case; whatever is no proper refusal passes through.

    Returns
    -------
    bool
        Whether the file was taken.
    """
    folder = Path(tempfile.mkdtemp(prefix="ffbrian-fuzz-"))
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    try:
        with limits():
            AREAS[area](draw, folder)
        return True
    except FFBrianError as error:
        sentence = str(error)
        assert sentence and len(sentence) < LONGEST_SENTENCE, (
            f"a refusal of {len(sentence)} characters: {sentence[:300]}"
        )
        return False
    finally:
        os.environ.pop("XDG_CACHE_HOME") if before is None else os.environ.update(XDG_CACHE_HOME=before)
        shutil.rmtree(folder, ignore_errors=True)


def campaign(area, cases, number=0):
    """Draw many cases of an area; returns how many were taken, and the findings by their cause."""
    taken, findings = collections.Counter(), {}

    @seed(number)
    @settings(max_examples=cases, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def one(data):
        try:
            taken[judge(area, data.draw)] += 1
        except HypothesisException:
            raise
        except Exception as error:
            frames = [
                frame
                for frame in traceback.extract_tb(error.__traceback__)
                if "/ffbrian/" in frame.filename or "fuzz.py" in frame.filename
            ]
            cause = (
                type(error).__name__,
                *(f"{Path(frame.filename).name}:{frame.name}" for frame in frames[-1:]),
            )
            findings.setdefault(cause, []).append("".join(traceback.format_exception(error))[-1800:])

    one()
    return taken, findings


def main(words=None):
    """Run the campaigns; returns the number of different findings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--area", choices=AREAS, action="append")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    areas, n_findings = arguments.area or list(AREAS), 0
    for area in areas:
        taken, findings = campaign(area, -(-arguments.cases // len(areas)), arguments.seed)
        n_findings += len(findings)
        print(
            f"{area}: {taken[True]} taken, {taken[False]} refused, {sum(map(len, findings.values()))} "
            f"findings of {len(findings)} causes",
            flush=True,
        )
        for cause, texts in findings.items():
            print(f"== {' '.join(cause)} ({len(texts)} times)\n{texts[0]}", flush=True)
    return n_findings


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
