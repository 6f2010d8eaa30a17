"""A recording as a file of Neurodata Without Borders (NWB 2, Rübel et al. 2022, eLife 11:e78362)."""

import uuid
from datetime import datetime, timezone

import numpy as np

import ffbrian
from ffbrian.export.neo_block import unit
from ffbrian.export.optional import needed

TEXT = {
    "name": "positive, negative, evaluation or pause",
    "label": "the label that was shown, -1 for none",
    "truth": "the sample's own label, -1 for none",
}


def write(recording, path, session_start_time=None, **told):
    """Write a file with presentations as trials, neurons as units and traces as time series.

    Parameters
    ----------
    recording : Recording
    path : path
    session_start_time : datetime, optional
        With a time zone; default: now.
    **told
        Further fields of `pynwb.NWBFile`, such as ``experimenter`` or ``lab``.

    Raises
    ------
    RunError
        If the package pynwb is not installed.
    """
    pynwb, quantities = needed("Recording.to_nwb", "pynwb", "quantities", extra="nwb")
    told = {
        "session_description": "presentations to a simulated spiking network",
        "identifier": str(uuid.uuid4()),
        "session_start_time": session_start_time or datetime.now(timezone.utc),
        "source_script": f"ffbrian {ffbrian.__version__}",
        "source_script_file_name": "ffbrian",
    } | told
    file = pynwb.NWBFile(**told)
    _add_trials(file, recording)
    _add_units(file, recording)
    module = file.create_processing_module("simulation", "Variables of neurons, synapses and modulators")
    for name, value in recording.traces.items():
        module.add(_series(pynwb, recording, name, unit(value, quantities)))
    with pynwb.NWBHDF5IO(str(path), "w") as out:
        out.write(file)


def _add_trials(file, recording):
    layers = range(1, len(recording.layers) + 1)
    for name, meaning in TEXT.items():
        file.add_trial_column(name if name != "name" else "kind", meaning)
    for number in layers:
        file.add_trial_column(
            f"goodness_{number}", f"goodness of layer {number} when the presentation had ended"
        )
        file.add_trial_column(f"modulator_{number}", f"modulator of layer {number} that was released then")
    for shown in recording.presentations:
        values = {
            f"{kind}_{k}": getattr(shown, kind)[k - 1] for k in layers for kind in ("goodness", "modulator")
        }
        labels = {
            name: -1 if getattr(shown, name) is None else getattr(shown, name) for name in ("label", "truth")
        }
        file.add_trial(
            start_time=float(shown.start), stop_time=float(shown.stop), kind=shown.name, **labels, **values
        )


def _add_units(file, recording):
    file.add_unit_column("population", "the population of the neuron")
    file.add_unit_column("neuron", "its place in the population, from 0")
    end = float(recording.presentations[-1].stop)
    for name, (neurons, times) in recording.spikes.items():
        for k in range(recording.sizes[name]):
            spikes = np.asarray(times)[neurons == k]
            file.add_unit(spike_times=spikes, obs_intervals=[[0.0, end]], population=name, neuron=k)


def _series(pynwb, recording, name, unit_text):
    columns = np.asarray(recording.indices[name.split(".")[0]]).tolist()
    return pynwb.TimeSeries(
        name=name,
        data=np.asarray(recording.traces[name]),
        unit=unit_text,
        rate=1 / float(recording.dt),
        starting_time=0.0,
        description=f"columns: {columns}",
    )
