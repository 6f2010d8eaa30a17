"""Samples that are turned, zoomed, sheared and bent."""

import numpy as np
import pytest
from resuming import check_resumed
from scipy.ndimage import affine_transform

import ffbrian as ff
from ffbrian.analyse.methods_section import describe
from ffbrian.datasets import Distortion, Events, Images, Signals
from ffbrian.errors import DataError, ExperimentError
from ffbrian.train.experiment import Experiment

HEIGHT, WIDTH = 9, 12
#: Events of a crowded sample.
EACH = 500


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def images(rng, n=20, channels=2):
    values = rng.integers(0, 256, (n, channels, HEIGHT, WIDTH), dtype=np.uint8)
    return Images(values, np.arange(n) % 3, "some")


def events(rng, shape, n=8, each=50):
    times = np.sort(rng.integers(0, 1000, (n, each))).ravel()
    units = rng.integers(0, np.prod(shape), n * each)
    return Events(times, units, np.arange(n + 1) * each, np.arange(n) % 3, int(np.prod(shape)), shape=shape)


def test_no_distortion_changes_nothing(rng):
    given = images(rng)
    np.testing.assert_array_equal(Distortion().of(given, rng).values, given.values)
    given = events(rng, (2, HEIGHT, WIDTH))
    np.testing.assert_array_equal(Distortion().of(given, rng).units, given.units)


def test_an_affine_distortion_is_that_of_scipy(rng):
    distortion, given = Distortion(rotation=30, zoom=0.2, shear=0.3), images(rng)
    found = distortion.of(given, np.random.default_rng(7))
    matrices = distortion._matrices(len(given), np.random.default_rng(7))
    middle = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])
    for image, matrix, bent in zip(given.values, matrices, found.values):
        offset = middle - matrix @ middle
        for channel, one in zip(image, bent):
            expected = affine_transform(channel, matrix, offset, output=float, order=1, mode="nearest")
            assert np.abs(one - expected).max() < 0.51
    np.testing.assert_array_equal(found.labels, given.labels)


def test_each_setting_stays_within_its_bounds(rng):
    turned = Distortion(rotation=20)._matrices(500, rng)
    angles = np.degrees(np.arctan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert 18 < np.abs(angles).max() <= 20.001
    np.testing.assert_allclose(np.linalg.det(turned), 1, rtol=1e-5)
    zoomed = Distortion(zoom=0.1)._matrices(500, rng)
    assert 0.9 <= zoomed[:, 0, 0].min() < 0.91 and 1.09 < zoomed[:, 1, 1].max() <= 1.1
    assert np.corrcoef(zoomed[:, 0, 0], zoomed[:, 1, 1])[0, 1] < 0.2
    sheared = Distortion(shear=0.3)._matrices(500, rng)
    assert 0.29 < np.abs(sheared[:, 1, 0]).max() <= 0.3 and not sheared[:, 0, 1].any()


def test_elastic_displacements_are_as_large_and_as_smooth_as_asked(rng):
    still = np.stack(np.mgrid[:40, :40])
    moved = Distortion(elastic=1.5, smoothness=3).sources(100, 40, 40, rng) - still
    assert moved.std() == pytest.approx(1.5, rel=0.01)
    neighbours = np.corrcoef(moved[..., :-3].ravel(), moved[..., 3:].ravel())[0, 1]
    assert neighbours == pytest.approx(np.exp(-(3**2) / (4 * 3**2)), abs=0.02)


def test_every_sample_and_every_time_is_distorted_anew(rng):
    same = Images(np.repeat(images(rng).values[:1], 5, axis=0), np.arange(5) % 3, "same")
    first = Distortion(elastic=1.0).of(same, rng).values
    again = Distortion(elastic=1.0).of(same, rng).values
    assert (first[0] != first[1]).any() and (first != again).any()


def test_events_go_to_units_around_the_place_of_their_pixel_and_keep_their_times():
    given = crowded(height=HEIGHT, width=WIDTH)
    distortion = Distortion(rotation=25, zoom=0.2)
    found = distortion.of(given, np.random.default_rng(5))
    matrices = distortion._matrices(len(given), np.random.default_rng(5))
    middle = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])
    for number, matrix in enumerate(matrices):
        expected = matrix @ ([3, 8] - middle) + middle
        times, units = found[number].value
        assert (times == np.arange(EACH)).all()
        channel, *place = np.unravel_index(units, given.shape)
        assert (channel == 1).all()
        assert np.abs(np.transpose(place) - expected).max() < 1
        np.testing.assert_allclose(np.mean(place, 1), expected, atol=0.06)


def crowded(height, width, n=8):
    """Samples all of whose events come from row 3 and column 8 of the second channel."""
    unit = np.ravel_multi_index((1, 3, 8), (2, height, width))
    offsets = np.arange(n + 1) * EACH
    times = np.tile(np.arange(EACH), n)
    n_units = 2 * height * width
    return Events(
        times, np.full(n * EACH, unit), offsets, np.arange(n) % 3, n_units, shape=(2, height, width)
    )


