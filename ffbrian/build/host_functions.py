"""The functions that a network calls to read its schedule and data and to write results.

Each exists twice: as C++ (`host.h`, memory maps named by environment variables)
for the compiled network, and as Python on arrays for Brian 2's runtime mode.
"""

from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from brian2 import Function

from ffbrian import stopping
from ffbrian.learning.schedule import COMMON

#: The seed's column, the same in every schedule; it is read as unsigned.
SEED = COMMON.index("seed")
HEADER = '"ffbrian_host.h"'
HEADER_FILE = Path(__file__).with_name("host_functions.h")

_BEGIN = """
static double _begin_presentation(int64_t index, int n_columns) {
    const int64_t n = ffbrian::n_presentations(n_columns);
    if (index >= n) { Network::_globally_stopped = true; return 0.0; }
    brian::_random_generators[0].seed((uint32_t)ffbrian::schedule()[index * n_columns + SEED]);
    return 1.0;
}
"""
_CONTINUE = """
static double _continue_stream(int64_t index, int due, int n_columns) {
    if (!due) return 1.0;
    if (index >= ffbrian::n_presentations(n_columns)) { Network::_globally_stopped = true; return 0.0; }
    brian::_random_generators[0].seed((uint32_t)ffbrian::schedule()[index * n_columns + SEED]);
    return 1.0;
}
"""
_LOAD_EVENTS = """
static double _load_events(int64_t sample, int64_t step, int dx, int dy) {
    static const ffbrian::Sensor sensor = {SENSOR};
    ffbrian::load_events(sample, step, dx, dy, brian::ARRAY, sensor);
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
        ``("images", values)``, ``("signals", values, targets)`` or ``("events", offsets, bins, units)``.
    """
    header = np.fromfile(path, np.int64, 8)
    magic, (first, second, *rest) = header[:1].tobytes(), header[1:5].tolist()
    if magic.startswith(b"FFIMG"):
        return "images", np.memmap(path, np.uint8, "r", 64, (first, second, *rest))
    if magic.startswith(b"FFSIG"):
        n_values = first * second * rest[0]
        values = np.memmap(path, np.float32, "r", 64, (first, second, rest[0]))
        return (
            "signals",
            values,
            np.memmap(path, np.float32, "r", 64 + 4 * n_values, (first, rest[1])) if rest[1] else None,
        )
    offsets = np.memmap(path, np.int64, "r", 64, (first + 1,))
    start = 64 + 8 * (first + 1)
    bins = np.memmap(path, np.uint16, "r", start, (second,)) if second else np.zeros(0, np.uint16)
    units = (
        np.memmap(path, np.uint16, "r", start + 2 * second, (second,)) if second else np.zeros(0, np.uint16)
    )
    return "events", offsets, bins, units


