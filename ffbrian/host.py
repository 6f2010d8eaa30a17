"""The functions that a network calls to read its schedule and data and to write results.

Each exists twice: as C++ (`host.h`, memory maps named by environment variables)
for the compiled network, and as Python on arrays for Brian 2's runtime mode.
"""
from pathlib import Path

import numpy as np
from brian2 import Function

#: Columns of a schedule row, all int32 (the seed is read as unsigned).
SCHEDULE_COLUMNS = ("sample", "label", "phase", "seed", "dx", "dy", "truth")
HEADER = '"ffbrian_host.h"'
HEADER_FILE = Path(__file__).with_name("host.h")

_BEGIN = """
static double _begin_presentation(int64_t index) {
    const int64_t n = ffbrian::n_presentations();
    if (index >= n) { Network::_globally_stopped = true; return 0.0; }
    brian::_random_generators[0].seed((uint32_t)ffbrian::schedule()[index * ffbrian::schedule_columns + 3]);
    return 1.0;
}
"""
_LOAD_EVENTS = """
static double _load_events(int64_t sample, int64_t step) {
    ffbrian::load_events(sample, step, brian::ARRAY, SIZE);
    return 0.0;
}
"""
_BEST = """
static double _best_candidate() {
    int best = 0;
    for (int k = 1; k < SIZE; k++)
        if (brian::ARRAY[k] > brian::ARRAY[best]) best = k;
    return best;
}
"""


def read_data_file(path):
    """The content of a file that `ffbrian.datasets` wrote, as memory maps.

    Parameters
    ----------
    path : path

    Returns
    -------
    tuple
        ``("images", values)`` or ``("events", offsets, bins, units)``.
    """
    header = np.fromfile(path, np.int64, 8)
    magic, (first, second, *rest) = header[:1].tobytes(), header[1:5].tolist()
    if magic.startswith(b"FFIMG"):
        return "images", np.memmap(path, np.uint8, "r", 64, (first, second, *rest))
    offsets = np.memmap(path, np.int64, "r", 64, (first + 1,))
    start = 64 + 8 * (first + 1)
    bins = np.memmap(path, np.uint16, "r", start, (second,)) if second else np.zeros(0, np.uint16)
    units = np.memmap(path, np.uint16, "r", start + 2 * second, (second,)) if second else np.zeros(0, np.uint16)
    return "events", offsets, bins, units


class Session:
    """Schedule, data and results of a run in Brian 2's runtime mode.

    Attributes
    ----------
    schedule : (n_presentations, 7) int32 array
    results : (n_presentations, n_columns) float32 array
    values : (n_samples, channels, height, width) uint8 array, or None
    events : offsets, bins and units, or None
    stop : callable
        Called when the schedule is exhausted.
    """

    def __init__(self):
        self.schedule = np.zeros((0, len(SCHEDULE_COLUMNS)), np.int32)
        self.results = self.values = self.events = None
        self.stop = lambda: None

    def load(self, schedule, data_file, n_columns, stop):
        """Take a schedule and a data file; make room for the results."""
        self.schedule, self.stop = np.asarray(schedule, np.int32), stop
        self.results = np.full((len(self.schedule), n_columns), np.nan, np.float32)
        kind, *content = read_data_file(data_file)
        if kind == "images":
            (self.values,) = content
        else:
            self.events = content

    def entry(self, index, column):
        """One entry of the schedule, 0 outside it."""
        index, column = int(np.ravel(index)[0]), int(np.ravel(column)[0])
        return float(self.schedule[index, column]) if 0 <= index < len(self.schedule) else 0.0

    def begin(self, index):
        """Seed the random numbers of a presentation, or stop the run."""
        index = int(np.ravel(index)[0])
        if index >= len(self.schedule):
            self.stop()
            return 0.0
        np.random.seed(self.schedule[index, 3].astype(np.uint32))
        return 1.0

    def write(self, index, column, n_columns, value):
        """Store results; `column` and `value` may be arrays."""
        index = int(np.ravel(index)[0])
        if 0 <= index < len(self.schedule):
            self.results[index, np.ravel(column).astype(int)] = np.ravel(value)
        return np.zeros_like(np.asarray(value, float))

    def pixel(self, sample, unit, dx, dy):
        """Values of the shifted image, 0 outside it."""
        image = self.values[int(np.ravel(sample)[0])]
        channels, height, width = image.shape
        channel, place = np.divmod(np.asarray(unit), height * width)
        row, column = place // width - dy, place % width - dx
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        return np.where(inside, image[channel, row.clip(0, height - 1), column.clip(0, width - 1)], 0) / 255.0


_KEPT = "template <class W, class C> static inline W _kept(W w, C connected) { return connected > 0 ? w : W(0); }"


def _function(name, python, cpp, arguments, returns="float"):
    function = Function(python, arg_units=[1] * len(arguments), arg_types=arguments, return_unit=1, return_type=returns, stateless=False)
    function.implementations.add_implementation("cpp", cpp, name=name, compiler_kwds={"headers": [HEADER], "include_dirs": ["."]})
    return function


def _call(name, signature):
    """C++ code that calls a function of `host.h` under a plain name."""
    arguments = ", ".join(part.split()[-1] for part in signature.split(","))
    return f"static inline double _{name}({signature}) {{ return ffbrian::{name}({arguments}); }}"


def functions(session):
    """The functions every network uses, by the name its equations use.

    Parameters
    ----------
    session : Session
        Serves them in runtime mode.

    Returns
    -------
    dict of str to brian2.Function
    """
    return {
        "schedule_entry": _function("_schedule_entry", session.entry, _call("schedule_entry", "int64_t index, int column"), ["integer", "integer"]),
        "begin_presentation": _function("_begin_presentation", session.begin, _BEGIN, ["integer"]),
        "write_result": _function("_write_result", session.write, _call("write_result", "int64_t index, int column, int n_columns, double value"), ["integer", "integer", "integer", "float"]),
        "pixel": _function("_pixel", session.pixel, _call("pixel", "int64_t sample, int unit, int dx, int dy"), ["integer"] * 4),
    }


def masking():
    """A function ``kept(w, connected)``: the weight of a synapse that exists, 0 for a pair without one.

    Returns
    -------
    dict of str to brian2.Function
    """
    function = Function(lambda w, connected: np.where(np.asarray(connected) > 0, w, 0), arg_units=[1, 1], return_unit=1)
    function.implementations.add_implementation("cpp", _KEPT, name="_kept")
    return {"kept": function}


def event_loader(session, group, array):
    """A function ``load_events(sample, step)`` that fills ``group.event``.

    Parameters
    ----------
    session : Session
    group : brian2.NeuronGroup
    array : str
        Name of the array in generated code.
    """

    def load(sample, step):
        sample, step = int(np.ravel(sample)[0]), int(np.ravel(step)[0])
        offsets, bins, units = session.events
        first, last = offsets[sample:sample + 2]
        event = group.variables["event"].get_value()
        event[:] = 0
        event[units[first:last][bins[first:last] == step]] = 1
        return 0.0

    code = _LOAD_EVENTS.replace("ARRAY", array).replace("SIZE", str(group.N))
    return _function("_load_events", load, code, ["integer", "integer"])


def best_candidate(group, array):
    """A function ``best_candidate()`` that gives the index of the highest ``group.score``."""

    def best():
        return float(np.argmax(group.variables["score"].get_value()))

    return _function("_best_candidate", best, _BEST.replace("ARRAY", array).replace("SIZE", str(group.N)), [])