def test_a_shift_is_that_of_a_whole_sample_by_parts_of_a_pixel(rng):
    still = np.stack(np.mgrid[:9, :9])
    moved = Distortion(shift=0.7).sources(300, 9, 9, rng) - still
    assert np.ptp(moved, axis=(2, 3)).max() < 1e-5
    by = moved[:, :, 0, 0]
    assert 0.69 < by.max() <= 0.7 and -0.7 <= by.min() < -0.69
    assert abs(np.corrcoef(by.T)[0, 1]) < 0.2


def test_events_that_leave_the_sensor_are_lost(rng):
    given = events(rng, (2, HEIGHT, WIDTH))
    found = Distortion(shift=4).of(given, np.random.default_rng(5))
    assert 0.4 * len(given.units) < len(found.units) < len(given.units)
    assert found.offsets[-1] == len(found.units) == len(found.times_us)


def test_every_sample_loses_a_share_of_its_own(rng):
    given = crowded(height=HEIGHT, width=WIDTH, n=200)
    found = Distortion(lost=0.4).of(given, rng)
    share = 1 - np.diff(found.offsets) / EACH
    assert 0.37 < share.max() < 0.48 and share.min() < 0.03
    assert share.mean() == pytest.approx(0.2, abs=0.03)
    assert (found.units == given.units[0]).all()


def test_a_line_of_units_is_stretched_along_itself():
    units = np.tile(np.arange(41), 50)
    given = Events(0 * units, units, np.arange(51) * 41, np.arange(50) % 3, 41, shape=(41,))
    distortion = Distortion(zoom=0.25)
    found = distortion.of(given, np.random.default_rng(1))
    by = distortion._matrices(50, np.random.default_rng(1))[:, 1, 1]
    assert by.min() < 0.8 and by.max() > 1.2
    for sample, factor in enumerate(by):
        expected = factor * (np.arange(41) - 20) + 20
        places = found[sample].value.units
        expected = expected[(expected > -1) & (expected < 41)]
        assert len(expected) - 2 <= len(places) <= len(expected)
        assert len(places) < len(expected) or np.abs(places - expected).max() < 1
    with pytest.raises(DataError, match="41 units stand in a line.*leave rotation and shear out"):
        Distortion(rotation=5).of(given, np.random.default_rng(1))


@pytest.mark.parametrize(
    "wrong", [{"zoom": -0.1}, {"elastic": "much"}, {"rotation": np.nan}, {"shear": True}]
)
def test_a_setting_that_is_no_number_is_refused(wrong):
    with pytest.raises(DataError, match=f"Distortion: {[*wrong][0]} is .* expected a number of at least 0"):
        Distortion(**wrong)


def test_a_share_is_less_than_all_and_of_events(rng):
    with pytest.raises(DataError, match="lost is 1.0, a share of events; expected less than 1"):
        Distortion(lost=1.0)
    with pytest.raises(DataError, match="lost is 0.5, a share of events, but the data are images"):
        Distortion(lost=0.5).of(images(rng), rng)


def test_settings_of_older_files_are_written_as_they_were():
    old = {"rotation": 0.0, "zoom": 0.1, "shear": 0.0, "elastic": 0.0, "smoothness": 4.0}
    assert Distortion(zoom=0.1).to_dict() == old
    assert Distortion(zoom=0.1, shift=0.5).to_dict() == old | {"shift": 0.5}


def test_data_without_a_neighbourhood_are_refused(rng):
    signals = Signals(np.zeros((4, 2, 50), np.float32), np.arange(4) % 2, 100.0)
    trainer = ff.Trainer(
        ff.Network([ff.Layer(4)], encoder=ff.encoders.delta_modulation), distortion=Distortion(zoom=0.1)
    )
    with pytest.raises(DataError, match="the data are signals; leave distortion out"):
        trainer.fit(signals, epochs=1, progress=None)


def test_a_training_with_distortions_resumes_to_the_same_bits(tmp_path, rng):
    given = images(rng, n=30, channels=1)
    network = ff.Network([ff.Layer(10)])
    trainer = ff.Trainer(network, chunk=20, distortion={"rotation": 10, "elastic": 0.5})
    assert trainer.distortion == Distortion(rotation=10, elastic=0.5)
    check_resumed(trainer, given, tmp_path / "checkpoint.npz", n_classes=3)
    assert ff.Trainer.from_dict(trainer.to_dict()) == trainer


def test_what_is_learnt_depends_on_the_distortion(rng):
    given = images(rng, n=30, channels=1)

    def weights(**settings):
        trainer = ff.Trainer(ff.Network([ff.Layer(10)]), **settings)
        model = trainer.fit(given, epochs=1, seed=1, n_classes=3, progress=None)
        return np.concatenate([np.ravel(value) for value in model.state.values()])

    assert (weights() != weights(distortion=Distortion(rotation=20))).any()


def test_an_experiment_states_its_distortion():
    changes = ["training.distortion={rotation=5, elastic=0.5}"]
    text = describe(Experiment.load("digits", changes))[0]
    assert "| rotation 5 degrees, elastic 0.5 pixels, smoothness 4 pixels |" in text
    with pytest.raises(ExperimentError, match="training: .*'turn'.*expected some of rotation, zoom"):
        Experiment.load("digits", ["training.distortion={turn=5}"])