@dataclass(frozen=True)
class Sensor:
    """Where events come from and to how many neurons they go.

    Attributes
    ----------
    n_units, height, width : int
        Height is 1 for units in a row, which are displaced along it.
    n_copies : int
        Neurons for each unit.
    lag : int
        Steps by which each copy gets the events later than the one before it.
    """

    n_units: int
    height: int
    width: int
    n_copies: int = 1
    lag: int = 0

    @classmethod
    def of(cls, plan):
        """The sensor of a plan for event data."""
        shape = plan.inputs.shape
        height, width = shape[1:] if len(shape) == 3 else (1, plan.inputs.n_units)
        return cls(
            plan.inputs.n_units,
            height,
            width,
            plan.network.encoder.copies,
            round(plan.network.encoder.delay_steps(plan.dt)),
        )

    def displaced(self, units, dx, dy):
        """The units that events move to, without those that leave the sensor."""
        column, row = (
            units % self.width + dx,
            units // self.width % self.height + (dy if self.height > 1 else 0),
        )
        inside = (0 <= column) & (column < self.width) & (0 <= row) & (row < self.height)
        return (units // (self.width * self.height) * self.height + row)[inside] * self.width + column[inside]


class Session:
    """Schedule, data and results of a run in Brian 2's runtime mode.

    Attributes
    ----------
    schedule : (n_presentations, n_columns) int32 array
    results : (n_presentations, n_columns) float32 array
    values : (n_samples, channels, height, width) uint8 array of images, (n_samples, channels, n_steps)
    float32 array of signals, or None
    events : offsets, bins and units, or None
    stop : callable
        Called when the schedule is exhausted.
    """

    def __init__(self):
        self.schedule = np.zeros((0, len(COMMON)), np.int32)
        self.results = self.values = self.events = self.targets = None
        self.stop = lambda: None

    def load(self, schedule, data_file, n_columns, stop):
        """Take a schedule and a data file; make room for the results."""
        self.schedule, self.stop = np.asarray(schedule, np.int32), stop
        self.results = np.full((len(self.schedule), n_columns), np.nan, np.float32)
        kind, *content = read_data_file(data_file)
        if kind == "events":
            self.events = content
        else:
            self.values, self.targets = (*content, None)[:2]

    def unload(self):
        """Let go of the data file and of the network; the results stay."""
        self.values, self.events, self.targets, self.stop = None, None, None, lambda: None

    def entry(self, index, column, n_columns):
        """One entry of the schedule, 0 outside it."""
        index, column = int(np.ravel(index)[0]), int(np.ravel(column)[0])
        return float(self.schedule[index, column]) if 0 <= index < len(self.schedule) else 0.0

    def begin(self, index, n_columns):
        """Seed the random numbers of a presentation, or stop the run."""
        stopping.check()
        index = int(np.ravel(index)[0])
        if index >= len(self.schedule):
            self.stop()
            return 0.0
        np.random.seed(self.schedule[index, SEED].astype(np.uint32))
        return 1.0

    def continue_stream(self, index, due, n_columns):
        """The same where a row of a stream is due."""
        return self.begin(index, n_columns) if np.ravel(due)[0] else 1.0

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

    def surround_of(self, sample, unit, dx, dy, sigma):
        """Values of the shifted image under a Gaussian of `sigma` pixels, 0 outside the image."""
        channels, height, width = self.values.shape[1:]
        image = self.pixel(sample, np.arange(channels * height * width), dx, dy).reshape(
            channels, height, width
        )
        rows, columns = (gaussian_matrix(extent, float(np.ravel(sigma)[0])) for extent in (height, width))
        return (rows @ image @ columns.T).ravel()[np.asarray(unit)]

    def event_step(self, sample, which):
        """The step of a sample's first (0) or last (1) event; 0 if it has none."""
        offsets, bins, _ = self.events
        first, last = offsets[int(np.ravel(sample)[0]) :][:2]
        return float(bins[last - 1 if np.ravel(which)[0] else first]) if last > first else 0.0

    def event_count_at(self, sample, step):
        """How many of a sample's events have passed in the middle of a step."""
        offsets, bins, _ = self.events
        first, last = offsets[int(np.ravel(sample)[0]) :][:2]
        ends = [np.searchsorted(bins[first:last], int(np.ravel(step)[0]), side) for side in ("left", "right")]
        return 0.5 * sum(ends)

    def event_share_at(self, sample, step):
        """The share of a sample's events that have passed in the middle of a step; 0 if it has none."""
        first, last = self.events[0][int(np.ravel(sample)[0]) :][:2]
        return self.event_count_at(sample, step) / (last - first) if last > first else 0.0

    def target_of(self, sample, output):
        """Real-valued targets of a sample."""
        return self.targets[int(np.ravel(sample)[0]), np.asarray(output, int)].astype(float)

    def signal_at(self, sample, unit, step):
        """Values of a signal in a time step."""
        return self.values[int(np.ravel(sample)[0])][np.asarray(unit), int(np.ravel(step)[0])].astype(float)


def gaussian_matrix(extent, sigma):
    """Weights of a Gaussian between the places 0 to extent - 1; over all places they would sum to 1.

    Returns
    -------
    (extent, extent) array
    """
    reach = int(np.ceil(4 * sigma))
    distance = np.subtract.outer(np.arange(extent), np.arange(extent))
    total = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).sum()
    return np.where(np.abs(distance) <= reach, np.exp(-(distance**2) / (2 * sigma**2)) / total, 0.0)


_KEPT = (
    "template <class W, class C> static inline W _kept(W w, C connected) { return connected > 0 ? w : W(0); }"
)


def _function(name, python, cpp, arguments, returns="float"):
    function = Function(
        python,
        arg_units=[1] * len(arguments),
        arg_types=arguments,
        return_unit=1,
        return_type=returns,
        stateless=False,
    )
    function.implementations.add_implementation(
        "cpp", cpp, name=name, compiler_kwds={"headers": [HEADER], "include_dirs": ["."]}
    )
    return known_by_name(function, name)


