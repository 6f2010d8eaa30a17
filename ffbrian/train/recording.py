"""Recordings: what every neuron, synapse and modulator did in chosen presentations.

Plain data; `ffbrian.train.recorder` makes them, `ffbrian.plot` draws them.  Values are
taken at the end of each time step and carry the time at which the step began,
as in Brian 2.  The modulator of a presentation is released, and eligibility
becomes weight, in the first step after it.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Quantity, second
from brian2.units.fundamentalunits import get_dimensions, get_or_create_dimension

from ffbrian.errors import RunError
from ffbrian.files import array_file
from ffbrian.models import html
from ffbrian.models.quantities import format_quantity, parse_quantity, short_quantity

PHASES = {"positive": 1, "negative": -1, "evaluation": 0}


@dataclass(frozen=True)
class Shown:
    """One presentation of a recording.

    Attributes
    ----------
    start, stop : Quantity
        When it began and ended.
    phase : int
        +1 positive, -1 negative, 0 evaluation.
    label, truth : int or None
        The label shown, None where a readout learns without, and the sample's own; None both in a
        pause.
    goodness, modulator : tuple of float
        Of each layer, as they stood when the presentation had ended.
    """

    start: Quantity
    stop: Quantity
    phase: int
    label: int | None
    truth: int | None
    goodness: tuple
    modulator: tuple

    @property
    def name(self):
        """``"positive"``, ``"negative"``, ``"evaluation"`` or ``"pause"``."""
        return (
            "pause"
            if self.truth is None
            else next(name for name, phase in PHASES.items() if phase == self.phase)
        )


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """What was recorded; ``recording["v"]`` or ``recording["layer_2.v"]`` is one trace.

    Attributes
    ----------
    t : (n_times,) Quantity
        Beginning of each time step.
    traces : dict of str to (n_times, n_recorded) Quantity or array
        By ``"group.variable"``; ``"goodness_k.so_far"`` is what the goodness
        of layer k would be if the presentation ended now.
    indices : dict of str to array
        What the columns of a group's traces are: (n_recorded,) neurons, or
        (n_recorded, 2) pairs (from, to) of a projection.
    spikes : dict of str to (array, Quantity)
        Neurons and times of all spikes of ``inputs``, ``labels``, ``layer_1`` …
    neurons : dict of str to (n_chosen,) array
        The neurons of each layer whose synapses were recorded.
    polarity : dict of str to (n_neurons,) array
        Of every neuron of a layer.
    sizes : dict of str to int
        Neurons of each population.
    presentations : tuple of Shown
    parameters : dict of str to dict
        Of the models in a group, by group and name.
    """

    t: Quantity
    traces: dict
    indices: dict
    spikes: dict
    neurons: dict
    polarity: dict
    sizes: dict
    presentations: tuple
    parameters: dict

    def __repr__(self):
        shown = ", ".join(p.name if p.label is None else f"{p.name} {p.label}" for p in self.presentations)
        return f"<Recording: {shown}; {short_quantity(len(self.t) * self.dt)}, {len(self.traces)} traces>"

    def _repr_html_(self):
        return html.recording(self)

    def __getitem__(self, name):
        return self.traces[self.find(name)]

    def find(self, name):
        """The full name of a trace, the first where several groups have it.

        Raises
        ------
        RunError
            If it was not recorded.
        """
        matches = [full for full in self.traces if name in (full, full.split(".")[1])]
        if not matches:
            raise RunError(f"Recording: {name!r} was not recorded; it holds {', '.join(self.traces)}.")
        return matches[0]

    @property
    def dt(self):
        """The time step."""
        return self.t[1] - self.t[0]

    @property
    def layers(self):
        """Names of the layers, from the first."""
        return sorted(
            (name for name in self.spikes if name.startswith("layer_")), key=lambda name: int(name[6:])
        )

    def threshold(self, layer):
        """The layer's firing threshold where it is a parameter ``v_th``, else None."""
        return self.parameters[layer].get("v_th")

    def save(self, path):
        """Write the recording (npz: arrays and a JSON header, no pickle)."""
        shown = [vars(p) | {"start": float(p.start), "stop": float(p.stop)} for p in self.presentations]
        parameters = {
            group: {name: format_quantity(v) for name, v in values.items()}
            for group, values in self.parameters.items()
        }
        units = {name: list(get_dimensions(value)._dims) for name, value in self.traces.items()}
        arrays = {"t": np.asarray(self.t)} | {
            f"trace {name}": np.asarray(value) for name, value in self.traces.items()
        }
        for kind in ("indices", "neurons", "polarity"):
            arrays |= {f"{kind} {name}": value for name, value in getattr(self, kind).items()}
        for name, (i, t) in self.spikes.items():
            arrays |= {f"spiking {name}": i, f"times {name}": np.asarray(t)}
        array_file.save(
            path,
            {
                "recording": 1,
                "presentations": shown,
                "parameters": parameters,
                "units": units,
                "sizes": self.sizes,
            },
            arrays,
        )

    @classmethod
    def load(cls, path):
        """Read what `save` wrote."""
        header, arrays = array_file.load(path)
        if "recording" not in header:
            raise RunError(f"{path} holds no recording; expected a file that Recording.save wrote.")
        parts = {
            kind: {name[len(kind) + 1 :]: a for name, a in arrays.items() if name.startswith(kind + " ")}
            for kind in ("trace", "indices", "neurons", "polarity", "spiking", "times")
        }
        traces = {
            name: with_unit(parts["trace"][name], get_or_create_dimension(dims))
            for name, dims in header["units"].items()
        }
        spikes = {name: (i, parts["times"][name] * second) for name, i in parts["spiking"].items()}
        shown = tuple(map(_shown, header["presentations"]))
        parameters = {
            group: {name: parse_quantity(text) for name, text in values.items()}
            for group, values in header["parameters"].items()
        }
        return cls(
            arrays["t"] * second,
            traces,
            parts["indices"],
            spikes,
            parts["neurons"],
            parts["polarity"],
            header["sizes"],
            shown,
            parameters,
        )

    def to_neo(self):
        """The recording as a `neo.Block` with one segment a presentation
        (`ffbrian.export.neo_block.block`).
        """
        from ffbrian.export import neo_block

        return neo_block.block(self)

    def to_nwb(self, path, **told):
        """Write an NWB file; `told` are further fields of it (`ffbrian.export.nwb_file.write`)."""
        from ffbrian.export import nwb_file

        nwb_file.write(self, path, **told)

    def to_csv(self, path):
        """Write a folder of CSV files and return their paths (`ffbrian.export.tables.tables` says which)."""
        from ffbrian.export import tables

        return tables.write_csv(self, path)

    def to_pandas(self):
        """The same tables as a dict of `pandas.DataFrame`."""
        from ffbrian.export import tables

        return tables.to_pandas(self)


def with_unit(array, dimensions):
    """The array as a quantity, or as it is where it has no unit."""
    return np.asarray(array) if dimensions.is_dimensionless else Quantity(array, dim=dimensions)


def _shown(record):
    """A presentation as `Recording.save` wrote it (`Shown`)."""
    times = {key: record[key] * second for key in ("start", "stop")}
    values = {key: tuple(record[key]) for key in ("goodness", "modulator")}
    return Shown(**(record | times | values))
