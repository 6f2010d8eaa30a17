"""A recording as a `neo.Block`, with one segment for each presentation."""

import numpy as np
from brian2.units.fundamentalunits import get_dimensions

from ffbrian.export.optional import needed


def block(recording):
    """The recording for the tools that read Neo, such as Elephant and viziphant.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    neo.Block
        A segment for each presentation, with its phase, labels, goodness and
        modulators as annotations; in it the traces as `neo.AnalogSignal` and a
        `neo.SpikeTrain` for each neuron.

    Raises
    ------
    RunError
        If the package neo is not installed.
    """
    neo, quantities = needed("Recording.to_neo", "neo", "quantities", extra="neo")
    found = neo.Block(name="ffbrian")
    for shown in recording.presentations:
        segment = neo.Segment(name=f"{shown.name} {shown.label}", **_told(shown))
        segment.analogsignals.extend([*_signals(recording, shown, neo, quantities)])
        segment.spiketrains.extend([*_trains(recording, shown, neo)])
        found.segments.append(segment)
    return found


def _told(shown):
    told = {name: getattr(shown, name) for name in ("phase", "label", "truth")}
    return told | {"goodness": list(shown.goodness), "modulator": list(shown.modulator)}


def _signals(recording, shown, neo, quantities):
    inside = _steps(recording.t, recording, shown)
    for name, value in recording.traces.items():
        indices = np.asarray(recording.indices[name.split(".")[0]]).tolist()
        times = {
            "t_start": float(shown.start) * quantities.s,
            "sampling_period": float(recording.dt) * quantities.s,
        }
        units = unit(value, quantities)
        yield neo.AnalogSignal(np.asarray(value)[inside], units=units, name=name, indices=indices, **times)


def _trains(recording, shown, neo):
    start, stop = float(shown.start), float(shown.stop)
    for name, (neurons, times) in recording.spikes.items():
        inside = _steps(times, recording, shown)
        spikes, senders = np.asarray(times)[inside].clip(start, stop), neurons[inside]
        for k in range(recording.sizes[name]):
            told = {"name": f"{name}[{k}]", "population": name, "index": k}
            yield neo.SpikeTrain(spikes[senders == k], units="s", t_start=start, t_stop=stop, **told)


def _steps(times, recording, shown):
    """Which times are those of time steps of a presentation; (n,) bool."""
    first, last = (round(float(end / recording.dt)) for end in (shown.start, shown.stop))
    step = np.rint(np.asarray(times / recording.dt))
    return (first <= step) & (step < last)


def unit(value, quantities):
    """The name that the package quantities has for the unit of a quantity."""
    names = ("m", "kg", "s", "A", "K", "mol", "cd")
    powers = [f"{name}**{power:g}" for name, power in zip(names, get_dimensions(value)._dims) if power]
    text = "*".join(powers) or "dimensionless"
    found = quantities.Quantity(1, text).simplified.dimensionality
    usual = ("V", "A", "S", "s", "Hz")
    return next(
        (name for name in usual if quantities.Quantity(1, name).simplified.dimensionality == found), text
    )
