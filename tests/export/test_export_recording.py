"""Recordings in the files and objects of other tools hold what the recording holds."""

import csv
import sys

import numpy as np
import pytest
from brian2 import ms, mV
from tiny import N_NEURONS, N_STEPS, tiny

import ffbrian as ff
from ffbrian.errors import RunError


@pytest.fixture(scope="module")
def recording():
    image = np.array([[[0, 80, 255], [140, 0, 200]]], np.uint8)
    return tiny().record(ff.datasets.Sample(image, 1), label=2, neurons=[0, 3, 5])


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_csv(recording, tmp_path):
    files = recording.to_csv(tmp_path / "tables")
    assert {path.stem for path in files} == {"presentations", "spikes", *recording.traces}
    first = rows(tmp_path / "tables" / "presentations.csv")[0]
    assert (first["name"], first["label"], float(first["stop (s)"])) == (
        "positive",
        "1",
        float(recording.presentations[0].stop),
    )
    assert float(first["goodness_1"]) == recording.presentations[0].goodness[0]
    v = rows(tmp_path / "tables" / "layer_1.v.csv")
    assert len(v) == 3 * N_STEPS and float(v[7]["3 (volt)"]) == float(recording["v"][7, 3])
    weights = rows(tmp_path / "tables" / "synapses_1.w.csv")
    pre, post = recording.indices["synapses_1"][2]
    assert float(weights[-1][f"{pre}>{post} (1)"]) == recording["synapses_1.w"][-1, 2]


def test_spikes_of_a_table_are_those_of_the_recording(recording, tmp_path):
    recording.to_csv(tmp_path)
    spikes = rows(tmp_path / "spikes.csv")
    for name, (neurons, times) in recording.spikes.items():
        found = [(float(row["time (s)"]), int(row["neuron"])) for row in spikes if row["population"] == name]
        assert sorted(found) == sorted(zip(np.asarray(times).tolist(), neurons.tolist()))
    assert {row["presentation"] for row in spikes} == {"0", "1"}, "nothing spikes in the pause"
    assert all(float(row["time (s)"]) < 19.5e-3 for row in spikes if row["presentation"] == "0")


def test_pandas(recording):
    pytest.importorskip("pandas", reason='pandas is not installed: pip install ".[pandas]"')
    frames = recording.to_pandas()
    counts = frames["spikes"].groupby(["population", "presentation"]).size()
    _, times = recording.spikes["layer_1"]
    assert counts["layer_1", 0] == np.sum(times < 19.5 * ms)
    np.testing.assert_array_equal(frames["layer_1.v"]["0 (volt)"], np.asarray(recording["v"])[:, 0])


def test_neo_has_a_segment_for_each_presentation(recording):
    pytest.importorskip("neo", reason='neo is not installed: pip install ".[neo]"')
    segments = recording.to_neo().segments
    assert [segment.name for segment in segments] == ["positive 1", "negative 2", "pause None"]
    assert segments[1].annotations["goodness"] == list(recording.presentations[1].goodness)
    for number, segment in enumerate(segments):
        v = next(signal for signal in segment.analogsignals if signal.name == "layer_1.v")
        expected = recording["v"][number * N_STEPS : (number + 1) * N_STEPS] / mV
        np.testing.assert_allclose(v.rescale("mV").magnitude, expected)
        assert float(v.t_start.rescale("ms")) == pytest.approx(20 * number)
        trains = {train.name: train.rescale("s").magnitude for train in segment.spiketrains}
        for name, (i, t) in recording.spikes.items():
            inside = (t > (20 * number - 0.5) * ms) & (t < (20 * number + 19.5) * ms)
            for k in range(recording.sizes[name]):
                np.testing.assert_allclose(
                    trains[f"{name}[{k}]"], np.asarray(t)[inside & (i == k)], atol=1e-12
                )


def test_nwb_is_valid_and_reads_back(recording, tmp_path):
    pynwb = pytest.importorskip("pynwb", reason='pynwb is not installed: pip install ".[nwb]"')
    path = tmp_path / "recording.nwb"
    recording.to_nwb(path, lab="a laboratory")
    assert pynwb.validate(path=str(path)) == []
    with pynwb.NWBHDF5IO(str(path), "r") as file:
        nwb = file.read()
        assert nwb.lab == "a laboratory"
        assert list(nwb.trials["kind"][:]) == ["positive", "negative", "pause"] and list(
            nwb.trials["label"][:]
        ) == [1, 2, -1]
        assert nwb.trials["goodness_1"][0] == recording.presentations[0].goodness[0]
        v = nwb.processing["simulation"]["layer_1.v"]
        assert (v.unit, v.rate) == ("V", pytest.approx(1000)) and v.data.shape == (3 * N_STEPS, N_NEURONS)
        np.testing.assert_array_equal(v.data[:], np.asarray(recording["v"]))
        units = {
            (row.population, row.neuron): row.spike_times for row in nwb.units.to_dataframe().itertuples()
        }
    i, t = recording.spikes["inputs"]
    assert len(units) == sum(recording.sizes[name] for name in recording.spikes)
    np.testing.assert_array_equal(units["inputs", 2], np.asarray(t)[i == 2])


@pytest.mark.parametrize(
    "package, export, extra",
    [
        ("neo", lambda recording: recording.to_neo(), "neo"),
        ("pynwb", lambda recording: recording.to_nwb("a.nwb"), "nwb"),
        ("pandas", lambda recording: recording.to_pandas(), "pandas"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(recording, monkeypatch, package, export, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RunError, match=rf"needs the package {package}: pip install \"ffbrian\[{extra}\]\""):
        export(recording)
