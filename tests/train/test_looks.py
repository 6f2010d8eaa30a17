"""Several looks at a sample: answers are averaged, and nothing that is learnt changes."""

from dataclasses import replace

import numpy as np
import pytest

import ffbrian as ff
from ffbrian.errors import ModelError, RunError
from ffbrian.files import array_file
from ffbrian.train.trained import Model


@pytest.fixture(scope="module")
def data():
    return ff.datasets.load("digits")


@pytest.fixture(scope="module")
def trained(data):
    """A small network after one epoch, which looks three times."""
    trainer = ff.Trainer(ff.Network(ff.Layer(20, initial_weight=0.1)), looks=3, scale=16, offset=0)
    return trainer.fit(data.train.take(slice(0, 300)), epochs=1, seed=2)


def test_an_answer_is_the_mean_of_its_looks(trained, data):
    few = data.test.take(slice(0, 40))
    found = trained.predict(few)
    seeds = trained._seeds()
    assert len(set(seeds)) == 3 and seeds[0] == trained.seed
    single = [replace(trained, looks=1, seed=seed).predict(few) for seed in seeds]
    assert not np.array_equal(single[0].goodness, single[1].goodness)
    np.testing.assert_allclose(found.goodness, np.mean([one.goodness for one in single], axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.input_spikes, np.mean([one.input_spikes for one in single], axis=0))
    for sender, counted in found.synops.items():
        np.testing.assert_allclose(counted, np.sum([one.synops[sender] for one in single], axis=0))


def test_looks_change_nothing_that_is_learnt(trained, data):
    once = ff.Trainer(ff.Network(ff.Layer(20, initial_weight=0.1)), scale=16, offset=0)
    other = once.fit(data.train.take(slice(0, 300)), epochs=1, seed=2)
    assert other.looks == 1
    for name, values in other.state.items():
        np.testing.assert_array_equal(values, trained.state[name])


def test_a_training_goes_on_with_more_looks(data, tmp_path):
    few = data.train.take(slice(0, 100))
    once = ff.Trainer(ff.Network(ff.Layer(20, initial_weight=0.1)), scale=16, offset=0)
    first = once.fit(few, epochs=1, seed=2, checkpoint=tmp_path / "checkpoint")
    more = replace(once, looks=2)
    found = more.fit(few, epochs=1, seed=2, checkpoint=tmp_path / "checkpoint", resume=True)
    assert found.looks == 2 and found.history == first.history


def test_looks_are_a_part_of_the_model(trained, tmp_path):
    trained.save(tmp_path / "model.npz")
    assert Model.load(tmp_path / "model.npz").looks == 3
    header, state = array_file.load(tmp_path / "model.npz")
    array_file.save(tmp_path / "old.npz", {k: v for k, v in header.items() if k != "looks"}, state)
    assert Model.load(tmp_path / "old.npz").looks == 1
    array_file.save(tmp_path / "damaged.npz", header | {"looks": 0}, state)
    with pytest.raises(RunError, match="its looks 0, expected whole numbers"):
        Model.load(tmp_path / "damaged.npz")


@pytest.mark.parametrize("looks", [0, 1.5, "four", True])
def test_looks_must_be_a_whole_number(looks):
    with pytest.raises(ModelError, match="looks is .*, expected a whole number from 1"):
        ff.Trainer(ff.Network(ff.Layer(20)), looks=looks)


def test_a_stream_has_no_looks():
    with pytest.raises(ModelError, match="looks is 2, but a stream has none"):
        ff.Trainer(ff.Network(ff.Layer(20)), looks=2, timing=ff.Stream())


def test_looks_stand_in_the_methods_section(main):
    status, out, _ = main("describe", "digits-quick", "--set", "training.looks=4")
    assert status == 0 and "presentations whose answers are averaged" in out