def known_by_name(function, name):
    """Let Brian's cache of generated code know a function by its name.

    It would keep the function itself otherwise, and with it the session, its
    data and the whole network, as long as the process lives.
    """
    function._state_tuple = ("ffbrian", name)
    return function


def _call(name, signature):
    """C++ code that calls a function of `host.h` under a plain name."""
    arguments = ", ".join(part.split()[-1] for part in signature.split(","))
    return f"static inline double _{name}({signature}) {{ return ffbrian::{name}({arguments}); }}"


#: C++ and the kinds of arguments of the functions that read the schedule and write results.
_READS = (_call("schedule_entry", "int64_t index, int column, int n_columns"), ["integer"] * 3)
_WRITES = (
    _call("write_result", "int64_t index, int column, int n_columns, double value"),
    ["integer", "integer", "integer", "float"],
)
#: The same of the functions that read the data, by their name here and in the session.
_SERVED = {
    "pixel": (_call("pixel", "int64_t sample, int unit, int dx, int dy"), ["integer"] * 4),
    "surround_of": (
        _call("surround_of", "int64_t sample, int unit, int dx, int dy, double sigma"),
        ["integer"] * 4 + ["float"],
    ),
    "event_step": (_call("event_step", "int64_t sample, int which"), ["integer"] * 2),
    "event_count_at": (_call("event_count_at", "int64_t sample, int64_t step"), ["integer"] * 2),
    "event_share_at": (_call("event_share_at", "int64_t sample, int64_t step"), ["integer"] * 2),
    "target_of": (_call("target_of", "int64_t sample, int output"), ["integer"] * 2),
    "signal_at": (_call("signal_at", "int64_t sample, int unit, int64_t step"), ["integer"] * 3),
}


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
    given = {name: _function(f"_{name}", getattr(session, name), *cpp) for name, cpp in _SERVED.items()}
    begin, more = (code.replace("SEED", str(SEED)) for code in (_BEGIN, _CONTINUE))
    return {
        "schedule_entry": _function("_schedule_entry", session.entry, *_READS),
        "begin_presentation": _function("_begin_presentation", session.begin, begin, ["integer"] * 2),
        "continue_stream": _function("_continue_stream", session.continue_stream, more, ["integer"] * 3),
        "write_result": _function("_write_result", session.write, *_WRITES),
    } | given


def masking():
    """A function ``kept(w, connected)``: the weight of a synapse that exists, 0 for a pair without one.

    Returns
    -------
    dict of str to brian2.Function
    """
    function = Function(
        lambda w, connected: np.where(np.asarray(connected) > 0, w, 0), arg_units=[1, 1], return_unit=1
    )
    function.implementations.add_implementation("cpp", _KEPT, name="_kept")
    return {"kept": known_by_name(function, "_kept")}


def event_loader(session, group, array, sensor):
    """A function ``load_events(sample, step, dx, dy)`` that fills ``group.event``.

    Parameters
    ----------
    session : Session
    group : brian2.NeuronGroup
    array : str
        Name of the array in generated code.
    sensor : Sensor
    """

    def load(sample, step, dx, dy):
        sample, step, dx, dy = (int(np.ravel(number)[0]) for number in (sample, step, dx, dy))
        offsets, bins, units = session.events
        first, last = offsets[sample : sample + 2]
        event = group.variables["event"].get_value().reshape(sensor.n_copies, sensor.n_units)
        event[:] = 0
        for copy, row in enumerate(event):
            row[
                sensor.displaced(
                    units[first:last][bins[first:last] == step - copy * sensor.lag].astype(int), dx, dy
                )
            ] = 1
        return 0.0

    code = _LOAD_EVENTS.replace("ARRAY", array).replace("SENSOR", ", ".join(map(str, astuple(sensor))))
    return _function("_load_events", load, code, ["integer"] * 4)


def best_candidate(group, array):
    """A function ``best_candidate()`` that gives the index of the highest ``group.score``."""

    def best():
        return float(np.argmax(group.variables["score"].get_value()))

    return _function("_best_candidate", best, _BEST.replace("ARRAY", array).replace("SIZE", str(group.N)), [])
